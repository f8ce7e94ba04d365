"""From runs to rows, and from rows to a table of text or Markdown."""

import statistics

from criteria import NOT_HELD, kind


def spread(values):
    """Smallest, quartiles and largest of some values."""
    quartiles = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
    return {"min": min(values), "q1": quartiles[0], "median": quartiles[1], "q3": quartiles[2], "max": max(values)}


def digest(case, runs, compile_s, events, threads):
    """One row for each simulator and number of threads. `runs` has the summaries of each (simulator, threads), repeat by repeat;
    `events` is how many spikes reached a synapse."""
    rows = []
    for (simulator, number), summaries in runs.items():
        first = summaries[0]
        times = [summary["run_s"] for summary in summaries]
        volley = [summary["run_s"] for summary in runs["Volley", number]]
        alone = [summary["run_s"] for summary in runs[simulator, threads[0]]]
        compartments = runs["Volley", number][0]["compartments"]
        rows.append(
            {
                "model": case.model,
                "size": case.size,
                "unit": case.unit,
                "threads": number,
                "simulator": simulator,
                "settings": first["settings"],
                "run_s": spread(times),
                "times_volley": spread([time / own for time, own in zip(times, volley)]),
                "speed_up": spread([one / time for one, time in zip(alone, times)]) if number != threads[0] else None,
                "ns_per_compartment_step": 1e9 * statistics.median(times) / (compartments * first["steps"]),
                "events_per_s": events / statistics.median(times) if kind(simulator) not in NOT_HELD else None,
                "compile_s": compile_s.get(simulator, 0.0),
                "start_up_s": spread([summary["start_up_s"] for summary in summaries]),
                "peak_memory_bytes": max(summary["peak_memory_bytes"] for summary in summaries),
                "spikes": first["spikes"],
                "compartments": compartments,
                "steps": first["steps"],
                "runs": [{key: summary[key] for key in ("run_s", "start_up_s")} for summary in summaries],
            }
        )
    return rows


def ranged(values, digits):
    return f"{values['median']:.{digits}f} ({values['min']:.{digits}f} to {values['max']:.{digits}f})"


HEADER = [
    "model", "size", "threads", "simulator", "run, s (range)", "times as long as Volley (range)", "ns per compartment and step",
    "million events per s", "from nothing to the first step, s", "of this compiling, s", "peak memory, MiB", "spikes",
]  # fmt: skip


def cells(row):
    """A row's words, under HEADER."""
    events = row["events_per_s"]
    return [
        row["model"],
        f"{row['size']:,}",
        str(row["threads"]),
        row["simulator"],
        ranged(row["run_s"], 3),
        ranged(row["times_volley"], 2),
        f"{row['ns_per_compartment_step']:.1f}",
        f"{events / 1e6:.2f}" if events else "",
        f"{row['compile_s'] + row['start_up_s']['median']:.2f}",
        f"{row['compile_s']:.1f}" if row["compile_s"] else "",
        f"{row['peak_memory_bytes'] / 2**20:.0f}",
        f"{sum(row['spikes'].values()):,}" + (" (other cells)" if kind(row["simulator"]) in NOT_HELD else ""),
    ]


SPEED_UP_HEADER = ["model", "size", "simulator", "threads", "times as fast as on one (range)"]


def speed_ups(rows):
    """Each simulator against itself on the smallest number of threads."""
    return [
        [row["model"], f"{row['size']:,}", row["simulator"], str(row["threads"]), ranged(row["speed_up"], 2)]
        for row in rows
        if row["speed_up"]
    ]


def markdown(header, rows):
    lines = ["| " + " | ".join(words) + " |" for words in [header, ["---"] * len(header), *rows]]
    return "\n".join(lines) + "\n"


def text(header, rows):
    widths = [max(len(row[n]) for row in [header, *rows]) for n in range(len(header))]
    return "\n".join("  ".join(word.rjust(width) for word, width in zip(row, widths)) for row in [header, *rows]) + "\n"
