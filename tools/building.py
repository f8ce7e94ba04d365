#!/usr/bin/env python3
"""How long networks take to build, and how much memory they need, by rule and size.

Writes descriptions of `--cells` point cells (hh, one ExpSyn each) with `--inputs` connections a cell into a folder, then runs each of them for
one step with `volley run`, several times, and prints the least of the time to build, the processors' time of the whole call, and the peak
memory. The time to build is everything that comes before the first step: reading, checking, sharing out, building, initialising. Where
other programs run too, the processors' time says more.

    python3 tools/building.py --volley target/release/volley --cells 10000 --inputs 100 --threads 1 2
"""

import argparse
import json
import random
import resource
import subprocess
import tempfile
from pathlib import Path

CELL = """
[simulation]
dt = 0.025
tstop = 0.025

[cell.ball.section.soma]
L = 20
diam = 20

[cell.ball.mechanism.hh]

[cell.ball.point.synapse]
mechanism = "ExpSyn"
tau = 2

[cell.ball.detector]
threshold = 0

[population.cells]
cell = "ball"
count = {cells}
"""

CONNECTION = """
[connection.all]
from = "{source}"
to = "cells.synapse"
{rule}
weight = {weight}
delay = {delay}
"""

RANDOM = ('"uniform(0, 0.0001)"', '"normal(3, 0.2)"')
DISTANCE = ("0.0001", '"1 + 5 * fabs(source - target) / source_count"')


def cases(cells, inputs, folder):
    """Name and description of each network."""

    def network(rule, weight="0.0001", delay="1", source="cells", more=""):
        connection = CONNECTION.format(rule=rule, weight=weight, delay=delay, source=source)
        return CELL.format(cells=cells) + more + connection

    indegree = f'rule = "indegree"\nindegree = {inputs}'
    yield "none", CELL.format(cells=cells)
    yield "indegree", network(indegree)
    yield "indegree, random weight and delay", network(indegree, *RANDOM)
    yield "indegree, delay by distance", network(indegree, *DISTANCE)
    probability = f'rule = "probability"\nprobability = {inputs / cells}'
    yield "probability", network(probability)
    some = max(1, round((cells * inputs) ** 0.5))
    everyone = f'rule = "all_to_all"\nfrom_cells = "some"\nto_cells = "some"'
    chosen = f'\n[list.some]\ncount = {cells}\nwhere = "index < {some}"\n'
    yield "all_to_all", network(everyone, more=chosen)
    near = everyone + '\nwhere = "fabs(source - target) < 100"'
    yield "all_to_all, where", network(near, more=chosen)
    stimuli = f'\n[population.input]\nmechanism = "NetStim"\ncount = {cells * inputs}\n'
    onto = 'rule = "map"\ntarget = "fmod(source, target_count)"'
    yield "map", network(onto, source="input", more=stimuli)
    with open(folder / "pairs.txt", "w") as file:
        draw = random.Random(1)
        for _ in range(cells * inputs):
            pair = f"{draw.randrange(cells)} {draw.randrange(cells)}"
            file.write(f"{pair} {draw.uniform(0, 1e-4):.9f} {draw.uniform(1, 5):.6f}\n")
    rows = 'rule = "table"\ntable = "pairs"'
    yield "table", network(rows, '"c2"', '"c3"', more='\n[table.pairs]\nfile = "pairs.txt"\n')


def measure(volley, description, threads, out):
    """The summary of one run, and the seconds that processors worked for it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [volley, "run", str(description), "--threads", str(threads), "--out", str(out), "--summary", "json", "--quiet"]
    summary = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return summary, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--volley", default="target/release/volley", help="the command to measure")
    parser.add_argument("--cells", type=int, default=10_000)
    parser.add_argument("--inputs", type=int, default=100, help="connections that end at a cell")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="names of networks; default: all")
    options = parser.parse_args()
    print("| network | connections | threads | build, s | processors' time, s | peak memory, MiB | bytes a connection |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        bare = {}
        for name, text in cases(options.cells, options.inputs, folder):
            if options.only and name not in options.only and name != "none":
                continue
            description = folder / "network.toml"
            description.write_text(text)
            for threads in options.threads:
                runs = [measure(options.volley, description, threads, folder / "out") for _ in range(options.repeat)]
                build = min(run["wall_time_s"]["build"] for run, _ in runs)
                worked = min(worked for _, worked in runs)
                memory = min(run["peak_memory_bytes"] for run, _ in runs)
                count = runs[0][0]["connections"]
                bare.setdefault(threads, memory)
                each = f"{(memory - bare[threads]) / count:.0f}" if count else ""
                row = [name, count, threads, f"{build:.3f}", f"{worked:.3f}", f"{memory / 2**20:.0f}", each]
                print("| " + " | ".join(map(str, row)) + " |", flush=True)


if __name__ == "__main__":
    main()
