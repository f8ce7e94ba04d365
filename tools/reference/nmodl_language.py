"""Write tests/reference/nmodl/language.csv: NEURON's answers for the files of tests/nmodl/language that tests/nmodl_language.rs
runs.

    python tools/reference/nmodl_language.py

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
FILES = ["other", "ions", "tables", "names", "implicit"]
# Points and values of the FUNCTION_TABLEs, as in tests/nmodl_language.rs.
MINF = [0.0, 0.05, 0.3, 0.8, 0.95, 1.0]
MTAU = ([-90.0, -60.0, -45.0, -10.0], [1.0, 4.0, 6.0, 2.0])
GAIN = [1.0, 1.5, 0.5, 2.0, 2.5, 1.0]
SHARE = 0.75
WATCHED = {
    "tables": ["m", "h", "seen"],
    "names": ["m", "a", "b", "hidden", "library"],
    "implicit": ["m", "early"],
    "ions": ["m", "pool", "ratio"],
}


def main():
    folder = tempfile.mkdtemp()
    for name in FILES:
        shutil.copy(ROOT / "tests" / "nmodl" / "language" / f"{name}.mod", folder)
    subprocess.run([pathlib.Path(sys.executable).parent / "nrnivmodl"], cwd=folder, check=True, capture_output=True)
    os.chdir(folder)
    import neuron
    from neuron import h

    h.load_file("stdrun.hoc")
    soma = h.Section(name="soma")
    soma.L = soma.diam = 20
    for name in ["pas", *FILES]:
        soma.insert(name)
    soma.g_pas, soma.e_pas = 1e-4, -65
    minf, gain, points, mtau = h.Vector(MINF), h.Vector(GAIN), h.Vector(MTAU[0]), h.Vector(MTAU[1])
    h.table_minf_tables(minf._ref_x[0], len(MINF), -90, 10)
    h.table_mtau_tables(mtau, points)
    h.table_gain_tables(gain._ref_x[0], 3, -80, 0, 2, 0, 1)
    h.table_share_tables(SHARE)
    clamps = []
    for delay, duration, amplitude in [(2.006, 10, 0.1), (20.006, 10, -0.05), (35.006, 10, 0.6)]:
        clamp = h.IClamp(soma(0.5))
        clamp.delay, clamp.dur, clamp.amp = delay, duration, amplitude
        clamps.append(clamp)
    segment = soma(0.5)
    names, references = ["v", "ica"], [segment._ref_v, segment._ref_ica]
    for mechanism, variables in WATCHED.items():
        for variable in variables:
            names.append(f"{mechanism}.{variable}")
            references.append(getattr(segment, f"_ref_{variable}_{mechanism}"))
    traces = [h.Vector().record(reference) for reference in references]
    h.celsius, h.dt = 6.3, 0.025
    h.finitialize(-65)
    while h.t < 50 - h.dt / 2:
        h.fadvance()
    note = f"# NEURON {neuron.__version__}, {datetime.date.today().isoformat()}, written by tools/reference/nmodl_language.py"
    lines = ["# One compartment with the mechanisms of tests/nmodl/language, under steps of current", note, ",".join(names)]
    lines += [",".join(f"{x:.17g}" for x in row) for row in list(zip(*traces))[::8]]
    (ROOT / "tests" / "reference" / "nmodl" / "language.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
