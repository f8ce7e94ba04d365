#!/usr/bin/env python3
"""What parts of a run cost in instructions, which do not depend on what else the machine does.

Runs `volley` under valgrind's callgrind twice for each part, with less and with more of one thing, and prints the difference in
instructions for one of it: a connection built, a row read, a compartment's step, an epoch, an event. For one build of the command counts repeat
to about half a per cent, as little hangs on the clock; they say nothing of waiting for memory, so times belong beside them.

    python3 tools/instruction_counts.py --volley target/release/volley

Needs valgrind. Everything runs on one thread.
"""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

from building import CELL, CONNECTION, DISTANCE, RANDOM

RING = Path(__file__).resolve().parent.parent / "networks" / "ring" / "network.toml"

BARE = """
[simulation]
dt = 0.025
tstop = 1

[cell.ball.section.soma]
L = 20
diam = 20

[cell.ball.point.synapse]
mechanism = "ExpSyn"

[cell.ball.detector]
threshold = 0

[population.cells]
cell = "ball"
count = 1

[connection.all]
from = "cells"
to = "cells.synapse"
rule = "all_to_all"
weight = 0
delay = 0.025
"""

EVENTS = """
[simulation]
dt = 0.025
tstop = 100

[population.source]
mechanism = "NetStim"
values.number = 1e9
values.interval = 1

[population.cells]
mechanism = "IntFire1"
count = {targets}

[connection.all]
from = "source"
to = "cells"
rule = "all_to_all"
weight = 1e-9
delay = 1
"""


def instructions(volley, words):
    """Instructions of one call."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", volley, *map(str, words)]
    result = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode != 0 or not found:
        raise SystemExit(f"{' '.join(map(str, words))} failed:\n{result.stderr}")
    return int(found.group(1))


class Counter:
    """Runs descriptions in a folder of its own."""

    def __init__(self, volley, folder):
        self.volley = volley
        self.folder = folder

    def description(self, text):
        path = self.folder / "network.toml"
        path.write_text(text)
        return path

    def run(self, path, *options):
        words = ["run", path, "--threads", 1, "--quiet", "--out", self.folder / "out", *options]
        return instructions(self.volley, words)


def connections(counter, rule, weight="0.0001", delay="1"):
    """Building one more connection of each of 1,000 cells."""

    def count(inputs):
        text = CONNECTION.format(source="cells", rule=rule(inputs), weight=weight, delay=delay)
        return counter.run(counter.description(CELL.format(cells=1000) + text))

    return (count(40) - count(10)) / (30 * 1000)


def rows(counter):
    """Reading a row of a table, and connecting the two cells that it names."""

    def count(number):
        lines = (f"{i * 7919 % 1000} {i * 104729 % 1000} 0.0000{i:05d} 1.5\n" for i in range(number))
        (counter.folder / "pairs.txt").write_text("".join(lines))
        rule = 'rule = "table"\ntable = "pairs"'
        text = CONNECTION.format(source="cells", rule=rule, weight='"c2"', delay='"c3"')
        table = '\n[table.pairs]\nfile = "pairs.txt"\n'
        return counter.run(counter.description(CELL.format(cells=1000) + table + text))

    return (count(40_000) - count(10_000)) / 30_000


def compartment_steps(counter):
    """A step of a compartment in the ring of branched cells."""
    compartments = 32 * 21
    less, more = (counter.run(RING, "--tstop", tstop) for tstop in (5, 15))
    return (more - less) / (compartments * 10 / 0.025)


def epochs(counter):
    """A step and epoch of one bare cell."""
    path = counter.description(BARE)
    less, more = (counter.run(path, "--tstop", tstop) for tstop in (25, 75))
    return (more - less) / (50 / 0.025)


def events(counter):
    """A spike that reaches one more IntFire1."""
    less, more = (counter.run(counter.description(EVENTS.format(targets=count))) for count in (100, 300))
    return (more - less) / (200 * 99)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--volley", default="target/release/volley", help="the command to measure")
    options = parser.parse_args()

    def indegree(inputs):
        return f'rule = "indegree"\nindegree = {inputs}'

    def probability(inputs):
        return f'rule = "probability"\nprobability = {inputs / 1000}'

    parts = [
        ("a connection, indegree", lambda c: connections(c, indegree)),
        ("a connection, probability", lambda c: connections(c, probability)),
        ("a connection, indegree, random weight and delay", lambda c: connections(c, indegree, *RANDOM)),
        ("a connection, indegree, delay by distance", lambda c: connections(c, indegree, *DISTANCE)),
        ("a connection of a table of four columns, with reading it", rows),
        ("a compartment's step, ring of branched cells", compartment_steps),
        ("a step and epoch of one bare cell", epochs),
        ("an event that reaches an IntFire1", events),
    ]
    print("| part | instructions |")
    print("|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        counter = Counter(options.volley, Path(temporary))
        for name, part in parts:
            print(f"| {name} | {part(counter):,.1f} |", flush=True)


if __name__ == "__main__":
    main()
