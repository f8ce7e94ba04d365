#!/usr/bin/env python3
"""Times Volley against NEURON on the same networks, run in turn on this machine.

    tools/compare_peers.py                       every model, 1 thread and all cores, 7 runs each
    tools/compare_peers.py --models before --threads 1 --repeat 3 --coreneuron --json times.json

Run time means the step loop alone: NEURON's psolve, Volley's `wall_time_s.run`. What comes before
(reading, compiling, building) is in a table of its own. Each repeat runs every simulator once, and the
order is turned round from one repeat to the next, so that a slow spell of the machine falls on all;
the ratio is taken within a repeat. All must count the same spikes in every population, else the
comparison ends with status 1. NEURON is installed on first use (see python_environment.py) and needs
a C++ compiler for its mechanisms.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import python_environment

PROJECT = Path(__file__).resolve().parents[1]
HOPFIELD_BRODY = PROJECT / "networks" / "hopfield-brody"
# Volley's description and the arguments of NEURON's script.
MODELS = {
    "before": (HOPFIELD_BRODY / "before.toml", "hopfield_brody_neuron.py", ["before"]),
    "after": (HOPFIELD_BRODY / "after.toml", "hopfield_brody_neuron.py", ["after"]),
    "purkinje": (PROJECT / "networks" / "purkinje" / "network.toml", "purkinje_neuron.py", []),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--repeat", type=int, default=7, help="runs of each simulator (default 7)")
    parser.add_argument("--threads", type=int, nargs="+", help="numbers of threads (default: 1 and all cores)")
    parser.add_argument("--coreneuron", action="store_true", help="time CoreNEURON as well")
    parser.add_argument("--json", type=Path, help="write every time and count to this file")
    parser.add_argument("--volley", type=Path, help="time this volley, instead of building this project's")
    options = parser.parse_args()
    if options.repeat < 1 or any(threads < 1 for threads in options.threads or []):
        parser.error("--repeat and --threads take numbers from 1")
    if options.threads is None:
        options.threads = sorted({1, cores()})
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


def captured(command, **options):
    """Standard output of a command; ends the comparison with the command's own words if it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"`{' '.join(map(str, command))}` ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def build_volley():
    print("building volley (release)", flush=True)
    if subprocess.run(["cargo", "build", "--release", "--locked"], cwd=PROJECT).returncode != 0:
        sys.exit("volley does not build")
    metadata = json.loads(captured(["cargo", "metadata", "--no-deps", "--format-version", "1"], cwd=PROJECT))
    return Path(metadata["target_directory"]) / "release" / "volley"


def runners(options, volley, python, folder):
    """Simulator name -> function (model, threads) that runs it once and returns its summary."""

    def run_volley(model, threads):
        description = MODELS[model][0]
        out = folder / "volley-out"
        words = [volley, "run", description, "--threads", threads, "--quiet", "--summary", "json", "--out", out]
        return json.loads(captured(words))

    def run_neuron(model, threads, extra=(), mechanisms="neuron"):
        _, script, words = MODELS[model]
        command = [python, PROJECT / "tools" / "peers" / script, *words, "--threads", threads]
        output = captured([*command, "--mechanisms", folder / f"{mechanisms}-{script}", *extra])
        return json.loads(output.strip().splitlines()[-1])

    found = {"Volley": run_volley, "NEURON": run_neuron}
    if options.coreneuron:
        found["CoreNEURON"] = lambda model, threads: run_neuron(model, threads, ["--coreneuron"], "coreneuron")
    return found


def start_up(summary):
    """Seconds from the start of the program to its first step, as far as it tells them."""
    return sum(seconds for phase, seconds in summary["wall_time_s"].items() if phase != "run")


def compare(model, threads, repeat, run):
    """Runs all simulators `repeat` times in turn; returns their summaries by name."""
    summaries = {name: [] for name in run}
    for name in run:
        run[name](model, threads)  # compiles mechanisms and warms caches; not counted
    for number in range(repeat):
        order = list(run) if number % 2 == 0 else list(reversed(run))
        for name in order:
            summaries[name].append(run[name](model, threads))
        times = ", ".join(f"{name} {summaries[name][-1]['wall_time_s']['run']:.3f} s" for name in run)
        print(f"{model}, {threads} thread(s), run {number + 1} of {repeat}: {times}", flush=True)
    return summaries


