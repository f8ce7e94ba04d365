#!/usr/bin/env python3
"""Checks the units of .mod files with NEURON's modlunit and with `volley mod check`, and compares what they find.

    tools/units_conformance.py FOLDER...                   every .mod file below the folders
    tools/units_conformance.py FOLDER --mutants 2000       also with one declared unit changed

modlunit stops at the first thing that is wrong, so of each file its first finding is compared: whether Volley finds
something too, in the same line, and whether Volley finds anything in lines that modlunit passed. Where only modlunit finds
something, the reason is looked for: Volley lets what has no unit take any, and knows the units of what NEURON provides.

Most published files are clean only as far as they have units, so that agreement says little. Mutants say more: of a file that
modlunit finds nothing wrong with, one declared unit is made a thousand times as large or gets another dimension. Both must then
find the same.

modlunit comes with NEURON from PyPI (9.0.2 was used); without NEURON in this Python, name its folder with --neuron.
"""

import argparse
import collections
import importlib.util
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "tools" / "conformance"))

# What modlunit says, by a part of the sentence.
KINDS = [
    ("Cannot recognize the units", "unknown unit"),
    ("Redefinition of units", "unit defined twice"),
    ("must have the units", "unit of a provided variable"),
    ("not conformable", "different dimensions"),
    ("missing a conversion factor", "factor"),
    ("not dimensionless", "pure number wanted"),
    ("needs the conversion factor", "pure number wanted"),
    ("nconsistent", "reaction"),
]
BLOCK = re.compile(r"\b(?:PARAMETER|ASSIGNED|STATE)\s*\{([^{}]*)\}")
UNIT = re.compile(r"\(([A-Za-z/][A-Za-z0-9/ -]*)\)")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="folders of .mod files, or files")
    parser.add_argument("--volley", type=Path, default=PROJECT / "target" / "release" / "volley", help="the volley to test")
    parser.add_argument("--neuron", type=Path, default=neuron_folder(), help="the .data folder of the NEURON package")
    parser.add_argument("--mutants", type=int, default=0, metavar="N", help="so many files with one declared unit changed")
    parser.add_argument("--seed", type=int, default=1, help="chooses the mutants")
    parser.add_argument("--json", type=Path, help="write every result to this file")
    return parser.parse_args()


def neuron_folder():
    """Where the package of this Python has its programs. The script `modlunit` beside Python takes a second for each file."""
    package = importlib.util.find_spec("neuron")
    return Path(package.origin).parent / ".data" if package else Path("neuron/.data")


def main():
    import corpus

    options = arguments()
    options.modlunit = options.neuron / "bin" / "modlunit"
    for program in (options.volley, options.modlunit):
        if not program.exists():
            sys.exit(f"there is no {program}")
    files = [str(file.path) for file in corpus.find(options.folders)]
    theirs, ours = modlunit(options, files), volley(options, files)
    results = [compare(file, theirs[file], ours[file]) for file in files]
    print(f"{len(results)} files")
    report(results)
    if options.mutants:
        clean = [r["file"] for r in results if r["modlunit"] == "nothing"]
        results += mutants(options, clean)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


def modlunit(options, files):
    """Of each file the first finding: kind (or "nothing"), line, and what was printed."""

    def one(file):
        home = {**os.environ, "NEURONHOME": str(options.neuron / "share" / "nrn")}
        run = subprocess.run([options.modlunit, file], capture_output=True, timeout=60, env=home)
        said = run.stderr.decode("latin1")
        line = re.search(r"at line (\d+) in file", said)
        kind = next((kind for part, kind in KINDS if part in said), "cannot read it")
        return file, {
            "kind": kind if run.returncode else "nothing",
            "line": int(line.group(1)) if line else None,
            "said": said.strip().splitlines()[1:],
        }

    with ThreadPoolExecutor(os.cpu_count()) as workers:
        return dict(workers.map(one, files))


def volley(options, files):
    """Of each file what `mod check` says of its units."""
    answers = {}
    for start in range(0, len(files), 500):
        batch = files[start : start + 500]
        command = [options.volley, "mod", "check", "--summary", "json", *batch]
        run = subprocess.run(command, capture_output=True, text=True)
        answers |= {answer["file"]: answer for answer in json.loads(run.stdout)["files"]}
    return answers


