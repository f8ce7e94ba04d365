#!/usr/bin/env python3
"""Makes tests/reference/hodgkin-huxley: voltage traces of small cells, as computed by NEURON.

    tools/reference/hodgkin_huxley.py

Each entry of SETUPS describes one cell completely; the cell is built from that description alone, and the
description is written beside the traces, as setups.json, so that a test builds the very same cell. For
every setup there are two tables: NAME_table.csv with NEURON's lookup tables of hh's rates
(usetable_hh = 1, the default) and NAME_exact.csv without (usetable_hh = 0).

Units: um, ms, mV, ohm cm (Ra), uF/cm2 (cm), S/cm2 (conductances), nA, uS. Everything that a setup
does not name is NEURON's default: hh gnabar 0.12, gkbar 0.036, gl 0.0003 S/cm2, el -54.3 mV; ena 50,
ek -77 mV. Backward Euler (secondorder = 0); a row is the state after a whole number of steps.
NEURON is installed on first use, see python_environment.py.
"""

import datetime
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import python_environment  # noqa: E402  (found through the line above)

TARGET = Path(__file__).resolve().parents[2] / "tests" / "reference" / "hodgkin-huxley"
SAMPLE = 0.1  # ms between rows


def section(length, diameter, segments, axial, capacitance, mechanisms, parent=None):
    """A cylinder. `parent` is (name, position on the parent, end of this section that is attached)."""
    return {
        "L": length,
        "diam": diameter,
        "nseg": segments,
        "Ra": axial,
        "cm": capacitance,
        "mechanisms": mechanisms,
        "parent": None if parent is None else dict(zip(("section", "at", "end"), parent)),
    }


def column(name, place, at, variable="v"):
    """A recorded variable, in the segment (or end node) of section `place` at position `at`."""
    return {"name": name, "section": place, "at": at, "variable": variable}


PASSIVE = {"pas": {"g": 0.0002, "e": -65.0}}

SETUPS = {
    # One compartment that fires again and again, with hh's gates.
    "soma": {
        "celsius": 6.3,
        "v_init": -65.0,
        "dt": 0.025,
        "tstop": 50.0,
        "sections": {"soma": section(20.0, 20.0, 1, 100.0, 1.0, {"hh": {}})},
        "iclamps": [{"section": "soma", "at": 0.5, "del": 1.0, "dur": 40.0, "amp": 0.15}],
        "synapses": [],
        "columns": [
            column("v_mV", "soma", 0.5),
            column("m", "soma", 0.5, "m_hh"),
            column("h", "soma", 0.5, "h_hh"),
            column("n", "soma", 0.5, "n_hh"),
        ],
    },
    # A spike that runs down an axon, started by current into the node at its very end.
    "axon": {
        "celsius": 6.3,
        "v_init": -65.0,
        "dt": 0.025,
        "tstop": 20.0,
        "sections": {"axon": section(1000.0, 1.0, 51, 100.0, 1.0, {"hh": {}})},
        "iclamps": [{"section": "axon", "at": 0.0, "del": 1.0, "dur": 1.0, "amp": 0.3}],
        "synapses": [],
        "columns": [column("v0_mV", "axon", 0.0), column("v05_mV", "axon", 0.5), column("v1_mV", "axon", 1.0)],
    },
    # Dendrites attached inside a section and at its end, a child on a dendrite's middle, a synapse.
    "branched": {
        "celsius": 6.3,
        "v_init": -65.0,
        "dt": 0.025,
        "tstop": 50.0,
        "sections": {
            "soma": section(30.0, 20.0, 3, 120.0, 1.0, {**PASSIVE, "hh": {}}),
            "side": section(150.0, 2.0, 5, 120.0, 1.0, PASSIVE, ("soma", 0.3, 0)),
            "trunk": section(200.0, 3.0, 7, 120.0, 1.0, PASSIVE, ("soma", 1.0, 0)),
            "twig": section(100.0, 0.8, 4, 180.0, 1.5, PASSIVE, ("trunk", 0.5, 0)),
        },
        "iclamps": [],
        # A spike source fires `number` times from `start`, `interval` apart; each spike reaches the ExpSyn `delay` later.
        "synapses": [
            {
                "section": "trunk",
                "at": 0.7,
                "tau": 2.0,
                "e": 0.0,
                "netstim": {"start": 5.0, "number": 3, "interval": 12.0, "noise": 0.0},
                "weight": 0.04,
                "delay": 1.0,
            }
        ],
        "columns": [
            column("soma05_mV", "soma", 0.5),
            column("soma0_mV", "soma", 0.0),
            column("side1_mV", "side", 1.0),
            column("trunk07_mV", "trunk", 0.7),
            column("twig0_mV", "twig", 0.0),
            column("twig09_mV", "twig", 0.9),
            column("g_uS", "trunk", 0.7, "ExpSyn.g"),
        ],
    },
}


