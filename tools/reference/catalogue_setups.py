"""The small experiments by which the built-in mechanisms are held to NEURON, and how to run them in NEURON.

A setup is plain data (what is written to tests/reference/catalogue/*.json beside each table), of one of two kinds:

- "cell": one unbranched section, its density mechanisms and point processes, and the columns to record at every
  `every`-th step, the first row at t = 0 after initialisation. An event (time, weight) reaches its point process at
  that time, with no delay. Values at t = k dt are those after the step that ends there and before any event due
  at t. No event lies on a half step, so none is at the mercy of rounding.
- "artificial": cases, each an artificial cell of one kind with its parameters and incoming events (time, weight);
  the table has the times of its spikes.

`run(setup, prefix)` repeats a setup in NEURON with its own mechanisms (prefix "") or with copies of Volley's,
compiled under names that begin with the prefix.
"""

import random

from neuron import h

SOMA = {"L": 20.0, "diam": 20.0, "nseg": 1, "Ra": 100.0, "cm": 1.0}
LEAK = {"mechanism": "pas", "parameters": {"g": 1e-4, "e": -65.0}}


def cell(title, **changes):
    """A setup of kind "cell": the passive soma for 50 ms, with what `changes` says."""
    setup = {
        "title": title,
        "kind": "cell",
        "celsius": 6.3,
        "v_init": -65.0,
        "dt": 0.025,
        "tstop": 50.0,
        "every": 4,
        "section": SOMA,
        "globals": {},
        "density": [LEAK],
        "points": [],
        "columns": [],
    }
    setup.update(changes)
    return setup


def point(mechanism, parameters, events=(), at=0.5):
    """A point process at the relative position `at`."""
    return {"mechanism": mechanism, "at": at, "parameters": parameters, "events": list(events)}


def column(variable, mechanism=None, at=0.5):
    """A recorded quantity: a range variable of the section, of a density mechanism or of the point process."""
    name = variable if mechanism is None else f"{mechanism}.{variable}"
    if at != 0.5:
        name = f"{name}({at:g})"
    return {"name": name, "variable": variable, "mechanism": mechanism, "at": at}


def columns(mechanism, *variables):
    """v, then the named variables of one mechanism."""
    return [column("v")] + [column(variable, mechanism) for variable in variables]


SYNAPTIC_EVENTS = [(5.01, 0.001), (12.003, 0.002), (12.018, 0.001), (20.0062, 0.0005), (30.0201, 0.003), (31.7, 0.003)]
HH_STIMULUS = point("IClamp", {"del": 5.0, "dur": 35.0, "amp": 0.2})
HH = {"mechanism": "hh", "parameters": {}}
HH_VARIABLES = ("m", "h", "n", "ina", "ik", "il", "gna", "gk")


def hh(title, usetable, celsius, **changes):
    return cell(
        title,
        celsius=celsius,
        every=8,
        density=[HH],
        points=[HH_STIMULUS],
        globals={"usetable_hh": usetable},
        columns=columns("hh", *HH_VARIABLES),
        **changes,
    )


