"""As neuron_run.py, for mechanisms with FUNCTION_TABLEs: the job's "tables" are (name, number of arguments)."""

import neuron_run
import tables
from neuron import h

plain_run = neuron_run.run
keep = []


def run(job, result):
    for number, (name, arguments) in enumerate(job["tables"]):
        given = tables.values(number, arguments)
        if arguments == 2:
            given = [value for pair in zip(*given) for value in pair]
        vector = h.Vector(given)
        keep.append(vector)
        ranges = [len(tables.VALUES), *tables.RANGE] + ([2, *tables.SECOND] if arguments == 2 else [])
        getattr(h, f"table_{name}_{job['mechanism']}")(vector._ref_x[0], *ranges)
    return plain_run(job, result)


neuron_run.run = run

if __name__ == "__main__":
    neuron_run.serve()
