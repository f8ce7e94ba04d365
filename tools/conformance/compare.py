"""Verdicts: the traces of the two simulators held against each other."""

import numpy

EQUAL = 1e-9  # only rounding differs
CLOSE = 1e-5  # NEURON's difference quotient for dI/dV against an exact derivative
VERDICTS = [
    "agrees",
    "agrees within 1e-5",
    "agrees with quotient",
    "explained",
    "unstable in NEURON too",
    "deviates",
    "random numbers, runs",
    "volley refuses",
    "volley crashes",
    "volley hangs",
    "NEURON refuses",
    "not testable",
]


def deviation(theirs, ours):
    """Largest difference of two traces relative to the larger one's size, and the step where it first exceeds CLOSE; infinite
    when one is a number where the other is not."""
    length = min(len(theirs), len(ours))
    if length == 0:
        return float("inf"), 0
    theirs, ours = theirs[:length], ours[:length]
    known = numpy.isfinite(theirs)
    unlike = known != numpy.isfinite(ours)
    if unlike.any():
        return float("inf"), int(numpy.argmax(unlike))
    if not known.any():
        return 0.0, 0
    scale = max(numpy.abs(theirs[known]).max(), numpy.abs(ours[known]).max())
    if scale == 0:
        return 0.0, 0
    with numpy.errstate(invalid="ignore", over="ignore"):
        apart = numpy.where(known, numpy.abs(numpy.where(known, theirs, 0) - numpy.where(known, ours, 0)), 0) / scale
    over = apart > CLOSE
    return float(apart.max()), int(numpy.argmax(over)) if over.any() else int(numpy.argmax(apart))


def times(theirs, ours):
    """Largest difference of two lists of event times, relative to the run's length; infinite when their numbers differ."""
    if len(theirs) != len(ours):
        return float("inf"), min(len(theirs), len(ours))
    if len(theirs) == 0:
        return 0.0, 0
    apart = numpy.abs(numpy.sort(theirs) - numpy.sort(ours)) / 100.0
    return float(apart.max()), int(numpy.argmax(apart))


def all_traces(theirs, ours):
    """[(trace, deviation, step)], the worst first."""
    rows = []
    for name, trace in theirs.items():
        if name in ours:
            rows.append((name, *(times if name.endswith("spikes") else deviation)(trace, ours[name])))
    return sorted(rows, key=lambda row: -row[1])


def silent(traces):
    """Whether nothing that the mechanism makes ever differs from 0 or changes."""
    bare = [(name.rpartition(":")[2], trace) for name, trace in traces.items()]
    own = [trace for name, trace in bare if name.startswith(("spikes", "state.", "assigned.", "ion.i"))]
    return not any(len(t) and (t != t[0]).any() for t in own)