def build(h, setup):
    """Builds the cell; returns its sections by name, its synapses, and all that must be kept alive."""
    sections, synapses, keep = {}, [], []
    for name, wanted in setup["sections"].items():
        made = sections[name] = h.Section(name=name)
        made.L, made.diam, made.nseg, made.Ra, made.cm = (wanted[key] for key in ("L", "diam", "nseg", "Ra", "cm"))
        if wanted["parent"]:
            parent = wanted["parent"]
            made.connect(sections[parent["section"]](parent["at"]), parent["end"])
        for mechanism, parameters in wanted["mechanisms"].items():
            made.insert(mechanism)
            for segment in made:
                for parameter, value in parameters.items():
                    setattr(getattr(segment, mechanism), parameter, value)
    for wanted in setup["iclamps"]:
        clamp = h.IClamp(sections[wanted["section"]](wanted["at"]))
        clamp.delay, clamp.dur, clamp.amp = wanted["del"], wanted["dur"], wanted["amp"]
        keep.append(clamp)
    for wanted in setup["synapses"]:
        synapse = h.ExpSyn(sections[wanted["section"]](wanted["at"]))
        synapse.tau, synapse.e = wanted["tau"], wanted["e"]
        source = h.NetStim()
        for key, value in wanted["netstim"].items():
            setattr(source, key, value)
        connection = h.NetCon(source, synapse)
        connection.weight[0], connection.delay = wanted["weight"], wanted["delay"]
        synapses.append(synapse)
        keep += [source, connection]
    return sections, synapses, keep


def trace(h, setup, use_table):
    """Runs a setup; returns its rows: time, then the columns."""
    sections, synapses, keep = build(h, setup)
    h.usetable_hh = use_table
    h.celsius, h.dt = setup["celsius"], setup["dt"]
    # Vectors record before the events of a step's very end are delivered; reading after fadvance would come after them.
    vectors = []
    for wanted in setup["columns"]:
        owner = synapses[0] if wanted["variable"].startswith("ExpSyn.") else sections[wanted["section"]](wanted["at"])
        reference = getattr(owner, "_ref_" + wanted["variable"].removeprefix("ExpSyn."))
        vectors.append(h.Vector().record(reference))

    every = round(SAMPLE / setup["dt"])
    h.finitialize(setup["v_init"])
    steps = round(setup["tstop"] / setup["dt"])
    for _ in range(steps):
        h.fadvance()
    del keep
    return [[step * setup["dt"], *(vector[step] for vector in vectors)] for step in range(0, steps + 1, every)]


def main():
    python_environment.run_inside("neuron")
    os.environ["NEURON_MODULE_OPTIONS"] = "-nogui"
    import neuron
    from neuron import h

    TARGET.mkdir(parents=True, exist_ok=True)
    for name, setup in SETUPS.items():
        for kind, use_table in (("table", 1), ("exact", 0)):
            rows = trace(h, setup, use_table)
            lines = [
                f"# NEURON {neuron.__version__}, {datetime.date.today()}, tools/reference/hodgkin_huxley.py",
                f"# setup `{name}` of setups.json, usetable_hh = {use_table}, dt = {setup['dt']} ms, a row every {SAMPLE} ms",
                ",".join(["t_ms", *(wanted["name"] for wanted in setup["columns"])]),
            ]
            # repr is the shortest text that reads back as the same number.
            lines += [",".join([f"{row[0]:.10g}", *map(repr, row[1:])]) for row in rows]
            (TARGET / f"{name}_{kind}.csv").write_text("\n".join(lines) + "\n")
            peaks = [max(row[n] for row in rows) for n in range(1, len(rows[0]))]
            print(f"{name}_{kind}: {len(rows)} rows, peaks {', '.join(f'{peak:.4g}' for peak in peaks)}")
    (TARGET / "setups.json").write_text(json.dumps(SETUPS, indent=2) + "\n")


if __name__ == "__main__":
    main()