def same_spikes(model, threads, summaries):
    """Whether every run of every simulator counted the spikes that NEURON's first run counted."""
    wanted = summaries["NEURON"][0]["spikes"]
    agree = True
    for name, runs in summaries.items():
        for summary in runs:
            # Volley also counts populations that NEURON's script leaves out, such as the input channels.
            seen = {population: summary["spikes"].get(population) for population in wanted}
            if seen != wanted:
                print(f"FAILED {model}, {threads} thread(s): {name} counts {seen}, NEURON {wanted}")
                agree = False
    return agree


def spread(values):
    """Smallest, quartiles and largest of some values."""
    quartiles = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
    return {"min": min(values), "q1": quartiles[0], "median": quartiles[1], "q3": quartiles[2], "max": max(values)}


def digest(model, threads, summaries):
    """One row for each simulator: its run time, its ratio to Volley's, start-up and memory."""
    rows = []
    for name, runs in summaries.items():
        times = [summary["wall_time_s"]["run"] for summary in runs]
        work = runs[0]["compartments"] * runs[0]["steps"]
        pairs = zip(times, summaries["Volley"])
        rows.append(
            {
                "model": model,
                "threads": threads,
                "simulator": name,
                "run_s": spread(times),
                "ratio_to_volley": spread([seconds / volley["wall_time_s"]["run"] for seconds, volley in pairs]),
                "ns_per_compartment_step": 1e9 * statistics.median(times) / work,
                "start_up_s": spread([start_up(summary) for summary in runs]),
                "peak_memory_bytes": max(summary["peak_memory_bytes"] for summary in runs),
                "spikes": runs[0]["spikes"],
                "runs": runs,
            }
        )
    return rows


def print_table(header, rows):
    widths = [max(len(row[n]) for row in [header, *rows]) for n in range(len(header))]
    for row in [header, *rows]:
        print("  ".join(word.rjust(width) for word, width in zip(row, widths)))
    print()


def brief(values, digits):
    return f"{values['median']:.{digits}f}"


def span(values, digits):
    ends = f"{values['min']:.{digits}f}..{values['max']:.{digits}f}"
    return f"{ends} ({values['q1']:.{digits}f}, {values['q3']:.{digits}f})"


def print_digest(rows):
    print("\nRun time (the step loop), and how many times Volley's it is; spread: min..max (quartiles)")
    print_table(
        ["model", "threads", "simulator", "run, s", "spread", "times Volley's", "spread", "ns/compartment/step"],
        [
            [
                row["model"],
                str(row["threads"]),
                row["simulator"],
                brief(row["run_s"], 3),
                span(row["run_s"], 3),
                brief(row["ratio_to_volley"], 2),
                span(row["ratio_to_volley"], 2),
                f"{row['ns_per_compartment_step']:.1f}",
            ]
            for row in rows
        ],
    )
    print("Start-up (for NEURON its import and building; its mechanisms were compiled before) and peak memory")
    print_table(
        ["model", "threads", "simulator", "start-up, s", "peak memory, MiB"],
        [
            [
                row["model"],
                str(row["threads"]),
                row["simulator"],
                brief(row["start_up_s"], 3),
                f"{row['peak_memory_bytes'] / 2**20:.0f}",
            ]
            for row in rows
        ],
    )


def main():
    options = arguments()
    python = python_environment.ensure("neuron")
    volley = options.volley or build_volley()
    rows, agree = [], True
    with tempfile.TemporaryDirectory(prefix="volley-peers-") as temporary:
        run = runners(options, volley, python, Path(temporary))
        for model in options.models:
            for threads in options.threads:
                summaries = compare(model, threads, options.repeat, run)
                agree &= same_spikes(model, threads, summaries)
                rows += digest(model, threads, summaries)
    print_digest(rows)
    if options.json:
        machine = {"processor": processor(), "cores": cores(), "system": platform.platform()}
        options.json.write_text(json.dumps({"machine": machine, "peers": python_environment.PACKAGES["neuron"], "results": rows}, indent=1) + "\n")
    if not agree:
        sys.exit("the simulators did not count the same spikes: the times above compare different work")


if __name__ == "__main__":
    main()
