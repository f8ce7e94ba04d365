"""Write tests/reference/nmodl/corpus/NAME.csv: NEURON's traces of each file of tests/nmodl/corpus under one protocol.

    python tools/reference/nmodl_corpus.py              tables that are missing
    python tools/reference/nmodl_corpus.py --all        every table anew
    python tools/reference/nmodl_corpus.py cnexp loops  these

needs NEURON (`pip install neuron`) and a C++ compiler. What is recorded of a file stands in tests/nmodl/corpus/protocols.toml; a
table is named as its line there, and a new line gives a new table. Each file runs in a process of its own.

The protocol, which tests/nmodl_corpus.rs repeats: a compartment of 20 um length and diameter with a leak, 22 degC, 25 ms in steps
of 0.025 ms. A voltage clamp steps through three levels and lets go; a current pushes v through most thresholds. Two connections bring
events. No time of an event or an edge falls on half a step, so that none depends on how a simulator rounds its time. Every tenth
step is written; times of events that an artificial cell sends stand in a line of their own.
"""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "nmodl" / "corpus"
TABLES = ROOT / "tests" / "reference" / "nmodl" / "corpus"
DT, STEPS, EVERY = 0.025, 1000, 10
CLAMP = {"rs": 0.1, "dur1": 4.006, "amp1": -80, "dur2": 5, "amp2": -20, "dur3": 4, "amp3": 15}
PULSE = {"delay": 14.006, "dur": 7, "amp": 0.05}
EVENTS = [[2.01, 6.003, 6.018, 10.02, 17.706], [8.006, 15.31]]
WEIGHTS = [[0.002], [0.7]]


def main():
    protocols = tomllib.loads((CORPUS / "protocols.toml").read_text())
    chosen = [word for word in sys.argv[1:] if not word.startswith("--")]
    if not chosen:
        chosen = [name for name in protocols if "--all" in sys.argv or not (TABLES / f"{name}.csv").exists()]
    TABLES.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(ROOT / "tools" / "conformance"))
    import build
    import corpus

    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "volley" / "conformance"
    failed = []
    for name in chosen:
        file = corpus.load(CORPUS / f"{name}.mod", name)
        built = build.translated(file, cache)
        if built["status"] != "built":
            failed.append(f"{name}: {built['status']}: {built['reason']}")
            continue
        job = {"name": name, "kind": file.kind, "receives": file.receives(), "library": built["library"], **protocols[name]}
        # In a folder of its own: NEURON writes files, and a mechanism may end the process.
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, "--job", json.dumps(job)]
            ended = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if ended.returncode != 0:
            failed.append(f"{name}: {ended.stderr.strip()[-400:]}")
    print("\n".join([*failed, f"{len(chosen) - len(failed)} tables"]))
    sys.exit(1 if failed else 0)


def run(job):
    import ctypes

    import neuron
    from neuron import h

    # Python loads NEURON's library for itself alone; the mechanism's library looks for its symbols in the whole process.
    library = next((pathlib.Path(neuron.__file__).parent / ".data" / "lib").glob("libnrniv.*"))
    ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
    h.nrn_load_dll(job["library"])
    name = job["name"]
    section = h.Section(name="soma")
    section.L = section.diam = 20
    section.Ra, section.cm = 100, 1
    section.insert("pas")
    section.g_pas, section.e_pas = 1e-4, -65
    segment = section(0.5)
    if job["kind"] == "density":
        section.insert(name)
        owner = getattr(segment, name)
    else:
        owner = getattr(h, name)(segment) if job["kind"] == "point" else getattr(h, name)()
    for key, value in job.get("set", {}).items():
        setattr(owner, key, value)
    for key, value in job.get("global", {}).items():
        setattr(h, f"{key}_{name}", value)

    keep, queue = [], []
    if job["kind"] != "artificial":
        clamp, pulse = h.SEClamp(segment), h.IClamp(segment)
        for electrode, values in ((clamp, CLAMP), (pulse, PULSE)):
            for key, value in values.items():
                setattr(electrode, key, value)
        keep += [clamp, pulse]
    if job["receives"]:
        for times, weights in zip(EVENTS, job.get("weights", WEIGHTS)):
            connection = h.NetCon(None, owner)
            connection.delay = 1
            for i, weight in enumerate(weights):
                connection.weight[i] = weight
            keep.append(connection)
            queue += [(connection, time) for time in times]
    spikes = h.Vector()
    if job["kind"] == "artificial":
        outgoing = h.NetCon(owner, None)
        outgoing.record(spikes)
        keep.append(outgoing)

    with_v = job["kind"] != "artificial" and job.get("voltage", True)
    recorded = ["v", *job["record"]] if with_v else job["record"]
    vectors = []
    for variable in recorded:
        stem, _, index = variable.rstrip("]").partition("[")
        place = segment if variable == "v" or re.fullmatch(ions(name), stem) else owner
        reference = getattr(place, f"_ref_{stem}")
        vectors.append(h.Vector().record(reference[int(index)] if index else reference))
    handler = h.FInitializeHandler(lambda: [connection.event(time) for connection, time in queue])
    h.celsius, h.dt = 22, DT
    h.finitialize(-65)
    for _ in range(STEPS):
        h.fadvance()
    del handler

    note = f"# NEURON {neuron.__version__}, {datetime.date.today().isoformat()}, written by tools/reference/nmodl_corpus.py"
    lines = [note]
    if job["kind"] == "artificial":
        lines.append("# events: " + " ".join(f"{time:.17g}" for time in spikes))
    if recorded:
        lines.append(",".join(recorded))
    rows = list(zip(*vectors))[::EVERY]
    lines += [",".join(f"{value:.16g}" for value in row) for row in rows]
    (TABLES / f"{name}.csv").write_text("\n".join(lines) + "\n")


def ions(name):
    """A pattern of the variables of the ions that a file uses."""
    text = (CORPUS / f"{name}.mod").read_bytes().decode("latin-1")
    names = "|".join(re.findall(r"\bUSEION\s+(\w+)", text)) or "none"
    return rf"[ie]({names})|({names})[io]"


if __name__ == "__main__":
    if "--job" in sys.argv:
        run(json.loads(sys.argv[2]))
    else:
        main()
