#!/usr/bin/env python3
"""The connections and delays of networks/point-cells between NEST's own cells, a peer of tools/compare_peers.py.

NEST has no cell with the equations of NEURON's hh. Its nearest is hh_cond_exp_traub: sodium, potassium and leak after Traub
and Miles, a synaptic conductance that decays exponentially, and a solver with steps of its own (Runge-Kutta-Fehlberg 4(5)) within each
time step. So the work differs; what is comparable is how long the same net of spiking cells takes at a rate like theirs.
Conductances are scaled by the ratio of the cells' capacitances.
"""

import nest
import point_cells_model as model
from report import Clock, summary

CAPACITANCE = 200.0  # pF, of hh_cond_exp_traub
AREA = 3.141592653589793 * model.LENGTH * model.DIAM  # um2
SCALE = 1000 * CAPACITANCE / (AREA * model.CM * 0.01)  # uS of a cell of ours to nS of one of NEST's
THRESHOLD_COMPARED = "its equations, solver and rate differ"


def connect(cells, kicks, count):
    """One call of Connect for each ring's kick and for each target: lists of sources, weights and delays."""
    for target in range(count):
        before = list(model.sources(target, count))
        delays = [[model.delay(source, target, count) for source in before]]
        synapse = {"weight": SCALE * model.WEIGHT, "delay": delays}
        nest.Connect(cells[before], cells[target], "all_to_all", synapse)
    for ring, cell in model.kicked(count):
        synapse = {"weight": SCALE * model.KICK_WEIGHT, "delay": model.KICK_DELAY}
        nest.Connect(kicks[ring], cells[cell], "all_to_all", synapse)


def main():
    options = model.parser(__doc__.splitlines()[0]).parse_args()
    clock, count = Clock(), options.cells
    nest.set_verbosity("M_ERROR")
    nest.SetKernelStatus({"resolution": model.DT, "local_num_threads": options.threads})
    cells = nest.Create("hh_cond_exp_traub", count, {"C_m": CAPACITANCE, "tau_syn_ex": model.TAU, "E_ex": model.REVERSAL})
    starts = [{"spike_times": [model.kick_start(ring, count)]} for ring in range(model.rings(count))]
    kicks = nest.Create("spike_generator", len(starts), starts, )
    connect(cells, kicks, count)
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    nest.Prepare()
    clock.run(lambda: nest.Run(options.tstop))
    summary(
        "NEST",
        nest.__version__,
        clock,
        threads=options.threads,
        dt=model.DT,
        tstop=options.tstop,
        compartments=count,
        trains={"cell": [float(time) for time in recorder.events["times"]]},
        settings="hh_cond_exp_traub",
    )


if __name__ == "__main__":
    main()
