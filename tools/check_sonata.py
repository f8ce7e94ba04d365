#!/usr/bin/env python3
"""Opens a run's files with the readers that the field uses, and checks what they see.

    tools/check_sonata.py DIR          DIR is what `volley run --out DIR` wrote
    tools/check_sonata.py --self-test  checks this script: good files pass, each kind of damage is found

spikes.h5 and every report (each other *.h5) are opened with libsonata, bmtk and h5py; all three must see
the same numbers, and the layout must be that of the SONATA format
(https://github.com/BlueBrain/sonata-extension, https://github.com/AllenInstitute/sonata). Spike counts
are compared with summary.json. One line per check; the last line is `N passed, M failed`; status 1 if
a check failed. The three readers are installed on first use, see python_environment.py.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

import python_environment

MAGIC = 0x0A7A
SORTING = {"none": 0, "by_id": 1, "by_time": 2}


class Checks:
    """Counts checks and prints each on a line of its own."""

    def __init__(self, quiet=False):
        self.passed = self.failed = 0
        self.quiet = quiet

    def that(self, holds, what, seen=None):
        """Records one check; `seen` says what was found instead when it does not hold."""
        if holds:
            self.passed += 1
        else:
            self.failed += 1
        if not self.quiet:
            print(f"{'ok    ' if holds else 'FAILED'} {what}" + ("" if holds or seen is None else f": {seen}"))

    def guarded(self, what, check):
        """Runs `check`; an exception (a reader that refuses the file) is a failed check."""
        try:
            check()
        except Exception as error:  # whatever a reader throws is its verdict on the file
            self.that(False, what, f"{type(error).__name__}: {error}")


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def is_float64(dataset):
    return dataset.dtype.kind == "f" and dataset.dtype.itemsize == 8


def is_float32(dataset):
    return dataset.dtype.kind == "f" and dataset.dtype.itemsize == 4


def is_unsigned(dtype, size):
    return dtype.kind == "u" and dtype.itemsize == size


def check_root(checks, name, file):
    """The attributes by which readers recognise a SONATA file."""
    magic, version = file.attrs.get("magic"), file.attrs.get("version")
    checks.that(
        magic is not None and int(magic) == MAGIC and is_unsigned(magic.dtype, 4), f"{name}: magic is u32 0x0A7A", magic
    )
    checks.that(
        version is not None and getattr(version, "shape", None) == (2,) and is_unsigned(version.dtype, 4),
        f"{name}: version is u32[2]",
        version,
    )


def check_spikes(checks, path, summary):
    import h5py

    name = path.name
    with h5py.File(path, "r") as file:
        check_root(checks, name, file)
        populations = list(file["spikes"])
        for population in populations:
            where = f"{name} {population}"
            checks.guarded(f"{where}: layout", lambda: check_spike_layout(checks, where, file["spikes"][population]))
        raw = {p: (file[f"spikes/{p}/timestamps"][()], file[f"spikes/{p}/node_ids"][()]) for p in populations}

    checks.guarded(f"{name}: libsonata", lambda: check_spikes_libsonata(checks, path, raw))
    checks.guarded(f"{name}: bmtk", lambda: check_spikes_bmtk(checks, path, raw))

    if summary is not None:
        found = {population: len(times) for population, (times, _) in raw.items()}
        checks.that(summary.get("spikes") == found, f"{name}: counts as in summary.json", f"{found}, there {summary.get('spikes')}")


def check_spike_layout(checks, where, group):
    import h5py
    import numpy as np

    times, ids = group["timestamps"], group["node_ids"]
    checks.that(is_float64(times), f"{where}: timestamps are f64", times.dtype)
    checks.that(text(times.attrs.get("units")) == "ms", f"{where}: timestamps have units ms", times.attrs.get("units"))
    checks.that(is_unsigned(ids.dtype, 8), f"{where}: node_ids are u64", ids.dtype)
    checks.that(times.shape == ids.shape and times.ndim == 1, f"{where}: one id for each time", (times.shape, ids.shape))

    sorting = group.attrs.get_id("sorting") if "sorting" in group.attrs else None
    enum = h5py.check_enum_dtype(sorting.dtype) if sorting is not None else None
    checks.that(enum == SORTING, f"{where}: sorting is the enum none, by_id, by_time", enum)
    checks.that(
        sorting is not None and group.attrs["sorting"] == SORTING["by_time"],
        f"{where}: sorting says by_time",
        group.attrs.get("sorting"),
    )
    times, ids = times[()], ids[()]
    in_order = (np.diff(times) > 0) | ((np.diff(times) == 0) & (ids[1:] >= ids[:-1]))
    checks.that(bool(in_order.all()), f"{where}: {len(times)} spikes are sorted by time, then id", f"{(~in_order).sum()} are not")
    checks.that(bool(np.isfinite(times).all()), f"{where}: times are finite")


def check_spikes_libsonata(checks, path, raw):
    import libsonata
    import numpy as np

    reader = libsonata.SpikeReader(str(path))
    names = sorted(reader.get_population_names())
    checks.that(names == sorted(raw), f"{path.name}: libsonata sees the populations", names)
    for population, (times, ids) in raw.items():
        seen = reader[population]
        columns = seen.get_dict()
        # libsonata orders equal times as it likes; the pairs must be the same.
        order = np.lexsort((columns["node_ids"], columns["timestamps"]))
        same = np.array_equal(np.asarray(columns["timestamps"])[order], times) and np.array_equal(
            np.asarray(columns["node_ids"])[order], ids
        )
        checks.that(same, f"{path.name} {population}: libsonata reads the same spikes")
        checks.that(seen.sorting == "by_time", f"{path.name} {population}: libsonata takes it as sorted by time", seen.sorting)
        checks.that(seen.time_units == "ms", f"{path.name} {population}: libsonata reads ms", seen.time_units)


def check_spikes_bmtk(checks, path, raw):
    import numpy as np
    from bmtk.utils.reports.spike_trains import SpikeTrains

    reader = SpikeTrains.from_sonata(str(path))
    checks.that(sorted(reader.populations) == sorted(raw), f"{path.name}: bmtk sees the populations", reader.populations)
    for population, (times, ids) in raw.items():
        table = reader.to_dataframe(populations=[population])
        same = np.array_equal(table["timestamps"].to_numpy(), times) and np.array_equal(table["node_ids"].to_numpy(), ids)
        checks.that(same, f"{path.name} {population}: bmtk reads the same spikes")
        checks.that(text(reader.units(population)) == "ms", f"{path.name} {population}: bmtk reads ms", reader.units(population))
        by_cell = all(
            np.array_equal(reader.get_times(int(cell), population=population), times[ids == cell]) for cell in np.unique(ids)
        )
        checks.that(by_cell, f"{path.name} {population}: bmtk finds each cell's spikes")


def check_report(checks, path):
    import h5py

    name = path.name
    raw = {}
    with h5py.File(path, "r") as file:
        check_root(checks, name, file)
        if "report" not in file:
            checks.that(False, f"{name}: has a group /report", list(file))
            return
        for population, group in file["report"].items():
            where = f"{name} {population}"
            checks.guarded(f"{where}: layout", lambda: check_report_layout(checks, where, group))
            mapping = group["mapping"]
            raw[population] = {
                "data": group["data"][()],
                "units": text(group["data"].attrs.get("units")),
                **{key: mapping[key][()] for key in ("node_ids", "index_pointers", "element_ids", "element_pos", "time")},
            }

    checks.guarded(f"{name}: libsonata", lambda: check_report_libsonata(checks, path, raw))
    checks.guarded(f"{name}: bmtk", lambda: check_report_bmtk(checks, path, raw))


def check_report_layout(checks, where, group):
    import h5py
    import numpy as np

    data, mapping = group["data"], group["mapping"]
    node_ids, pointers = mapping["node_ids"], mapping["index_pointers"]
    element_ids, element_pos, time = mapping["element_ids"], mapping["element_pos"], mapping["time"]
    checks.that(is_float32(data) and data.ndim == 2, f"{where}: data is a table of f32", (data.dtype, data.shape))
    checks.that(bool(text(data.attrs.get("units"))), f"{where}: data has units", data.attrs.get("units"))
    checks.that(is_unsigned(node_ids.dtype, 8), f"{where}: node_ids are u64", node_ids.dtype)
    checks.that(is_unsigned(pointers.dtype, 8), f"{where}: index_pointers are u64", pointers.dtype)
    checks.that(is_unsigned(element_ids.dtype, 4), f"{where}: element_ids are u32", element_ids.dtype)
    checks.that(is_float32(element_pos), f"{where}: element_pos are f32", element_pos.dtype)
    checks.that(is_float64(time) and time.shape == (3,), f"{where}: time is f64[3]", (time.dtype, time.shape))
    checks.that(text(time.attrs.get("units")) == "ms", f"{where}: time has units ms", time.attrs.get("units"))

    same_object = False
    if "index_pointer" in mapping:
        link = mapping.get("index_pointer", getlink=True)
        address = [h5py.h5o.get_info(mapping[key].id).addr for key in ("index_pointer", "index_pointers")]
        same_object = isinstance(link, h5py.HardLink) and address[0] == address[1]
    checks.that(same_object, f"{where}: index_pointer is a hard link to index_pointers")

    bounds = pointers[()].astype("i8")
    good = len(bounds) == len(node_ids) + 1 and bounds[0] == 0 and bounds[-1] == data.shape[1] and (np.diff(bounds) > 0).all()
    checks.that(bool(good), f"{where}: index_pointers split the {data.shape[1]} columns over {len(node_ids)} cells", bounds)
    ids = node_ids[()]
    checks.that(bool((ids[1:] > ids[:-1]).all()), f"{where}: node_ids rise")
    lengths = (len(element_ids), len(element_pos))
    checks.that(lengths == (data.shape[1],) * 2, f"{where}: one element for each column", lengths)
    places = element_pos[()]
    checks.that(bool(((places >= 0) & (places <= 1)).all()), f"{where}: element_pos lie in 0..1")
    start, stop, step = time[()]
    rows = round((stop - start) / step)
    checks.that(rows == data.shape[0], f"{where}: {data.shape[0]} rows, as time says", rows)
    checks.that(bool(np.isfinite(data[()]).all()), f"{where}: values are finite")


def check_report_libsonata(checks, path, raw):
    import libsonata
    import numpy as np

    reader = libsonata.ElementReportReader(str(path))
    names = sorted(reader.get_population_names())
    checks.that(names == sorted(raw), f"{path.name}: libsonata sees the populations", names)
    for population, wanted in raw.items():
        where = f"{path.name} {population}"
        seen = reader[population]
        checks.that(tuple(seen.times) == tuple(wanted["time"]), f"{where}: libsonata reads start, stop and dt", seen.times)
        units = (seen.time_units, seen.data_units)
        checks.that(units == ("ms", wanted["units"]), f"{where}: libsonata reads the units", units)
        frame = seen.get()
        cells = np.repeat(wanted["node_ids"], np.diff(wanted["index_pointers"].astype("i8")))
        ids = np.column_stack((cells, wanted["element_ids"].astype("u8")))
        checks.that(np.array_equal(np.asarray(frame.ids), ids), f"{where}: libsonata reads the same cells and elements")
        same = np.array_equal(np.asarray(frame.data), wanted["data"])
        checks.that(same, f"{where}: libsonata reads the same values", np.asarray(frame.data).shape)
        if len(cells) == len(wanted["node_ids"]):
            soma = libsonata.SomaReportReader(str(path))[population].get()
            same = np.array_equal(np.asarray(soma.data), wanted["data"]) and np.array_equal(np.asarray(soma.ids), cells)
            checks.that(same, f"{where}: libsonata reads it as a soma report too")


def check_report_bmtk(checks, path, raw):
    import numpy as np
    from bmtk.utils.reports.compartment import CompartmentReport

    reader = CompartmentReport(str(path), mode="r")
    checks.that(sorted(reader.populations) == sorted(raw), f"{path.name}: bmtk sees the populations", reader.populations)
    for population, wanted in raw.items():
        where = f"{path.name} {population}"
        seen = reader[population]
        time = (seen.tstart(), seen.tstop(), seen.dt())
        checks.that(time == tuple(wanted["time"]), f"{where}: bmtk reads start, stop and dt", time)
        checks.that(seen.units() == wanted["units"], f"{where}: bmtk reads the units", seen.units())
        same = (
            np.array_equal(seen.node_ids(), wanted["node_ids"])
            and np.array_equal(seen.element_ids(), wanted["element_ids"])
            and np.array_equal(seen.element_pos(), wanted["element_pos"])
        )
        checks.that(same, f"{where}: bmtk reads the same cells and elements")
        # bmtk cuts (stop - start) / dt to an integer, so rounding can cost it the last row; nothing else may.
        values = seen.data()
        same = len(values) >= len(wanted["data"]) - 1 and np.array_equal(values, wanted["data"][: len(values)])
        checks.that(same, f"{where}: bmtk reads the same values", values.shape)
        bounds = wanted["index_pointers"].astype("i8")
        by_cell = all(
            np.array_equal(seen.data(node_id=cell), wanted["data"][: len(values), bounds[n] : bounds[n + 1]])
            for n, cell in enumerate(wanted["node_ids"])
        )
        checks.that(by_cell, f"{where}: bmtk finds each cell's values")


def check_folder(checks, folder):
    """All checks on one run's folder."""
    summary_path = folder / "summary.json"
    summary = None
    if summary_path.exists():
        summary = json.loads(summary_path.read_text())
    spikes = folder / "spikes.h5"
    if spikes.exists():
        checks.guarded(spikes.name, lambda: check_spikes(checks, spikes, summary))
    else:
        checks.that(False, f"{folder} holds spikes.h5", "it does not")
    for report in sorted(folder.glob("*.h5")):
        if report != spikes:
            checks.guarded(report.name, lambda: check_report(checks, report))


