"""Mechanisms under protocols in NEURON: a server that runs each job in a process of its own, since a mechanism may end it.

Reads a line for each job, the path of its JSON file, and answers with the exit status of the job's process.
The job: library, mechanism, kind, ions, pointers, receives, protocol, variant (see variants.py), drivers (of ion currents: libraries and
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
    result = {"error": None, "set": {}, "global": {}, "others": []}
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


def compartment(name, shape):
    """A section of one compartment."""
    section = h.Section(name=name)
    section.L, section.diam, section.nseg = shape["L"], shape["diam"], 1
    section.Ra, section.cm = protocols.SECTION["Ra"], protocols.SECTION["cm"]
    return section


def wake(owner, name, length, value, known):
    """Gives `value` to a parameter that is 0, an array's elements one by one."""
    if length == 1:
        if getattr(owner, name) == 0:
            setattr(owner, name, value)
            known[name] = value
        return
    for i in range(length):
        if getattr(owner, name)[i] == 0:
            getattr(owner, name)[i] = value * (i + 1)
            known[f"{name}[{i}]"] = value * (i + 1)


def run(job, result):
    protocol, variant = protocols.PROTOCOLS[job["protocol"]], job["variant"]
    kind, mechanism = job["kind"], job["mechanism"]
    several = protocols.instances(kind, job["protocol"])
    soma = compartment("soma", protocols.SECTION)
    sections = {"soma": soma}
    if "dendrite" in protocol and kind != "artificial":
        sections["dend"] = compartment("dend", protocols.DENDRITE)
        sections["dend"].connect(soma(1))
    for section in sections.values():
        section.insert("pas")
        section.g_pas, section.e_pas = protocols.LEAK["g"], protocols.LEAK["e"] + variant.get("leak", 0.0)
        for _, driver in job["drivers"]:
            section.insert(driver)
    suffix = f"_{mechanism}" if kind == "density" else ""
    owners = []
    for place, _, _ in several:
        if kind == "density":
            sections[place].insert(mechanism)
            owners.append(getattr(sections[place](0.5), mechanism))
        else:
            owners.append(getattr(h, mechanism)(sections[place](0.5)) if kind == "point" else getattr(h, mechanism)())

    owner = owners[0]
    parameters = variables(mechanism, 1)
    for name, length in parameters:
        plain = name.removesuffix(suffix)
        if length != 1:
            continue
        value = protocols.substitute(getattr(owner, plain), h.units(name if suffix else f"{mechanism}.{name}"), kind)
        if value is not None:
            for each in owners:
                setattr(each, plain, value)
            result["set"][plain] = value
    if variant.get("awake"):
        for name, length in parameters:
            plain, unit = name.removesuffix(suffix), h.units(name if suffix else f"{mechanism}.{name}")
            for each in owners:
                wake(each, plain, length, protocols.awake(plain, unit), result["set"])
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
    if "usetable" in variant:
        setattr(h, f"usetable_{mechanism}", variant["usetable"])
    result["others"] = []
    for each, (_, _, factor) in list(zip(owners, several))[1:]:
        values = dict(result["set"])
        for name, length in parameters:
            plain = name.removesuffix(suffix)
            unit = h.units(name if suffix else f"{mechanism}.{name}")
            known = getattr(owner, plain)
            if length == 1 and protocols.varied(known, unit, factor) != known:
                values[plain] = protocols.varied(known, unit, factor)
                setattr(each, plain, values[plain])
        result["others"].append(values)
    for each, (place, _, _) in zip(owners, several):
        for name in job["pointers"]:
            h.setpointer(sections[place or "soma"](0.5)._ref_v, name, each)

    watched = {}
    if kind != "artificial":
        for k, section in enumerate(sections.values()):
            start, segment = protocols.prefix(k), section(0.5)
            watched[f"{start}v"] = segment._ref_v
            for ion in job["ions"]:
                for name in (f"i{ion}", f"e{ion}", f"{ion}i", f"{ion}o"):
                    # A point process alone may leave the ion out of the other compartment.
                    if k == 0 or hasattr(segment, f"_ref_{name}"):
                        watched[f"{start}ion.{name}"] = getattr(segment, f"_ref_{name}")
        for k, each in enumerate(owners):
            for group, which in (("state", 3), ("assigned", 2)):
                for name, length in variables(mechanism, which):
                    plain = name.removesuffix(suffix)
                    reference, start = getattr(each, f"_ref_{plain}"), protocols.prefix(k)
                    if length == 1:
                        watched[f"{start}{group}.{plain}"] = reference
                    else:
                        watched |= {f"{start}{group}.{plain}[{i}]": reference[i] for i in range(length)}

    keep, queue = [], []
    electrodes = [(soma, *e) for e in protocol["electrodes"]]
    electrodes += [(sections["dend"], *e) for e in protocol.get("dendrite", []) if "dend" in sections]
    for section, name, values in electrodes:
        electrode = getattr(h, name)(section(0.5))
        for key, value in values.items():
            setattr(electrode, "delay" if key == "del" else key, value)
        keep.append(electrode)
    if job["receives"]:
        for i, entry in enumerate(protocol["events"]):
            for each, (_, entries, _) in zip(owners, several):
                if i in entries:
                    connection = h.NetCon(None, each)
                    connection.delay = protocols.DELAY
                    connection.weight[0] = entry["weight"] * variant.get("weights", 1.0)
                    keep.append(connection)
                    queue += [(connection, time) for time in entry["times"]]
    spikes = {}
    if kind == "artificial":
        for k, each in enumerate(owners):
            outgoing = h.NetCon(each, None)
            spikes[f"{protocols.prefix(k)}spikes"] = h.Vector()
            outgoing.record(spikes[f"{protocols.prefix(k)}spikes"])
            keep.append(outgoing)

    handler = h.FInitializeHandler(lambda: [connection.event(time) for connection, time in queue])
    settings = {**protocols.SIMULATION, **{k: v for k, v in variant.items() if k in protocols.SIMULATION}}
    h.celsius, h.dt = settings["celsius"], settings["dt"]
    steps = round(settings["tstop"] / settings["dt"])
    # A vector takes its values after the step and before the events due until its end, as Volley does.
    vectors = {name: h.Vector().record(reference) for name, reference in watched.items()}
    h.finitialize(settings["v_init"])
    for _ in range(steps):
        h.fadvance()
    del handler
    return {name: numpy.array(vector) for name, vector in {**vectors, **spikes}.items()}


if __name__ == "__main__":
    serve()
