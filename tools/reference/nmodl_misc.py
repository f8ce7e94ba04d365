"""Write tests/reference/nmodl/misc.csv and empty_ions.csv: NEURON's answers for the files of tests/nmodl that
tests/nmodl_misc.rs runs.

    python tools/reference/nmodl_misc.py

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
FILES = ["graded.mod", "follow.mod", "tabled.mod", "empty_ions.mod", "gate.inc"]
CASES = [(0, 2), (1, 0), (0, 0), (-1, -1), (1, 2), (1, -1)]


def translate(folder):
    for name in FILES:
        shutil.copy(ROOT / "tests" / "nmodl" / name, folder)
    subprocess.run([pathlib.Path(sys.executable).parent / "nrnivmodl"], cwd=folder, check=True, capture_output=True)


def main():
    folder = tempfile.mkdtemp()
    translate(folder)
    os.chdir(folder)
    import neuron
    from neuron import h

    h.load_file("stdrun.hoc")
    note = f"# NEURON {neuron.__version__}, {datetime.date.today().isoformat()}, written by tools/reference/nmodl_misc.py"
    out = ROOT / "tests" / "reference" / "nmodl"

    soma, dend = h.Section(name="soma"), h.Section(name="dend")
    soma.L = soma.diam = 20
    dend.L, dend.diam, dend.nseg = 200, 2, 5
    dend.connect(soma(1))
    for section in (soma, dend):
        for name in ("hh", "follow", "tabled"):
            section.insert(name)
        for segment in section:
            segment.tabled.shift = -5
            h.setpointer(segment._ref_m_hh, "gate", segment.follow)
    near, far = h.Graded(dend(0.1)), h.Graded(dend(0.9))
    h.setpointer(soma(0.5)._ref_v, "vpre", far)
    h.setpointer(far._ref_g, "vpre", near)
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = 2, 1, 1
    h.usetable_hh = 0
    h.celsius, h.dt = 6.3, 0.025
    references = [dend(0.9)._ref_v, far._ref_g, near._ref_g, dend(0.5)._ref_s_follow, dend(0.5)._ref_n_tabled]
    traces = [h.Vector().record(reference) for reference in references]
    h.tstop = 20
    h.run()
    lines = ["# Pointers and tables in a soma with one dendrite", note, "v,far,near,s,n"]
    lines += [",".join(f"{x:.17g}" for x in row) for row in zip(*traces)]
    (out / "misc.csv").write_text("\n".join(lines) + "\n")

    cell = h.Section(name="cell")
    lines = ["# Reversal potentials (mV) without concentrations: Nernst's equation and no charge", note, "inside,outside,eca,ezz"]
    point = h.Emptyions(cell(0.5))
    for inside, outside in CASES:
        point.inside, point.outside = inside, outside
        h.finitialize(-65)
        h.fadvance()
        lines.append(f"{inside},{outside},{point.eca_seen:.17g},{point.ezz_seen:.17g}")
    (out / "empty_ions.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
