"""Write tests/reference/nmodl/events*.csv: NEURON's answers for the files of tests/nmodl/events that tests/nmodl_events.rs runs.

    python tools/reference/nmodl_events.py

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

# Start and interval (ms) of regular sources, five spikes each.
SOURCES = {"a": (5.0, 10.0), "b": (5.0, 10.0), "c": (1.0, 7.0), "d": (3.5, 7.0)}
# Connections in the order in which they are made: source, target, weight, delay (ms).
CONNECTIONS = [
    ("b", "plastic", 0.0010, 1.013),
    ("d", "plastic", 0.0020, 1.517),
    ("a", "plastic", 0.0030, 2.013),
    ("b", "plastic", 0.0015, 3.013),
    ("d", "watcher", 5.0, 1.017),
    ("c", "quadratic", 10.0, 1.017),
    ("a", "order", 2.0, 2.0),
    ("b", "order", 1.5, 4.0),
    ("c", "order", 3.0, 1.0),
    ("d", "order", 4.0, 1.0),
]
RECORDED = {
    "watcher": ["ups", "downs", "last", "wrong", "late"],
    "quadratic": ["x", "u", "count"],
    "plastic": ["g", "mark", "total", "count"],
    "order": ["code", "older"],
    "edge": ["on"],
}


def main():
    folder = pathlib.Path(tempfile.mkdtemp())
    for file in sorted((ROOT / "tests" / "nmodl" / "events").glob("*.mod")):
        shutil.copy(file, folder)
    subprocess.run([pathlib.Path(sys.executable).parent / "nrnivmodl"], cwd=folder, check=True, capture_output=True)
    os.chdir(folder)
    import neuron
    from neuron import h

    h.load_file("stdrun.hoc")
    note = f"# NEURON {neuron.__version__}, {datetime.date.today().isoformat()}, written by tools/reference/nmodl_events.py"
    out = ROOT / "tests" / "reference" / "nmodl"
    fired, vectors = run(h, [name for name in RECORDED if name != "order"])
    lines = ["# Event code of one compartment with hh and a current, 50 ms in steps of 0.05 ms", note, ",".join(vectors)]
    lines += [",".join(f"{x:.17g}" for x in row) for row in zip(*vectors.values())]
    (out / "events.csv").write_text("\n".join(lines) + "\n")
    lines = ["# Spikes (ms) of the point process Quadratic", note, "time", *(f"{x:.17g}" for x in fired)]
    (out / "events_fired.csv").write_text("\n".join(lines) + "\n")
    # By itself: NEURON's order of events at the same time depends on all events that wait.
    _, vectors = run(h, ["order"])
    lines = ["# Events at the same time, and times kept in an array", note, "order.code,order.older"]
    lines += [f"{code:.17g},{older:.17g}" for code, older in zip(vectors["order.code"], vectors["order.older"])]
    (out / "events_order.csv").write_text("\n".join(lines) + "\n")


def run(h, names):
    """Spikes of Quadratic, and the variables of these point processes at every step."""
    soma = h.Section(name="soma")
    soma.L = soma.diam = 20
    soma.insert("hh")
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = 2.01, 45, 0.3
    points = {name: getattr(h, name.capitalize())(soma(0.5)) for name in names}
    connections = [connection for connection in CONNECTIONS if connection[1] in points]
    sources = {}
    for name in sorted({source for source, *_ in connections}):
        sources[name] = h.NetStim()
        sources[name].start, sources[name].interval = SOURCES[name]
        sources[name].number = 5
    keep = []
    for source, target, weight, delay in connections:
        connection = h.NetCon(sources[source], points[target])
        connection.weight[0], connection.delay = weight, delay
        keep.append(connection)
    fired = h.Vector()
    if "quadratic" in points:
        keep.append(h.NetCon(points["quadratic"], None))
        keep[-1].record(fired)
    h.usetable_hh = 0
    h.celsius, h.dt = 6.3, 0.05
    vectors = {"v": h.Vector().record(soma(0.5)._ref_v)}
    for point in names:
        for name in RECORDED[point]:
            vectors[f"{point}.{name}"] = h.Vector().record(getattr(points[point], f"_ref_{name}"))
    h.finitialize(-65)
    for _ in range(1000):
        h.fadvance()
    return list(fired), {name: list(vector) for name, vector in vectors.items()}


if __name__ == "__main__":
    main()
