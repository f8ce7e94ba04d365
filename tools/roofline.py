#!/usr/bin/env python3
"""What bounds each mechanism's kernels: what they compute and what they move, against what the machine gives.

    python3 tools/roofline.py --volley target/release/volley networks/hopfield-brody/before.toml networks/purkinje/network.toml

For each mechanism of the networks it prints, for one instance and time step: exponentials, divisions, columns looked up in tables and other
operations, counted in what `volley mod explain` shows; bytes of columns read and written; the least time that the machine could take for these operations
(see RATES), and for these bytes from the second-level cache; and what `volley complexity --measure`
measures. Loops count as the four rounds that `complexity` takes them for. Nothing else should be running.
"""

import argparse
import json
import re
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
CATALOGUE = PROJECT / "src" / "mechanism" / "catalogue"

# ns for one value, AMD EPYC (Zen 3) at 3.2 GHz, AVX2, 2026-11-22. Measured: exp in a loop by itself; division, where vdivpd takes 4.5 cycles for four; a
# column of a table (`benches/kernels`, 22 columns of a row). Other operations: the processor's limit of one stored vector of four a cycle.
RATES = {"exp": 0.74, "division": 0.35, "looked up": 0.37, "other": 0.08}
# Bytes a ns between the second-level cache and the core, both ways together: 32 a cycle.
BANDWIDTH = 32 * 3.2
ROUNDS = 4
VALUE = 8
WORDS = {"select", "fma", "exp", "log", "fabs", "lookup", "sqrt", "pow", "ion", "rhs", "diagonal", "dt", "t", "celsius", "carry", "loop", "repeat",
         "while", "next", "fail", "if"}  # fmt: skip


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="+", type=Path, help="descriptions, whose .mod files lie in their folders")
    parser.add_argument("--volley", type=Path, default=PROJECT / "target" / "release" / "volley")
    return parser.parse_args()


def output(*words):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True).stdout


def source(mechanism, network):
    """The .mod file of a mechanism: beside the description, in a folder there, or in the catalogue."""
    found = [network.parent / f"{mechanism}.mod", network.parent / "mechanisms" / f"{mechanism}.mod"]
    found.append(CATALOGUE / f"{mechanism.lower()}.mod")
    return next((path for path in found if path.exists()), None)


def kernels(listing):
    """Lines of the kernels `current` and `state` after the last pass."""
    last = listing[listing.rindex("# ") :] if "after dead" not in listing else listing[listing.rindex("after dead") :]
    lines = []
    for name in ("current", "state"):
        block = re.search(rf"^{name} {{\n(.*?)^}}", last, re.S | re.M)
        lines.append(block.group(1).splitlines() if block else [])
    return lines


def count(volley, path):
    """Operations of each kind and bytes of one instance and step; a loop's four times."""
    listing = output(volley, "mod", "explain", path)
    table = {line.split()[0]: int(line.split()[1]) for line in listing.splitlines() if re.match(r"(current|state) +\d", line)}
    found = {"exp": 0, "division": 0, "looked up": 0, "other": 0}
    moved = 0
    for name, lines in zip(("current", "state"), kernels(listing)):
        rounds, read, written, special = 1, set(), set(), 0
        for line in lines:
            rounds = ROUNDS if line.rstrip().endswith("= loop {") else 1 if "} repeat while" in line else rounds
            here = {"exp": line.count("exp("), "division": line.count(" / "), "looked up": line.count("lookup(")}
            for kind, number in here.items():
                found[kind] += rounds * number
            special += sum(here.values())
            target, _, value = line.strip().partition(" = " if " += " not in line else " += ")
            line_reads = re.sub(r"\w+\[\d+\]", "", value)
            read |= {word for word in re.findall(r"(?:ion )?\b[A-Za-z]\w*", line_reads) if word not in WORDS}
            if not target.startswith("_"):
                written.add(target)
                read |= {target} if " += " in line else set()
        inside = ROUNDS if any(line.rstrip().endswith("= loop {") for line in lines) else 1
        found["other"] += inside * max(table.get(name, 0) - special, 0)
        moved += VALUE * (len(read) + len(written))
    return found, moved


def main():
    options = arguments()
    print("| mechanism | exp | divisions | columns looked up | other | bytes | least, operations, ns | least, bytes, ns | measured, ns |")
    print("|---|---|---|---|---|---|---|---|---|")
    seen = set()
    for network in options.networks:
        costs = json.loads(output(options.volley, "complexity", network, "--measure", "--summary", "json"))["complexity"]
        for cost in costs:
            name = cost["mechanism"]
            path = source(name, network)
            if path is None or name in seen or not cost.get("measured_ns"):
                continue
            seen.add(name)
            found, moved = count(options.volley, path)
            least = sum(RATES[kind] * number for kind, number in found.items())
            cells = [name, *(str(found[kind]) for kind in RATES), str(moved)]
            cells += [f"{least:.1f}", f"{moved / BANDWIDTH:.1f}", f"{cost['measured_ns']:.1f}"]
            print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