def compare(file, theirs, ours):
    units = ours["units"]
    found = [w for w in units["warnings"]]
    places = [(p["file"], p["line"]) for w in found for p in w["places"]]
    result = {
        "file": file,
        "modlunit": theirs["kind"],
        "said": theirs["said"],
        "volley": [w["message"] for w in found],
        "same_line": (file, theirs["line"]) in places,
        # modlunit looks at declarations first, then at code from top to bottom.
        "in_passed_lines": 0,
        "reason": "",
    }
    in_code = theirs["kind"] in ("different dimensions", "factor", "pure number wanted", "reaction")
    if in_code or theirs["kind"] == "nothing":
        end = theirs["line"] if in_code else float("inf")
        result["in_passed_lines"] = sum(1 for name, line in places if name == file and line < end)
    if theirs["kind"] != "nothing" and not result["same_line"]:
        result["reason"] = reason(theirs, ours)
    return result


def reason(theirs, ours):
    """Why Volley says nothing at the line where modlunit stopped."""
    units = ours["units"]
    last = theirs["said"][-1] if theirs["said"] else ""
    text = "\n".join(theirs["said"])
    names = set(re.findall(r"[A-Za-z_]\w*", last))
    if theirs["kind"] in ("unknown unit", "unit of a provided variable"):
        # They name the NEURON block or the first use; what counts is the unit or the variable named.
        named = re.search(r"Cannot recognize the units: (\S+)|(\w+) must have the units, \S+, instead of (.*)\.$", text, re.M)
        word = named and (named.group(1) or named.group(2))
        if named and any(f"`{word}`" in w["message"] for w in units["warnings"]):
            return "the same, in another line"
        if named and named.group(2) and not named.group(3):
            return "no unit declared"
    if theirs["kind"] == "unit defined twice":
        return "the same unit again, which changes nothing"
    if names & set(units["without_unit"]):
        return "no unit declared"
    if theirs["kind"] == "unknown unit" and re.search(r"[*^]", text):
        return "a unit written with * or ^"
    if re.search(r"\b(fabs|fmin|fmax|sqrt)\s*\(", last):
        return "a function that keeps the unit"
    if re.search(r"\bundefined\b", text):
        return "a name that only C code declares"
    called = re.match(r"\s*(\w+)\(", last)
    if called:
        return "an argument without a unit"
    return "?"


def report(results):
    table = collections.Counter()
    for r in results:
        table[r["modlunit"], "finds something" if r["volley"] else "finds nothing"] += 1
    print(f"{'modlunit':30}{'Volley':20}files")
    for (kind, word), count in sorted(table.items()):
        print(f"{kind:30}{word:20}{count}")
    print(f"warnings of Volley in lines that modlunit passed: {sum(r['in_passed_lines'] for r in results)}")
    findings = [r for r in results if r["modlunit"] not in ("nothing", "cannot read it")]
    print(f"modlunit's first finding is in a line that Volley names: {sum(r['same_line'] for r in findings)} of {len(findings)}")
    for why, count in collections.Counter(r["reason"] for r in findings if not r["same_line"]).most_common():
        print(f"  else: {why}: {count}")
    for r in findings:
        if r["reason"] == "?":
            print(f"    {r['file']}: {' / '.join(r['said'][-3:])}")


def mutants(options, clean):
    """Files with one unit changed, checked by both."""
    choices = []
    for file in clean:
        text = Path(file).read_bytes().decode("latin1")
        if "INCLUDE" in text:
            continue
        for block in BLOCK.finditer(text):
            for unit in UNIT.finditer(block.group(1)):
                choices.append((file, block.start(1) + unit.start(1), unit.group(1)))
    random.Random(options.seed).shuffle(choices)
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (file, start, unit) in enumerate(choices[: options.mutants]):
            text = Path(file).read_bytes().decode("latin1")
            changed = (f"1000 {unit}" if not unit.startswith("/") else f"1000{unit}") if number % 2 else f"{unit}-coulomb"
            path = Path(folder) / f"mutant{number}.mod"
            path.write_bytes((text[:start] + changed + text[start + len(unit) :]).encode("latin1"))
            line = text.count("\n", 0, start) + 1
            names[str(path)] = f"{file}:{line}: ({unit}) is now ({changed})"
        theirs, ours = modlunit(options, list(names)), volley(options, list(names))
        results = [compare(path, theirs[path], ours[path]) for path in names]
    for r in results:
        r["file"] = names[r["file"]]
    print(f"\n{len(results)} mutants")
    report(results)
    missed = [r for r in results if r["modlunit"] == "nothing" and r["volley"]]
    for r in missed[:20]:
        print(f"    only Volley: {r['file']}: {r['volley'][0]}")
    return results


if __name__ == "__main__":
    main()