def write_sample(folder):
    """A small run's files, laid out as they must be: three populations, one silent, and two reports."""
    import h5py
    import numpy as np

    def root(file):
        file.attrs["magic"] = np.uint32(MAGIC)
        file.attrs["version"] = np.array([0, 1], dtype="u4")

    rng = np.random.default_rng(1)
    counts = {}
    with h5py.File(folder / "spikes.h5", "w") as file:
        root(file)
        for population, count in (("alpha", 50), ("beta", 30), ("silent", 0)):
            times = np.round(rng.uniform(0, 20, count), 1)  # coarse, so that some are equal
            ids = rng.integers(0, 7, count).astype("u8")
            order = np.lexsort((ids, times))
            group = file.create_group(f"spikes/{population}")
            group.create_dataset("timestamps", data=times[order]).attrs["units"] = "ms"
            group.create_dataset("node_ids", data=ids[order])
            group.attrs.create("sorting", SORTING["by_time"], dtype=h5py.enum_dtype(SORTING, basetype="u1"))
            counts[population] = count
    for report, columns in (("v.h5", {"alpha": [3, 1, 4], "beta": [2]}), ("soma.h5", {"alpha": [1, 1, 1]})):
        with h5py.File(folder / report, "w") as file:
            root(file)
            for population, elements in columns.items():
                group = file.create_group(f"report/{population}")
                data = rng.normal(-65, 5, (40, sum(elements))).astype("f4")
                group.create_dataset("data", data=data).attrs["units"] = "mV"
                mapping = group.create_group("mapping")
                mapping.create_dataset("node_ids", data=np.arange(len(elements), dtype="u8") * 2)
                mapping.create_dataset("index_pointers", data=np.cumsum([0, *elements]).astype("u8"))
                mapping["index_pointer"] = mapping["index_pointers"]
                mapping.create_dataset("element_ids", data=np.concatenate([np.arange(n, dtype="u4") for n in elements]))
                places = np.concatenate([(np.arange(n) + 0.5) / n for n in elements])
                mapping.create_dataset("element_pos", data=places.astype("f4"))
                mapping.create_dataset("time", data=np.array([0.0, 20.0, 0.5])).attrs["units"] = "ms"
    (folder / "summary.json").write_text(json.dumps({"spikes": counts}))


