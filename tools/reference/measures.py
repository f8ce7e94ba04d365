#!/usr/bin/env python3
"""Makes tests/reference/measures/measures.json: measures of spike trains, by PySpike and by formulas in numpy and scipy.

    tools/reference/measures.py

Each case has its trains (or names a table of tests/reference/hopfield-brody and cells of it), the end of the recording, and
values: the text of a measure as `volley analyze` takes it, and the number. Distances and SPIKE-synchronization come from PySpike; the spectrum
from scipy.signal.welch; the rest are the formulas of docs/measures.md, written here a second time with numpy, in another way than in
Volley where there is one (all pairs instead of sums, sampled trains convolved instead of summed, a fine grid instead of spikes).

What PySpike leaves undefined or sets by convention is not asked of it: trains without any spike (0, 1), and a single spike exactly at the end (NaN).
The packages are installed on first use, see python_environment.py.
"""

import csv
import datetime
import itertools
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import python_environment  # noqa: E402  (found through the line above)

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "tests" / "reference" / "measures" / "measures.json"
SPIKES = ROOT / "tests" / "reference" / "hopfield-brody"


def selected_cells():
    lines = (ROOT / "networks" / "hopfield-brody" / "connections.txt").read_text().split("\n")[1:]
    return sorted(5 * int(j) + int(i) for j, i in (line.split() for line in lines if line.strip()))


def recorded(condition, population, cells):
    trains = {cell: [] for cell in cells}
    with open(SPIKES / f"{condition}_spikes.csv") as table:
        for row in csv.DictReader(table):
            if row["population"] == population and int(row["cell"]) in trains:
                trains[int(row["cell"])].append(float(row["time_ms"]))
    return [trains[cell] for cell in cells]


def made(rng):
    """Trains made for the purpose: name -> (end of the recording, trains)."""

    def poisson(rate, end):
        return sorted(rng.uniform(0, end, rng.poisson(rate * end)).tolist())

    def regular(first, interval, end):
        return [first + k * interval for k in range(int((end - first) / interval) + 1)]

    return {
        "regular": (200.0, [regular(5.0, 10.0, 200.0), regular(7.0, 10.0, 200.0), regular(3.0, 14.0, 200.0)]),
        "poisson": (1000.0, [poisson(0.02, 1000.0) for _ in range(6)]),
        "unlike": (500.0, [poisson(rate, 500.0) for rate in (0.002, 0.01, 0.05, 0.2)]),
        "one_silent": (100.0, [[10.0, 30.0, 31.5, 77.0], []]),
        "singles": (100.0, [[40.0], [55.0], [12.5, 60.0, 61.0]]),
        "single_and_silent": (100.0, [[40.0], []]),
        "at_the_edges": (100.0, [[0.0, 50.0, 100.0], [0.0, 20.0, 90.0], [10.0, 50.0, 100.0]]),
        "single_at_the_beginning": (100.0, [[0.0], [30.0, 60.0], [0.0, 30.0]]),
        "identical": (300.0, [[20.0, 35.0, 90.0, 200.0]] * 3),
        "shared_times": (50.0, [[10.0, 20.0, 30.0, 40.0], [10.0, 22.0, 30.0, 44.0], [5.0, 20.0, 44.0, 49.0]]),
        "bursts": (400.0, [[50.0, 52.0, 54.0, 250.0, 252.0], [51.0, 53.0, 249.0, 252.0, 255.0], [150.0, 350.0]]),
        "twice": (60.0, [[10.0, 10.0, 25.0], [10.0, 24.0, 24.0, 40.0]]),
    }


def inside(train, window, end):
    low, high = window
    return [t for t in train if low <= t and (t < high or (high >= end and t <= high))]


def pyspike_values(trains, window, end):
    import pyspike

    whole = [pyspike.SpikeTrain(t, (0.0, end)) for t in trains]
    # A sub-window of PySpike's profile; None takes its faster functions for the whole, which are a second witness.
    interval = None if window == (0.0, end) else window
    return {
        "isi_distance": pyspike.isi_distance(whole, interval=interval),
        "spike_distance": pyspike.spike_distance(whole, interval=interval),
        "spike_sync": pyspike.spike_sync(whole, interval=interval),
    }


def counts(trains, window, width):
    import numpy as np

    number = int(np.floor((window[1] - window[0]) / width + 1e-9))
    edges = window[0] + width * np.arange(number + 1)
    # Times that are multiples of a step lie on edges but for rounding; the last edge belongs to the last bin.
    near = lambda t: np.where(abs(t - edges[-1]) > 1e-9 * width, t + 1e-9 * width, edges[-1])
    return np.array([np.histogram(near(np.asarray(t)), edges)[0] for t in trains], float)


