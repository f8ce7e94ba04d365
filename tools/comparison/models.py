"""What is compared: models in sizes, how Volley runs each, and the arguments of the peers' scripts.

A model at a size is a `Case`. All simulators compute the same network; docs/performance.md says what each one does.
"""

import json
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NETWORKS = PROJECT / "networks"
PEERS = PROJECT / "tools" / "peers"

# Dendrites of a cell of the ring times compartments of each: with the soma about 100 compartments a cell.
RING_BRANCHES, RING_COMPARTMENTS, RING_CELLS = 4, 25, 8
POINT_OUTDEGREE = 100
SELECTED = 30  # alpha and beta cells that training connects in the Hopfield-Brody network


# Populations that only feed others, which peers' scripts do not count.
SOURCES = ("channel", "kick")


@dataclass(frozen=True)
class Case:
    """A model at one size."""

    model: str
    size: int
    unit: str  # of the size
    tstop: float  # ms
    description: Path  # Volley's
    sets: tuple = ()  # of parameters, for Volley
    copies: int = 1  # of every population and connection of the description
    scripts: dict = field(default_factory=dict, hash=False)  # peer -> (script, arguments)

    @property
    def name(self):
        return f"{self.model} {self.size}"

    def delivered(self, population, cell):
        """How many synapses one spike of this cell reaches."""
        if self.model.startswith("hopfield-brody"):
            return hopfield_brody_outdegree(population, cell)
        if self.model == "point-cells":
            return POINT_OUTDEGREE
        return 1 if self.model.startswith("ring") else 0


def hopfield_brody(condition, size, tstop):
    words = [condition, "--copies", size]
    return Case(
        f"hopfield-brody-{condition}", size, "networks", tstop, NETWORKS / "hopfield-brody" / f"{condition}.toml",
        copies=size,
        scripts={"neuron": ("hopfield_brody_neuron.py", words), "coreneuron": ("hopfield_brody_neuron.py", words)},
    )  # fmt: skip


def purkinje(size, tstop):
    words = ["--copies", size]
    return Case(
        "purkinje", size, "cells", tstop, NETWORKS / "purkinje" / "network.toml",
        copies=size,
        scripts={"neuron": ("purkinje_neuron.py", words), "coreneuron": ("purkinje_neuron.py", words)},
    )  # fmt: skip


def ring(active, size, tstop):
    rings = size // RING_CELLS
    words = ["--rings", rings, "--branches", RING_BRANCHES, "--compartments", RING_COMPARTMENTS]
    words += ["--active"] if active else []
    return Case(
        "ring-active" if active else "ring", size, "cells", tstop,
        NETWORKS / "ring" / ("active.toml" if active else "network.toml"),
        sets=(f"rings={rings}", f"branches={RING_BRANCHES}", f"compartments={RING_COMPARTMENTS}"),
        scripts={
            "neuron": ("ring_neuron.py", words),
            "coreneuron": ("ring_neuron.py", words),
            "arbor": ("ring_arbor.py", words),
        },
    )  # fmt: skip


def point_cells(size, tstop):
    words = ["--cells", size]
    return Case(
        "point-cells", size, "cells", tstop, NETWORKS / "point-cells" / "network.toml",
        sets=(f"cells={size}",),
        scripts={
            "neuron": ("point_cells_neuron.py", words),
            "coreneuron": ("point_cells_neuron.py", words),
            "arbor": ("point_cells_arbor.py", words),
            "nest": ("point_cells_nest.py", words),
        },
    )  # fmt: skip


# Bigger sizes run for a shorter time, as what a step costs does not hang on how many there are.
CASES = [
    hopfield_brody("before", 1, 1000), hopfield_brody("before", 4, 1000), hopfield_brody("before", 16, 500),
    hopfield_brody("after", 1, 1000), hopfield_brody("after", 4, 1000), hopfield_brody("after", 16, 500),
    purkinje(1, 200), purkinje(4, 100),
    ring(False, 64, 200), ring(False, 256, 200), ring(False, 1024, 100),
    ring(True, 64, 200), ring(True, 256, 100), ring(True, 1024, 50),
    point_cells(1000, 200), point_cells(10000, 200), point_cells(30000, 100),
]  # fmt: skip
MODELS = list(dict.fromkeys(case.model for case in CASES))


@cache
def selected_cells():
    numbers = [int(word) for word in (NETWORKS / "hopfield-brody" / "connections.txt").read_text().split()]
    return frozenset(5 * j + i for j, i in zip(numbers[1::2], numbers[2::2]))


def hopfield_brody_outdegree(population, cell):
    """A channel reaches 5 cells of both kinds, a selected cell the others selected and gamma, the rest nobody."""
    if population == "channel":
        return 10
    if population in ("alpha", "beta") and cell in selected_cells():
        return SELECTED - 1 + SELECTED + 1
    return 0


def base_population(name):
    """The population of which this one is a copy: `alpha_copy3` is one of `alpha`."""
    return name.split("_copy")[0]


def description(case, folder):
    """Volley's description of the case: its own, or one in `folder` that extends it and repeats its populations and connections.

    Nothing joins two copies, and lists and tables serve them all."""
    if case.copies == 1:
        return case.description
    tables = {}
    for layer in layers(case.description):
        for kind in ("population", "connection", "stimulus"):
            tables.setdefault(kind, {}).update(layer.get(kind, {}))
    lines = [f"name = {json.dumps(case.description.stem)}", f"extends = {json.dumps(str(case.description))}"]
    for copy in range(1, case.copies):
        for kind, entries in tables.items():
            for name, entry in entries.items():
                lines.append(f"[{kind}.{name}_copy{copy}]")
                lines += toml_lines(renamed(kind, entry, copy))
    path = folder / f"{case.model}-{case.copies}.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def layers(path):
    """The description and those it extends, the lowest first."""
    text = tomllib.loads(path.read_text())
    below = layers(path.parent / text["extends"]) if "extends" in text else []
    return [*below, text]


def renamed(kind, entry, copy):
    """The entry with its populations replaced by their copies of this number."""
    entry = dict(entry)
    for key in {"connection": ("from", "to"), "stimulus": ("population",)}.get(kind, ()):
        population, *rest = entry[key].split(".", 1)
        entry[key] = ".".join([f"{population}_copy{copy}", *rest])
    return entry


def toml_lines(entry, prefix=""):
    for key, value in entry.items():
        if isinstance(value, dict):
            yield from toml_lines(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key} = {json.dumps(value)}"
