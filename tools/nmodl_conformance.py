#!/usr/bin/env python3
"""Runs .mod files in NEURON and in Volley under the same protocols, and compares them.

    tools/nmodl_conformance.py FOLDER...                      every .mod file below the folders
    tools/nmodl_conformance.py FOLDER --only cad --json out.json

Density mechanisms: one compartment under a voltage-clamp staircase and under current steps; point processes: events at given
times and weights; artificial cells: the same events. Compared are v, ion currents, reversal potentials and concentrations, all states
and other RANGE variables at every step, and times of events; the number is the largest difference relative to the trace's
largest value. See tools/conformance/protocols.py for the numbers; one protocol has several instances with different values.

Where more than rounding differs the experiment is repeated with one cause removed (tools/conformance/variants.py): "agrees with quotient"
is within 1e-9 with `conductance = "difference"`, and "explained" is within 1e-9 without something that NEURON does in a way of its own.

Where the files come from: ModelDB's models are repositories of the GitHub organisation ModelDBRepository, named by their numbers.
tools/conformance/repositories.txt lists those of the table in docs/nmodl.md. Clone or unpack them into one folder and name that:

    for r in $(grep -v '#' tools/conformance/repositories.txt); do git clone --depth 1 https://github.com/ModelDBRepository/$r corpus/$r; done
    tools/nmodl_conformance.py corpus

NEURON's side (translation, compiled library, traces) is kept in the cache by content and done once. It needs a C++ compiler;
the Python packages are installed on first use (see python_environment.py).
"""

import argparse
import collections
import json
import os
import re
import shutil
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import python_environment

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "tools" / "conformance"))
UNTESTABLE = {"nothing": "SUFFIX nothing: functions for hoc, no mechanism", "unknown": "no SUFFIX or POINT_PROCESS found"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="folders of .mod files, or files")
    parser.add_argument("--volley", type=Path, default=PROJECT / "target" / "release" / "volley", help="the volley to test")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="files at once (default: all cores)")
    parser.add_argument("--json", type=Path, help="write every result to this file")
    parser.add_argument("--text", type=Path, help="write the printed table to this file")
    parser.add_argument("--only", action="append", help="only files whose name contains this; may be repeated")
    parser.add_argument("--cache", type=Path, default=python_environment.cache_folder() / "conformance", help="NEURON's side")
    parser.add_argument("--keep", type=Path, help="keep Volley's descriptions and results in this folder")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        import h5py  # noqa: F401
        import neuron  # noqa: F401
    except ImportError:
        python_environment.run_inside("conformance")
    import corpus

    if not options.volley.exists():
        sys.exit(f"there is no {options.volley}: build it with `cargo build --release`, or name one with --volley")
    missing = [str(folder) for folder in options.folders if not folder.exists()]
    if missing:
        print(f"there is no {', no '.join(missing)}: name folders of .mod files, or files", file=sys.stderr)
        sys.exit(2)
    files = corpus.find(options.folders)
    if not files:
        print(f"no .mod files in {', '.join(map(str, options.folders))}", file=sys.stderr)
        sys.exit(2)
    if options.only:
        files = [f for f in files if any(part in f.name for part in options.only)]
    scratch = options.keep or Path(tempfile.mkdtemp(prefix="nmodl-conformance-"))
    results = [None] * len(files)
    lock, count = threading.Lock(), [0]

    def one(index):
        results[index] = examine(files[index], options, scratch.resolve())
        with lock:
            count[0] += 1
            if sys.stderr.isatty() or count[0] % 50 == 0:
                print(f"{count[0]} of {len(files)}", end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)

    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        list(pool.map(one, range(len(files))))
    if not options.keep:
        shutil.rmtree(scratch, ignore_errors=True)
    report = "\n".join(text_report(results)) + "\n"
    print(report, end="")
    if options.text:
        options.text.write_text(report)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


