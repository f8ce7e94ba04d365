"""Virtual environments for the tools that compare Volley with the field's Python packages.

`ensure(name)` returns the Python of the environment of that name, which holds the pinned packages of
PACKAGES. It is made on first use in $XDG_CACHE_HOME/volley (or ~/.cache/volley), outside the project, and
reused as long as the pins stay the same. `run_inside` starts the calling script again in it.
Needs only the standard library.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path


PACKAGES = {
    # The readers that the field uses for SONATA files.
    "sonata": ["libsonata==0.2.2", "bmtk==1.2.0", "h5py==3.16.0", "numpy==2.4.6"],
    # NEURON, to compare with and to make reference traces.
    "neuron": ["neuron==9.0.2", "numpy==2.4.6"],
    # The other simulators that Volley is compared with.
    "arbor": ["arbor==0.12.2", "numpy==2.4.6"],
    "nest": ["nest-simulator==3.10.0", "numpy==2.4.6"],
    # NEURON, and Volley's results beside it.
    "conformance": ["neuron==9.0.2", "h5py==3.16.0", "numpy==2.4.6"],
    # Measures of spike trains.
    "measures": ["pyspike==0.9.0", "numpy==2.4.6", "scipy==1.17.1"],
}


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "volley"


def ensure(name):
    """Path of the environment's Python; makes the environment if it is not there or has other pins."""
    packages = PACKAGES[name]
    folder = cache_folder() / f"venv-{name}"
    python = folder / "bin" / "python"
    # Written last, so that an interrupted installation is not taken for a whole one.
    stamp = folder / "volley-packages.txt"
    wanted = f"python {sys.version_info.major}.{sys.version_info.minor}\n" + "\n".join(packages) + "\n"

    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.parent / f"venv-{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two tools at once: the second waits for the first
        if stamp.exists() and stamp.read_text() == wanted and python.exists():
            return python
        print(f"making the Python environment {folder} ({', '.join(packages)})", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        make(folder, python, packages)
        stamp.write_text(wanted)
    return python


def make(folder, python, packages):
    try:
        import ensurepip  # noqa: F401  (Debian ships venv without it)
        import venv  # noqa: F401
    except ImportError:
        sys.exit(
            f"{sys.executable} cannot make virtual environments: its venv module or pip is missing.\n"
            "On Debian and Ubuntu run `apt-get install python3-venv`; elsewhere install a complete Python 3."
        )
    made = subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True, text=True)
    if made.returncode != 0:
        sys.exit(f"`python3 -m venv {folder}` failed:\n{made.stdout}{made.stderr}")
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    if subprocess.run(install).returncode != 0:
        sys.exit(
            f"pip could not install {', '.join(packages)} for Python {sys.version.split()[0]}.\n"
            "It needs the network on first use, and a Python for which these versions exist (3.11 to 3.13)."
        )


def run_inside(name):
    """Starts the calling script again with the environment's Python, unless it runs in it already."""
    if Path(sys.prefix) == cache_folder() / f"venv-{name}":
        return
    python = ensure(name)
    sys.stdout.flush()
    os.execv(python, [str(python), *sys.argv])
