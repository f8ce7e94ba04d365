"""The same experiment for Volley: a description is written, `volley run` is called, its files are read."""

import json
import re
import subprocess

import h5py

import build
import corpus
import protocols
import tables

TIME_LIMIT = 60  # s
# Built-in mechanisms that the protocols themselves use: a file that defines one is given under the name it has in NEURON.
IN_USE = {"pas", "IClamp", "SEClamp", "VecStim"}


def run(volley, file, protocol, values, shared, names, folder):
    """Runs `file`; `values` are set in its RANGE parameters, `shared` in its GLOBAL ones, and `names` are the traces wanted, as
    neuron_side names them. Returns {"status", "errors", "traces"}, where status is "ran", "not a number", "refused",
    "crashed" or "hangs"."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in names if name != "spikes"]
    (folder / "network.toml").write_text(description(file, protocol, values, shared, wanted, folder))
    command = [str(volley), "run", "network.toml", "--threads", "1", "--quiet", "--out", "results"]
    try:
        ended = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return {"status": "hangs", "errors": [{"code": "hang", "text": f"no end within {TIME_LIMIT} s", "place": ""}], "traces": {}}
    words = (ended.stdout + ended.stderr).decode("utf-8", "replace")
    status = {0: "ran", 2: "refused", 3: "not a number"}.get(ended.returncode, "crashed")
    result = {"status": status, "errors": errors(words), "traces": {}}
    if status == "crashed" and not result["errors"]:
        first = next((line for line in words.splitlines() if line.strip()), "no message")
        result["errors"] = [{"code": f"status {ended.returncode}", "text": first[:300], "place": ""}]
    if status in ("ran", "not a number"):
        result["traces"] = read(folder / "results", wanted, ".part" if status != "ran" else "", file.kind)
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


def description(file, protocol, values, shared, wanted, folder):
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
    lines = table("simulation", protocols.SIMULATION) + table("mechanisms", {"files": files})
    if shared:
        lines += table(f"global.{mechanism}", shared)
    lines += tables.description(mechanism, file.function_tables())
    if file.kind == "artificial":
        lines += table("population.cells", {"mechanism": mechanism}) + table("population.cells.values", values)
        target = "cells"
    else:
        lines += table("cell.compartment", {"Ra": section["Ra"], "cm": section["cm"]})
        lines += table("cell.compartment.section.soma", {"L": section["L"], "diam": section["diam"]})
        lines += table("cell.compartment.mechanism.pas", protocols.LEAK)
        for driver in drivers:
            lines += table(f"cell.compartment.mechanism.{driver.mechanism}", {})
        place = "mechanism" if file.kind == "density" else "point"
        lines += table(f"cell.compartment.{place}.tested", {"mechanism": mechanism})
        lines += table(f"cell.compartment.{place}.tested.values", values)
        # Each POINTER is the segment's v, as on NEURON's side.
        lines += table(f"cell.compartment.{place}.tested.pointers", {name: "v" for name in file.pointers()})
        lines += table("population.cells", {"cell": "compartment"})
        target = "cells.tested"
    for i, (electrode, settings) in enumerate(steps["electrodes"]):
        lines += table(f"stimulus.electrode{i}", {"population": "cells", "mechanism": electrode, **settings})
    if file.receives():
        for i, entry in enumerate(steps["events"]):
            times = [time - protocols.DELAY for time in entry["times"]]
            lines += table(f"population.source{i}", {"mechanism": "VecStim", "times": times})
            connection = {"from": f"source{i}", "to": target, "rule": "all_to_all"}
            lines += table(f"connection.events{i}", {**connection, "weight": entry["weight"], "delay": protocols.DELAY})
    for i, name in enumerate(wanted):
        lines += table(f"record.trace{i}", {"population": "cells", "variable": variable(name), "double": True})
    return "\n".join(lines)


def variable(name):
    """Volley's name of a trace."""
    group, _, inner = name.partition(".")
    return {"v": "v", "ion": inner}.get(group, f"tested.{inner}")


def read(folder, wanted, ending, kind):
    traces = {}
    for i, name in enumerate(wanted):
        with h5py.File(folder / f"trace{i}.h5{ending}") as file:
            traces[name] = file["report/cells/data_double"][:, 0]
    if kind == "artificial":
        with h5py.File(folder / f"spikes.h5{ending}") as file:
            traces["spikes"] = file["spikes/cells/timestamps"][:]
    return traces
