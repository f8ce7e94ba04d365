#!/usr/bin/env python3
"""Writes tests/reference/nmodl/*.csv: traces of the mechanisms in tests/nmodl/solvers, from NEURON.

    tools/reference/nmodl_solvers.py

One compartment whose voltage an IClamp moves up and down; a second mechanism makes a calcium current. Each row has the time, the
voltage, the calcium current and concentration, and all RANGE variables, at the end of a step. It needs a C++ compiler.
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
SOURCE = PROJECT / "tests" / "nmodl" / "solvers"
TARGET = PROJECT / "tests" / "reference" / "nmodl"

CURRENT = """NEURON { SUFFIX cacurrent USEION ca WRITE ica }
ASSIGNED { v (mV) ica (mA/cm2) }
BREAKPOINT { ica = 1e-5 * (v - 40) }
"""
DT = 0.025
STEPS = 400


def main():
    if not os.environ.get("VOLLEY_REFERENCE"):
        folder = Path(tempfile.mkdtemp())
        for file in SOURCE.glob("*.mod"):
            shutil.copy(file, folder)
        (folder / "cacurrent.mod").write_text(CURRENT)
        subprocess.run([Path(sys.executable).parent / "nrnivmodl"], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        TARGET.mkdir(parents=True, exist_ok=True)
        for file in sorted(SOURCE.glob("*.mod")):
            env = dict(os.environ, VOLLEY_REFERENCE=file.stem)
            subprocess.run([sys.executable, Path(__file__).resolve()], cwd=folder, env=env, check=True)
        shutil.rmtree(folder)
        return
    trace(os.environ["VOLLEY_REFERENCE"])


def trace(stem):
    import neuron
    from neuron import h

    text = (SOURCE / f"{stem}.mod").read_text()
    name = text.split("SUFFIX", 1)[1].split()[0]
    section = h.Section(name="soma")
    section.L = section.diam = 20
    section.insert("cacurrent")
    section.insert(name)
    clamps = []
    for delay, duration, amplitude in ((0.5, 3, 0.3), (4, 2, -0.2), (7, 2, 0.2)):
        clamp = h.IClamp(section(0.5))
        clamp.delay, clamp.dur, clamp.amp = delay, duration, amplitude
        clamps.append(clamp)
    ranges = []
    mechanism = getattr(section(0.5), name)
    for line in text.split("NEURON {", 1)[1].split("}", 1)[0].split("RANGE", 1)[1].replace(",", " ").split():
        value = getattr(mechanism, line)
        if hasattr(value, "__len__"):
            ranges += [(f"{line}[{i}]", value, i) for i in range(len(value))]
        else:
            ranges.append((line, None, None))

    def row():
        values = [h.t, section.v, section.ica, section.cai]
        for key, array, index in ranges:
            values.append(getattr(mechanism, key) if array is None else array[index])
        return ",".join(repr(float(value)) for value in values)

    h.dt = DT
    h.celsius = 6.3
    h.finitialize(-65)
    lines = [row()]
    for _ in range(STEPS):
        h.fadvance()
        lines.append(row())
    header = ",".join(["t", "v", "ica", "cai"] + [key for key, _, _ in ranges])
    notes = f"# {stem}.mod in NEURON {neuron.__version__}, Python {platform.python_version()}, {datetime.date.today()}; dt {DT} ms\n"
    (TARGET / f"{stem}.csv").write_text(notes + header + "\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