def cell_setups():
    """Every setup of kind "cell", by name."""
    levels = {"dur1": 10.0, "amp1": -65.0, "dur2": 20.0, "amp2": -20.0, "dur3": 10.0, "amp3": -80.0}
    steps = {"dur": [10.0, 20.0, 10.0], "amp": [-65.0, -20.0, -80.0]}
    return {
        "pas": cell(
            "Leak alone, from off its rest",
            density=[{"mechanism": "pas", "parameters": {"g": 3e-4, "e": -72.0}}],
            columns=columns("pas", "i"),
        ),
        "hh_table": hh("Squid axon patch, rates from tables", 1, 6.3),
        "hh_exact": hh("Squid axon patch, rates computed", 0, 6.3),
        "hh_warm_table": hh("Squid axon patch at 16 degC, rates from tables", 1, 16.0),
        "hh_warm_exact": hh("Squid axon patch at 16 degC, rates computed", 0, 16.0),
        "expsyn": cell(
            "Synapse with a jump and one decay",
            points=[point("ExpSyn", {"tau": 2.0, "e": 0.0}, SYNAPTIC_EVENTS)],
            columns=columns("ExpSyn", "g", "i"),
        ),
        "exp2syn": cell(
            "Synapse with a rise and a decay",
            points=[point("Exp2Syn", {"tau1": 0.5, "tau2": 3.0, "e": 0.0}, SYNAPTIC_EVENTS)],
            columns=columns("Exp2Syn", "g", "i", "A"),
        ),
        "exp2syn_equal": cell(
            "The same with tau1 > tau2: the rise is held to 0.9999 of the decay",
            points=[point("Exp2Syn", {"tau1": 3.0, "tau2": 2.0, "e": -80.0}, SYNAPTIC_EVENTS)],
            columns=columns("Exp2Syn", "g", "i"),
        ),
        "exp2syn_instant": cell(
            "The same with a rise under 1e-9 of the decay",
            points=[point("Exp2Syn", {"tau1": 1e-9, "tau2": 2.0, "e": 0.0}, SYNAPTIC_EVENTS)],
            columns=columns("Exp2Syn", "g", "i"),
        ),
        "alphasynapse": cell(
            "One alpha conductance, cut off after ten time constants",
            points=[point("AlphaSynapse", {"onset": 5.0, "tau": 2.0, "gmax": 0.005, "e": 0.0})],
            columns=columns("AlphaSynapse", "i"),
        ),
        "iclamp": cell(
            "One pulse of current",
            points=[point("IClamp", {"del": 5.0, "dur": 20.0, "amp": 0.02})],
            columns=columns("IClamp", "i"),
        ),
        "seclamp": cell(
            "Single-electrode clamp through three levels, then off",
            points=[point("SEClamp", {"rs": 2.0, **levels})],
            columns=columns("SEClamp", "i", "vc"),
        ),
        "seclamp_hh": cell(
            "Single-electrode clamp on excitable membrane",
            every=8,
            globals={"usetable_hh": 1},
            density=[HH],
            points=[point("SEClamp", {"rs": 0.5, **levels})],
            columns=columns("SEClamp", "i", "vc") + [column("ina", "hh"), column("ik", "hh")],
        ),
        "vclamp": cell(
            "Two-electrode clamp, ideal output stage",
            points=[point("VClamp", steps)],
            columns=columns("VClamp", "i", "e", "vo"),
        ),
        "vclamp_slow": cell(
            "Two-electrode clamp with a slow output stage, little gain and compensation",
            points=[
                point("VClamp", {"gain": 200.0, "rstim": 2.0, "tau1": 0.02, "tau2": 1.5, "fac": 0.3, **steps}),
            ],
            columns=columns("VClamp", "i", "e", "vo"),
        ),
        "cable": cell(
            "Passive cable, both ends sealed, current into the end at 0 (which has no area of its own)",
            tstop=20.0,
            every=2,
            section={"L": 1000.0, "diam": 1.0, "nseg": 101, "Ra": 100.0, "cm": 1.0},
            points=[point("IClamp", {"del": 0.0, "dur": 1e9, "amp": 0.1}, at=0.0)],
            columns=[column("v", at=0.0), column("v", at=0.5), column("v", at=1.0)],
        ),
    }


def drive(seed, count, until, weights):
    """Ascending random event times, no two the same, each with one of the weights."""
    stream = random.Random(seed)
    times = sorted({round(stream.uniform(0.5, until), 4) for _ in range(count)})
    return [(time, round(stream.uniform(*stream.choice(weights)), 4)) for time in times]


def case(title, parameters, events=(), **more):
    return {"title": title, "parameters": parameters, "events": list(events), **more}


def artificial(title, mechanism, tstop, cases):
    return {"title": title, "kind": "artificial", "mechanism": mechanism, "tstop": tstop, "dt": 0.025, "cases": cases}


