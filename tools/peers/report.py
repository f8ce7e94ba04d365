"""What every peer's script tells tools/compare_peers.py: one JSON object, the last line on standard output."""

import json
import os
import resource
import sys
import time

# When the comparison started this process (seconds since the epoch), so that the interpreter's own start counts too.
STARTED = float(os.environ.get("VOLLEY_PEER_STARTED", time.time()))


def peak_memory():
    """Peak memory of this process, bytes; ru_maxrss is in KiB on Linux and in bytes on macOS."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class Clock:
    """Times the step loop and what came before it."""

    def __init__(self):
        self.compiled = 0.0  # seconds that went into compiling mechanisms

    def run(self, steps):
        """Calls `steps`, the step loop alone."""
        self.start_up = time.time() - STARTED - self.compiled
        cpu, begin = time.process_time(), time.perf_counter()
        steps()
        self.seconds = time.perf_counter() - begin
        self.cpu_seconds = time.process_time() - cpu  # of all threads; tells a run that had to wait for a core


def summary(simulator, version, clock, *, threads, dt, tstop, compartments, trains, **more):
    """Prints the summary. `trains` has the times of all spikes of each population, ms; `more` may have `settings`
    (how the peer was set up)."""
    print(
        json.dumps(
            {
                "simulator": simulator,
                "version": version,
                "threads": threads,
                "dt_ms": dt,
                "tstop_ms": tstop,
                "compartments": compartments,
                "steps": round(tstop / dt),
                "spikes": {population: len(times) for population, times in trains.items()},
                "mean_spike_ms": {population: sum(times) / max(len(times), 1) for population, times in trains.items()},
                "wall_time_s": {"compile": clock.compiled, "start_up": clock.start_up, "run": clock.seconds},
                "cpu_time_s": clock.cpu_seconds,
                "peak_memory_bytes": peak_memory(),
                **more,
            }
        )
    )
