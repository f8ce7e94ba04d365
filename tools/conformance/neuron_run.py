"""Mechanisms under protocols in NEURON: a server that runs each job in a process of its own, since a mechanism may end it.

Reads a line for each job, the path of its JSON file, and answers with the exit status of the job's process.
The job: library, mechanism, kind, ions, pointers, receives, protocol, shift (mV, added to v_init), drivers (of ion currents: libraries and
names), and the files "traces" (.npz with a row for each
step, and times of events), "done" (JSON: values that were set, or the error) and "words" (what NEURON said). NEURON is imported
once, before the fork: that is most of a run's time.
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

import neuron
import numpy

import protocols
from neuron import h

# Python loads NEURON's library for itself alone; the mechanism's library looks for its symbols in the whole process.
ctypes.CDLL(str(next((Path(neuron.__file__).parent / ".data" / "lib").glob("libnrniv.*"))), mode=ctypes.RTLD_GLOBAL)


TIME_LIMIT = 120  # s


def serve():
    for line in sys.stdin:
        with open(line.strip()) as text:
            job = json.load(text)
        child = os.fork()
        if child == 0:
            signal.alarm(TIME_LIMIT)
            words = os.open(job["words"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream, target in ((0, nothing), (1, nothing), (2, words)):
                os.dup2(target, stream)
            os.chdir(job["folder"])
            main(job)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def main(job):
    result = {"error": None, "set": {}, "global": {}}
    try:
        h.nrn_load_dll(job["library"])
        for library, _ in job["drivers"]:
            h.nrn_load_dll(library)
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
    for _, driver in job["drivers"]:
        section.insert(driver)
    segment = section(0.5)
    suffix = ""
    if kind == "density":
        section.insert(mechanism)
        owner, suffix = getattr(segment, mechanism), f"_{mechanism}"
    else:
        owner = getattr(h, mechanism)(segment) if kind == "point" else getattr(h, mechanism)()

    for name, length in variables(mechanism, 1):
        plain = name.removesuffix(suffix)
        if length != 1:
            continue
        value = protocols.substitute(getattr(owner, plain), h.units(name if suffix else f"{mechanism}.{name}"), kind)
        if value is not None:
            setattr(owner, plain, value)
            result["set"][plain] = value
    # NEURON's translator rounds the defaults of parameters to six digits.
    for name, value in job["defaults"].items():
        if hasattr(owner, name):
            group, known = "set", getattr(owner, name)
        elif hasattr(h, f"{name}_{mechanism}"):
            group, known = "global", getattr(h, f"{name}_{mechanism}")
        else:
            continue
        if isinstance(known, float) and known != value and abs(known - value) < 1e-5 * abs(value):
            result[group][name] = known
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
                reference = getattr(owner, f"_ref_{plain}")
                if length == 1:
                    watched[f"{group}.{plain}"] = reference
                else:
                    watched |= {f"{group}.{plain}[{i}]": reference[i] for i in range(length)}

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
    # A vector takes its values after the step and before the events due until its end, as Volley does.
    vectors = {name: h.Vector().record(reference) for name, reference in watched.items()}
    h.finitialize(settings["v_init"] + job["shift"])
    for _ in range(steps):
        h.fadvance()
    del handler
    return {name: numpy.array(vector) for name, vector in {**vectors, "spikes": spikes}.items()}


if __name__ == "__main__":
    serve()
