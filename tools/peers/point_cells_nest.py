#!/usr/bin/env python3
"""The connections and delays of networks/point-cells between NEST's own cells, a peer of tools/compare_peers.py.

NEST has no cell with the equations of NEURON's hh. Its nearest is hh_cond_exp_traub: sodium, potassium and leak after Traub
and Miles, a synaptic conductance that decays exponentially, and a solver with steps of its own (Runge-Kutta-Fehlberg 4(5)) within each
time step. So the work differs; what is comparable is how long the same net of spiking cells takes at a rate like theirs.
Weights are chosen, with a lower resting potential and a higher threshold than NEST's own, so that a volley goes round the rings
here too, and nobody fires without one; twice the weights, and it bursts.
"""

import nest
import numpy
import point_cells_model as model
from report import Clock, summary

CELL = {
    "C_m": 200.0,  # pF
    "E_L": -65.0,  # mV
    "V_m": -65.0,
    "V_T": -55.0,
    "tau_syn_ex": model.TAU,
    "E_ex": model.REVERSAL,
}
# NEST's own default, ms: all delays are multiples of it, and its solver takes the steps it needs within it.
RESOLUTION = 0.1
SCALE = 2000  # from uS of the model's weights to nS


def connect(cells, kicks, count):
    """All connections in two calls, each with a list of sources, targets and delays."""
    ids = numpy.array(cells.global_id)
    pairs = [(source, target) for target in range(count) for source in model.sources(target, count)]
    delays = numpy.array([model.delay(source, target, count) for source, target in pairs])
    pairs = numpy.array(pairs)
    join(ids[pairs[:, 0]], ids[pairs[:, 1]], SCALE * model.WEIGHT, delays)
    pairs = numpy.array(list(model.kicked(count)))
    kicks = numpy.array([kick.global_id for kick in kicks])
    join(kicks[pairs[:, 0]], ids[pairs[:, 1]], SCALE * model.KICK_WEIGHT, numpy.full(len(pairs), model.KICK_DELAY))


def join(sources, targets, weight, delays):
    synapses = {"weight": numpy.full(len(delays), weight), "delay": delays}
    nest.Connect(sources, targets, "one_to_one", synapses)


def main():
    options = model.parser(__doc__.splitlines()[0]).parse_args()
    clock, count = Clock(), options.cells
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.SetKernelStatus({"resolution": RESOLUTION, "local_num_threads": options.threads})
    cells = nest.Create("hh_cond_exp_traub", count, CELL)
    starts = [{"spike_times": [model.kick_start(ring, count)]} for ring in range(model.rings(count))]
    kicks = nest.Create("spike_generator", len(starts), starts)
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
        dt=RESOLUTION,
        tstop=options.tstop,
        compartments=count,
        trains={"cell": [float(time) for time in recorder.events["times"]]},
        settings=f"hh_cond_exp_traub, resolution {RESOLUTION} ms",
    )


if __name__ == "__main__":
    main()
