"""Write tests/reference/junctions/chain.csv and others.csv: what NEURON makes of cells that read each other's variables, for
tests/junctions.rs.

    python tools/reference/junctions.py

needs NEURON (`pip install neuron`) and a C++ compiler: the .mod files are translated in a folder of their own.
"""

import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CELLS = 6


def translate(folder):
    own = ROOT / "tests" / "nmodl" / "junctions"
    files = [own / "halfgap.mod", own / "release.mod", own / "gatepost.mod"]
    for file in files + [ROOT / "src" / "mechanism" / "catalogue" / "gap.mod"]:
        shutil.copy(file, folder)
    subprocess.run([pathlib.Path(sys.executable).parent / "nrnivmodl"], cwd=folder, check=True, capture_output=True)


class Cell:
    def __init__(self, h):
        self.soma, self.dend = h.Section(name="soma"), h.Section(name="dend")
        self.soma.L = self.soma.diam = 20
        self.dend.L, self.dend.diam, self.dend.nseg = 300, 2, 5
        self.dend.connect(self.soma(1))
        self.soma.insert("hh")
        self.dend.insert("pas")
        self.dend.g_pas, self.dend.e_pas = 1e-4, -65


def network(h):
    """The cells, with a pulse that makes the first one fire."""
    cells = [Cell(h) for _ in range(CELLS)]
    clamp = h.IClamp(cells[0].soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = 2, 15, 0.4
    return cells, clamp


def run(h, cells):
    h.usetable_hh = 0
    h.celsius, h.dt, h.tstop = 6.3, 0.025, 40
    traces = [h.Vector().record(cell.soma(0.5)._ref_v) for cell in cells]
    h.run()
    return [list(trace) for trace in traces]


def transfers(h):
    """A chain by ParallelContext: dend(0.9) of each cell with dend(0.3) of the next."""
    cells, clamp = network(h)
    pc, junctions = h.ParallelContext(), []
    for i in range(CELLS - 1):
        near, far = cells[i].dend(0.9), cells[i + 1].dend(0.3)
        for sid, side, other in ((2 * i, near, far), (2 * i + 1, far, near)):
            junction = h.HalfGap(side)
            junction.r = 200 + 50 * i
            pc.source_var(other._ref_v, sid, sec=other.sec)
            pc.target_var(junction, junction._ref_vgap, sid)
            junctions.append(junction)
    pc.setup_transfer()
    return run(h, cells)


def pointers(h):
    """The same chain by pointers."""
    cells, clamp = network(h)
    junctions = []
    for i in range(CELLS - 1):
        near, far = cells[i].dend(0.9), cells[i + 1].dend(0.3)
        for side, other in ((near, far), (far, near)):
            junction = h.Gap(side)
            junction.g = 1 / (200 + 50 * i)
            h.setpointer(other._ref_v, "vgap", junction)
            junctions.append(junction)
    return run(h, cells)


def others(h):
    """Graded synapses from each cell to the one after the next, and conductances that a gate of the next cell opens."""
    cells, clamp = network(h)
    readers = []
    for i in range(CELLS):
        synapse = h.Release(cells[(i + 2) % CELLS].dend(0.5))
        h.setpointer(cells[i].soma(0.5)._ref_v, "pre", synapse)
        opened = h.GatePost(cells[(i + 1) % CELLS].soma(0.5))
        h.setpointer(cells[i].soma(0.5)._ref_m_hh, "gate", opened)
        readers += [synapse, opened]
    return run(h, cells)


def write(name, title, note, traces):
    lines = [f"# {title}", note, ",".join(f"v{i}" for i in range(CELLS))]
    # Every fourth step is enough.
    lines += [",".join(f"{x:.17g}" for x in row) for row in list(zip(*traces))[::4]]
    (ROOT / "tests" / "reference" / "junctions" / name).write_text("\n".join(lines) + "\n")


def main():
    folder = tempfile.mkdtemp()
    translate(folder)
    made = {}
    for case in ("transfers", "pointers", "others"):
        # ParallelContext.setup_transfer cannot be undone: each case gets a process of its own.
        code = f"import sys, json; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r}); import junctions; from neuron import h; h.load_file('stdrun.hoc'); print('RESULT' + json.dumps(junctions.{case}(h)))"
        done = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True)
        import json

        made[case] = json.loads(next(l for l in done.stdout.splitlines() if l.startswith("RESULT"))[6:])
    largest = max(abs(a - b) for x, y in zip(made["transfers"], made["pointers"]) for a, b in zip(x, y))
    print(f"transfers and pointers differ by {largest:g} mV at most")
    os.chdir(folder)
    import neuron

    note = f"# NEURON {neuron.__version__}, {datetime.date.today().isoformat()}, written by tools/reference/junctions.py"
    write("chain.csv", "Potentials (mV) of a chain of six cells with gap junctions, every 0.1 ms", note, made["transfers"])
    write("others.csv", "Potentials (mV) of six cells with graded synapses and foreign gates, every 0.1 ms", note, made["others"])


if __name__ == "__main__":
    main()
