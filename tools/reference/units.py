#!/usr/bin/env python3
"""Writes tests/reference/units/factors.csv: how many base units make a unit, as NEURON's translator computes it.

    tools/reference/units.py [FOLDER]...      with the units declared in the .mod files below the folders, too

Each line is a unit, base units of the same dimensions, and the factor as a C hexadecimal number. NEURON 9.0.2 from PyPI, whose
translator (nocmodl) writes the factors of `NAME = (unit) (base)` in full. The units are those of Volley's table (src/units.rs) and
those that published files declare; what they measure is taken from NEURON's modlunit, which prints it.
"""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NEURON = Path(importlib.util.find_spec("neuron").origin).parent / ".data"
HOME = {**os.environ, "NEURONHOME": str(NEURON / "share" / "nrn")}
# Names that .mod files give to units.
ALIASES = {
    "mV": "millivolt", "uV": "microvolt", "mA": "milliamp", "uA": "microamp", "nA": "nanoamp", "pA": "picoamp",
    "S": "siemens", "mS": "millisiemens", "uS": "microsiemens", "nS": "nanosiemens", "pS": "picosiemens", "umho": "micromho",
    "uF": "microfarad", "mM": "milli/liter", "uM": "micro/liter", "nM": "nano/liter", "molar": "/liter", "um": "micron",
}
BLOCKS = re.compile(r"\b(?:PARAMETER|ASSIGNED|STATE|CONSTANT)\s*\{([^{}]*)\}")


def own():
    """The names of Volley's table."""
    text = (PROJECT / "src" / "units.rs").read_text().split("const DERIVED")[1].split("];")[0]
    return re.findall(r'\("([^"]+)", "', text)


def declared(folders):
    """Units that .mod files declare, made of known names alone."""
    found = set()
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.mod")):
            for block in BLOCKS.findall(path.read_bytes().decode("latin1")):
                found |= {" ".join(unit.split()) for unit in re.findall(r"\(([A-Za-z0-9/ -]*[A-Za-z][A-Za-z0-9/ -]*)\)", block)}
    return found


def run(program, text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "u.mod"
        path.write_text(text)
        done = subprocess.run([NEURON / "bin" / program, "u.mod"], cwd=folder, env=HOME, capture_output=True, text=True)
        if program == "nocmodl" and done.returncode:
            sys.exit(done.stderr)
        made = Path(folder) / "u.cpp"
        return done.stdout, made.read_text() if made.exists() else ""


def head():
    return "NEURON { SUFFIX u }\nUNITS {\n" + "".join(f"({new}) = ({old})\n" for new, old in ALIASES.items()) + "}\n"


def base(unit):
    """The base units of a unit; None when NEURON does not know it."""
    other = "mole-candela5"  # which no unit measures, so that modlunit says what this one measures
    text = f"{head()}ASSIGNED {{ x ({unit}) y ({other}) }}\nPROCEDURE p() {{ x = y }}\n"
    said = run("modlunit", text)[0].strip().splitlines()
    if len(said) != 2:
        return None
    parts = said[1].strip().split(" ", 1)
    return parts[1] if len(parts) > 1 else "1"


def main():
    units = {unit: base(unit) for unit in [*own(), *ALIASES, *sorted(declared(sys.argv[1:]))]}
    # An exponent above 9 cannot be written, and NEURON takes the e of 5e-6 for the elementary charge.
    sound = [unit for unit, base in units.items() if base and re.fullmatch(r"[\w/ -]+", base) and not re.match(r"\d+e", unit)]
    known = [(unit, units[unit]) for unit in sound]
    lines = "".join(f"F{i} = ({unit}) ({base})\n" for i, (unit, base) in enumerate(known))
    code = run("nocmodl", f"{head()}UNITS {{\n{lines}}}\n")[1]
    factors = dict(re.findall(r"static double F(\d+) = (\S+);", code))
    target = PROJECT / "tests" / "reference" / "units" / "factors.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{unit},{base},{factors[str(i)]}\n" for i, (unit, base) in enumerate(known)]
    target.write_text("# Units in base units, by NEURON 9.0.2's translator (tools/reference/units.py).\nunit,base,factor\n" + "".join(rows))
    print(f"{len(rows)} units; unknown to NEURON: {', '.join(u for u, b in units.items() if not b)}")


if __name__ == "__main__":
    main()
