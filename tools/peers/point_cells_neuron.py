#!/usr/bin/env python3
"""The network networks/point-cells in NEURON or CoreNEURON, a peer of tools/compare_peers.py.

With --spikes it makes the reference of tests/reference/point-cells.
"""

import csv
from pathlib import Path

import point_cells_model as model
from neuron_session import Session, add_options


def build_cell(h):
    """One cell: its section and its synapse."""
    section = h.Section()
    section.L, section.diam, section.cm, section.Ra = model.LENGTH, model.DIAM, model.CM, model.RA
    section.insert("hh")
    synapse = h.ExpSyn(section(0.5))
    synapse.tau, synapse.e = model.TAU, model.REVERSAL
    return section, synapse


def main():
    parser = model.parser(__doc__)
    add_options(parser)
    parser.add_argument("--spikes", type=Path, help="write the spikes to this CSV file")
    options = parser.parse_args()
    session = Session(options)
    h, count = session.h, options.cells
    h.dt, h.celsius = model.DT, model.CELSIUS
    cells = [build_cell(h) for _ in range(count)]
    for gid, (section, _) in enumerate(cells):
        session.detector(gid, section(0.5)._ref_v, section, model.THRESHOLD)
    for ring in range(model.rings(count)):
        kick = h.NetStim()
        kick.number, kick.start = 1, model.kick_start(ring, count)
        session.artificial(count + ring, kick)
    for ring, cell in model.kicked(count):
        session.connect(count + ring, cells[cell][1], model.KICK_WEIGHT, model.KICK_DELAY)
    for target, (_, synapse) in enumerate(cells):
        for source in model.sources(target, count):
            session.connect(source, synapse, model.WEIGHT, model.delay(source, target, count))
    session.spread_over_threads()
    times, gids = session.solve(model.V_INIT, options.tstop)
    if options.spikes:
        with open(options.spikes, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["cell", "time_ms"])
            writer.writerows(sorted((int(gid), f"{time:.9g}") for time, gid in zip(times, gids) if gid < count))
    trains = {"cell": [time for time, gid in zip(times, gids) if gid < count]}
    session.report(tstop=options.tstop, compartments=count, trains=trains)


if __name__ == "__main__":
    main()
