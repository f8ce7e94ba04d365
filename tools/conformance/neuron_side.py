"""Traces of a mechanism in NEURON, from the cache or from a run in a process of its own."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy

import build

HERE = Path(__file__).parent
TIME_LIMIT = 180  # s
# Traces are made anew when what makes them has changed.
EDITION = hashlib.sha256((HERE / "protocols.py").read_bytes() + (HERE / "neuron_run.py").read_bytes()).hexdigest()[:10]


def traces(file, built, protocol, cache):
    """Returns {"error", "set", "traces": {name: array}}; the names are `v`, `ion.ina`, `state.m`, `assigned.i`, `spikes`."""
    folder = Path(cache) / "traces" / EDITION / file.key[:2]
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"{file.key}.{protocol}"
    done, arrays = Path(f"{stem}.json"), Path(f"{stem}.npz")
    if not done.exists():
        run(file, built, protocol, stem, done, arrays)
    result = json.loads(done.read_text())
    result["traces"] = {}
    if result["error"] is None:
        with numpy.load(arrays) as stored:
            result["traces"] = {name: stored[name] for name in stored.files}
    return result


def run(file, built, protocol, stem, done, arrays):
    part = Path(f"{stem}.part.json")
    job = {
        "library": built["library"],
        "mechanism": built["mechanism"],
        "kind": file.kind,
        "ions": file.ions(),
        "pointers": file.pointers(),
        "receives": file.receives(),
        "protocol": protocol,
        "traces": str(arrays),
        "done": str(part),
    }
    request = Path(f"{stem}.job.json")
    request.write_text(json.dumps(job))
    environment = {**os.environ, "NEURON_MODULE_OPTIONS": "-nogui"}
    command = [sys.executable, str(HERE / "neuron_run.py"), str(request)]
    scratch = Path(f"{stem}.folder")
    scratch.mkdir(exist_ok=True)
    error = None
    try:
        ended = subprocess.run(
            command, env=environment, cwd=scratch, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, timeout=TIME_LIMIT,
        )
        words = ended.stderr.decode("latin-1")
        if not part.exists():
            error = f"ends with status {ended.returncode}: {build.first_error(words)}"
        elif ended.returncode == 0:
            part_result = json.loads(part.read_text())
            if part_result["error"]:
                part_result["error"] += f" ({build.first_error(words)})" if words.strip() else ""
                part.write_text(json.dumps(part_result))
    except subprocess.TimeoutExpired:
        error = f"does not come to an end within {TIME_LIMIT} s"
        part.unlink(missing_ok=True)
    if error is not None:
        part.write_text(json.dumps({"error": error, "set": {}}))
    request.unlink()
    part.rename(done)
