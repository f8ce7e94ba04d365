"""Writes tests/reference/morphology/neuron.json: cells and what NEURON makes of them.

    python tools/reference/morphology.py > tests/reference/morphology/neuron.json

Each case holds its sections, and for each of NEURON's nodes area (um2), diameter (um), axial resistance
to the parent node (megohm) and distance from the root's 0 end (um). A passive membrane (cm 1 uF/cm2, g 1e-3 S/cm2,
e -65 mV) then gets 0.1 nA at the place `inject` for 40 steps of 0.025 ms, and `v` holds the voltage of each
segment (mV) after the last one.
"""

import datetime
import json
import random

import neuron
from neuron import h

h.load_file("stdrun.hoc")


def sec(name, parent=None, x=1.0, end=0, nseg=1, ra=35.4, length=None, diam=None, points=None):
    return dict(name=name, parent=parent, x=x, end=end, nseg=nseg, ra=ra, length=length, diam=diam, points=points)


TAPER = [[0, 0, 0, 4], [60, 0, 0, 1]]
STEPPED = [[0, 0, 0, 3], [10, 0, 0, 3], [10, 0, 0, 1], [40, 0, 0, 1]]


def winding(count, seed):
    """A path of many points of all lengths, with wild diameters; NEURON keeps them with 24 bits, so round to 1/256."""
    rng = random.Random(seed)
    at, points = [0.0, 0.0, 0.0], []
    for _ in range(count):
        points.append([round(c * 256) / 256 for c in [*at, rng.uniform(0.2, 5)]])
        at = [c + rng.choice([0.01, 1, 12]) * rng.uniform(-1, 1) for c in at]
    return points


def cases():
    for nseg in (1, 3, 5):
        yield f"cylinder, {nseg}", [sec("soma", nseg=nseg, length=100, diam=20)], ("soma", 0.5)
        yield f"taper, {nseg}", [sec("soma", nseg=nseg, ra=100, points=TAPER)], ("soma", 1.0)
        yield f"step in diameter, {nseg}", [sec("soma", nseg=nseg, ra=100, points=STEPPED)], ("soma", 0.0)
        yield f"many points, {nseg}", [sec("soma", nseg=nseg, ra=70, points=winding(60, nseg))], ("soma", 0.9)
        yield f"reversed taper, {nseg}", [
            sec("soma", nseg=2, length=20, diam=20),
            sec("dend", "soma", 1, 1, nseg, 100, points=TAPER),
            sec("tip", "dend", 0, 0, nseg, 100, length=30, diam=1),
        ], ("tip", 1.0)
    yield "fork", [
        sec("soma", nseg=1, length=20, diam=20),
        sec("dend[0]", "soma", 1, nseg=5, ra=100, length=200, diam=2),
        sec("dend[1]", "dend[0]", 1, nseg=3, ra=150, length=100, diam=1),
        sec("dend[2]", "dend[0]", 1, nseg=4, ra=150, length=130, diam=1.5),
        sec("dend[3]", "dend[1]", 1, nseg=2, ra=120, length=70, diam=0.7),
    ], ("dend[3]", 1.0)
    yield "attached inside", [
        sec("soma", nseg=3, length=30, diam=20),
        sec("dend[0]", "soma", 0.3, nseg=5, ra=100, length=200, diam=2),
        sec("dend[1]", "soma", 0.5, nseg=3, ra=150, length=100, diam=1),
        sec("dend[2]", "dend[0]", 0.4, 1, nseg=2, ra=150, length=100, diam=1),
        sec("dend[3]", "dend[1]", 0, nseg=2, ra=120, length=70, diam=0.7),
        sec("dend[4]", "dend[2]", 0, nseg=2, ra=120, length=40, diam=0.7),
    ], ("dend[4]", 0.25)
    for count in (1, 2, 3):
        yield f"{count} at the root's 0 end", [
            sec("soma", nseg=2, length=30, diam=20),
            *(sec(f"dend[{i}]", "soma", 0, nseg=2, ra=100 + i, length=100 + i, diam=1 + i) for i in range(count)),
        ], ("dend[0]", 0.0)
    rng = random.Random(7)
    for number in range(4):
        sections = [sec("s[0]", nseg=2, length=20, diam=15)]
        for i in range(1, 40):
            parent = sections[rng.randrange(max(0, i - 6), i)]["name"]
            shape = {"points": winding(rng.randrange(2, 9), rng.random())}
            if rng.random() < 0.5:
                shape = {"length": rng.uniform(5, 200), "diam": rng.uniform(0.3, 4)}
            x = rng.choice([0.0, 1.0, 1.0, rng.random()])
            sections.append(
                sec(f"s[{i}]", parent, x, rng.choice([0, 0, 1]), rng.randrange(1, 8), rng.uniform(50, 250), **shape)
            )
        yield f"random {number}", sections, ("s[39]", rng.choice([0.0, 1.0, 0.5]))


def run(name, sections, inject):
    made = {}
    for s in sections:
        made[s["name"]] = section = h.Section(name=s["name"].replace("[", "_").replace("]", ""))
        if s["parent"] is not None:
            section.connect(made[s["parent"]](s["x"]), s["end"])
        section.nseg, section.Ra = s["nseg"], s["ra"]
        if s["points"]:
            for point in s["points"]:
                h.pt3dadd(*point, sec=section)
        else:
            section.L, section.diam = s["length"], s["diam"]
        section.insert("pas")
        for segment in section:
            segment.pas.g, segment.pas.e = 1e-3, -65
    clamp = h.IClamp(made[inject[0]](inject[1]))
    clamp.delay, clamp.dur, clamp.amp = 0, 1e9, 0.1
    h.dt, h.steps_per_ms = 0.025, 40
    h.finitialize(-65)
    root = made[sections[0]["name"]](0)
    nodes = [
        dict(
            section=s["name"],
            x=segment.x,
            area=segment.area(),
            diam=segment.diam,
            ri=segment.ri(),
            distance=h.distance(root, segment),
        )
        for s in sections
        for segment in made[s["name"]].allseg()
    ]
    for _ in range(40):
        h.fadvance()
    v = [segment.v for s in sections for segment in made[s["name"]]]
    lengths = [made[s["name"]].L for s in sections]
    return dict(name=name, sections=sections, inject=inject, lengths=lengths, nodes=nodes, v=v)


results = [run(*case) for case in cases()]
head = dict(generator="tools/reference/morphology.py", neuron=neuron.__version__, date=str(datetime.date.today()))
print(json.dumps(head)[:-1] + ', "cases": [')
print(",\n".join(json.dumps(result) for result in results))
print("]}")