def artificial_setups():
    """Every setup of kind "artificial", by name."""
    edges = [(1.0, 1.0), (2.0, 1.5), (6.9999, 5.0), (7.0001, 0.6), (7.5, 0.6), (12.4999, 5.0), (12.5001, 1.0000001),
             (17.6, 0.9), (30.0, 0.9), (34.0, -2.0), (35.0, 1.2), (36.0, 1.8)]
    close = [(1.0, 1.2), (1.0001, 1.2), (1.4, 0.3), (1.5, 0.8), (2.0, 0.5)]
    excite = [(0.1, 0.6)]
    mixed = [(0.1, 0.7), (0.1, 0.7), (-0.5, -0.05)]
    return {
        "intfire1": artificial(
            "Jumps of the potential, and the ends of the refractory time",
            "IntFire1",
            400.0,
            [
                case("edges of the refractory time", {}, edges),
                case("no refractory time", {"refrac": 0.0}, close),
                case("default parameters, random drive", {}, drive(1, 150, 400, excite)),
                case("slow membrane, short refractory time", {"tau": 40.0, "refrac": 1.5}, drive(2, 150, 400, mixed)),
            ],
        ),
        "intfire2": artificial(
            "Slow current",
            "IntFire2",
            400.0,
            [
                case("constant current alone", {"ib": 1.5}),
                case("constant current below the threshold, random drive", {"ib": 0.8}, drive(3, 80, 400, excite)),
                case("default parameters, random drive", {}, drive(4, 200, 400, [(0.2, 1.5)])),
                case("excitation and inhibition", {"ib": 1.2}, drive(5, 150, 400, [(0.1, 1.0), (-2.0, -0.1)])),
                case("strong inhibition", {"ib": 1.3, "taus": 30.0}, drive(6, 60, 400, [(-6.0, -1.0), (0.1, 0.5)])),
                case(
                    "held back just below the threshold",
                    {},
                    [(1.0, 2.2), (8.57, -0.9), (30.0, 2.5), (36.0, -1.0), (70.0, 3.0)],
                ),
                case(
                    "time constants in the wrong order",
                    {"taus": 8.0, "taum": 10.0},
                    drive(7, 200, 400, [(0.2, 1.0)]),
                ),
            ],
        ),
        "intfire4": artificial(
            "Fast excitation and slow inhibition",
            "IntFire4",
            400.0,
            [
                case("default parameters, excitation", {}, drive(8, 150, 400, excite)),
                case("default parameters, both", {}, drive(9, 250, 400, mixed)),
                case(
                    "membrane faster than inhibition",
                    {"taum": 12.0},
                    drive(10, 250, 400, [(0.3, 1.0), (-0.8, -0.1)]),
                ),
                case(
                    "membrane fastest",
                    {"taue": 3.0, "taui1": 6.0, "taui2": 15.0, "taum": 2.0},
                    drive(11, 300, 400, [(0.5, 1.5), (-0.5, -0.1)]),
                ),
                case(
                    "membrane equal to the rise of inhibition",
                    {"taum": 10.0},
                    drive(12, 200, 400, [(0.3, 1.0), (-0.5, -0.1)]),
                ),
                case(
                    "equal time constants of inhibition",
                    {"taui1": 20.0, "taui2": 20.0},
                    drive(13, 200, 400, mixed),
                ),
                case(
                    "excitation longer than inhibition",
                    {"taue": 25.0},
                    drive(14, 150, 400, [(0.1, 0.4), (-0.4, -0.1)]),
                ),
                case("inhibition in the wrong order", {"taui1": 30.0, "taui2": 18.0}, drive(15, 200, 400, mixed)),
                case("one strong event", {}, [(10.0, 5.0), (60.0, -1.0), (61.0, 0.0), (62.0, 4.0)]),
            ],
        ),
        "netstim": artificial(
            "Regular trains",
            "NetStim",
            200.0,
            [
                case("default parameters", {}),
                case("from the start", {"start": 0.0, "number": 5, "interval": 7.3}),
                case("none", {"number": 0}),
                case(
                    "start below zero: only on demand",
                    {"start": -1.0, "number": 4, "interval": 3.0},
                    [(20.3, 1.0), (25.0, 1.0), (60.1, 2.0)],
                ),
                case("one spike", {"number": 1, "start": 12.5}),
                case(
                    "silenced, and begun again",
                    {"number": 1e9, "start": 5.0},
                    [(31.0, -1.0), (77.7, 1.0), (90.3, 0.0), (120.1, -1.0)],
                ),
                case("silenced before its first spike", {"start": 50.0}, [(20.0, -1.0)]),
                case(
                    "begun from outside before its start",
                    {"start": 50.0, "number": 3},
                    [(20.0, -1.0), (25.0, 1.0)],
                ),
                case("fraction of a spike", {"number": 2.5, "start": 1.0}),
                case("interval of zero", {"interval": 0.0, "number": 4, "start": 1.0}),
            ],
        ),
        "netstim_noise": artificial(
            "Random trains, stream ids (1, 2, 3) from sequence 0: the first 20 spikes",
            "NetStim",
            1000.0,
            [
                case("Poisson", {"noise": 1.0, "number": 20}, stream=[1, 2, 3]),
                case("half random", {"noise": 0.5, "number": 20}, stream=[1, 2, 3]),
                case(
                    "Poisson from 0, fast",
                    {"noise": 1.0, "number": 20, "start": 0.0, "interval": 2.0},
                    stream=[1, 2, 3],
                ),
                case("another stream", {"noise": 1.0, "number": 20}, stream=[4, 5, 6]),
                case("noise above 1", {"noise": 1.5, "number": 20}, stream=[1, 2, 3]),
            ],
        ),
    }


