#!/usr/bin/env python3
"""The network networks/point-cells in Arbor (cable cells of one compartment), a peer of tools/compare_peers.py."""

import arbor
import point_cells_model as model
from arbor import units
from arbor_session import Session, add_options, hh_properties

GROUP = 1000  # cells that Arbor advances together, the fastest of those tried


def build_cell():
    tree = arbor.segment_tree()
    radius = model.DIAM / 2
    tree.append(arbor.mnpos, arbor.mpoint(0, 0, 0, radius), arbor.mpoint(0, 0, model.LENGTH, radius), tag=1)
    decor = arbor.decor()
    decor.paint("(all)", arbor.density("hh"))
    middle = "(location 0 0.5)"
    decor.place(middle, arbor.synapse("expsyn", {"tau": model.TAU, "e": model.REVERSAL}), "synapse")
    decor.place(middle, arbor.threshold_detector(model.THRESHOLD * units.mV), "detector")
    return arbor.cable_cell(tree, decor, arbor.label_dict(), arbor.cv_policy("(single)"))


class PointCells(arbor.recipe):
    def __init__(self, count):
        arbor.recipe.__init__(self)
        self.count = count
        self.cell = build_cell()
        self.properties = hh_properties(model)
        self.kicks = {cell: model.kick_start(ring, count) + model.KICK_DELAY for ring, cell in model.kicked(count)}

    def num_cells(self):
        return self.count

    def cell_kind(self, gid):
        return arbor.cell_kind.cable

    def cell_description(self, gid):
        return self.cell

    def global_properties(self, kind):
        return self.properties

    def connections_on(self, gid):
        return [
            arbor.connection((source, "detector"), "synapse", model.WEIGHT, model.delay(source, gid, self.count) * units.ms)
            for source in model.sources(gid, self.count)
        ]

    def event_generators(self, gid):
        if gid not in self.kicks:
            return []
        kick = arbor.explicit_schedule([self.kicks[gid] * units.ms])
        return [arbor.event_generator("synapse", model.KICK_WEIGHT, kick)]


def main():
    parser = model.parser(__doc__)
    add_options(parser)
    options = parser.parse_args()
    session = Session(options)
    recipe = PointCells(options.cells)
    spikes = session.run(recipe, dt=model.DT, tstop=options.tstop, group=GROUP)
    session.report(
        dt=model.DT, tstop=options.tstop, compartments=options.cells, trains={"cell": spikes["time"].tolist()}
    )


if __name__ == "__main__":
    main()
