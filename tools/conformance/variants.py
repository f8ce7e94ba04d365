"""Variants of an experiment, which separate the causes of a deviation. What a variant changes it changes on both sides, unless told.

- quotient: Volley takes conductances as NEURON does, (I(v + 0.001 mV) - I(v)) / 0.001 mV; nothing changes in NEURON.
- binary step: steps of 1/32 ms. NEURON adds up its time, and sums of 0.025 ms reach 1 ms a little early or late; these are exact.
- no tables: routines with a TABLE are computed anew each time. NEURON makes a table for all instances with the
  values of the first.
- with method: `SOLVE x` of equations gets `METHOD derivimplicit`, which NEURON 9 means by it but does not carry out.
- converged: NEURON's Newton method goes on until steps are rounding; as it is, it stops at residuals of 1e-8, however small the states.
- awake: RANGE parameters that are 0 get a value, and events more weight, for mechanisms that did nothing.
- shifted: starts half the step of NEURON's quotient higher, and the leak reverses 1e-6 mV higher: how far NEURON's own traces move.
"""

import re

VARIANTS = {
    "quotient": {"conductance": "difference"},
    "binary step": {"dt": 0.03125},
    "no tables": {"usetable": 0},
    "with method": {"source": "with method"},
    "converged": {"source": "converged"},
    "awake": {"awake": 1, "weights": 30.0},
    "shifted": {"v_init": -64.9995, "leak": 1e-6},
}
# What only one side knows of.
VOLLEY_ONLY, NEURON_ONLY = {"conductance"}, {"source", "awake"}
# The order in which causes are tried, each together with the quotient.
CAUSES = ["binary step", "no tables", "with method", "converged"]
# What NEURON's traces need a variant to be, and the words for it.
REASONS = {
    "quotient": "NEURON's difference quotient",
    "binary step": "NEURON's time, which is a sum of steps",
    "no tables": "NEURON's TABLE, made of the first instance's values",
    "with method": "NEURON's SOLVE without METHOD, which leaves the states as they are",
    "converged": "NEURON's Newton method, which stops early at small states",
}
BLOCK = r"\b(?:DERIVATIVE|KINETIC)\s+"


def applies(name, text):
    """Whether a variant can make a difference to a mechanism; `text` is its file without comments."""
    if name == "no tables":
        return re.search(r"\bTABLE\b", text) is not None
    if name == "with method":
        return with_method(text) != text
    if name == "converged":
        return re.search(r"\bderivimplicit\b|\bNONLINEAR\b", text) is not None
    return True


def with_method(text):
    """The text with a METHOD where `SOLVE` has none and solves equations."""

    def put(match):
        equations = re.search(rf"\bDERIVATIVE\s+{match.group(1)}\b", text)
        return f"{match.group(0)} METHOD derivimplicit" if equations else match.group(0)

    return re.sub(r"\bSOLVE\s+(\w+)(?!\w)(?!\s+(?:METHOD|STEADYSTATE)\b)", put, text)


def for_volley(variant):
    return {key: value for key, value in variant.items() if key not in NEURON_ONLY}


def for_neuron(variant):
    return {key: value for key, value in variant.items() if key not in VOLLEY_ONLY}