def set_parameters(target, parameters):
    """Set scalars and arrays by name."""
    for name, value in parameters.items():
        if isinstance(value, list):
            for index, element in enumerate(value):
                getattr(target, name)[index] = element
        else:
            setattr(target, name, value)


def run_cell(setup, prefix):
    """The rows of a setup of kind "cell": t, then the columns."""
    shape = setup["section"]
    section = h.Section(name="section")
    section.L, section.diam, section.nseg = shape["L"], shape["diam"], shape["nseg"]
    section.Ra, section.cm = shape["Ra"], shape["cm"]

    for name, value in setup["globals"].items():
        mechanism = name.rsplit("_", 1)[1]
        setattr(h, name.replace(f"_{mechanism}", f"_{prefix}{mechanism}"), value)

    for density in setup["density"]:
        section.insert(prefix + density["mechanism"])
        for segment in section:
            set_parameters(getattr(segment, prefix + density["mechanism"]), density["parameters"])

    points, targets = {}, []
    for entry in setup["points"]:
        process = getattr(h, prefix + entry["mechanism"])(section(entry["at"]))
        set_parameters(process, entry["parameters"])
        points[entry["mechanism"]] = process
        if entry["events"]:
            targets.append((process, entry["events"]))

    vectors = [h.Vector().record(reference(section, points, entry, prefix)) for entry in setup["columns"]]
    simulate(setup, targets)

    every, dt = setup["every"], setup["dt"]
    return [[step * dt, *(vector[step] for vector in vectors)] for step in range(0, len(vectors[0]), every)]


def reference(section, points, entry, prefix):
    """The place in NEURON's memory of what a column records."""
    variable, mechanism = entry["variable"], entry["mechanism"]
    if mechanism is None:
        return getattr(section(entry["at"]), f"_ref_{variable}")
    if mechanism in points:
        return getattr(points[mechanism], f"_ref_{variable}")
    owner = section(entry["at"])
    if variable in ("ina", "ik"):
        # The ion's total current; here one mechanism alone makes it.
        return getattr(owner, f"_ref_{variable}")
    return getattr(getattr(owner, prefix + mechanism), f"_ref_{variable}")


def run_artificial(setup, prefix):
    """The rows of a setup of kind "artificial": the case's number, the time of a spike."""
    rows = []
    for number, entry in enumerate(setup["cases"]):
        source = getattr(h, prefix + setup["mechanism"])()
        set_parameters(source, entry["parameters"])
        if "stream" in entry:
            source.ranvar.set_ids(*entry["stream"]).set_seq(0)
        outgoing = h.NetCon(source, None)
        times = h.Vector()
        outgoing.record(times)
        simulate({"celsius": 6.3, "v_init": -65.0, **setup}, [(source, entry["events"])])
        rows.extend([number, time] for time in times)
    return rows


def simulate(setup, targets):
    """Initialise, queue each target's events, and run to tstop."""
    netcons = []
    for target, events in targets:
        for time, weight in events:
            # NEURON reads the weight at delivery, so each event has a connection of its own.
            netcon = h.NetCon(None, target)
            netcon.weight[0] = weight
            netcons.append((netcon, time))

    def queue():
        for netcon, time in netcons:
            netcon.event(time)

    handler = h.FInitializeHandler(queue)
    h.celsius, h.dt = setup["celsius"], setup["dt"]
    h.finitialize(setup["v_init"])
    for _ in range(round(setup["tstop"] / setup["dt"])):
        h.fadvance()
    del handler


def run(setup, prefix=""):
    """Header and rows of a setup's table."""
    if setup["kind"] == "cell":
        return ["t", *(entry["name"] for entry in setup["columns"])], run_cell(setup, prefix)
    return ["case", "time_ms"], run_artificial(setup, prefix)