def densities(trains, window, width, sigma):
    import numpy as np

    number = int(np.floor((window[1] - window[0]) / width + 1e-9))
    times = window[0] + width * (np.arange(number) + 0.5)
    gauss = lambda x: np.exp(-0.5 * (x / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    return times, np.array([gauss(times[:, None] - np.asarray(t)[None, :]).sum(1) for t in trains])


def formula_values(trains, window, end):
    """Measures by their formulas; None where they are undefined."""
    import numpy as np
    from scipy import signal

    own = [np.array(inside(t, window, end)) for t in trains]
    every = np.concatenate(own)
    length = window[1] - window[0]
    values = {
        "count": every.size,
        "rate": every.size / len(own) / (length / 1000),
        "active": np.mean([t.size > 0 for t in own]),
        "latency": every.min() - window[0] if every.size else None,
    }
    intervals = [np.diff(t) for t in own]
    several = [i for i in intervals if i.size >= 2]
    values["isi"] = np.concatenate(intervals).mean() if sum(i.size for i in intervals) else None
    if several and all((i > 0).all() for i in several):
        values["cv"] = np.mean([i.std() / i.mean() for i in several])
        values["cv2"] = np.mean([np.mean(2 * np.abs(np.diff(i)) / (i[1:] + i[:-1])) for i in several])
        values["lv"] = np.mean([3 * np.sum(((i[1:] - i[:-1]) / (i[1:] + i[:-1])) ** 2) / (i.size - 1) for i in several])

    binned = counts(own, window, 5.0)
    varied = [row for row in binned if row.std() > 0]
    pairs = [np.corrcoef(a, b)[0, 1] for a, b in itertools.combinations(varied, 2)]
    values["correlation"] = np.mean(pairs) if pairs else None

    times, smooth = densities(trains, window, 1.0, 2.0)
    if len(trains) > 1 and smooth.var(axis=1).sum() > 0:
        values["chi"] = np.sqrt(smooth.mean(0).var() / smooth.var(axis=1).mean())
    times, smooth = densities(trains, window, 1.0, 5.0)
    rate = 1000 * smooth.mean(0)
    values["peak_rate"] = rate.max()
    values["peak_time"] = times[first_largest(rate)]
    values["peak_rate(sigma=0)"] = counts(own, window, 1.0).mean(0).max() * 1000

    if every.size:
        values["vector_strength(frequency=40)"] = abs(np.exp(2j * np.pi * every * 40 / 1000).mean())
        values["vector_strength(period=10)"] = abs(np.exp(2j * np.pi * every / 10).mean())

    rate = counts(own, window, 1.0).mean(0) * 1000
    segment = min(256, rate.size)
    frequency, density = signal.welch(rate, fs=1000.0, window="hann", nperseg=segment, noverlap=segment // 2)
    band = (frequency >= 30) & (frequency <= 80)
    values["gamma_power"] = density[band].sum() * frequency[1]
    values["gamma_fraction"] = density[band].sum() / density[frequency > 0].sum()
    values["gamma_frequency"] = frequency[band][first_largest(density[band])]

    # The cells' phases and rates on the grid of 1 ms, cell by cell through interpolation.
    grid = window[0] + np.arange(int(length)) + 0.5
    if len(trains) > 1:
        order, rates = np.zeros(grid.size, complex), np.zeros((len(trains), grid.size))
        for train, row in zip(trains, rates):
            train = np.unique(train)
            if train.size < 2:
                continue
            between = (grid >= train[0]) & (grid < train[-1])
            order[between] += np.exp(2j * np.pi * np.interp(grid[between], train, np.arange(train.size)))
            row[between] = 1 / np.diff(train)[np.searchsorted(train, grid[between], side="right") - 1]
        order = abs(order) / len(trains)
        values["order"] = order.max()
        for threshold in (0.5, 0.75):
            spans = [(len(list(run)), high) for high, run in itertools.groupby(order >= threshold - 1e-9)]
            values[f"duration(threshold={threshold})"] = max([n for n, high in spans if high], default=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            variation = rates.std(0) / rates.mean(0)
        if np.isfinite(variation).any():
            values["convergence"] = np.nanmin(variation)
        if order.max() > 1e-9:
            values["order_time"] = grid[first_largest(order)]
    return values


def first_largest(values):
    """The first of the values that are as large as any but for rounding."""
    return int((values >= values.max() * (1 - 1e-9)).argmax())


def with_arguments(measure, window, end):
    name, _, rest = measure.partition("(")
    arguments = [rest.rstrip(")")] if rest else []
    if window != (0.0, end):
        arguments += [f"from={window[0]}", f"to={window[1]}"]
    return name + (f"({', '.join(arguments)})" if arguments else "")


def main():
    python_environment.run_inside("measures")
    import numpy as np
    import pyspike
    import scipy
    from importlib.metadata import version

    cases = []
    rng = np.random.default_rng(20261122)
    for name, (end, trains) in made(rng).items():
        cases.append({"name": name, "end": end, "trains": trains})
    cells = selected_cells()
    for condition in ("before", "after", "random1"):
        cases.append({"name": condition, "end": 1000.0, "condition": condition, "population": "alpha", "cells": cells})

    for case in cases:
        trains = case.get("trains") or recorded(case["condition"], case["population"], case["cells"])
        end = case["end"]
        windows = [(0.0, end), (0.25 * end + 0.3, 0.75 * end + 0.1)]
        values = {}
        for window in windows:
            found = formula_values(trains, window, end) | pyspike_values(trains, window, end)
            for measure, value in found.items():
                if value is not None and np.isfinite(value):
                    values[with_arguments(measure, window, end)] = float(value)
        case["values"] = values

    made_by = (
        f"tools/reference/measures.py, {datetime.date.today()}: PySpike {version('pyspike')}, "
        f"numpy {np.__version__}, scipy {scipy.__version__}"
    )
    TARGET.parent.mkdir(exist_ok=True)
    lines = [json.dumps(case) for case in cases]
    TARGET.write_text(f'{{"made_by": {json.dumps(made_by)},\n"cases": [\n' + ",\n".join(lines) + "\n]}\n")
    print(f"{TARGET.relative_to(ROOT)}: {len(cases)} cases, {sum(len(c['values']) for c in cases)} values")


if __name__ == "__main__":
    main()
