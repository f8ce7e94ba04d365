"""Write tests/reference/nmodl/numbers.csv: NEURON's answers for the files of tests/nmodl/numbers that
tests/nmodl_numbers.rs runs.

    python tools/reference/nmodl_numbers.py

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
NAMES = "v,ica,cai,g,i,passed,before,after,end,highest,count,m,minf,faraday,gas,eca"


def main():
    folder = tempfile.mkdtemp()
    for file in sorted((ROOT / "tests" / "nmodl" / "numbers").glob("*.mod")):
        shutil.copy(file, folder)
    subprocess.run([pathlib.Path(sys.executable).parent / "nrnivmodl"], cwd=folder, check=True, capture_output=True)
    os.chdir(folder)
    import neuron
    from neuron import h

    h.load_file("stdrun.hoc")
    cell = h.Section(name="cell")
    cell.L = cell.diam = 20
    for name in ("hh", "witness", "inward", "pool", "late", "curved", "constants"):
        cell.insert(name)
    h.usetable_hh = 0
    here = cell(0.5)
    steps = [h.Steps(here), h.Steps(here)]
    steps[1].first = 2
    clamp = h.IClamp(here)
    clamp.delay, clamp.dur, clamp.amp = 5.006, 5, 0.3
    h.celsius, h.dt, h.tstop = 31, 0.025, 20
    references = [here._ref_v, here._ref_ica, here._ref_cai, steps[0]._ref_g, steps[1]._ref_i, steps[0]._ref_passed]
    references += [getattr(here.witness, f"_ref_{name}") for name in ("before", "after", "end", "highest", "count")]
    references += [here.late._ref_m, here.late._ref_minf]
    references += [getattr(here.constants, f"_ref_{name}") for name in ("faraday", "gas")] + [here._ref_eca]
    traces = [h.Vector().record(reference) for reference in references]
    h.run()
    date = datetime.date.today().isoformat()
    note = f"# NEURON {neuron.__version__}, {date}, written by tools/reference/nmodl_numbers.py"
    lines = ["# What steps, looks and rounds between mechanisms, in one compartment", note, NAMES]
    lines += [",".join(f"{x:.17g}" for x in row) for row in zip(*traces)]
    (ROOT / "tests" / "reference" / "nmodl" / "numbers.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
