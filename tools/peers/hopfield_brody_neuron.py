#!/usr/bin/env python3
"""The Hopfield-Brody network of networks/hopfield-brody, in NEURON.

Two uses: it proves the network's .mod files against the reference spikes (--reference), and it is the
peer that tools/compare_peers.py times Volley against.

It needs a Python with NEURON (`pip install neuron==9.0.2`) and a C++ compiler. The mechanisms are
compiled by nrnivmodl into --mechanisms, or into a temporary folder. The last line on standard output
is one JSON object: spikes per population, wall times (the run is psolve alone), peak memory.

Model: Hopfield & Brody, PNAS 98:1282 (2001), https://doi.org/10.1073/pnas.98.3.1282, in M. Migliore's
conductance-based version (ModelDB 2798), with every delay 0.5 ms.
"""

import argparse
import csv
import sys
import tempfile
from collections import Counter
from pathlib import Path

from neuron_session import Session, add_options

NETWORK = Path(__file__).resolve().parents[2] / "networks" / "hopfield-brody"
CHANNELS = 40  # input channels
CURRENTS = 5  # synaptic currents, so cells of each kind, per channel
CELLS = CHANNELS * CURRENTS
# Global ids of a copy: alpha, beta, gamma, then the input channels.
GAMMA = 2 * CELLS
IDS = GAMMA + 1 + CHANNELS
V_INIT = -65.0  # mV
DELAY = 0.5  # ms
# Pattern file, weight between selected alphas and to betas (we), weight from selected betas (wi), in uS.
CONDITIONS = {
    "before": ("exemplar.txt", 0.0, 0.0),
    "after": ("exemplar.txt", 0.00001, 0.000015),
    "random": ("random1_starts.txt", 0.00001, 0.000015),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("condition", choices=CONDITIONS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--copies", type=int, default=1, help="so many networks, which nothing joins")
    parser.add_argument("--dt", type=float, default=0.05, help="ms")
    parser.add_argument("--tstop", type=float, default=1000.0, help="ms")
    parser.add_argument("--spikes", type=Path, help="write the spikes to this CSV file")
    parser.add_argument("--voltage", type=Path, help="write v of gamma and alpha 43 every 0.5 ms to this CSV file")
    parser.add_argument("--reference", type=Path, help="compare the spikes with this CSV file; status 1 if they differ")
    add_options(parser)
    return parser.parse_args()


def read_starts(name):
    """Firing time of each input channel, in ms; the files are in seconds."""
    return [float(line) * 1000.0 for line in (NETWORK / name).read_text().split()]


def read_selected():
    """Cell numbers 5 j + i of the selected cells; the file holds their count, then pairs "j i"."""
    numbers = [int(word) for word in (NETWORK / "connections.txt").read_text().split()]
    pairs = list(zip(numbers[1::2], numbers[2::2]))
    if len(pairs) != numbers[0]:
        sys.exit(f"connections.txt announces {numbers[0]} cells and holds {len(pairs)}")
    return [CURRENTS * j + i for j, i in pairs]


class Cell:
    """One compartment of 10 um by 10 um with pas, nans and kap; `leak` in S/cm2."""

    def __init__(self, h, name, leak):
        self.section = h.Section(name=name)
        self.section.L = self.section.diam = 10
        self.section.cm = 1
        for mechanism in ("pas", "nans", "kap"):
            self.section.insert(mechanism)
        self.section.ena, self.section.ek = 55, -90
        segment = self.section(0.5)
        segment.pas.g = leak
        segment.nans.gbar = 0.015
        segment.kap.gkabar = 0.05

        self.excitatory = h.ExpSyn(segment)
        self.excitatory.tau, self.excitatory.e = 2, 0
        self.inhibitory = h.Exp2Syn(segment)
        self.inhibitory.tau1 = self.inhibitory.tau2 = 6
        self.inhibitory.e = -80
        self.input = None

    def add_input(self, h, current):
        self.input = h.ExpSyn(self.section(0.5))
        self.input.tau, self.input.e = 200 + 100 * current, 0

    def rest_at_v_init(self):
        """Sets the leak's reversal so that no current flows at v_init; call after finitialize."""
        segment = self.section(0.5)
        segment.pas.e = V_INIT + (segment.ina + segment.ik) / segment.pas.g


def build(session, condition, number):
    """Builds the network, copy `number` of it; returns its cells by population."""
    h = session.h
    pattern, we, wi = CONDITIONS[condition]
    alpha = [Cell(h, f"alpha{n}", 1 / 20000) for n in range(CELLS)]
    beta = [Cell(h, f"beta{n}", 1 / 20000) for n in range(CELLS)]
    gamma = [Cell(h, "gamma", 1 / 6000)]
    for n in range(CELLS):
        alpha[n].add_input(h, n % CURRENTS)
        beta[n].add_input(h, n % CURRENTS)
    found = {"alpha": alpha, "beta": beta, "gamma": gamma}
    base = number * IDS
    first = {"alpha": base, "beta": base + CELLS, "gamma": base + GAMMA, "input": base + GAMMA + 1}

    for name, cells in found.items():
        for n, cell in enumerate(cells):
            session.detector(first[name] + n, cell.section(0.5)._ref_v, cell.section, -20)
    for j, start in enumerate(read_starts(pattern)):
        channel = h.NetStim()
        channel.number, channel.interval, channel.start, channel.noise = 1, 10, start, 0
        session.artificial(first["input"] + j, channel)

    def connect(population, n, synapse, weight):
        session.connect(first[population] + n, synapse, weight, DELAY)

    for n in range(CELLS):
        connect("input", n // CURRENTS, alpha[n].input, 0.00013)
        connect("input", n // CURRENTS, beta[n].input, 0.00013)
    selected = read_selected()
    for p in selected:
        for q in selected:
            if p != q:
                connect("alpha", p, alpha[q].excitatory, we)
                connect("beta", p, beta[q].inhibitory, wi)
            connect("beta", p, alpha[q].inhibitory, wi)
            connect("alpha", p, beta[q].excitatory, we)
        connect("alpha", p, gamma[0].excitatory, 0.00005)
        connect("beta", p, gamma[0].inhibitory, 0.00001)
    return found


def initialise(h, copies):
    """Finds the resting leak at the steady state, then starts from it."""
    h.celsius = 34
    h.finitialize(V_INIT)
    for cells in copies:
        for population in cells.values():
            for cell in population:
                cell.rest_at_v_init()
    h.finitialize(V_INIT)


def named_spikes(times, gids):
    """Rows (population, cell, time in ms), by population, cell, time; the input channels left out. Cells of a copy have its number."""
    rows = []
    for time_ms, gid in zip(times, gids):
        copy, gid = divmod(int(gid), IDS)
        if gid <= GAMMA:
            population = "alpha" if gid < CELLS else "beta" if gid < GAMMA else "gamma"
            count, first = {"alpha": (CELLS, 0), "beta": (CELLS, CELLS), "gamma": (1, GAMMA)}[population]
            rows.append((population, copy * count + gid - first, float(time_ms)))
    return sorted(rows)


def compare(rows, path, dt):
    """Prints how the spikes differ from a reference file; returns whether they agree step by step."""
    with open(path, newline="") as file:
        wanted = sorted((r["population"], int(r["cell"]), float(r["time_ms"])) for r in csv.DictReader(file))
    same_trains = [r[:2] for r in rows] == [r[:2] for r in wanted]
    print(f"reference {path.name}: {len(rows)} spikes, {len(wanted)} wanted")
    if not same_trains:
        print("the number of spikes of some cells differs")
        return False
    # NEURON adds 1e-10 ms to a spike's time; the reference is rounded. Steps tell them apart.
    off = Counter(abs(round(a[2] / dt) - round(b[2] / dt)) for a, b in zip(rows, wanted))
    print("steps off: " + ", ".join(f"{steps}: {count}" for steps, count in sorted(off.items())))
    return set(off) <= {0}


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="volley-neuron-") as temporary:
        folder = options.mechanisms or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        status = run(options, Session(options, NETWORK, folder))
    sys.exit(status)


def run(options, session):
    h = session.h
    h.dt = options.dt
    copies = [build(session, options.condition, number) for number in range(options.copies)]
    traces = []
    if options.voltage:
        for cell in (copies[0]["gamma"][0], copies[0]["alpha"][43]):
            traces.append(h.Vector().record(cell.section(0.5)._ref_v, 0.5))
    session.spread_over_threads()
    initialise(h, copies)
    rows = named_spikes(*session.solve(V_INIT, options.tstop))

    if options.spikes:
        with open(options.spikes, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["population", "cell", "time_ms"])
            writer.writerows((p, n, f"{t:.9g}") for p, n, t in rows)
    if options.voltage:
        with open(options.voltage, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["t_ms", "gamma_mV", "alpha_43_mV"])
            for n, (gamma, alpha) in enumerate(zip(*traces)):
                writer.writerow([f"{n * 0.5:.3f}", f"{gamma:.9g}", f"{alpha:.9g}"])
    agrees = compare(rows, options.reference, options.dt) if options.reference else True
    session.report(
        tstop=options.tstop,
        compartments=options.copies * (2 * CELLS + 1),
        trains={name: [time_ms for population, _, time_ms in rows if population == name] for name in copies[0]},
    )
    return 0 if agrees else 1


if __name__ == "__main__":
    main()
