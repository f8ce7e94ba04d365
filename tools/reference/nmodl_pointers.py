"""Write tests/reference/nmodl/pointers.csv, order.csv, told.csv, externals.csv and streams.csv: NEURON's answers for the files of
tests/nmodl/pointers that tests/nmodl_pointers.rs runs.

    python tools/reference/nmodl_pointers.py

needs NEURON (`pip install neuron`) and a C++ compiler. Each file is a library of its own, and they are loaded in the order in
which Volley runs the mechanisms: NEURON runs them in the order of loading. What reads an EXTERNAL is in one library with its owner.
"""

import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARIES = [["leaky"], ["pool"], ["tracer"], ["ramp"], ["chain"], ["order"], ["listener", "teller"], ["owner", "reader"], ["streams"]]


def translate(names):
    folder = pathlib.Path(tempfile.mkdtemp())
    for name in names:
        shutil.copy(ROOT / "tests" / "nmodl" / "pointers" / f"{name}.mod", folder)
    subprocess.run([pathlib.Path(sys.executable).parent / "nrnivmodl"], cwd=folder, check=True, capture_output=True)
    return str(next(folder.glob("*/libnrnmech.*")))


def main():
    libraries = [translate(names) for names in LIBRARIES]
    os.chdir(tempfile.mkdtemp())
    import neuron
    from neuron import h

    for library in libraries:
        h.nrn_load_dll(library)
    h.load_file("stdrun.hoc")
    note = f"# NEURON {neuron.__version__}, {datetime.date.today().isoformat()}, written by tools/reference/nmodl_pointers.py"
    out = ROOT / "tests" / "reference" / "nmodl"

    def write(file, title, names, rows):
        lines = [f"# {title}", note, ",".join(names)]
        lines += [",".join(f"{x:.17g}" for x in row) for row in rows]
        (out / file).write_text("\n".join(lines) + "\n")

    # Pointers that are written: see the description in tests/nmodl_pointers.rs.
    soma, dend = h.Section(name="soma"), h.Section(name="dend")
    soma.L = soma.diam = 20
    dend.L, dend.diam, dend.nseg = 200, 2, 3
    dend.connect(soma(1))
    places = [soma(0.5), *dend]
    for section in (soma, dend):
        for name in ("pas", "leaky", "pool", "tracer"):
            section.insert(name)
    for place in places:
        place.pas.g, place.pas.e = 1e-4, -70
        h.setpointer(dend(0.5)._ref_mine_pool, "beside", place.pool)
        h.setpointer(soma(0.5)._ref_cai, "conc", place.pool)
    ramp = h.Ramp(soma(0.5))
    h.setpointer(soma(0.5)._ref_tau_leaky, "out", ramp)
    chains = [h.Chain(place) for place in (soma(0.5), dend(0.5), dend(0.9))]
    for chain in chains:
        chain.gain = 1e-3
        h.setpointer(ramp._ref_level, "total", chain)
    connection = h.NetCon(None, chains[1])
    connection.weight[0], connection.delay = 0.002, 1
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = 5, 5, -0.05
    h.celsius, h.dt = 6.3, 0.025
    watched = {
        "v": soma(0.5)._ref_v,
        "level": ramp._ref_level,
        "tau": soma(0.5)._ref_tau_leaky,
        "x": soma(0.5)._ref_x_leaky,
        "seen0": chains[0]._ref_seen,
        "seen1": chains[1]._ref_seen,
        "seen2": chains[2]._ref_seen,
        "mine": soma(0.5)._ref_mine_pool,
        "far": dend(0.9)._ref_mine_pool,
        "tracer": soma(0.5)._ref_seen_tracer,
    }
    traces = [h.Vector().record(reference) for reference in watched.values()]
    handler = h.FInitializeHandler(lambda: connection.event(8.006))
    h.tstop = 20
    h.run()
    del handler
    write("pointers.csv", "Pointers that are written", list(watched), zip(*traces))

    # BEFORE and AFTER blocks: what three instances of two places leave in one variable.
    body, branch = h.Section(name="body"), h.Section(name="branch")
    body.L = body.diam = 20
    branch.L, branch.diam, branch.nseg = 200, 2, 3
    branch.connect(body(1))
    for section in (body, branch):
        section.insert("pas")
        section.insert("leaky")
    keep = h.Ramp(body(0.5))
    h.setpointer(body(0.5)._ref_g_leaky, "out", keep)
    orders = [h.Order(place) for place in (body(0.5), branch(0.5), branch(0.9))]
    for digit, order in enumerate(orders):
        order.digit = digit
        h.setpointer(keep._ref_rate, "place", order)
    references = [keep._ref_rate, *(order._ref_last for order in orders)]
    traces = [h.Vector().record(reference) for reference in references]
    h.tstop = 1
    keep.rate = 0
    h.run()
    write("order.csv", "The order of blocks", ["rate", "last0", "last1", "last2"], zip(*traces))

    # EXTERNAL: a GLOBAL that is set at every step. NEURON loads the files of a library in the order of their names.
    body, branch = h.Section(name="body"), h.Section(name="branch")
    body.L = body.diam = 20
    branch.L, branch.diam, branch.nseg = 200, 2, 3
    branch.connect(body(1))
    for section in (body, branch):
        for name in ("pas", "listener", "teller"):
            section.insert(name)
        for segment in section:
            segment.pas.g, segment.pas.e = 1e-4, -70
    branch(0.9).teller.factor = 0.9
    clamp = h.IClamp(body(0.5))
    clamp.delay, clamp.dur, clamp.amp = 2, 4, 0.05
    references = [body(0.5)._ref_v, branch(0.9)._ref_v, body(0.5)._ref_heard_listener, branch(0.9)._ref_heard_listener]
    traces = [h.Vector().record(reference) for reference in references]
    h.tstop = 10
    h.run()
    write("told.csv", "An EXTERNAL that is set", ["v", "far", "heard", "heard_far"], zip(*traces))

    # EXTERNAL: GLOBALs of a mechanism that is placed nowhere.
    cell = h.Section(name="cell")
    cell.L = cell.diam = 20
    for name in ("pas", "reader"):
        cell.insert(name)
    h.other_owner = 0.5
    traces = [h.Vector().record(cell(0.5)._ref_x_reader), h.Vector().record(cell(0.5)._ref_y_reader)]
    h.tstop = 1
    h.run()
    write("externals.csv", "EXTERNALs", ["x", "y"], zip(*traces))

    # RANDOM: numbers of streams with given ids, and with another global index.
    names = "uniform between normal wide exponential scaled word pick later renamed".split()
    rows = []
    for ids, index in [((1, 2, 3), 0), ((5, 0, 7), 0), ((1, 2, 3), 11)]:
        point = h.Streams(cell(0.5))
        h.Random().Random123_globalindex(index)
        point.first.set_ids(*ids)
        point.second.set_ids(4, 5, 6)
        point.first.set_seq(0)
        point.second.set_seq(0)
        steps = h.Vector().record(point._ref_steps)
        connection = h.NetCon(None, point)
        connection.weight[0], connection.delay = 1000, 1
        handler = h.FInitializeHandler(lambda: connection.event(0.51))
        h.tstop = 1
        h.run()
        del handler
        rows.append([*ids, index, *(getattr(point, name) for name in names), *(steps[k] for k in (1, 20, 21, 40))])
    h.Random().Random123_globalindex(0)
    write("streams.csv", "RANDOM variables", ["id1", "id2", "id3", "index", *names, "step1", "step20", "step21", "step40"], rows)


if __name__ == "__main__":
    main()
