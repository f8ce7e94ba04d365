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
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from mechanisms import compile_mechanisms, peak_memory

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
    parser.add_argument("--threads", type=int, default=1, help="with more than one the cell is multisplit")
    parser.add_argument("--coreneuron", action="store_true", help="run the step loop in CoreNEURON")
    parser.add_argument("--no-tables", action="store_true", help="compute the rates exactly")
    parser.add_argument("--mechanisms-as-published", action="store_true", help="take the .mod files of that folder")
    parser.add_argument("--dt", type=float, default=0.025, help="ms")
    parser.add_argument("--tstop", type=float, default=500.0, help="ms")
    parser.add_argument("--spikes", type=Path, help="write the spikes to this CSV file")
    parser.add_argument("--voltage", type=Path, help="write v and cai every 0.25 ms to this CSV file")
    parser.add_argument("--reference", type=Path, help="compare the spikes with this CSV file; status 1 if they differ")
    parser.add_argument("--mechanisms", type=Path, help="compile the .mod files in this folder, and reuse what it holds")
    return parser.parse_args()


def main():
    options = arguments()
    sources = NETWORK / ("mechanisms-as-published" if options.mechanisms_as_published else "mechanisms")
    with tempfile.TemporaryDirectory(prefix="volley-neuron-") as temporary:
        folder = options.mechanisms or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        library, core_library = compile_mechanisms(sources, folder, options.coreneuron)
        if options.coreneuron:
            os.environ["CORENEURONLIB"] = str(core_library)
        status = run(options, library)
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


def run(options, library):
    os.environ["NEURON_MODULE_OPTIONS"] = "-nogui"
    import_started = time.perf_counter()
    import neuron
    from neuron import h

    h.nrn_load_dll(str(library))
    import_time = time.perf_counter() - import_started
    setup_started = time.perf_counter()
    pc = h.ParallelContext()
    h.dt, h.celsius = options.dt, 37
    sections = build(h)
    soma = sections["soma"]
    for mechanism in WITH_TABLES:
        setattr(h, f"usetable_{mechanism}", 0 if options.no_tables else 1)
    step = h.IClamp(soma(0.5))
    step.delay, step.dur, step.amp = 20, 400, 2
    pc.set_gid2node(0, pc.id())
    detector = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
    detector.threshold = -20
    pc.cell(0, detector)
    times, gids = h.Vector(), h.Vector()
    pc.spike_record(-1, times, gids)
    traces = []
    if options.voltage:
        near, far = sections["SpinyDendrite[0]"](0.5), sections["SpinyDendrite[900]"](0.5)
        for pointer in (soma(0.5)._ref_v, near._ref_v, far._ref_v, far._ref_cai):
            traces.append(h.Vector().record(pointer, 0.25))
    if options.threads > 1:
        pc.nthread(options.threads)
        h.load_file("parcom.hoc")
        tool = h.ParallelComputeTool()
        tool.nthread(options.threads)
        tool.multisplit(1)
    if options.coreneuron:
        from neuron import coreneuron

        coreneuron.enable = True
        coreneuron.verbose = 0
    pc.set_maxstep(10)
    h.finitialize(V_INIT)
    setup_time = time.perf_counter() - setup_started

    run_started = time.perf_counter()
    pc.psolve(options.tstop)
    run_time = time.perf_counter() - run_started

    spikes = [float(t) for t in times]
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

    print(
        json.dumps(
            {
                "simulator": "CoreNEURON" if options.coreneuron else "NEURON",
                "version": neuron.__version__,
                "condition": "no tables" if options.no_tables else "tables",
                "threads": options.threads,
                "dt_ms": options.dt,
                "tstop_ms": options.tstop,
                "compartments": len(sections),
                "steps": round(options.tstop / options.dt),
                "spikes": {"cell": len(spikes)},
                "wall_time_s": {"import": import_time, "build": setup_time, "run": run_time},
                "peak_memory_bytes": peak_memory(),
            }
        )
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