def replace(group, name, data, units=None):
    """Writes a data set anew, as a damaged file would have it."""
    del group[name]
    group.create_dataset(name, data=data)
    if units is not None:
        group[name].attrs["units"] = units


def damages():
    """Name, file and deed of each kind of damage that the checks must find."""
    import numpy as np

    mapping = "report/alpha/mapping"
    return [
        ("magic missing", "spikes.h5", lambda f: f.attrs.pop("magic")),
        ("version of three numbers", "spikes.h5", lambda f: f.attrs.__setitem__("version", np.array([0, 1, 0], dtype="u4"))),
        ("sorting as a string", "spikes.h5", lambda f: f["spikes/alpha"].attrs.__setitem__("sorting", "by_time")),
        ("sorting as a plain number", "spikes.h5", lambda f: f["spikes/alpha"].attrs.__setitem__("sorting", np.uint8(2))),
        ("times without units", "spikes.h5", lambda f: f["spikes/alpha/timestamps"].attrs.pop("units")),
        ("times out of order", "spikes.h5", lambda f: replace(f["spikes/alpha"], "timestamps", f["spikes/alpha/timestamps"][()][::-1], "ms")),
        ("ids of equal times out of order", "spikes.h5", lambda f: replace(f["spikes/beta"], "timestamps", np.zeros(30), "ms")),
        ("ids of 32 bits", "spikes.h5", lambda f: replace(f["spikes/beta"], "node_ids", f["spikes/beta/node_ids"][()].astype("u4"))),
        ("an id too few", "spikes.h5", lambda f: replace(f["spikes/beta"], "node_ids", f["spikes/beta/node_ids"][1:])),
        ("a spike less than summary.json says", "spikes.h5", drop_last_spike),
        ("a population missing", "spikes.h5", lambda f: f["spikes"].pop("silent")),
        ("report without magic", "v.h5", lambda f: f.attrs.pop("magic")),
        ("values of 64 bits", "v.h5", lambda f: replace(f["report/alpha"], "data", f["report/alpha/data"][()].astype("f8"), "mV")),
        ("values without units", "v.h5", lambda f: f["report/alpha/data"].attrs.pop("units")),
        ("a row less than time says", "v.h5", lambda f: replace(f["report/alpha"], "data", f["report/alpha/data"][1:], "mV")),
        ("a value that is no number", "v.h5", lambda f: f["report/alpha/data"].__setitem__((3, 2), np.nan)),
        ("no index_pointer", "v.h5", lambda f: f[mapping].pop("index_pointer")),
        ("index_pointer a copy", "v.h5", lambda f: replace(f[mapping], "index_pointer", f[mapping]["index_pointers"][()])),
        ("index_pointers one short", "v.h5", lambda f: replace(f[mapping], "index_pointers", f[mapping]["index_pointers"][:-1])),
        ("element_ids of 64 bits", "v.h5", lambda f: replace(f[mapping], "element_ids", f[mapping]["element_ids"][()].astype("u8"))),
        ("element_pos of 64 bits", "v.h5", lambda f: replace(f[mapping], "element_pos", f[mapping]["element_pos"][()].astype("f8"))),
        ("time without units", "v.h5", lambda f: f[mapping]["time"].attrs.pop("units")),
        ("time of two numbers", "v.h5", lambda f: replace(f[mapping], "time", np.array([0.0, 20.0]), "ms")),
        ("stop beyond the rows", "soma.h5", lambda f: f[mapping]["time"].__setitem__(1, 25.0)),
        ("no report group", "soma.h5", lambda f: f.pop("report")),
    ]


