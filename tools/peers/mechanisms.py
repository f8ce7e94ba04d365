"""Compiles .mod files for NEURON and CoreNEURON with nrnivmodl."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def compiled(sources, folder, name):
    """The library `name` that nrnivmodl left in `folder`, if it is newer than every .mod file in `sources`."""
    for path in sorted(folder.glob(f"*/{name}.*")) + sorted(folder.glob(f"*/.libs/{name}.*")):
        if path.suffix in (".so", ".dylib"):
            newest = max(source.stat().st_mtime for source in sources.glob("*.mod"))
            return path if path.stat().st_mtime >= newest else None
    return None


def compiler(folder, flags):
    """A compiler that adds these flags: nrnivmodl's makefiles set theirs (-O2) and take no others, but for CXX."""
    path = folder.resolve() / "compiler.sh"
    path.write_text(f'#!/bin/sh\nexec {os.environ.get("CXX", "c++")} "$@" {flags}\n')
    path.chmod(0o755)
    return path


def compile_mechanisms(sources, folder, coreneuron):
    """Runs nrnivmodl on `sources` in `folder` unless its libraries are there; returns NEURON's and CoreNEURON's."""
    if not compiled(sources, folder, "libnrnmech") or (coreneuron and not compiled(sources, folder, "libcorenrnmech")):
        nrnivmodl = Path(sys.executable).parent / "nrnivmodl"
        command = [str(nrnivmodl)] + (["-coreneuron"] if coreneuron else []) + [str(sources)]
        # nrnivmodl looks up its Python in PATH: let it be this one.
        environment = dict(os.environ, PATH=f"{nrnivmodl.parent}{os.pathsep}{os.environ['PATH']}")
        flags = os.environ.get("VOLLEY_PEER_CXXFLAGS")
        if flags:
            environment["CXX"] = str(compiler(folder, flags))
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            for left_over in folder.glob("*/mod_func.*"):
                shutil.rmtree(left_over.parent, ignore_errors=True)
            sys.exit(f"nrnivmodl failed:\n{done.stdout}\n{done.stderr}")
    return compiled(sources, folder, "libnrnmech"), compiled(sources, folder, "libcorenrnmech")
