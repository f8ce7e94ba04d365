#!/usr/bin/env python3
"""Times Volley against NEURON, CoreNEURON, Arbor and NEST on the same networks, run in turn on this machine.

    tools/compare_peers.py                                       everything, on 1 thread and on all cores; takes hours
    tools/compare_peers.py --quick                               the smallest sizes, shortly: does all work?
    tools/compare_peers.py --models ring --sizes 64 1024 --threads 1 --repeat 5 --peers arbor --markdown ring.md

Run time means the step loop alone: NEURON's psolve, Arbor's and NEST's run, Volley's `wall_time_s.run`. What comes before has columns
of its own: from the start of the process to the first step, and compiling (nrnivmodl in an empty folder, done once for each model). Each
repeat runs every simulator on every number of threads once, and the order is turned round from one repeat to the next, so that a slow
spell of the machine falls on all; ratios are taken within a repeat. All must have computed the same (tools/comparison/criteria.py says
what that means for each), else the comparison ends with status 1.

The peers are installed on first use, each in an environment of its own (see python_environment.py); one that cannot be installed or imported
is left out with the reason. NEURON needs a C++ compiler for its mechanisms. Run it with nothing else running.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import python_environment

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "tools" / "comparison"))

import tables  # noqa: E402
from criteria import differences  # noqa: E402
from models import CASES, MODELS  # noqa: E402
from simulators import PEER_NAMES, Volley, captured, peers  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    parser.add_argument("--sizes", nargs="+", type=int, help="only these sizes of the models (default: all of each)")
    parser.add_argument("--peers", nargs="*", choices=PEER_NAMES, default=list(PEER_NAMES))
    parser.add_argument("--arbor-python", type=Path, help="a Python with an Arbor built for this machine, timed as well")
    parser.add_argument(
        "--mechanism-flags",
        help="more flags for the compiler of NEURON's and CoreNEURON's mechanisms, such as '-O3 -march=native -ffast-math'",
    )
    parser.add_argument("--threads", type=int, nargs="+", help="numbers of threads (default: 1 and all cores)")
    parser.add_argument("--repeat", type=int, help="runs of each simulator (default 7)")
    parser.add_argument("--tstop", type=float, help="ms, instead of each model's own")
    parser.add_argument("--quick", action="store_true", help="the smallest size of each model, 20 ms, one run, unless said otherwise")
    parser.add_argument("--json", type=Path, help="write every time and count to this file")
    parser.add_argument("--markdown", type=Path, help="write the tables to this file")
    parser.add_argument("--volley", type=Path, help="time this volley, instead of building this project's")
    options = parser.parse_args()
    if options.mechanism_flags:
        os.environ["VOLLEY_PEER_CXXFLAGS"] = options.mechanism_flags  # for tools/peers/mechanisms.py
    options.repeat = options.repeat if options.repeat is not None else 1 if options.quick else 7
    options.threads = sorted(set(options.threads or {1, cores()}))
    if options.repeat < 1 or options.threads[0] < 1:
        parser.error("--repeat and --threads take numbers from 1")
    if options.tstop is None and options.quick:
        options.tstop = 20.0
    if options.tstop is not None and options.tstop <= 0:
        parser.error("--tstop takes a time over 0 ms")
    options.cases = [case for case in CASES if case.model in options.models]
    if options.sizes:
        known = sorted({case.size for case in options.cases})
        for size in set(options.sizes) - set(known):
            parser.error(f"no chosen model has the size {size}; their sizes: {', '.join(map(str, known))}")
        options.cases = [case for case in options.cases if case.size in options.sizes]
    elif options.quick:
        options.cases = [next(case for case in CASES if case.model == model) for model in options.models]
    return options


def cores():
    """Cores this process may use, which can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor():
    """The processor's name, where the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def build_volley():
    print("building volley (release)", flush=True)
    if subprocess.run(["cargo", "build", "--release", "--locked"], cwd=PROJECT).returncode != 0:
        sys.exit("volley does not build")
    metadata = json.loads(captured(["cargo", "metadata", "--no-deps", "--format-version", "1"], cwd=PROJECT))
    return Path(metadata["target_directory"]) / "release" / "volley"


def compare(case, simulators, options):
    """Runs all simulators in turn; returns the rows of the case and what they computed otherwise, in words."""
    tstop = options.tstop if options.tstop is not None else case.tstop
    taking = [(simulator, threads) for simulator in simulators if simulator.runs(case) for threads in options.threads]
    compile_s, first, events = {}, {}, 0
    for simulator, threads in taking:  # compiles mechanisms and warms caches; not counted as a run
        summary = first[simulator.name, threads] = simulator.run(case, threads, tstop)
        compile_s[simulator.name] = summary["compile_s"]
        if simulator.name == "Volley":
            summary["mean_spike_ms"], events = looked_through(simulator.spikes(), case, summary["spikes"])

    found = {key: [] for key in ((simulator.name, threads) for simulator, threads in taking)}
    for number in range(options.repeat):
        for simulator, threads in taking if number % 2 == 0 else reversed(taking):
            found[simulator.name, threads].append(simulator.run(case, threads, tstop))
        times = ", ".join(f"{name} on {threads} {runs[-1]['run_s']:.3f}" for (name, threads), runs in found.items())
        print(f"{case.name}, run {number + 1} of {options.repeat}, s: {times}", flush=True)

    wrong = []
    wanted = first["Volley", options.threads[0]]
    dt = tstop / wanted["steps"]
    for (name, threads), runs in found.items():
        seen = first[name, threads]
        said = differences(name, seen, wanted, dt)
        said += ["spikes that differ from run to run"] * any(run["spikes"] != seen["spikes"] for run in runs)
        wrong += [f"{case.name}, {threads} thread(s): {name}: {words}" for words in said]
    return tables.digest(case, found, compile_s, events, options.threads), wrong


def looked_through(spikes, case, populations):
    """Mean time of the spikes of each population (ms; 0 without spikes), and how many synapses all spikes reached."""
    sums, events = {population: (0, 0.0) for population in populations}, 0
    for population, cell, time_ms in spikes:
        events += case.delivered(population, cell)
        if population in sums:
            count, total = sums[population]
            sums[population] = (count + 1, total + time_ms)
    return {population: total / max(count, 1) for population, (count, total) in sums.items()}, events


def main():
    options = arguments()
    rows, wrong = [], []
    with tempfile.TemporaryDirectory(prefix="volley-peers-") as temporary:
        simulators = [None, *peers(options, Path(temporary))]
        simulators[0] = Volley(options.volley or build_volley(), Path(temporary))
        for case in options.cases:
            more, said = compare(case, simulators, options)
            rows, wrong = rows + more, wrong + said
            for words in said:
                print(f"NOT THE SAME: {words}", flush=True)
            write(options, rows, wrong)
    for part in parts(rows, tables.text):
        print(f"\n{part}")
    if wrong:
        sys.exit("the simulators did not compute the same, so the times compare different work:\n" + "\n".join(wrong))


def parts(rows, render):
    """The tables, as text or Markdown."""
    found = [render(tables.HEADER, [tables.cells(row) for row in rows])]
    speed_ups = tables.speed_ups(rows)
    return found + [render(tables.SPEED_UP_HEADER, speed_ups)] if speed_ups else found


def write(options, rows, wrong):
    """Saves what is known so far, after each case, so that stopping loses only the case under way."""
    machine = {"processor": processor(), "cores": cores(), "system": platform.platform()}
    if options.json:
        pins = {name: python_environment.PACKAGES[PEER_NAMES[name][0]] for name in options.peers}
        content = {"machine": machine, "repeat": options.repeat, "pins": pins, "mechanism_flags": options.mechanism_flags, "not_the_same": wrong, "results": rows}
        options.json.write_text(json.dumps(content, indent=1) + "\n")
    if options.markdown:
        words = f"{machine['processor']}, {machine['cores']} cores, {machine['system']}; medians of {options.repeat} runs.\n"
        options.markdown.write_text("\n".join([words, *parts(rows, tables.markdown)]))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped; --json and --markdown have the models that were done")
