"""Traces of a mechanism in NEURON, from the cache or from a run in a process of its own."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy

import build
import corpus
import variants

HERE = Path(__file__).parent
SERVERS = threading.local()
LOCK = threading.Lock()
# Traces are made anew when what makes them has changed.
EDITION = hashlib.sha256((HERE / "protocols.py").read_bytes() + (HERE / "neuron_run.py").read_bytes() + corpus.DRIVER.encode()).hexdigest()[:10]

TABLES = hashlib.sha256((HERE / "tables.py").read_bytes() + (HERE / "neuron_tabled.py").read_bytes()).hexdigest()[:10]


def traces(file, built, protocol, cache, variant=None):
    """Returns {"error", "set", "global", "others", "traces": {name: array}}: values that Volley must be given, to all instances and
    to each one after the first, and traces; their names are `v`, `ion.ina`, `state.m`, `assigned.i`, `spikes`, and `2:state.m` of the second instance."""
    variant = variants.for_neuron(variant or {})
    folder = Path(cache) / "traces" / EDITION / file.key[:2]
    folder.mkdir(parents=True, exist_ok=True)
    edition = f".{TABLES}" if file.function_tables() else ""
    stem = folder / f"{file.key}.{protocol}{label(variant)}{edition}"
    done, arrays = Path(f"{stem}.json"), Path(f"{stem}.npz")
    if not done.exists():
        run(file, built, protocol, variant, cache, stem, done, arrays)
    result = json.loads(done.read_text())
    result["traces"] = {}
    if result["error"] is None:
        with numpy.load(arrays) as stored:
            result["traces"] = {name: stored[name] for name in stored.files}
    return result


def label(variant):
    """A variant's part of a file name."""
    return "".join(f".{name}={value}".replace(" ", "-") for name, value in sorted(variant.items()))


def run(file, built, protocol, variant, cache, stem, done, arrays):
    if "source" in variant:
        built = build.translated(file, cache, variant["source"])
        if built["status"] != "built":
            done.write_text(json.dumps({"error": built["reason"], "set": {}, "global": {}, "others": []}))
            return
    part = Path(f"{stem}.part.json")
    drivers = []
    for ion in file.driven():
        with LOCK:
            driver = corpus.driver(ion, Path(cache) / "drivers")
            drivers.append((build.translated(driver, cache)["library"], driver.mechanism))
    job = {
        "library": built["library"],
        "mechanism": built["mechanism"],
        "kind": file.kind,
        "ions": file.ions(),
        "pointers": file.pointers(),
        "receives": file.receives(),
        "defaults": file.defaults(),
        "tables": file.function_tables(),
        "protocol": protocol,
        "variant": variant,
        "drivers": drivers,
        "traces": str(arrays),
        "done": str(part),
    }
    request, words = Path(f"{stem}.job.json"), Path(f"{stem}.words")
    folder = Path(f"{stem}.folder")
    folder.mkdir(exist_ok=True)
    request.write_text(json.dumps({**job, "words": str(words), "folder": str(folder)}))
    status = answer(request, "neuron_tabled.py" if file.function_tables() else "neuron_run.py")
    said = words.read_text("latin-1") if words.exists() else ""
    result = json.loads(part.read_text()) if status == 0 and part.exists() else {"error": None, "set": {}, "global": {}, "others": []}
    if result["error"] is not None and said.strip():
        result["error"] += f" ({build.first_error(said)})"
    elif status == -signal.SIGALRM:
        result["error"] = "does not come to an end"
    elif status != 0 or not part.exists():
        result["error"] = f"ends with status {status}: {build.first_error(said)}"
    for file in (request, words, part):
        file.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    done.write_text(json.dumps(result))


def answer(request, script):
    """The exit status of a job's process; each thread of this program has its own servers."""
    servers = SERVERS.__dict__
    if script not in servers or servers[script].poll() is not None:
        servers[script] = subprocess.Popen(
            [sys.executable, str(HERE / script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "NEURON_MODULE_OPTIONS": "-nogui"},
        )
    servers[script].stdin.write(f"{request}\n")
    servers[script].stdin.flush()
    return int(servers[script].stdout.readline())
