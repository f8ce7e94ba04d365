"""Writes tests/reference/swc/neuron.json: small SWC texts and the sections that NEURON's Import3d makes of them.

    python tools/reference/swc.py > tests/reference/swc/neuron.json

For each section: name, parent, x on the parent, length (um), area (um2), and the axial resistance from its 0 end to its
middle (megohm, Ra 100 ohm cm). Coordinates are ones that single precision holds, as NEURON keeps no more.
"""

import datetime
import json
import os
import tempfile

import neuron
from neuron import h

h.load_file("stdlib.hoc")
h.load_file("import3d.hoc")

SPHERE = "1 1 1 2 3 8 -1\n"
THREE = "1 1 1 2 3 8 -1\n2 1 1 -6 3 8 1\n3 1 1 10 3 8 1\n"
STACK = "1 1 0 0 0 4 -1\n2 1 5 0 0 6 1\n3 1 10 0 0 7 2\n4 1 16 0 0 3 3\n"

TEXTS = {
    "one-point soma alone with a dendrite": SPHERE + "2 3 9 2 3 1 1\n3 3 29 2 3 0.5 2\n4 3 29 22 3 0.25 3\n",
    "one-point soma, dendrite of one point": SPHERE + "2 3 30 2 3 1 1\n3 2 1 2 -20 0.5 1\n4 2 1 2 -60 0.5 3\n",
    "one-point soma, branching tree": SPHERE
    + "2 3 9 2 3 1 1\n3 3 29 2 3 1 2\n4 3 49 22 3 0.5 3\n5 3 79 22 3 0.5 4\n6 3 49 -18 3 0.75 3\n7 3 99 -18 3 0.75 6\n"
    + "8 4 1 10 3 2 1\n9 4 1 60 3 1.5 8\n10 2 1 90 3 1 9\n11 2 1 190 3 0.5 10\n",
    "three-point soma": THREE + "4 3 9 2 3 1 1\n5 3 29 2 3 0.5 4\n6 4 1 10 3 2 1\n7 4 1 60 3 1.5 6\n",
    "three points that are not a sphere": "1 1 1 2 3 8 -1\n2 1 1 -16 3 6 1\n3 1 1 20 3 5 1\n"
    + "4 3 9 2 3 1 1\n5 3 29 2 3 0.5 4\n",
    "stacked soma, dendrites everywhere": STACK
    + "5 3 0 0 -10 1 1\n6 3 0 0 -50 1 5\n7 3 5 8 0 1 2\n8 3 5 40 0 1 7\n9 3 10 9 0 1 3\n10 3 20 0 0 1.5 4\n"
    + "11 3 60 0 0 0.5 10\n",
    "branching soma": "1 1 0 0 0 4 -1\n2 1 5 0 0 6 1\n3 1 10 0 0 7 2\n4 1 5 9 0 3 2\n5 3 5 0 9 1 2\n6 3 5 0 40 1 5\n"
    + "7 3 20 0 0 1 3\n8 3 50 0 0 1 7\n",
    "branch at a stem's first point": SPHERE + "2 3 9 2 3 1 1\n3 3 29 2 3 0.5 2\n"
    + "4 3 1 12 3 1 1\n5 3 1 42 3 1 4\n6 3 21 32 3 0.5 4\n7 3 51 32 3 0.5 6\n",
    "no soma": "1 3 0 0 0 1 -1\n2 3 20 0 0 1 1\n3 3 40 0 0 0.5 2\n4 3 20 30 0 0.5 2\n5 3 20 60 0 0.5 4\n6 3 0 -40 0 1 1\n"
    + "7 3 0 -90 0 1 6\n",
    "other types": SPHERE + "2 5 9 2 3 1 1\n3 5 29 2 3 0.5 2\n4 6 40 2 3 0.5 3\n5 6 60 2 3 0.5 4\n",
    "comments and gaps in the ids": "# made by hand\n" + SPHERE + "20 3 9 2 3 1 1 # first\n30 3 29 2 3 0.5 20\n",
}


def run(name, text):
    with tempfile.NamedTemporaryFile("w", suffix=".swc", delete=False) as file:
        file.write(text)
    reader = h.Import3d_SWC_read()
    reader.quiet = 1
    reader.input(file.name)
    os.unlink(file.name)

    class Cell:
        pass

    cell = Cell()
    h.Import3d_GUI(reader, 0).instantiate(cell)
    sections = []
    for section in cell.all:
        section.Ra, section.nseg = 100, 1
        parent = section.parentseg()
        sections.append(
            dict(
                name=section.name().split(".")[-1],
                parent=parent and parent.sec.name().split(".")[-1],
                x=parent and parent.x,
                length=section.L,
                area=section(0.5).area(),
                ri=section(0.5).ri(),
            )
        )
    return dict(name=name, text=text, sections=sections)


head = dict(generator="tools/reference/swc.py", neuron=neuron.__version__, date=str(datetime.date.today()))
print(json.dumps(head)[:-1] + ', "cases": [')
print(",\n".join(json.dumps(run(*case)) for case in TEXTS.items()))
print("]}")
