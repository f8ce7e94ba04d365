"""Compare Volley's built-in mechanisms with NEURON's own, inside NEURON.

    python tools/reference/catalogue_against_neuron.py

needs NEURON (`pip install neuron`) and a C++ compiler. The .mod files of src/mechanism/catalogue are compiled by
NEURON under names with a prefix, each experiment of catalogue_setups.py is run with both, and a table shows the
largest value and the largest deviation of each column. The status is 1 if a deviation exceeds the column's bound.

Volley's play_size() and play_at(i) are not NMODL; VecStim is compiled with a short fixed list in their place.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

from neuron import h

from catalogue_setups import artificial_setups, cell_setups, run

CATALOGUE = pathlib.Path(__file__).resolve().parents[2] / "src" / "mechanism" / "catalogue"
PREFIX = "v_"
TIMES = [0.0, 3.7, 3.7, 12.34567, 80.0]

# The amplifier of VClamp multiplies rounding errors of v by its gain of 1e5; everything else is held to rounding.
BOUNDS = {"vclamp": 1e-6}
BOUND = 1e-9


def compile_copies(directory):
    """Compile renamed copies of the catalogue, and load them."""
    for source in CATALOGUE.glob("*.mod"):
        name = re.compile(r"^(\s*(?:SUFFIX|POINT_PROCESS|ARTIFICIAL_CELL)\s+)", re.MULTILINE)
        text = name.sub(rf"\g<1>{PREFIX}", source.read_text())
        if source.name == "vecstim.mod":
            text += fixed_list(TIMES)
        (directory / source.name).write_text(text)
    command = pathlib.Path(sys.executable).parent / "nrnivmodl"
    done = subprocess.run([command, "."], cwd=directory, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    h.nrn_load_dll(str(next(directory.glob("*/libnrnmech.*"))))


def fixed_list(times):
    """NMODL for play_size and play_at over a fixed list."""
    choices = "".join(f"    if (i == {index}) {{ play_at = {time!r} }}\n" for index, time in enumerate(times))
    return (
        f"\nFUNCTION play_size() {{\n    play_size = {len(times)}\n}}\n"
        f"\nFUNCTION play_at(i) {{\n    play_at = 0\n{choices}}}\n"
    )


def compare(name, setup):
    """Print a line per column; true when all are within bounds."""
    header, ours = run(setup, PREFIX)
    _, theirs = run(setup)
    if len(ours) != len(theirs):
        print(f"{name:18} {len(ours)} rows against {len(theirs)}")
        return False
    fine = True
    for index, column in enumerate(header):
        if column == "t":
            continue
        largest = max((abs(row[index]) for row in theirs), default=0.0)
        deviation = max((abs(a[index] - b[index]) for a, b in zip(ours, theirs)), default=0.0)
        within = deviation <= BOUNDS.get(name, BOUND) * max(1.0, largest)
        fine = fine and within
        verdict = "" if within else "  TOO MUCH"
        print(f"{name:18} {column:15} {len(ours):4} rows  largest {largest:<11.6g} deviation {deviation:.3g}{verdict}")
    return fine


def vecstim():
    """VecStim must spike at each time of its list."""
    source = getattr(h, PREFIX + "VecStim")()
    netcon = h.NetCon(source, None)
    times = h.Vector()
    netcon.record(times)
    h.finitialize(-65)
    while h.t < 100:
        h.fadvance()
    # A time is sent for as a delay, so it may come back changed in its last digit.
    same = len(times) == len(TIMES) and all(abs(a - b) < 1e-12 for a, b in zip(times, TIMES))
    print(f"{'vecstim':18} {'as listed' if same else f'{list(times)} instead of {TIMES}'}")
    return same


def main():
    with tempfile.TemporaryDirectory() as directory:
        compile_copies(pathlib.Path(directory))
        results = [compare(name, setup) for name, setup in {**cell_setups(), **artificial_setups()}.items()]
        results.append(vecstim())
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
