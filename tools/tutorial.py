#!/usr/bin/env python3
"""Replays docs/tutorial-threads.md: runs its commands and compares what they print with what the page says.

A block that begins with ```console holds commands, each after `$ ` (a trailing backslash continues the line), and under each
what it prints, standard error included. A line `...` stands for any lines, as for times. Blocks marked ```console time
only show times: they are skipped unless --time is given, and then run without being compared.

    python3 tools/tutorial.py --volley target/debug/volley            # compare
    python3 tools/tutorial.py --volley target/release/volley --write --time  # write what is printed into the page

Commands run in a new folder with a copy of networks/ and with `volley` on the path. Needs Python 3.8, no packages.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "tutorial-threads.md"
# What differs from run to run.
VARIES = re.compile(r"^\s+(wall time|peak memory) ")


def blocks(text):
    """(first line, last line, whether it shows times) of each console block, the fences not counted."""
    lines = text.split("\n")
    begin = None
    for number, line in enumerate(lines):
        if begin is None and line.startswith("```console"):
            begin, timed = number + 1, "time" in line.split()
        elif begin is not None and line == "```":
            yield begin, number, timed
            begin = None


def commands(lines):
    """Each command with the lines printed under it."""
    found = []
    continued = False
    for line in lines:
        if continued:
            found[-1][0].append(line)
        elif line.startswith("$ "):
            found.append(([line], []))
        elif found:
            found[-1][1].append(line)
        continued = (continued or line.startswith("$ ")) and line.endswith("\\")
    return found


def run(command, folder, path):
    """What a command prints, line by line, without what varies."""
    text = "\n".join(command)[2:]
    environment = dict(os.environ, PATH=f"{path}{os.pathsep}{os.environ['PATH']}", NO_COLOR="1")
    done = subprocess.run(
        ["bash", "-c", text], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    lines = [line.rstrip() for line in done.stdout.decode("utf-8", "replace").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def matches(wanted, got):
    """Whether lines are as wanted, where `...` stands for any number of lines."""
    pattern = "".join(".*" if line == "..." else re.escape(line + "\n") for line in wanted)
    return re.fullmatch(pattern, "".join(line + "\n" for line in got), re.DOTALL) is not None


def without_varying(lines):
    out = []
    for line in lines:
        line = "..." if VARIES.match(line) else line
        if not (line == "..." and out and out[-1] == "..."):
            out.append(line)
    return out


def self_test():
    assert matches(["a", "...", "b"], ["a", "x", "y", "b"]) and matches(["...", "b"], ["b"])
    assert not matches(["a"], ["a", "b"]) and not matches(["a", "...", "b"], ["a", "x"])
    assert commands(["$ a \\", "b", "out", "$ c"]) == [(["$ a \\", "b"], ["out"]), (["$ c"], [])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--volley", type=pathlib.Path, default=ROOT / "target" / "debug" / "volley")
    parser.add_argument("--write", action="store_true", help="write what is printed into the page")
    parser.add_argument("--time", action="store_true", help="run the blocks that show times too")
    options = parser.parse_args()
    self_test()
    if not options.volley.is_file():
        sys.exit(f"there is no {options.volley}; build it with `cargo build`, or name another with --volley")
    lines = PAGE.read_text().split("\n")
    failures = count = 0
    replaced = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "bin").mkdir()
        (folder / "bin" / "volley").symlink_to(options.volley.resolve())
        work = folder / "work"
        shutil.copytree(ROOT / "networks", work / "networks")
        for begin, end, timed in blocks("\n".join(lines)):
            if timed and not options.time:
                continue
            new = []
            for command, wanted in commands(lines[begin:end]):
                got = run(command, work, folder / "bin")
                new += command + (got if timed else without_varying(got))
                count += 1
                if not timed and not options.write and not matches(wanted, got):
                    failures += 1
                    print("\n".join(command), "\n--- the page says", *wanted, "--- but it prints", *got, "", sep="\n")
            replaced.append((begin, end, new))
    if options.write:
        for begin, end, new in reversed(replaced):
            lines[begin:end] = new
        PAGE.write_text("\n".join(lines))
    print(f"{count} commands of {PAGE.name}, {failures} not as the page says")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
