#!/usr/bin/env python3
"""The network networks/ring in NEURON or CoreNEURON, a peer of tools/compare_peers.py."""

import ring_model as model
from neuron_session import Session, add_options


def build_cell(h, options):
    """One cell: its sections (soma first) and its synapse."""
    soma = h.Section()
    soma.L, soma.diam = model.SOMA_LENGTH, model.SOMA_DIAM
    soma.insert("hh")
    sections = [soma]
    for _ in range(options.branches):
        branch = h.Section()
        branch.L, branch.diam, branch.nseg = model.BRANCH_LENGTH, model.BRANCH_DIAM, options.compartments
        branch.connect(soma(1), 0)
        if options.active:
            branch.insert("hh")
        else:
            branch.insert("pas")
            branch.g_pas, branch.e_pas = model.PAS_G, model.PAS_E
        sections.append(branch)
    for section in sections:
        section.Ra, section.cm = model.RA, model.CM
    synapse = h.ExpSyn(soma(0.5))
    synapse.tau, synapse.e = model.TAU, model.REVERSAL
    return sections, synapse


def main():
    parser = model.parser(__doc__)
    add_options(parser)
    options = parser.parse_args()
    session = Session(options)
    h = session.h
    h.dt, h.celsius = model.DT, model.CELSIUS
    count = options.rings * options.cells
    cells = [build_cell(h, options) for _ in range(count)]
    for gid, (sections, _) in enumerate(cells):
        session.detector(gid, sections[0](0.5)._ref_v, sections[0], model.THRESHOLD)
    for ring in range(options.rings):
        kick = h.NetStim()
        kick.number, kick.start = 1, model.KICK_START
        session.artificial(count + ring, kick)
        session.connect(count + ring, cells[ring * options.cells][1], model.WEIGHT, model.KICK_DELAY)
    for gid, (_, synapse) in enumerate(cells):
        session.connect(model.source_of(gid, options.cells), synapse, model.WEIGHT, model.DELAY)
    session.spread_over_threads()
    times, gids = session.solve(model.V_INIT, options.tstop)
    session.report(
        tstop=options.tstop,
        compartments=count * (1 + options.branches * options.compartments),
        trains={"cell": [time for time, gid in zip(times, gids) if gid < count]},
    )


if __name__ == "__main__":
    main()
