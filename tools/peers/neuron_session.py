"""NEURON and CoreNEURON, set up as their peers' scripts want them: mechanisms compiled, threads, one timed psolve.

What was tried for speed and changed nothing, or made it slower, and is left at NEURON's default: the bin queue (CVode.queue_mode(1)) in the net of
point cells, and CoreNEURON's cell_permute = 1 (0 to 27 % slower).
"""

import os
import time
from pathlib import Path

from mechanisms import compile_mechanisms
from report import Clock, summary


def add_options(parser):
    """What every script for NEURON takes."""
    parser.add_argument("--coreneuron", action="store_true", help="run the step loop in CoreNEURON")
    parser.add_argument("--mechanisms", type=Path, help="compile the .mod files in this folder, and reuse what it holds")


class Session:
    """Imports NEURON with the mechanisms of the folder `sources`, or with its built-in ones alone."""

    def __init__(self, options, sources=None, folder=None):
        self.options = options
        self.clock = Clock()
        library = None
        if sources:
            begin = time.perf_counter()
            library, core_library = compile_mechanisms(sources, folder, options.coreneuron)
            self.clock.compiled = time.perf_counter() - begin
            if options.coreneuron:
                os.environ["CORENEURONLIB"] = str(core_library)
        os.environ["NEURON_MODULE_OPTIONS"] = "-nogui"
        import neuron
        from neuron import h

        if library:
            h.nrn_load_dll(str(library))
        self.version = neuron.__version__
        self.h = h
        self.pc = h.ParallelContext()
        self.keep = []  # what Python would otherwise throw away

    def detector(self, gid, source, section, threshold):
        """Gives a gid to the threshold crossings of `source`, a reference to a voltage in `section`."""
        found = self.h.NetCon(source, None, sec=section)
        found.threshold = threshold
        self.pc.set_gid2node(gid, self.pc.id())
        self.pc.cell(gid, found)
        self.keep.append(found)

    def artificial(self, gid, cell):
        """Gives a gid to an artificial cell."""
        self.pc.set_gid2node(gid, self.pc.id())
        self.pc.cell(gid, self.h.NetCon(cell, None))
        self.keep.append(cell)

    def connect(self, gid, target, weight, delay):
        found = self.pc.gid_connect(gid, target)
        found.weight[0], found.delay = weight, delay
        self.keep.append(found)

    def spread_over_threads(self, cut=False):
        """Whole cells go to threads in turn; with `cut`, cells are multisplit so that threads share them."""
        if self.options.threads == 1:
            return
        self.pc.nthread(self.options.threads)
        if cut:
            self.h.load_file("parcom.hoc")
            tool = self.h.ParallelComputeTool()
            tool.nthread(self.options.threads)
            tool.multisplit(1)
            self.keep.append(tool)

    def solve(self, v_init, tstop):
        """Initialises, runs to `tstop`; returns times and gids of the spikes.

        It goes on for one step more: NEURON looks for spikes of a step at the beginning of the next one, and would leave out those of the last.
        """
        times, gids = self.h.Vector(), self.h.Vector()
        self.pc.spike_record(-1, times, gids)
        if self.options.coreneuron:
            from neuron import coreneuron

            coreneuron.enable = True
            coreneuron.verbose = 0
        self.pc.set_maxstep(10)
        self.h.finitialize(v_init)
        self.clock.run(lambda: self.pc.psolve(tstop + self.h.dt))
        seen = [(float(time), int(gid)) for time, gid in zip(times, gids) if time < tstop + self.h.dt / 2]
        return [time for time, _ in seen], [gid for _, gid in seen]

    def report(self, *, tstop, compartments, trains, **more):
        """Prints the summary; `trains` has the spike times of each population."""
        summary(
            "CoreNEURON" if self.options.coreneuron else "NEURON",
            self.version,
            self.clock,
            threads=self.options.threads,
            dt=self.h.dt,
            tstop=tstop,
            compartments=compartments,
            trains=trains,
            **more,
        )
