"""Write tests/reference/catalogue: what NEURON's own mechanisms do in the experiments of catalogue_setups.py.

    python tools/reference/catalogue.py

needs NEURON (`pip install neuron`). Each table NAME.csv opens with '#' lines (title, NEURON's version, the date), then
its header and rows, values to 17 digits; NAME.json beside it is the setup, complete enough to be repeated.
"""

import datetime
import json
import pathlib

import neuron

from catalogue_setups import artificial_setups, cell_setups, run

TABLES = pathlib.Path(__file__).resolve().parents[2] / "tests" / "reference" / "catalogue"


def main():
    TABLES.mkdir(parents=True, exist_ok=True)
    today = datetime.date.today().isoformat()
    for name, setup in {**cell_setups(), **artificial_setups()}.items():
        header, rows = run(setup)
        lines = [
            f"# {setup['title']}",
            f"# NEURON {neuron.__version__}, {today}, written by tools/reference/catalogue.py; setup in {name}.json",
            ",".join(header),
        ]
        for first, *rest in rows:
            lines.append(",".join([f"{first:.10g}", *(f"{value:.17g}" for value in rest)]))
        (TABLES / f"{name}.csv").write_text("\n".join(lines) + "\n")
        (TABLES / f"{name}.json").write_text(compact(setup) + "\n")


def compact(setup):
    """JSON with one line per entry of the setup, and per case, point process or column."""
    entries = []
    for key, value in setup.items():
        if isinstance(value, list) and value:
            items = ",\n".join(f"    {json.dumps(item)}" for item in value)
            entries.append(f"  {json.dumps(key)}: [\n{items}\n  ]")
        else:
            entries.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(entries) + "\n}"


if __name__ == "__main__":
    main()
