"""What is done to a mechanism, the same in both simulators. Plain data: see PROTOCOLS and `of(kind)`.

One compartment of 20 um length and diameter with a leak, 100 ms in steps of 0.025 ms, at 22 degC. No event and no edge of
a clamp falls on a multiple of half a step, so that none depends on how a simulator rounds its time.
"""

SIMULATION = {"dt": 0.025, "tstop": 100.0, "celsius": 22.0, "v_init": -65.0}
SECTION = {"L": 20.0, "diam": 20.0, "Ra": 100.0, "cm": 1.0}
LEAK = {"g": 1e-4, "e": -65.0}
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
}


def of(file):
    """Names of the protocols of a file."""
    if file.kind == "density":
        return ["voltage", "current"]
    if file.kind == "point":
        return ["events"]
    return ["spikes"] if file.kind == "artificial" else []


def substitute(value, unit, kind):
    """What takes the place of a conductance or permeability whose default is 0, with which nothing would happen."""
    if value != 0:
        return None
    density = {"S/cm2": 1e-3, "mho/cm2": 1e-3, "mS/cm2": 1.0, "pS/um2": 10.0, "cm/s": 1e-5}
    point = {"uS": 1e-3, "umho": 1e-3, "nS": 1.0, "pS": 1000.0}
    return (density if kind == "density" else point).get(unit)