def drop_last_spike(file):
    group = file["spikes/alpha"]
    replace(group, "timestamps", group["timestamps"][:-1], "ms")
    replace(group, "node_ids", group["node_ids"][:-1])


@contextlib.contextmanager
def no_stderr():
    """Silences standard error, C libraries included: HDF5 prints pages about a damaged file."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def self_test(checks):
    import h5py

    with tempfile.TemporaryDirectory(prefix="volley-sonata-") as temporary:
        good = Path(temporary) / "good"
        good.mkdir()
        write_sample(good)
        check_folder(checks, good)
        for number, (name, file_name, deed) in enumerate(damages()):
            folder = Path(temporary) / f"damaged{number}"
            folder.mkdir()
            write_sample(folder)
            with h5py.File(folder / file_name, "r+") as file:
                deed(file)
            damaged = Checks(quiet=True)
            with no_stderr():
                check_folder(damaged, folder)
            checks.that(damaged.failed > 0, f"self-test: {name} is found ({damaged.failed} checks fail)")
        empty = Path(temporary) / "empty"
        empty.mkdir()
        damaged = Checks(quiet=True)
        check_folder(damaged, empty)
        checks.that(damaged.failed > 0, "self-test: an empty folder is found")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("folder", nargs="?", type=Path, help="a run's folder")
    what.add_argument("--self-test", action="store_true", help="check this script on files it makes")
    options = parser.parse_args()
    if options.folder is not None and not options.folder.is_dir():
        sys.exit(f"{options.folder} is not a folder")
    python_environment.run_inside("sonata")

    checks = Checks()
    if options.self_test:
        self_test(checks)
    else:
        check_folder(checks, options.folder)
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