def examine(file, options, scratch):
    """Everything about one file, as it goes into the JSON file."""
    import build
    import compare
    import neuron_side
    import protocols
    import volley_side

    result = {
        "file": file.name, "copies": file.copies, "kind": file.kind, "mechanism": file.mechanism,
        "random": file.random(), "verbatim": "VERBATIM" in file.text, "reason": "", "deviation": None, "protocols": {},
    }
    if file.kind in UNTESTABLE:
        return {**result, "verdict": "not testable", "reason": UNTESTABLE[file.kind]}
    if file.without_charge():
        # Loaded as here, NEURON takes it with a charge of -10000; started with it, it ends with these words.
        reason = f"in NEURON: {file.without_charge()}_ion USEION CHARGE (or VALENCE) must be defined in at least one model"
        return {**result, "verdict": "not testable", "reason": reason}
    built = build.translated(file, options.cache)
    result["neuron"] = built["status"]
    verdicts = []
    for protocol in protocols.of(file):
        refusal = None if built["status"] == "built" else f"{built['status']}: {built['reason']}"
        theirs = {"error": refusal, "set": {}, "global": {}, "others": [], "traces": {}}
        folder = scratch / f"{file.key}.{protocol}"
        # What Volley does not take needs no traces; but a mechanism that lacks another one beside it is refused by both.
        ours = volley_side.run(options.volley, file, protocol, {}, {}, [], folder)
        taken = ours["status"] in ("ran", "not a number", "failed") or said(ours["errors"]).startswith("[network/ion]")
        if taken and built["status"] == "built":
            theirs = neuron_side.traces(file, built, protocol, options.cache)
            if theirs["error"] is None:
                values = theirs["set"], theirs["global"]
                ours = volley_side.run(options.volley, file, protocol, *values, list(theirs["traces"]), folder, theirs["others"])
        entry = {"volley": ours["status"], "errors": ours["errors"], "neuron": theirs["error"]}
        entry |= {"set": theirs["set"], "global": theirs["global"]}
        result["protocols"][protocol] = entry
        if ours["status"] in ("crashed", "hangs"):
            verdicts.append(("volley crashes" if ours["status"] == "crashed" else "volley hangs", said(ours["errors"])))
        elif built["status"] != "built":
            verdicts.append(("NEURON refuses", theirs["error"]))
        elif theirs["error"] is not None and protocol == "together" and verdicts:
            continue  # values that the mechanism does not take; alone it was compared
        elif theirs["error"] is not None:
            verdicts.append(("not testable", f"in NEURON: {theirs['error']}"))
        elif ours["status"] == "refused":
            verdicts.append(("volley refuses", said(ours["errors"])))
        elif ours["status"] == "failed":
            verdicts.append(("deviates", said(ours["errors"])))
        else:
            rows = compare.all_traces(theirs["traces"], ours["traces"])
            entry["worst"] = rows[:12]
            entry["silent"] = compare.silent(theirs["traces"])
            worst = rows[0][1] if rows else 0.0
            result["deviation"] = max(result["deviation"] or 0.0, worst)
            reason = f"{rows[0][0]} under {protocol}" if rows else ""
            if worst <= compare.EQUAL:
                verdicts.append(("agrees", ""))
            elif file.random() and worst > compare.CLOSE:
                verdicts.append(("random numbers, runs", reason))
            else:
                where = f"{reason} from step {rows[0][2]}"
                verdicts.append(cause(file, built, protocol, options, folder, theirs["traces"], worst, where, entry))
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    if verdicts and all(entry.get("silent") for entry in result["protocols"].values()):
        verdicts.append(woken(file, built, options, scratch / f"{file.key}.awake", result))
    # The worst of the protocols' verdicts, in this order.
    order = ["volley crashes", "volley hangs", "NEURON refuses", "not testable", "volley refuses", "deviates", "random numbers, runs"]
    order += ["unstable in NEURON too", "explained", "agrees with quotient", "agrees within 1e-5", "agrees"]
    verdict, reason = min(verdicts, key=lambda v: order.index(v[0]))
    return {**result, "verdict": verdict, "reason": reason}


def woken(file, built, options, folder, result):
    """The verdict of a mechanism that did nothing, once its parameters are not 0."""
    import compare
    import neuron_side
    import protocols
    import variants

    protocol, variant = protocols.of(file)[0], variants.VARIANTS["awake"]
    theirs = neuron_side.traces(file, built, protocol, options.cache, variant)
    if theirs["error"] is not None or compare.silent(theirs["traces"]):
        return "agrees", ""
    entry = result["protocols"]["awake"] = {"volley": "ran", "errors": [], "neuron": None, "silent": False}
    worst = without(file, built, protocol, options, folder, variant)
    result["deviation"] = max(result["deviation"] or 0.0, worst)
    if worst <= compare.EQUAL:
        return "agrees", ""
    if file.random() and worst > compare.CLOSE:
        return "random numbers, runs", f"{protocol}, awake"
    entry["quotient"] = without(file, built, protocol, options, folder, {**variant, **variants.VARIANTS["quotient"]})
    if worst <= compare.CLOSE:
        return "agrees within 1e-5", f"{protocol}, awake"
    kind = "agrees with quotient" if entry["quotient"] <= compare.EQUAL else "deviates"
    return kind, f"{protocol}, awake"


