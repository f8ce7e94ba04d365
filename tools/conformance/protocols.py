"""What is done to a mechanism, the same in both simulators. Plain data: see PROTOCOLS and `of(kind)`.

One compartment of 20 um length and diameter with a leak, 100 ms in steps of 0.025 ms, at 22 degC. No event and no edge of
a clamp falls on a multiple of half a step, so that none depends on how a simulator rounds its time.

Under "together" there are several instances, so that whatever they share by mistake shows: a dendrite is joined to the first
compartment and has a voltage of its own, and every instance after the first has other values of its RANGE parameters.
"""

SIMULATION = {"dt": 0.025, "tstop": 100.0, "celsius": 22.0, "v_init": -65.0}
SECTION = {"L": 20.0, "diam": 20.0, "Ra": 100.0, "cm": 1.0}
LEAK = {"g": 1e-4, "e": -65.0}
# The second compartment, of "together".
DENDRITE = {"L": 60.0, "diam": 3.0}
DELAY = 1.0  # ms, of every connection

# Arrival times (ms) of the events that each connection delivers with its weight: small as a synapse's in uS, and large as
# a dimensionless one.
EVENTS = [
    {"weight": 0.002, "times": [5.01, 12.003, 12.018, 30.02, 31.706, 71.306]},
    {"weight": 0.7, "times": [20.006, 45.31, 60.11]},
]

PROTOCOLS = {
    # Staircase of the voltage clamp.
    "voltage": {
        "electrodes": [
            ("SEClamp", {"rs": 0.1, "dur1": 20.006, "amp1": -90.0, "dur2": 40.0, "amp2": -25.0, "dur3": 30.0, "amp3": 20.0})
        ],
        "events": [],
    },
    # Steps of current, the last through the threshold of most channels.
    "current": {
        "electrodes": [
            ("IClamp", {"del": 10.006, "dur": 20.0, "amp": -0.03}),
            ("IClamp", {"del": 40.006, "dur": 20.0, "amp": 0.03}),
            ("IClamp", {"del": 65.006, "dur": 25.0, "amp": 0.15}),
        ],
        "events": [],
    },
    # A point process receives events while the membrane is moved up.
    "events": {"electrodes": [("IClamp", {"del": 50.006, "dur": 30.0, "amp": 0.02})], "events": EVENTS},
    # An artificial cell receives events.
    "spikes": {"electrodes": [], "events": EVENTS},
    # Several instances at once; see the top of the file.
    "together": {
        "electrodes": [
            ("IClamp", {"del": 10.006, "dur": 20.0, "amp": -0.03}),
            ("IClamp", {"del": 40.006, "dur": 20.0, "amp": 0.03}),
            ("IClamp", {"del": 65.006, "dur": 25.0, "amp": 0.12}),
        ],
        "dendrite": [("IClamp", {"del": 20.006, "dur": 30.0, "amp": 0.02}), ("IClamp", {"del": 55.006, "dur": 20.0, "amp": -0.02})],
        "events": EVENTS,
    },
}

# Instances: where each is, which entries of the events reach it, and the factor of its RANGE parameters.
ONE = [("soma", (0, 1), 1.0)]
SEVERAL = {
    "density": [("soma", (), 1.0), ("dend", (), 1.05)],
    "point": [("soma", (0, 1), 1.0), ("dend", (0,), 1.05), ("soma", (1,), 0.97)],
    "artificial": [(None, (0, 1), 1.0), (None, (0,), 1.05)],
}


def of(file):
    """Names of the protocols of a file."""
    alone = {"density": ["voltage", "current"], "point": ["events"], "artificial": ["spikes"]}
    return [*alone[file.kind], "together"] if file.kind in alone else []


def instances(kind, protocol):
    """The instances of a protocol."""
    return SEVERAL[kind] if protocol == "together" else ONE


def prefix(instance):
    """What the names of an instance's traces begin with; the first compartment's and instance's have nothing there."""
    return f"{instance + 1}:" if instance else ""


def varied(value, unit, factor):
    """The value of a RANGE parameter where the first instance has `value`. Whole numbers without a unit stay: they count or switch."""
    return value if not unit and value == round(value) else value * factor


def awake(name, unit):
    """A value for a RANGE parameter that is 0 where a mechanism did nothing: a stimulus has no amplitude, a synapse no conductance."""
    if "dur" in name:
        return 12.004
    values = {"ms": 5.006, "nA": 0.05, "mA/cm2": 1e-3, "uS": 1e-3, "umho": 1e-3, "mM": 1e-3, "mV": 10.0, "Hz": 50.0}
    return values.get(unit, 1.0)


def substitute(value, unit, kind):
    """What takes the place of a conductance or permeability whose default is 0, with which nothing would happen."""
    if value != 0:
        return None
    density = {"S/cm2": 1e-3, "mho/cm2": 1e-3, "mS/cm2": 1.0, "pS/um2": 10.0, "cm/s": 1e-5}
    point = {"uS": 1e-3, "umho": 1e-3, "nS": 1.0, "pS": 1000.0}
    return (density if kind == "density" else point).get(unit)
