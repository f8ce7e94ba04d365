#!/usr/bin/env python3
"""The Purkinje cell of networks/purkinje, in NEURON.

Three uses: it proves the cell's .mod files against the reference spikes (--reference), it makes the reference of the
mechanisms as published (--mechanisms-as-published --spikes FILE --voltage FILE), and it is the peer that
tools/compare_peers.py times Volley against.

It needs a Python with NEURON (`pip install neuron==9.0.2`) and a C++ compiler. The mechanisms are compiled by nrnivmodl
into --mechanisms, or into a temporary folder. The last line on standard output is one JSON object: number of spikes, wall
times (the run is psolve alone), peak memory.

Model: Miyasho et al., Brain Research 891:106 (2001), ModelDB 17664.
"""

import argparse
import csv
import sys
import tempfile
from pathlib import Path

from neuron_session import Session, add_options

NETWORK = Path(__file__).resolve().parents[2] / "networks" / "purkinje"
V_INIT = -65.0  # mV
WITH_TABLES = ("NaF", "NaP", "CaP2", "CaT", "CaE", "Khh", "KM", "KA", "KD", "Kh")
# Mechanisms of each kind of section with their parameters.
EVERYWHERE = {"cad": {"taur": 2, "cainf": 4e-5, "kt": 4e-5, "kd": 4e-5, "depth": 0.1}}
SOMA = {
    "Leak": {"gl": 0.00006, "el": -80}, "NaF": {"gnabar": 10}, "NaP": {"gnabar": 0.001}, "CaP2": {"gcabar": 0.0005},
    "CaT": {"gcabar": 0}, "CaE": {"gcabar": 0}, "Khh": {"gkbar": 0.036}, "KM": {"gkbar": 0.00004},
    "KA": {"gkbar": 0.015}, "KD": {"gkbar": 0}, "Kh": {"gkbar": 0.0005},
}  # fmt: skip
DENDRITE = {
    "Leak": {"gl": 0.00021, "el": -80}, "CaP2": {"gcabar": 0.004}, "CaT": {"gcabar": 0.0015}, "CaE": {"gcabar": 0.008},
    "Khh": {"gkbar": 0.0006}, "KM": {"gkbar": 0.00001}, "KA": {"gkbar": 0.08}, "KD": {"gkbar": 0.09},
    "KC3": {"gkbar": 0.06}, "K23": {"gkbar": 0.00039},
}  # fmt: skip


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1, help="with more threads than cells, cells are multisplit (not in CoreNEURON)")
    parser.add_argument("--copies", type=int, default=1, help="so many cells, which nothing joins")
    parser.add_argument("--no-tables", action="store_true", help="compute the rates exactly")
    parser.add_argument("--mechanisms-as-published", action="store_true", help="take the .mod files of that folder")
    parser.add_argument("--dt", type=float, default=0.025, help="ms")
    parser.add_argument("--tstop", type=float, default=500.0, help="ms")
    parser.add_argument("--spikes", type=Path, help="write the spikes to this CSV file")
    parser.add_argument("--voltage", type=Path, help="write v and cai every 0.25 ms to this CSV file")
    parser.add_argument("--reference", type=Path, help="compare the spikes with this CSV file; status 1 if they differ")
    add_options(parser)
    return parser.parse_args()


def main():
    options = arguments()
    sources = NETWORK / ("mechanisms-as-published" if options.mechanisms_as_published else "mechanisms")
    with tempfile.TemporaryDirectory(prefix="volley-neuron-") as temporary:
        folder = options.mechanisms or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        status = run(options, Session(options, sources, folder))
    sys.exit(status)


def build(h):
    """All sections, by name, in the order of the table."""
    sections = {}
    with open(NETWORK / "sections.csv", newline="") as file:
        rows = list(csv.reader(line for line in file if not line.startswith("#")))[1:]
    for name, _, length, diam in rows:
        section = sections[name] = h.Section(name=name)
        section.L, section.diam, section.nseg, section.Ra = float(length), float(diam), 1, 250
        section.cm = 1.5 if name.startswith("SpinyDendrite") else 0.8
        for mechanism, values in {**(SOMA if name == "soma" else DENDRITE), **EVERYWHERE}.items():
            section.insert(mechanism)
            for key, value in values.items():
                setattr(getattr(section(0.5), mechanism), key, value)
    for name, parent, _, _ in rows:
        if parent:
            sections[name].connect(sections[parent](1), 0)
    return sections


def run(options, session):
    h = session.h
    h.dt, h.celsius = options.dt, 37
    for mechanism in WITH_TABLES:
        setattr(h, f"usetable_{mechanism}", 0 if options.no_tables else 1)
    copies = [build(h) for _ in range(options.copies)]
    for gid, sections in enumerate(copies):
        soma = sections["soma"]
        step = h.IClamp(soma(0.5))
        step.delay, step.dur, step.amp = 20, 400, 2
        session.keep.append(step)
        session.detector(gid, soma(0.5)._ref_v, soma, -20)
    traces = []
    if options.voltage:
        soma, near, far = (copies[0][name](0.5) for name in ("soma", "SpinyDendrite[0]", "SpinyDendrite[900]"))
        for pointer in (soma._ref_v, near._ref_v, far._ref_v, far._ref_cai):
            traces.append(h.Vector().record(pointer, 0.25))
    session.spread_over_threads(cut=options.threads > options.copies and not options.coreneuron)
    times, gids = session.solve(V_INIT, options.tstop)

    spikes = [float(t) for t, gid in zip(times, gids) if gid == 0]
    if options.spikes:
        options.spikes.write_text("time_ms\n" + "".join(f"{t:.9g}\n" for t in spikes))
    if options.voltage:
        with open(options.voltage, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            names = ["soma_v_mV", "SpinyDendrite0_v_mV", "SpinyDendrite900_v_mV", "SpinyDendrite900_cai_mM"]
            writer.writerow(["t_ms", *names])
            for n, row in enumerate(zip(*traces)):
                writer.writerow([f"{n * 0.25:.3f}", *(f"{value:.9g}" for value in row)])
    agrees = compare(spikes, options.reference, options.dt) if options.reference else True
    session.report(
        tstop=options.tstop,
        compartments=options.copies * len(copies[0]),
        trains={"cell": [float(t) for t in times]},
        settings="no tables" if options.no_tables else "",
    )
    return 0 if agrees else 1


def compare(spikes, path, dt):
    """Prints how the spikes differ from a reference file; returns whether they agree step by step."""
    wanted = [float(line) for line in path.read_text().split()[1:]]
    off = [abs(round(a / dt) - round(b / dt)) for a, b in zip(spikes, wanted)]
    print(f"reference {path.name}: {len(spikes)} spikes, {len(wanted)} wanted, at most {max(off, default=0)} steps off")
    return len(spikes) == len(wanted) and not any(off)


if __name__ == "__main__":
    main()
