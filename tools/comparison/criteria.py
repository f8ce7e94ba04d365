"""When two simulators computed the same thing.

Spikes are counted in every population, and their mean time is taken, in the first run of each number of threads; later runs must
count the same spikes as that one. Volley is what the others are held against.

NEURON, CoreNEURON: the same counts, mean times within a time step. They take the same steps as Volley, so all spikes fall on
the same step; a cell that is cut over threads (Purkinje) sums in another order, and may move a spike by a step.

Arbor: counts within 0.5 %, mean times within 1 ms. It advances states before the voltage (NEURON after) and interpolates when
the threshold was crossed, so the volleys of the ring and of the point cells come earlier, by up to 0.9 ms in the mean of 200 ms. Counts
are the same but for what falls at the end: a volley of 100 spikes, of 27,500, just before it instead of just after.

NEST: nothing is asked, as its cell is another one. Its counts are printed.
"""

COUNTS = {"Arbor": 0.005}
MEAN_MS = {"Arbor": 1.0}
NOT_HELD = ("NEST",)


def kind(simulator):
    """`Arbor (own build)` is held to what Arbor is."""
    return simulator.split(" ")[0]


def differences(simulator, seen, wanted, dt):
    """What a run of a peer counts otherwise than Volley's, in words; none if they agree."""
    name = kind(simulator)
    if name in NOT_HELD:
        return []
    found = []
    for population, count in seen["spikes"].items():
        expected = wanted["spikes"].get(population)
        if expected is None or abs(count - expected) > COUNTS.get(name, 0) * expected:
            found.append(f"{count} spikes in `{population}`, Volley {expected}")
        else:
            far = abs(seen["mean_spike_ms"][population] - wanted["mean_spike_ms"][population])
            if far > MEAN_MS.get(name, dt):
                found.append(f"the mean time of spikes in `{population}` is {far:.4g} ms off")
    return found
