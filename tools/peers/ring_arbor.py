#!/usr/bin/env python3
"""The network networks/ring in Arbor, a peer of tools/compare_peers.py."""

import arbor
import ring_model as model
from arbor import units
from arbor_session import Session, add_options, hh_properties

GROUP = 16  # cells that Arbor advances together, the fastest of those tried


def build_cell(options):
    tree = arbor.segment_tree()
    length, radius = model.SOMA_LENGTH, model.SOMA_DIAM / 2
    soma = tree.append(arbor.mnpos, arbor.mpoint(0, 0, 0, radius), arbor.mpoint(0, 0, length, radius), tag=1)
    end, radius = length + model.BRANCH_LENGTH, model.BRANCH_DIAM / 2
    for _ in range(options.branches):
        tree.append(soma, arbor.mpoint(0, 0, length, radius), arbor.mpoint(0, 0, end, radius), tag=3)
    decor = arbor.decor()
    decor.paint("(tag 1)", arbor.density("hh"))
    if options.active:
        decor.paint("(tag 3)", arbor.density("hh"))
    else:
        decor.paint("(tag 3)", arbor.density(f"pas/e={model.PAS_E}", {"g": model.PAS_G}))
    middle = "(on-components 0.5 (tag 1))"
    decor.place(middle, arbor.synapse("expsyn", {"tau": model.TAU, "e": model.REVERSAL}), "synapse")
    decor.place(middle, arbor.threshold_detector(model.THRESHOLD * units.mV), "detector")
    policy = arbor.cv_policy(f"(join (fixed-per-branch 1 (tag 1)) (fixed-per-branch {options.compartments} (tag 3)))")
    return arbor.cable_cell(tree, decor, arbor.label_dict(), policy)


class Ring(arbor.recipe):
    def __init__(self, options):
        arbor.recipe.__init__(self)
        self.options = options
        self.cell = build_cell(options)
        self.properties = hh_properties(model)

    def num_cells(self):
        return self.options.rings * self.options.cells

    def cell_kind(self, gid):
        return arbor.cell_kind.cable

    def cell_description(self, gid):
        return self.cell

    def global_properties(self, kind):
        return self.properties

    def connections_on(self, gid):
        source = model.source_of(gid, self.options.cells)
        return [arbor.connection((source, "detector"), "synapse", model.WEIGHT, model.DELAY * units.ms)]

    def event_generators(self, gid):
        if gid % self.options.cells:
            return []
        kick = arbor.explicit_schedule([(model.KICK_START + model.KICK_DELAY) * units.ms])
        return [arbor.event_generator("synapse", model.WEIGHT, kick)]


def main():
    parser = model.parser(__doc__)
    add_options(parser)
    options = parser.parse_args()
    session = Session(options)
    recipe = Ring(options)
    spikes = session.run(recipe, dt=model.DT, tstop=options.tstop, group=GROUP)
    session.report(
        dt=model.DT,
        tstop=options.tstop,
        compartments=recipe.num_cells() * (1 + options.branches * options.compartments),
        trains={"cell": spikes["time"].tolist()},
    )


if __name__ == "__main__":
    main()
