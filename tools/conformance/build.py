"""NEURON's translation of a .mod file, and a library of it that NEURON can load: one library a file, kept by content.

What nrnivmodl does for a folder is done here for each file by itself, so that one bad file spoils nothing and a file is
compiled once, however often it is compared. Without optimisation, which changes no result where the baseline of the processor
has no fused multiply-add, and takes a fifth of the time together with a precompiled header.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import neuron
import variants

HOME = Path(neuron.__file__).parent / ".data"
DEFINES = ["-DUSE_PYTHON", "-DNRN_ENABLE_THREADS", "-DCORENRN_BUILD=0", "-DNRNPYTHON_DYNAMICLOAD", "-DHAVE_CONFIG_H"]
TIME_LIMIT = 300  # s, for the compiler
# What every translated file begins with; it takes most of the compiler's time.
PRELUDE = '#include <stdio.h>\n#include <stdlib.h>\n#include <math.h>\n#include "mech_api.h"\n#include <vector>\n'
# Mechanisms that NEURON has itself: a file with such a name is translated under another one.
BUILT_IN = set(
    "hh pas fastpas extracellular capacitance morphology IClamp AlphaSynapse ExpSyn Exp2Syn SEClamp VClamp OClamp APCount "
    "NetStim IntFire1 IntFire2 IntFire4 PatternStim PointProcessMark PulseStim".split()
)


def translated(file, cache, source=None):
    """Translates and compiles `file`, or what variants.py makes of it under the name `source`; returns {"status", "reason", "library", "mechanism"} with the status "built", "refused"
    (by the translator) or "uncompilable" (its C++), and the mechanism's name there."""
    folder = Path(cache) / neuron.__version__ / file.key[:2] / (f"{file.key}.{source}" if source else file.key)
    record = folder / "build.json"
    if record.exists():
        return json.loads(record.read_text())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    result = build(file, folder, source)
    result["mechanism"] = renamed(file)
    record.write_text(json.dumps(result))
    return result


def renamed(file):
    """The mechanism's name in NEURON."""
    return f"{file.mechanism}x" if file.mechanism in BUILT_IN else file.mechanism


def prelude(root):
    """The folder with the precompiled header, which is made on first use."""
    folder = Path(root) / "prelude"
    if not (folder / "prelude.h.gch").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "prelude.h").write_text(PRELUDE)
        part = folder / f"part.{os.getpid()}"
        subprocess.run([*compiler(), "-x", "c++-header", "prelude.h", "-o", part.name], cwd=folder, check=True)
        part.rename(folder / "prelude.h.gch")
    return folder


def compiler(first=()):
    return [os.environ.get("CXX", "g++"), "-O0", "-std=c++17", "-fPIC", "-w", *DEFINES, *first, f"-I{HOME / 'include'}", "-I."]


def converged(root):
    """A folder of NEURON's headers in which Newton's method goes on until steps are rounding."""
    folder = Path(root) / "converged"
    if not (folder / "errcodes.hpp").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for header in (HOME / "include").iterdir():
            if header.name != "errcodes.hpp" and not (folder / header.name).exists():
                (folder / header.name).symlink_to(header)
        text = (HOME / "include" / "errcodes.hpp").read_text()
        for name, value in (("CONVERGE", "1e-12"), ("ZERO", "1e-16"), ("MAXITERS", "1000")):
            text = re.sub(rf"(\b{name} = )[^;]+;", rf"\g<1>{value};", text)
        (folder / "errcodes.hpp").write_text(text)
    return folder


def build(file, folder, variant):
    """Translates a file, and those that own its EXTERNAL variables, into one library."""
    codes = []
    for each in (file, *file.owners()):
        done = translate(each, folder, variant)
        if done["status"] != "translated":
            return done
        codes.append(done)
    calls = " ".join(f"{code['register']}();" for code in codes)
    declared = " ".join(f'extern "C" void {code["register"]}();' for code in codes[1:])
    with open(codes[0]["code"], "a", encoding="latin-1") as end:
        end.write(f'\n{declared}\nextern "C" void modl_reg() {{ {calls} }}\n')
    library = folder / "mechanism.so"
    header = prelude(folder.parents[1]) / "prelude.h"
    # Headers other than NEURON's own know nothing of the precompiled one.
    headers = ["-include", str(header)] if variant != "converged" else [f"-I{converged(folder.parents[1])}"]
    near = f"-I{file.path.parent}"  # for an #include in a VERBATIM block
    names = [code["code"].name for code in codes]
    command = [*compiler(headers), near, "-shared", *names, "-o", library.name]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return {"status": "uncompilable", "reason": "the compiler does not come to an end", "library": None}
    if done.returncode != 0:
        return {"status": "uncompilable", "reason": first_error(done.stderr.decode("latin-1")), "library": None}
    for code in codes:
        code["code"].unlink()
    return {"status": "built", "reason": "", "library": str(library)}


def translate(file, folder, variant):
    """C++ of a file, and the name of the function that registers it there; or why there is none."""
    stem = file.path.stem
    source = folder / f"{stem}.mod"
    text = file.path.read_bytes().decode("latin-1")
    if renamed(file) != file.mechanism:
        pattern = rf"\b(SUFFIX|POINT_PROCESS|ARTIFICIAL_CELL)(\s+){file.mechanism}\b"
        text = re.sub(pattern, rf"\g<1>\g<2>{renamed(file)}", text)
    if variant == "with method":
        text = variants.with_method(text)
    source.write_bytes(text.encode("latin-1"))
    for other in file.includes:
        if other.parent == file.path.parent:
            shutil.copyfile(other, folder / other.name)
    environment = {**os.environ, "MODLUNIT": str(HOME / "share/nrn/lib/nrnunits.lib")}
    command = [str(HOME / "bin/nocmodl"), source.name]
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return {"status": "refused", "reason": "the translator does not come to an end", "library": None}
    notices = (done.stdout + done.stderr).decode("latin-1")
    code = folder / f"{stem}.cpp"
    if done.returncode != 0 or not code.exists():
        return {"status": "refused", "reason": first_error(notices), "library": None}
    text = code.read_text("latin-1")
    register = re.search(r'extern "C" void (_\w+_reg)\s*\(\s*\)\s*\{', text)
    if register is None:
        return {"status": "uncompilable", "reason": f"`{stem}` does not make a C++ name", "library": None}
    return {"status": "translated", "code": code, "register": register.group(1)}


def first_error(text):
    """The line of a translator's or compiler's output that says what is wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in lines:
        if re.search(r"error\b", line, re.I):
            return line[:300]
    return lines[-1][:300] if lines else "no message"
