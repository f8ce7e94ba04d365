"""The .mod files of given folders: found, told apart by content, and read as far as a protocol needs to know them.

Nothing here understands NMODL: a few patterns find the mechanism's name and kind, its ions, pointers and arguments of
NET_RECEIVE in the text without comments. What they miss shows as a failed run, never as an agreement.
"""

import hashlib
import os
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path

KINDS = {"SUFFIX": "density", "POINT_PROCESS": "point", "ARTIFICIAL_CELL": "artificial"}
# Numbers from these calls come from streams that the two simulators do not share.
RANDOM_CALLS = (
    "scop_random|exprand|normrand|poisrand|set_seed|mcell_ran4|nrn_random_pick|nrnran123_\\w+|rand|drand48|"
    "random_(?:uniform|normal|negexp|poisson)\\w*|erand|srand\\w*|lrand48|urand"
)


@dataclass
class ModFile:
    """One file. Files with the same text and the same INCLUDEd texts count once; `copies` names the others."""

    path: Path
    name: str  # as shown: relative to the folder that was given, after the folder's name
    key: str  # hash of the text and of all that it INCLUDEs
    text: str  # with INCLUDEs in place and comments removed
    kind: str  # density, point, artificial, nothing or unknown
    mechanism: str
    includes: list
    copies: list = field(default_factory=list)

    def ions(self):
        """Names of the ions in USEION statements, in order."""
        return list(dict.fromkeys(re.findall(r"\bUSEION\s+(\w+)", self.text)))

    def driven(self):
        """Ions whose current it reads but does not make: without another mechanism nothing would happen."""
        found = []
        for ion, rest in re.findall(r"\bUSEION\s+(\w+)([^\n]*)", self.text):
            reads = re.search(r"\bREAD\b([\w\s,]*?)(?=\bWRITE\b|\bVALENCE\b|$)", rest)
            writes = re.search(r"\bWRITE\b(.*)", rest)
            if reads and re.search(rf"\bi{ion}\b", reads.group(1)):
                if not (writes and re.search(rf"\bi{ion}\b", writes.group(1))):
                    found.append(ion)
        return list(dict.fromkeys(found))

    def pointers(self):
        """Names of POINTER variables; those of BBCOREPOINTER, and those that C code uses as addresses of its own, are opaque and
        not counted."""
        opaque = set(re.findall(r"\b_p_(\w+)", self.text))
        return [name for name in listed(self.text, "POINTER") if name not in opaque]

    def owners(self):
        """The files beside it that define its EXTERNAL variables, and those of these files."""
        wanted, found = listed(self.text, "EXTERNAL"), []
        while wanted:
            name = wanted.pop(0)
            for path in sorted(self.path.parent.glob("*.mod")):
                text = expand(path)[0]
                _, mechanism = kind_and_name(text, path)
                if not name.endswith(f"_{mechanism}"):
                    continue
                if mechanism != self.mechanism and all(mechanism != other.mechanism for other in found):
                    found.append(ModFile(path, path.name, "", text, "owner", mechanism, []))
                    wanted += listed(text, "EXTERNAL")
                break
        return found

    def defaults(self):
        """Numbers that PARAMETER blocks give."""
        found = {}
        for block in re.findall(r"\bPARAMETER\s*\{(.*?)\}", self.text, re.S):
            for name, value in re.findall(r"\b([A-Za-z]\w*)\s*=\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)", block):
                try:
                    found[name] = float(value)
                except ValueError:
                    continue
        return found

    def function_tables(self):
        """Names of its FUNCTION_TABLEs, with the number of their arguments."""
        found = []
        for match in re.finditer(r"\bFUNCTION_TABLE\s+(\w+)\s*\(", self.text):
            depth, arguments, at = 1, 1, match.end()
            while depth and at < len(self.text):
                depth += {"(": 1, ")": -1}.get(self.text[at], 0)
                arguments += depth == 1 and self.text[at] == ","
                at += 1
            found.append((match.group(1), arguments))
        return found

    def without_charge(self):
        """An ion whose charge the file does not say, where no other file would: NEURON ends then."""
        following = r"\b(?:USEION|RANGE|GLOBAL|NONSPECIFIC_CURRENT|ELECTRODE_CURRENT|POINTER|SUFFIX|POINT_PROCESS|THREADSAFE)\b|\}"
        for ion, rest in re.findall(rf"\bUSEION\s+(\w+)(.*?)(?={following})", neuron_block(self.text) + "}", re.S):
            if ion not in ("na", "k", "ca") and not re.search(r"\b(VALENCE|CHARGE)\b", rest):
                return ion
        return None

    def receives(self):
        return re.search(r"\bNET_RECEIVE\b", self.text) is not None

    def random(self):
        """The random functions that it calls, if any."""
        calls = re.findall(rf"\b({RANDOM_CALLS})\s*\(", self.text)
        return sorted(set(calls) | set(re.findall(r"^\s*(RANDOM)\s+\w+", neuron_block(self.text), re.M)))


