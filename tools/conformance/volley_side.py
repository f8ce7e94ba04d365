"""The same experiment for Volley: a description is written, `volley run` is called, its files are read."""

import json
import re
import subprocess

import h5py

import build
import corpus
import protocols
import tables
import variants

TIME_LIMIT = 60  # s
# Built-in mechanisms that the protocols themselves use: a file that defines one is given under the name it has in NEURON.
IN_USE = {"pas", "IClamp", "SEClamp", "VecStim"}


def run(volley, file, protocol, values, shared, names, folder, others=(), variant=None):
    """Runs `file`; `values` are set in its RANGE parameters (`others`: of the instances after the first), `shared` in its GLOBAL
    ones, and `names` are the traces wanted, as neuron_side names them; `variant` is one of variants.py.
    Returns {"status", "errors", "traces"}, where status is "ran", "not a number" (the voltage),
    "failed" (a solver, an index), "refused", "crashed" or "hangs"."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in names if not name.endswith("spikes")]
    several = protocols.instances(file.kind, protocol)
    values = [values, *(others or [values] * (len(several) - 1))]
    (folder / "network.toml").write_text(description(file, protocol, values, shared, wanted, folder, variants.for_volley(variant or {})))
    command = [str(volley), "run", "network.toml", "--threads", "1", "--quiet", "--out", "results"]
    try:
        ended = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return {"status": "hangs", "errors": [{"code": "hang", "text": f"no end within {TIME_LIMIT} s", "place": ""}], "traces": {}}
    words = (ended.stdout + ended.stderr).decode("utf-8", "replace")
    status = {0: "ran", 2: "refused", 3: "not a number"}.get(ended.returncode, "crashed")
    if status == "not a number" and "is no longer a finite number" not in words:
        status = "failed"
    result = {"status": status, "errors": errors(words), "traces": {}}
    if status == "crashed" and not result["errors"]:
        first = next((line for line in words.splitlines() if line.strip()), "no message")
        result["errors"] = [{"code": f"status {ended.returncode}", "text": first[:300], "place": ""}]
    if status in ("ran", "not a number"):
        result["traces"] = read(folder / "results", wanted, ".part" if status != "ran" else "", file.kind, len(several))
    return result


def errors(words):
    """Code, text and place of each error in what Volley said."""
    found = []
    lines = words.splitlines()
    for i, line in enumerate(lines):
        match = re.match(r"error(?:\[([^\]]*)\])?: (.*)", line)
        if match:
            place = re.match(r"\s*--> (.*)", lines[i + 1]) if i + 1 < len(lines) else None
            found.append({"code": match.group(1) or "", "text": match.group(2), "place": place.group(1) if place else ""})
    return found


def text(value):
    """A TOML value; JSON's strings, numbers and lists are also TOML's."""
    return json.dumps(value)


def table(name, values):
    return [f"[{name}]", *(f"{text(key)} = {text(value)}" for key, value in values.items()), ""]


def description(file, protocol, values, shared, wanted, folder, variant):
    mechanism, path = file.mechanism, file.path
    if mechanism in IN_USE:
        mechanism = build.renamed(file)
        path = folder / file.path.name
        pattern = rf"\b(SUFFIX|POINT_PROCESS|ARTIFICIAL_CELL)(\s+){file.mechanism}\b"
        path.write_bytes(re.sub(pattern.encode(), rf"\g<1>\g<2>{mechanism}".encode(), file.path.read_bytes()))
    steps = protocols.PROTOCOLS[protocol]
    section = protocols.SECTION
    drivers = [corpus.driver(ion, folder) for ion in file.driven()]
    files = [str(each) for each in (path, *(driver.path for driver in drivers), *(other.path for other in file.owners()))]
    settings = {k: v for k, v in variant.items() if k in protocols.SIMULATION or k == "conductance"}
    lines = table("simulation", {**protocols.SIMULATION, **settings}) + table("mechanisms", {"files": files})
    shared = {**shared, **{k: v for k, v in variant.items() if k == "usetable"}}
    if shared:
        lines += table(f"global.{mechanism}", shared)
    lines += tables.description(mechanism, file.function_tables())
    several = protocols.instances(file.kind, protocol)
    names = ["cells", *(f"cells{k + 1}" for k in range(1, len(several)))]
    if file.kind == "artificial":
        for name, own in zip(names, values):
            lines += table(f"population.{name}", {"mechanism": mechanism}) + table(f"population.{name}.values", own)
        targets = names
    else:
        lines += table("cell.compartment", {"Ra": section["Ra"], "cm": section["cm"]})
        lines += table("cell.compartment.section.soma", {"L": section["L"], "diam": section["diam"]})
        if "dendrite" in steps:
            lines += table("cell.compartment.section.dend", {**protocols.DENDRITE, "parent": "soma"})
        lines += table("cell.compartment.mechanism.pas", protocols.LEAK)
        for driver in drivers:
            lines += table(f"cell.compartment.mechanism.{driver.mechanism}", {})
        place, key = ("mechanism", "on") if file.kind == "density" else ("point", "at")
        for k, ((where, _, _), own) in enumerate(zip(several, values)):
            spot = where if file.kind == "density" else f"{where}(0.5)"
            lines += table(f"cell.compartment.{place}.{instance(k)}", {"mechanism": mechanism, key: spot})
            lines += table(f"cell.compartment.{place}.{instance(k)}.values", own)
            # Each POINTER is the segment's v, as on NEURON's side.
            lines += table(f"cell.compartment.{place}.{instance(k)}.pointers", {name: "v" for name in file.pointers()})
        lines += table("population.cells", {"cell": "compartment"})
        targets = [f"cells.{instance(k)}" for k in range(len(several))]
    electrodes = [("soma", *e) for e in steps["electrodes"]] + [("dend", *e) for e in steps.get("dendrite", [])]
    for i, (where, electrode, settings) in enumerate(electrodes if file.kind != "artificial" else []):
        lines += table(f"stimulus.electrode{i}", {"population": "cells", "mechanism": electrode, "at": f"{where}(0.5)", **settings})
    if file.receives():
        for i, entry in enumerate(steps["events"]):
            times = [time - protocols.DELAY for time in entry["times"]]
            lines += table(f"population.source{i}", {"mechanism": "VecStim", "times": times})
            for k, (target, (_, entries, _)) in enumerate(zip(targets, several)):
                if i in entries:
                    connection = {"from": f"source{i}", "to": target, "rule": "all_to_all"}
                    lines += table(f"connection.events{i}_{k}", {**connection, "weight": entry["weight"] * variant.get("weights", 1.0), "delay": protocols.DELAY})
    for i, name in enumerate(wanted):
        lines += table(f"record.trace{i}", {"population": "cells", **variable(name, file.kind), "double": True})
    return "\n".join(lines)


def instance(k):
    """The name of an instance in the description."""
    return f"tested{k + 1}" if k else "tested"


def variable(name, kind):
    """Volley's name of a trace, and where it is."""
    start, _, rest = name.rpartition(":")
    number = int(start) - 1 if start else 0
    group, _, inner = rest.partition(".")
    if group in ("v", "ion"):
        return {"variable": "v" if group == "v" else inner, "at": "dend(0.5)" if number else "soma(0.5)"}
    at = {"at": "dend(0.5)"} if number and kind == "density" else {}
    return {"variable": f"{instance(number)}.{inner}", **at}


def read(folder, wanted, ending, kind, count):
    traces = {}
    for i, name in enumerate(wanted):
        with h5py.File(folder / f"trace{i}.h5{ending}") as file:
            traces[name] = file["report/cells/data_double"][:, 0]
    if kind == "artificial":
        with h5py.File(folder / f"spikes.h5{ending}") as file:
            for k in range(count):
                group = file.get(f"spikes/cells{k + 1 if k else ''}/timestamps")
                traces[f"{protocols.prefix(k)}spikes"] = [] if group is None else group[:]
    return traces
