"""One mechanism under one protocol in NEURON; a process of its own, since a mechanism may end it.

    neuron_run.py JOB.json

The job: library, mechanism, kind, ions, pointers, receives, protocol. Writes beside it TRACES.npz (the job's "traces") with a
row for each step, or times of events, and JOB.done.json: the names of states and currents, values that were set, or the error.
"""

import ctypes
import json
import sys
from pathlib import Path

import neuron
import numpy

import protocols
from neuron import h

# Python loads NEURON's library for itself alone; the mechanism's library looks for its symbols in the whole process.
ctypes.CDLL(str(next((Path(neuron.__file__).parent / ".data" / "lib").glob("libnrniv.*"))), mode=ctypes.RTLD_GLOBAL)


def main(path):
    with open(path) as text:
        job = json.load(text)
    result = {"error": None, "set": {}}
    try:
        h.nrn_load_dll(job["library"])
        traces = run(job, result)
        with open(job["traces"], "wb") as out:
            numpy.savez_compressed(out, **traces)
    except (RuntimeError, AttributeError, LookupError, TypeError, ValueError, SystemError) as error:
        result["error"] = f"{type(error).__name__}: {error}"
    with open(job["done"], "w") as out:
        json.dump(result, out)


def variables(mechanism, which):
    """Names and lengths of a mechanism's RANGE variables: parameters (1), assigned (2) or states (3)."""
    standard = h.MechanismStandard(mechanism, which)
    name = h.ref("")
    found = []
    for i in range(int(standard.count())):
        length = standard.name(name, i)
        found.append((name[0], int(length)))
    return found


def run(job, result):
    protocol = protocols.PROTOCOLS[job["protocol"]]
    kind, mechanism = job["kind"], job["mechanism"]
    section = h.Section(name="soma")
    section.L, section.diam, section.nseg = protocols.SECTION["L"], protocols.SECTION["diam"], 1
    section.Ra, section.cm = protocols.SECTION["Ra"], protocols.SECTION["cm"]
    section.insert("pas")
    section.g_pas, section.e_pas = protocols.LEAK["g"], protocols.LEAK["e"]
    segment = section(0.5)
    suffix = ""
    if kind == "density":
        section.insert(mechanism)
        owner, suffix = getattr(segment, mechanism), f"_{mechanism}"
    else:
        owner = getattr(h, mechanism)(segment) if kind == "point" else getattr(h, mechanism)()

    def place(name):
        return getattr(owner, f"_ref_{name.removesuffix(suffix)}")

    for name, length in variables(mechanism, 1):
        plain = name.removesuffix(suffix)
        if length != 1:
            continue
        value = protocols.substitute(getattr(owner, plain), h.units(name if suffix else f"{mechanism}.{name}"), kind)
        if value is not None:
            setattr(owner, plain, value)
            result["set"][plain] = value
    for name in job["pointers"]:
        h.setpointer(segment._ref_v, name, owner)

    watched = {}
    if kind != "artificial":
        watched["v"] = segment._ref_v
        for ion in job["ions"]:
            for name in (f"i{ion}", f"e{ion}", f"{ion}i", f"{ion}o"):
                watched[f"ion.{name}"] = getattr(segment, f"_ref_{name}")
    for group, which in (("state", 3), ("assigned", 2)):
        for name, length in variables(mechanism, which):
            plain = name.removesuffix(suffix)
            if length == 1:
                watched[f"{group}.{plain}"] = place(name)
            else:
                for i in range(length):
                    watched[f"{group}.{plain}[{i}]"] = Element(owner, plain, i)

    keep, queue = [], []
    for name, values in protocol["electrodes"]:
        electrode = getattr(h, name)(segment)
        for key, value in values.items():
            setattr(electrode, "delay" if key == "del" else key, value)
        keep.append(electrode)
    if job["receives"]:
        for entry in protocol["events"]:
            connection = h.NetCon(None, owner)
            connection.delay = protocols.DELAY
            connection.weight[0] = entry["weight"]
            keep.append(connection)
            queue += [(connection, time) for time in entry["times"]]
    spikes = h.Vector()
    if kind == "artificial":
        outgoing = h.NetCon(owner, None)
        outgoing.record(spikes)
        keep.append(outgoing)

    handler = h.FInitializeHandler(lambda: [connection.event(time) for connection, time in queue])
    settings = protocols.SIMULATION
    h.celsius, h.dt = settings["celsius"], settings["dt"]
    steps = round(settings["tstop"] / settings["dt"])
    rows = {name: numpy.empty(steps + 1) for name in watched}
    h.finitialize(settings["v_init"])
    for name, reference in watched.items():
        rows[name][0] = reference[0]
    for step in range(1, steps + 1):
        h.fadvance()
        for name, reference in watched.items():
            rows[name][step] = reference[0]
    del handler
    rows["spikes"] = numpy.array(spikes)
    return rows


class Element:
    """An element of an array variable, read as a reference is."""

    def __init__(self, owner, name, index):
        self.array, self.index = getattr(owner, name), index

    def __getitem__(self, _):
        return self.array[self.index]


if __name__ == "__main__":
    main(sys.argv[1])