def listed(text, keyword):
    """The names after a keyword of the NEURON block."""
    names = []
    for line in re.findall(rf"(?<!\w){keyword}\s+([\w ,\t]+)", neuron_block(text)):
        names += re.findall(r"\w+", line)
    keywords = {"RANGE", "GLOBAL", "NONSPECIFIC_CURRENT", "USEION", "BBCOREPOINTER", "THREADSAFE", "POINTER", "EXTERNAL"}
    return [name for name in dict.fromkeys(names) if name not in keywords]


def kind_and_name(text, path):
    """The kind of a mechanism, and its name."""
    kind, mechanism = "unknown", path.stem
    for word, words_kind in KINDS.items():
        found = re.search(rf"\b{word}\s+(\w+)", neuron_block(text))
        if found:
            kind, mechanism = words_kind, found.group(1)
    return kind, mechanism


def neuron_block(text):
    """The text of the NEURON blocks."""
    return "\n".join(re.findall(r"\bNEURON\s*\{(.*?)\}", text, re.S))


def read(path):
    """The text of a file, whatever its encoding."""
    return path.read_bytes().decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")


def without_comments(text):
    """The text without `:` and `?` comments, COMMENT and TITLE; VERBATIM blocks stay."""
    kept = []
    for part in re.split(r"(^[ \t]*VERBATIM\b.*?^[ \t]*ENDVERBATIM\b)", text, flags=re.S | re.M):
        if part.lstrip().startswith("VERBATIM"):
            kept.append(re.sub(r"/\*.*?\*/|//[^\n]*", "", part, flags=re.S))
            continue
        part = re.sub(r"^[ \t]*COMMENT\b.*?^[ \t]*ENDCOMMENT\b[^\n]*", "", part, flags=re.S | re.M)
        part = re.sub(r"^[ \t]*TITLE[^\n]*", "", part, flags=re.M)
        kept.append(re.sub(r"[:?][^\n]*", "", part))
    return "".join(kept)


def expand(path, seen=()):
    """The text of a file with INCLUDEs in place, and the included files."""
    text = without_comments(read(path))
    includes = []

    def put(match):
        other = path.parent / match.group(1)
        if not other.is_file() or other in seen:
            return ""
        inner, more = expand(other, (*seen, path))
        includes.extend([other, *more])
        return inner

    text = re.sub(r'^[ \t]*INCLUDE[ \t]+"([^"\n]+)"', put, text, flags=re.M)
    return text, includes


def load(path, name):
    """Reads one file."""
    text, includes = expand(path)
    digest = hashlib.sha256(path.read_bytes())
    for other in includes:
        digest.update(other.name.encode() + b"\0" + other.read_bytes())
    kind, mechanism = kind_and_name(text, path)
    if kind == "density" and mechanism == "nothing":
        kind = "nothing"
    file = ModFile(path, name, "", text, kind, mechanism, includes)
    for other in file.owners():
        digest.update(other.path.name.encode() + b"\0" + other.path.read_bytes())
    file.key = digest.hexdigest()[:20]
    return file


DRIVER = """: Makes a current of the ion @, for mechanisms that read it.
NEURON {
    SUFFIX driver_@
    USEION @ WRITE i@
}
PARAMETER { g = 2e-6 (S/cm2)  e = 20 (mV) }
ASSIGNED { v (mV)  i@ (mA/cm2) }
BREAKPOINT { i@ = g*(v - e) }
"""


def driver(ion, folder):
    """A mechanism that makes a current of `ion`."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"driver_{ion}.mod"
    if not path.exists():
        part = folder / f"driver_{ion}.{os.getpid()}.{threading.get_ident()}"
        part.write_text(DRIVER.replace("@", ion))
        part.rename(path)
    return load(path, path.name)


def find(folders):
    """All different .mod files below the folders, in the order of their names."""
    files = {}
    for folder in folders:
        folder = Path(folder).resolve()
        paths = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.suffix.lower() == ".mod")
        for path in paths:
            if not path.is_file():
                continue
            name = path.name if folder.is_file() else f"{folder.name}/{path.relative_to(folder)}"
            file = load(path, name)
            if file.key in files:
                files[file.key].copies.append(name)
            else:
                files[file.key] = file
    return sorted(files.values(), key=lambda f: f.name)
