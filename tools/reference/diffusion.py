"""Write tests/reference/diffusion/straight.csv and branched.csv: what NEURON makes of LONGITUDINAL_DIFFUSION, for tests/diffusion.rs.

    python tools/reference/diffusion.py

needs NEURON (`pip install neuron`) and a C++ compiler: the .mod files are translated in a folder of their own.
"""

import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Name, length, diameter (um), segments, parent, where on it, which end is there.
STRAIGHT = [("cable", 120, 2, 7, None, None, None)]
BRANCHED = [
    ("soma", 20, 18, 3, None, None, None),
    ("back", 60, 1.5, 4, "soma", 0, 0),
    ("side", 50, 1, 3, "soma", 0.5, 0),
    ("trunk", 80, 4, 5, "soma", 1, 0),
    ("left", 70, 2, 4, "trunk", 1, 0),
    ("right", 40, 1.5, 1, "trunk", 1, 1),
    ("twig", 30, 0.8, 2, "left", 1, 0),
    ("basal", 45, 1.2, 3, "soma", 0, 0),
    ("bare", 30, 1, 3, "left", 0.4, 0),
    ("onbare", 30, 1, 3, "bare", 1, 0),
    ("ontop", 30, 1, 3, "bare", 0, 0),
]


def build(h, sections):
    made = {}
    for name, length, diam, nseg, parent, x, end in sections:
        section = made[name] = h.Section(name=name)
        section.L, section.diam, section.nseg = length, diam, nseg
        section.Ra, section.cm = 100, 1
        if parent:
            section.connect(made[parent](x), end)
        section.insert("pas")
        if name != "bare":
            section.insert("shells")
            section.insert("ionic")
            section.insert("leakca")
    return made


def run(h, sections):
    made = build(h, sections)
    for name, section in made.items():
        for segment in section if name != "bare" else ():
            segment.shells.source = 0.1 * segment.x**2
            segment.leakca.amp = 1e-3 * (1 - segment.x)
    h.celsius, h.dt = 6.3, 0.05
    h.finitialize(-65)
    rows = []
    for step in range(401):
        if step % 100 == 0:
            for name, *_ in sections:
                if name != "bare":
                    rows += [
                        (h.t, name, i, s.shells.c[0], s.shells.c[1], s.shells.bound, s.cai)
                        for i, s in enumerate(made[name])
                    ]
        h.fadvance()
    return rows


def main():
    folder = tempfile.mkdtemp()
    for file in (ROOT / "tests" / "nmodl" / "diffusion").glob("*.mod"):
        shutil.copy(file, folder)
    subprocess.run([pathlib.Path(sys.executable).parent / "nrnivmodl"], cwd=folder, check=True, capture_output=True)
    os.chdir(folder)
    import neuron
    from neuron import h

    h.load_file("stdrun.hoc")
    note = f"# NEURON {neuron.__version__}, {datetime.date.today().isoformat()}, written by tools/reference/diffusion.py"
    for name, sections in (("straight", STRAIGHT), ("branched", BRANCHED)):
        lines = [f"# Concentrations that diffuse along a {name} cell: time (ms), section, segment, mM", note]
        lines.append("t,section,segment,c0,c1,bound,cai")
        names = [s[0] for s in sections]
        for t, section, *values in run(h, sections):
            lines.append(f"{round(t, 6)},{names.index(section)}," + ",".join(f"{x:.17g}" for x in values))
        (ROOT / "tests" / "reference" / "diffusion" / f"{name}.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