def cause(file, built, protocol, options, folder, base, worst, where, entry):
    """The verdict and its reason for a deviation of `worst` from the traces `base`: the first variant without it."""
    import compare
    import neuron_side
    import variants

    entry["quotient"] = without(file, built, protocol, options, folder, variants.VARIANTS["quotient"])
    if worst <= compare.CLOSE:
        return "agrees within 1e-5", where
    if entry["quotient"] <= compare.EQUAL:
        return "agrees with quotient", f"{where}; {entry['quotient']:.1e} with NEURON's difference quotient"
    for name in variants.CAUSES:
        if variants.applies(name, file.text):
            variant = {**variants.VARIANTS["quotient"], **variants.VARIANTS[name]}
            entry[name] = without(file, built, protocol, options, folder, variant)
            if entry[name] <= compare.EQUAL:
                return "explained", f"{where}; {entry[name]:.1e} without {variants.REASONS[name]}"
    if file.kind != "artificial":
        moved = neuron_side.traces(file, built, protocol, options.cache, variants.VARIANTS["shifted"])
        rows = compare.all_traces(base, moved["traces"])
        entry["sensitivity"] = rows[0][1] if rows else 0.0
        if worst <= entry["sensitivity"]:
            return "unstable in NEURON too", f"{where}; NEURON's own change is {entry['sensitivity']:.1e}"
    return "deviates", where


def without(file, built, protocol, options, folder, variant):
    """The largest deviation under a variant; infinite when it does not run."""
    import compare
    import neuron_side
    import volley_side

    theirs = neuron_side.traces(file, built, protocol, options.cache, variant)
    if theirs["error"] is not None:
        return float("inf")
    names, values = list(theirs["traces"]), (theirs["set"], theirs["global"])
    ours = volley_side.run(options.volley, file, protocol, *values, names, folder, theirs["others"], variant)
    rows = compare.all_traces(theirs["traces"], ours["traces"])
    return rows[0][1] if rows and len(ours["traces"]) == len(names) else float("inf")


def said(errors):
    if not errors:
        return "(no message)"
    first = errors[0]
    return f"[{first['code']}] {first['text']}"


def general(text):
    """An error's text without the names and numbers of the one file."""
    return re.sub(r"\b\d+(\.\d+)?\b", "N", re.sub(r"`[^`]*`", "`…`", text))


def text_report(results):
    import compare

    lines = []
    width = min(70, max((len(r["file"]) for r in results), default=10))
    for result in sorted(results, key=lambda r: (compare.VERDICTS.index(r["verdict"]), r["file"])):
        number = "" if result["deviation"] is None else f"{result['deviation']:.1e}"
        lines.append(f"{result['file']:<{width}}  {result['verdict']:<20}  {number:>8}  {result['reason'][:200]}".rstrip())
    lines += ["", f"{len(results)} different files"]
    counts = collections.Counter(r["verdict"] for r in results)
    lines += [f"{counts[v]:6}  {v}" for v in compare.VERDICTS if counts[v]]
    taken = [r for r in results if r.get("neuron") == "built"]
    runs = [r for r in taken if r["verdict"].startswith(("agrees", "explained", "deviates", "random", "unstable"))]
    if taken:
        # NEURON translates and compiles these, but cannot load them, make an instance or start it.
        alone = [r for r in taken if r["verdict"] == "not testable"]
        alone = [r for r in alone if all(p["volley"] in ("ran", "not a number", "failed") for p in r["protocols"].values())]
        here = len(runs) + len(alone)
        lines.append(f"of {len(taken)} mechanisms that NEURON translates {here} run here ({100 * here / len(taken):.1f} %)")
        lines.append(f"{len(alone)} of these NEURON itself cannot load or start; the other {len(runs)} are compared")
        good = sum(r["verdict"].startswith("agrees") for r in runs)
        explained = sum(r["verdict"] == "explained" for r in runs)
        lines.append(f"{good} agree ({100 * good / max(1, len(runs)):.1f} %), {explained} more without something that is NEURON's own")
    quiet = sum(all(p.get("silent") for p in r["protocols"].values()) for r in runs)
    lines.append(f"{quiet} of those that run do nothing under these protocols")
    lines += ["", "Why Volley refuses: files where it is the first error, has it at all, and has nothing else", ""]
    first, any_of, alone = collections.Counter(), collections.Counter(), collections.Counter()
    example = {}
    for result in results:
        if result["verdict"] != "volley refuses":
            continue
        errors = next(p["errors"] for p in result["protocols"].values() if p["volley"] == "refused")
        # A mechanism that is not there is missed wherever the description names it.
        errors = [e for e in errors if not e["code"].startswith("network/")] or errors
        kinds = [f"[{e['code']}] {general(e['text'])}" for e in errors] or ["(no message)"]
        first[kinds[0]] += 1
        example.setdefault(kinds[0], f"{result['file']}: {said(errors)}")
        for kind in set(kinds):
            any_of[kind] += 1
        if len(set(kinds)) == 1:
            alone[kinds[0]] += 1
    for kind, number in sorted(any_of.items(), key=lambda item: (-first[item[0]], -item[1])):
        lines.append(f"{first[kind]:5} {number:5} {alone[kind]:5}  {kind}")
        if kind in example:
            lines.append(f"{'':20}{example[kind][:230]}")
    return lines


if __name__ == "__main__":
    main()
