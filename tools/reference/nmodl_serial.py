#!/usr/bin/env python3
"""Writes tests/reference/nmodl/serial.csv and serial_spikes.csv: what the mechanisms in tests/nmodl/serial do in NEURON.

    tools/reference/nmodl_serial.py

Four cells of two kinds share every mechanism, on one thread: two of one compartment, then two with branches. Columns are named
population:section:variable:number, the numbers going through the cells and in each through the segments from x = 0. Then the times at
which artificial cells fire. It needs a C++ compiler.
"""

import datetime
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "tests" / "nmodl" / "serial"
TARGET = PROJECT / "tests" / "reference" / "nmodl"
DENSITIES = {"chain": ["m", "seen", "place", "mean"], "echo": ["h"], "rows": ["n"], "cside": ["turn"]}
POINTS = ["s", "seen", "place"]
# (time, population, cell, point process, weight); tests/serial.rs has the same.
EVENTS = [
    (1.01, "branched", 1, "third", 0.002), (2.006, "ball", 0, "first", 0.01), (2.31, "branched", 0, "second", 0.004),
    (2.33, "branched", 0, "first", 0.004), (5.106, "ball", 1, "first", 0.02), (7.71, "branched", 1, "second", 0.003),
    (7.73, "branched", 0, "third", 0.003), (12.006, "ball", 0, "first", 0.005), (15.01, "branched", 1, "first", 0.006),
]
DT = 0.025
STEPS = 800
EVERY = 20


def main():
    if not os.environ.get("VOLLEY_REFERENCE"):
        folder = Path(tempfile.mkdtemp())
        for file in SOURCE.glob("*.mod"):
            shutil.copy(file, folder)
        subprocess.run([Path(sys.executable).parent / "nrnivmodl"], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        env = dict(os.environ, VOLLEY_REFERENCE="1")
        subprocess.run([sys.executable, Path(__file__).resolve()], cwd=folder, env=env, check=True)
        shutil.rmtree(folder)
        return
    trace()


def trace():
    import neuron
    from neuron import h

    def cell(shape):
        sections = {}
        for name, (length, diam, nseg, parent) in shape.items():
            section = sections[name] = h.Section(name=name)
            section.L, section.diam, section.nseg, section.Ra, section.cm = length, diam, nseg, 100, 1
            if parent:
                section.connect(sections[parent](1))
            for mechanism in DENSITIES:
                section.insert(mechanism)
        return sections

    ball = {"soma": (20, 20, 1, None)}
    branched = {"soma": (20, 20, 1, None), "a": (100, 2, 3, "soma"), "b": (60, 1, 1, "soma"), "twig": (50, 1, 1, "a")}
    places = {"ball": {"first": ("soma", 0.5)}, "branched": {"first": ("soma", 0.5), "second": ("soma", 0.5), "third": ("a", 0.5)}}
    cells = {"ball": [cell(ball) for _ in range(2)], "branched": [cell(branched) for _ in range(2)]}
    points = {
        (population, number, name): h.meet(sections[section](x))
        for population, members in cells.items()
        for number, sections in enumerate(members)
        for name, (section, x) in places[population].items()
    }
    clamps = []
    for population, delay, amplitude in (("ball", 3, 0.2), ("branched", 6, 0.4)):
        for member in cells[population]:
            clamp = h.IClamp(member["soma"](0.5))
            clamp.delay, clamp.dur, clamp.amp = delay, 5, amplitude
            clamps.append(clamp)
    tallies = [h.tally() for _ in range(3)]
    fired, who = h.Vector(), h.Vector()
    watches = []
    for number, tally in enumerate(tallies):
        watches.append(h.NetCon(tally, None))
        watches[-1].record(fired, who, number)
    connections = [(time, h.NetCon(None, points[population, number, name]), weight) for time, population, number, name, weight in EVENTS]
    for _, connection, weight in connections:
        connection.weight[0] = weight

    columns = []
    for population, members in cells.items():
        for name in members[0]:
            for variable in ["v"] + [f"{mechanism}.{own}" for mechanism, owns in DENSITIES.items() for own in owns]:
                segments = [segment for member in members for segment in member[name]]
                for number, segment in enumerate(segments):
                    owner, _, own = variable.rpartition(".")
                    columns.append((f"{population}:{name}:{variable}:{number}", getattr(segment, owner) if owner else segment, own))
        for name in places[population]:
            for own in POINTS:
                columns += [(f"{population}:{name}:{own}:{n}", points[population, n, name], own) for n in range(len(members))]

    h.dt = DT
    h.celsius = 6.3
    h.finitialize(-65)
    for time, connection, _ in connections:
        connection.event(time)
    rows = [[h.t] + [getattr(owner, name) for _, owner, name in columns]]
    for step in range(STEPS):
        h.fadvance()
        if (step + 1) % EVERY == 0:
            rows.append([h.t] + [getattr(owner, name) for _, owner, name in columns])
    note = f"# NEURON {neuron.__version__}, Python {platform.python_version()}, {datetime.date.today()}; dt {DT} ms\n"
    header = ",".join(["t"] + [name for name, _, _ in columns])
    text = "\n".join(",".join(repr(float(value)) for value in row) for row in rows)
    (TARGET / "serial.csv").write_text(note + header + "\n" + text + "\n")
    spikes = "\n".join(f"{time!r},{int(number)}" for time, number in zip(fired, who))
    (TARGET / "serial_spikes.csv").write_text(note + "t,cell\n" + spikes + "\n")


if __name__ == "__main__":
    main()
