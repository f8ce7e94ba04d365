"""How each simulator is started, and what it tells: one run in, a summary out.

A summary has `spikes` and `mean_spike_ms` by population, `run_s` (the step loop), `start_up_s` (from the start of the process to the
first step, without compiling), `compile_s`, `compartments`, `steps`, `peak_memory_bytes` and `settings`.
"""

import json
import os
import subprocess
import sys
import time

import python_environment
from models import PEERS, SOURCES, base_population, description

# Peer -> the environment of python_environment.py that has it, what is imported of it, and its name in tables.
PEER_NAMES = {
    "neuron": ("neuron", "neuron", "NEURON"),
    "coreneuron": ("neuron", "neuron", "CoreNEURON"),
    "arbor": ("arbor", "arbor", "Arbor"),
    "nest": ("nest", "nest", "NEST"),
}


def captured(command, **options):
    """Standard output of a command; ends the comparison with the command's own words if it fails."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    except OSError as error:
        sys.exit(f"cannot run `{command[0]}`: {error.strerror}")
    if done.returncode != 0:
        sys.exit(f"`{' '.join(map(str, command))}` ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Volley:
    """This project's simulator."""

    name = "Volley"

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.texts = {}  # case -> its description

    def runs(self, case):
        return True

    def run(self, case, threads, tstop):
        if case.name not in self.texts:
            self.texts[case.name] = description(case, self.folder)
        self.out = self.folder / "volley-out"
        words = [self.program, "run", self.texts[case.name], "--threads", threads, "--tstop", tstop, "--quiet"]
        words += ["--summary", "json", "--out", self.out, *(word for name in case.sets for word in ("--set", name))]
        begin = time.perf_counter()
        told = json.loads(captured(words))
        seconds = time.perf_counter() - begin
        spikes = {}
        for population, count in told["spikes"].items():
            name = base_population(population)
            if name in SOURCES:
                continue
            spikes[name] = spikes.get(name, 0) + count
        return {
            "spikes": spikes,
            "run_s": told["wall_time_s"]["run"],
            # All that is not the step loop, so closing the files as well.
            "start_up_s": seconds - told["wall_time_s"]["run"],
            "compile_s": 0.0,
            "compartments": told["compartments"],
            "steps": told["steps"],
            "peak_memory_bytes": told["peak_memory_bytes"],
            "settings": f"{told['version']}",
        }

    def spikes(self):
        """Population, cell and time (ms) of every spike of the last run."""
        for line in captured([self.program, "spikes", self.out / "spikes.h5"]).splitlines()[1:]:
            population, cell, time_ms = line.split(",")
            yield base_population(population), int(cell), float(time_ms)


class Peer:
    """One of the peers' scripts in tools/peers, run by a Python that has the simulator."""

    def __init__(self, peer, python, folder, name=None):
        self.peer, self.python, self.folder = peer, python, folder
        self.name = name or PEER_NAMES[peer][2]
        self.compile_s = {}  # network -> seconds that compiling its mechanisms took

    def runs(self, case):
        return self.peer in case.scripts

    def run(self, case, threads, tstop):
        script, arguments = case.scripts[self.peer]
        command = [self.python, PEERS / script, *arguments, "--threads", threads, "--tstop", tstop]
        network = case.description.parent.name
        if self.peer in ("neuron", "coreneuron"):
            # A folder for each network and peer, empty at first: so the first run of each tells how long compiling takes.
            command += ["--mechanisms", self.folder / f"{network}-{self.peer}"]
        if self.peer == "coreneuron":
            command.append("--coreneuron")
        environment = dict(os.environ, VOLLEY_PEER_STARTED=str(time.time()))
        told = json.loads(captured(command, env=environment).strip().splitlines()[-1])
        times = told["wall_time_s"]
        self.compile_s.setdefault(network, times["compile"])
        kept = ("spikes", "mean_spike_ms", "compartments", "steps", "peak_memory_bytes")
        return {
            **{key: told[key] for key in kept},
            "run_s": times["run"],
            "start_up_s": times["start_up"],
            "compile_s": self.compile_s[network],
            "settings": f"{told['version']}{', ' if told.get('settings') else ''}{told.get('settings', '')}",
        }


def peers(options, folder):
    """The peers that can run here; says which cannot, and why."""
    found, pythons = [], {}
    for peer in options.peers:
        environment, module, name = PEER_NAMES[peer]
        if environment not in pythons:
            pythons[environment] = usable(environment, module, name)
        if pythons[environment]:
            found.append(Peer(peer, pythons[environment], folder))
    if options.arbor_python:
        why = problem(options.arbor_python, "arbor")
        if why:
            sys.exit(f"--arbor-python: {why}")
        found.append(Peer("arbor", options.arbor_python, folder, "Arbor (own build)"))
    return found


def usable(environment, module, name):
    """The Python of this environment, or None after a word on why there is none."""
    try:
        python = python_environment.ensure(environment)
        why = problem(python, module)
    except SystemExit as end:
        python, why = None, str(end)
    if why:
        print(f"{name} is left out, as it cannot be used here:\n{why}", flush=True)
        return None
    return python


def problem(python, module):
    """What this Python says when it cannot import the module."""
    try:
        done = subprocess.run([str(python), "-c", f"import {module}"], capture_output=True, text=True)
    except OSError as error:
        return f"cannot run `{python}`: {error.strerror}"
    return (done.stderr.strip() or f"it ends with status {done.returncode}") if done.returncode else ""
