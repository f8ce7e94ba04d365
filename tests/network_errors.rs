//! Bad descriptions and tables, each with its messages.
//!
//! Each case is a few edits of one good network; the snapshot holds every message as a person sees it.

use std::fmt::Write;
use std::path::Path;

use proptest::prelude::*;
use volley::diagnostic::Sources;
use volley::network::{Overrides, load};

/// A good network that uses most of the format.
const GOOD: &str = r#"[parameters]
delay = 0.5
pattern = "pattern.txt"
rate = "2 * delay"

[simulation]
dt = 0.05
tstop = 10

[table.pattern]
file = "{pattern}"
rows = 4

[table.pairs]
file = "pairs.txt"

[list.chosen]
cells = [0, 2]

[cell.ball.section.soma]
L = 20
diam = 20

[cell.ball.section.dend]
count = 2
L = 100
diam = 2
nseg = 3
parent = "soma"

[cell.ball.mechanism.hh]
on = "soma"

[cell.ball.mechanism.pas]
on = "dend"
g = 0.001
e = -65

[cell.ball.ion.na]
reversal = 50

[cell.ball.point.synapse]
mechanism = "ExpSyn"
at = "dend[0](0.5)"
tau = 2

[cell.ball.detector]
threshold = 0

[population.a]
cell = "ball"
count = 4

[population.channel]
mechanism = "NetStim"
count = 4
values.start = "1000 * pattern(index)"

[stimulus.pulse]
population = "a"
mechanism = "IClamp"
cells = 1
del = 1
dur = 2
amp = 0.1

[connection.input]
from = "channel"
to = "a.synapse"
rule = "one_to_one"
weight = 0.01
delay = "delay"

[connection.inner]
from = "a"
to = "a.synapse"
rule = "probability"
probability = 0.5
self = false
weight = 0.01

[record.v]
population = "a"
variable = "v"
every = 0.5
"#;

/// The messages for `GOOD` with `edits` made (each must be found), other files beside it, and `--set` options.
fn messages(edits: &[(&str, &str)], files: &[(&str, &str)], set: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("pattern.txt", "0.001\n0.002\n0.003\n0.004\n");
    write("pairs.txt", "0 1\n1 2\n");
    let mut text = GOOD.to_string();
    for (old, new) in edits {
        assert!(text.contains(old), "`{old}` is not in the good network");
        text = text.replacen(old, new, 1);
    }
    write("network.toml", &text);
    files.iter().for_each(|(name, text)| write(name, text));
    let mut overrides = Overrides::default();
    overrides.set.extend(set.iter().map(|(name, value)| (name.to_string(), value.to_string())));
    let mut sources = Sources::default();
    let said = match load(&folder.path().join("network.toml"), &overrides, &mut sources) {
        Ok(loaded) => format!("(it loads)\n{}", loaded.warnings.render(&sources, false)),
        Err(problems) => problems.render(&sources, false),
    };
    let place = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
    said.replace(&place, "")
}

struct Cases(String);

impl Cases {
    fn add(&mut self, title: &str, edits: &[(&str, &str)]) {
        self.with(title, edits, &[], &[]);
    }

    fn with(&mut self, title: &str, edits: &[(&str, &str)], files: &[(&str, &str)], set: &[(&str, &str)]) {
        let said = messages(edits, files, set);
        writeln!(self.0, "=== {title}\n\n{}", said.trim_end()).unwrap();
        self.0.push('\n');
    }

    fn check(self, name: &str) {
        insta::assert_snapshot!(name, self.0);
    }
}

#[test]
fn the_good_network_is_good() {
    assert_eq!(messages(&[], &[], &[]), "(it loads)\n");
}

#[test]
fn a_missing_description() {
    let mut sources = Sources::default();
    let problems =
        load(Path::new("no-such-folder/network.toml"), &Overrides::default(), &mut sources).unwrap_err();
    insta::assert_snapshot!("missing_description", problems.render(&sources, false));
}

#[test]
fn syntax_keys_and_types() {
    let mut cases = Cases(String::new());
    cases.add("not TOML", &[("[simulation]", "[simulation"), ("tstop = 10", "tstop = ")]);
    cases.add("a key twice", &[("dt = 0.05", "dt = 0.05\ndt = 0.1")]);
    cases.add(
        "unknown keys",
        &[("tstop", "t_stop"), ("diam = 20", "diameter = 20"), ("[record.v]", "[recordings.v]")],
    );
    cases.add(
        "wrong types",
        &[
            ("dt = 0.05", "dt = true"),
            ("cells = [0, 2]", "cells = [0, -2, 1.5]"),
            ("file = \"pairs.txt\"", "file = 3"),
        ],
    );
    cases.add("a table for a value", &[("L = 20\n", "L = { um = 20 }\n")]);
    cases.add("a value for a table", &[("[cell.ball.detector]\nthreshold = 0", "[cell.ball]\ndetector = 3")]);
    cases.add("no number", &[("dt = 0.05", "dt = nan"), ("tstop = 10", "tstop = inf")]);
    cases.add("a huge whole number", &[("count = 2\n", "count = 99999999999999999999\n")]);
    cases.add("a date", &[("tstop = 10", "tstop = 2001-02-03")]);
    cases.add("missing keys", &[("weight = 0.01\ndelay = \"delay\"", ""), ("from = \"a\"\n", "")]);
    cases.add("an unknown rule", &[("\"one_to_one\"", "\"one_to_many\"")]);
    cases.add("a bad name", &[("[population.a]", "[population.\"a b\"]")]);
    cases.check("syntax_keys_and_types");
}

#[test]
fn extends() {
    let mut cases = Cases(String::new());
    cases.add("a missing file", &[("[parameters]", "extends = \"base.toml\"\n[parameters]")]);
    let circle = [("base.toml", "extends = \"network.toml\"\n")];
    cases.with("a circle", &[("[parameters]", "extends = \"base.toml\"\n[parameters]")], &circle, &[]);
    let wrong = [("base.toml", "[simulation]\ncelsius = \"warm\"\nwind = 3\n")];
    cases.with(
        "mistakes in the other file",
        &[("[parameters]", "extends = \"base.toml\"\n[parameters]")],
        &wrong,
        &[],
    );
    cases.add("not a text", &[("[parameters]", "extends = 3\n[parameters]")]);
    cases.check("extends");
}

#[test]
fn parameters_and_options() {
    let mut cases = Cases(String::new());
    cases.with("an unknown parameter", &[], &[], &[("dealy", "1"), ("colour", "red")]);
    cases.with("not a number", &[], &[], &[("delay", "fast")]);
    cases.with("not finite", &[], &[], &[("delay", "nan")]);
    cases.with("a missing pattern", &[], &[], &[("pattern", "other.txt")]);
    cases.add("a circle", &[("delay = 0.5", "delay = \"rate / 2\"")]);
    cases.add("division by zero", &[("\"2 * delay\"", "\"2 / (delay - 0.5)\"")]);
    cases.add("a reserved name", &[("delay = 0.5", "delay = 0.5\nindex = 3")]);
    cases.check("parameters_and_options");
}

#[test]
fn simulation() {
    let mut cases = Cases(String::new());
    cases.add("dt 0", &[("dt = 0.05", "dt = 0")]);
    cases.add("negative tstop", &[("tstop = 10", "tstop = -1")]);
    cases.add("no tstop", &[("tstop = 10", "")]);
    cases.add("a broken seed", &[("tstop = 10", "tstop = 10\nseed = 1.5")]);
    cases.check("simulation");
}

#[test]
fn expressions() {
    let mut cases = Cases(String::new());
    let start = "\"1000 * pattern(index)\"";
    cases.add("syntax", &[(start, "\"1000 * (pattern(index)\"")]);
    cases.add("an unknown name", &[(start, "\"1000 * pattern(indx)\"")]);
    cases.add("an unknown function", &[(start, "\"1000 * patern(index)\"")]);
    cases.add("the wrong number of arguments", &[(start, "\"fmax(1, 2, 3)\"")]);
    cases.add("a table without a row", &[(start, "\"1000 * pattern\"")]);
    cases.add("outside the table", &[(start, "\"pattern(index + 1)\"")]);
    cases.add("outside the columns", &[(start, "\"pattern(index, 1)\"")]);
    cases.add("not finite", &[(start, "\"log(index - 1)\"")]);
    cases.add("a text is no number", &[(start, "\"pattern * 2\"")]);
    cases.add("a negative deviation", &[(start, "\"normal(5, -1)\"")]);
    cases.add("random where nothing is drawn", &[("g = 0.001", "g = \"uniform(0, 1)\"")]);
    cases.check("expressions");
}

#[test]
fn tables_and_lists() {
    let mut cases = Cases(String::new());
    let pattern = |text: &'static str| [("pattern.txt", text)];
    cases.with("too short", &[], &pattern("0.001\n0.002\n0.003\n"), &[]);
    cases.with("NaN", &[], &pattern("0.001\nnan\n0.003\n0.004\n"), &[]);
    cases.with("a word", &[], &pattern("time\n0.002\n0.003\n0.004\n"), &[]);
    cases.with("rows of different lengths", &[], &pattern("0.001\n0.002 1\n0.003\n0.004\n"), &[]);
    cases.with("empty", &[], &pattern("# nothing\n"), &[]);
    cases.with("many bad lines", &[], &pattern("a\nb\nc\nd\ne\nf\ng\n"), &[]);
    cases.add("a missing file", &[("\"pairs.txt\"", "\"pears.txt\"")]);
    cases.add("an unknown parameter in a name", &[("\"{pattern}\"", "\"{patern}\"")]);
    cases.add("names of columns", &[("file = \"pairs.txt\"", "file = \"pairs.txt\"\ncolumns = [\"i\"]")]);
    cases.add("a cell twice", &[("cells = [0, 2]", "cells = [0, 2, 2]")]);
    let twice = [("pairs.txt", "1 2\n0 1\n1 3\n")];
    cases.with("a cell twice in a table", &[("cells = [0, 2]", "table = \"pairs\"")], &twice, &[]);
    cases.add("an unknown table", &[("cells = [0, 2]", "table = \"pears\"")]);
    cases.add("neither", &[("cells = [0, 2]", "")]);
    cases.add("broken cell numbers", &[("cells = [0, 2]", "table = \"pairs\"\ncell = \"c0 / 2\"")]);
    cases.check("tables_and_lists");
}

#[test]
fn cells() {
    let mut cases = Cases(String::new());
    cases.add("a negative length", &[("L = 100", "L = -100")]);
    cases.add("no diameter", &[("diam = 2\n", "")]);
    cases.add("diameter 0 in a point", &[("L = 20\ndiam = 20", "points = [[0, 0, 0, 20], [20, 0, 0, 0]]")]);
    cases.add("one point", &[("L = 20\ndiam = 20", "points = [[0, 0, 0, 20]]")]);
    cases.add("three coordinates", &[("L = 20\ndiam = 20", "points = [[0, 0, 20], [20, 0, 0, 20]]")]);
    cases.add("an unknown parent", &[("parent = \"soma\"", "parent = \"some\"")]);
    cases.add("a circle", &[("L = 20\n", "L = 20\nparent = \"dend[1]\"\n")]);
    cases.add("two roots", &[("parent = \"soma\"", "")]);
    cases.add("at outside", &[("parent = \"soma\"", "parent = \"soma\"\nat = 1.5")]);
    cases.add("at without parent", &[("L = 20\n", "L = 20\nat = 0\n")]);
    cases.add("an array as parent", &[("L = 20\n", "L = 20\nparent = \"dend\"\n")]);
    cases.add("nseg 0", &[("nseg = 3", "nseg = 0")]);
    cases.add("half a segment", &[("nseg = 3", "nseg = 2.5")]);
    cases.add("negative Ra and cm", &[("nseg = 3", "nseg = 3\nRa = -1\ncm = -1")]);
    cases.add(
        "two rules for segments",
        &[(
            "[cell.ball.mechanism.hh]",
            "[cell.ball]\nmax_length = 5\nd_lambda = 0.1\n[cell.ball.mechanism.hh]",
        )],
    );
    cases.add(
        "no section",
        &[("cell = \"ball\"", "cell = \"empty\""), ("[population.a]", "[cell.empty]\n[population.a]")],
    );
    cases.add(
        "a missing SWC file",
        &[("[cell.ball.mechanism.hh]", "[cell.ball]\nswc = \"none.swc\"\n[cell.ball.mechanism.hh]")],
    );
    cases.check("cells");
}

#[test]
fn mechanisms_and_ions() {
    let mut cases = Cases(String::new());
    cases.add("an unknown mechanism", &[("mechanism.pas", "mechanism.pass")]);
    cases.add(
        "the wrong kind",
        &[("mechanism = \"ExpSyn\"", "mechanism = \"hh\""), ("mechanism.pas", "mechanism.NetStim")],
    );
    cases.add("an unknown section", &[("on = \"soma\"", "on = [\"soma\", \"dendrite\", \"api*\"]")]);
    cases.add("unknown variables", &[("g = 0.001", "G = 0.001\nvv = 3")]);
    cases.add("a state", &[("on = \"soma\"", "on = \"soma\"\nm = 0.5")]);
    cases.add("an ion's variable", &[("on = \"soma\"", "on = \"soma\"\nena = 50")]);
    cases.add(
        "two resting values",
        &[("e = -65", "e = \"rest\""), ("on = \"soma\"", "on = \"all\"\nel = \"rest\"")],
    );
    cases.add("an unused ion", &[("[cell.ball.ion.na]", "[cell.ball.ion.ca]")]);
    cases.add("a concentration of 0", &[("reversal = 50", "inside = 0")]);
    cases.add("nernst and reversal", &[("reversal = 50", "reversal = 50\nnernst = \"every_step\"")]);
    cases.add(
        "a missing .mod file",
        &[("[table.pattern]", "[mechanisms]\nfiles = [\"na.mod\"]\n[table.pattern]")],
    );
    let broken = [("na.mod", "NEURON { SUFFIX na RANGE g }\nPARAMETER { g = }\n")];
    let named = [("[table.pattern]", "[mechanisms]\nfiles = [\"na.mod\"]\n[table.pattern]")];
    cases.with("a broken .mod file", &named, &broken, &[]);
    let nothing = [("na.mod", "PARAMETER { g = 1 }\n")];
    cases.with("a .mod file without a mechanism", &named, &nothing, &[]);
    let broken = [("na.mod", "NEURON { SUFFIX pas RANGE g }\nPARAMETER { g = }\n")];
    cases.with("a broken .mod file with a name of the catalogue", &named, &broken, &[]);
    let folder = [("[table.pattern]", "[mechanisms]\nfiles = [\"mods\"]\n[table.pattern]")];
    let unused = [
        ("mods/broken.mod", "NEURON { SUFFIX na RANGE g }\nPARAMETER { g = }\nBREAKPOINT { i = }\n"),
        ("mods/damaged.mod", "NEURON { SUFIX na }\n"),
        ("mods/empty.mod", ""),
        ("mods/headless.mod", "PARAMETER { g = 1 }\n"),
        ("mods/hoc.mod", "NEURON { SUFFIX nothing }\nFUNCTION f(x) { f = x }\n"),
        ("mods/hoc2.mod", "NEURON { SUFFIX nothing }\nFUNCTION g(x) { g = x }\n"),
        ("mods/one.mod", "NEURON { SUFFIX twice }\n"),
        ("mods/other.mod", "NEURON { SUFFIX twice }\n"),
        ("mods/utf16.mod", "NEURON \0"),
        ("mods/folder.mod/notes.txt", ""),
    ];
    cases.with("wrong .mod files that nothing uses", &folder, &unused, &[]);
    let used = |name: &'static str| [folder[0], ("mechanism.pas", name)];
    cases.with("two files for a mechanism in use", &used("mechanism.twice"), &unused[6..8], &[]);
    cases.with("a mechanism that may be in a damaged file", &used("mechanism.pass"), &unused[..3], &[]);
    cases.with("a misspelt name beside a file without one", &used("mechanism.pass"), &unused[2..4], &[]);
    let own = [(
        "na.mod",
        "NEURON { SUFFIX pas NONSPECIFIC_CURRENT i RANGE g, e }\nPARAMETER { g = 1 e = 0 }\nASSIGNED { v i }\nBREAKPOINT { i = g * (v - e) }\n",
    )];
    cases.with("one of the catalogue's names", &named, &own, &[]);
    cases.add(
        "an unknown GLOBAL",
        &[("[table.pattern]", "[global.hh]\ngnabar = 1\n[global.kv]\nx = 1\n[table.pattern]")],
    );
    cases.check("mechanisms_and_ions");
}

/// A mechanism of a file that is wrong is named all over a network: only the file is complained of.
#[test]
fn a_wrong_mechanism_makes_no_other_message() {
    let edits = [
        (
            "[table.pattern]",
            "[mechanisms]\nfiles = [\"na.mod\", \"syn.mod\"]\n[global.na]\nshift = 3\n[table.pattern]",
        ),
        ("[cell.ball.mechanism.hh]", "[cell.ball.mechanism.na]\ngbar = 3\n[cell.ball.mechanism.hh]"),
        ("mechanism = \"ExpSyn\"", "mechanism = \"syn\""),
        ("reversal = 50", "reversal = 50\n[cell.ball.ion.ca]\ninside = 1e-4"),
        (
            "variable = \"v\"\nevery = 0.5",
            "variable = \"na.m\"\n[record.g]\npopulation = \"a\"\nvariable = \"synapse.g\"\n[record.i]\npopulation = \"a\"\nvariable = \"ica\"",
        ),
    ];
    let na = |body: &str| {
        format!(
            "NEURON {{ SUFFIX na USEION ca WRITE ica RANGE gbar }}\nPARAMETER {{ gbar = 1 }}\nASSIGNED {{ v ica }}\nBREAKPOINT {{ {body} }}\n"
        )
    };
    let syn = |body: &str| {
        format!(
            "NEURON {{ POINT_PROCESS syn NONSPECIFIC_CURRENT i RANGE tau }}\nPARAMETER {{ tau = 1 }}\nASSIGNED {{ v i }}\nBREAKPOINT {{ {body} }}\nNET_RECEIVE (w) {{ tau = w }}\n"
        )
    };
    let mut cases = Cases(String::new());
    let (bad, worse) = (na("ica = gbr * v"), na("ica = gbar * * v"));
    let (good, lost) = (syn("i = v / tau"), syn("i = v / (tau"));
    cases.with("mistakes of meaning", &edits, &[("na.mod", &bad), ("syn.mod", &syn("i = v / ta"))], &[]);
    cases.with("mistakes of syntax", &edits, &[("na.mod", &worse), ("syn.mod", &lost)], &[]);
    cases.with("one of two files", &edits[..3], &[("na.mod", &worse), ("syn.mod", &good)], &[]);
    cases.check("a_wrong_mechanism");
}

#[test]
fn populations_and_stimuli() {
    let mut cases = Cases(String::new());
    cases.add("an unknown type of cell", &[("cell = \"ball\"", "cell = \"bal\"")]);
    cases.add("neither cell nor mechanism", &[("cell = \"ball\"\n", "")]);
    cases.add("a negative count", &[("count = 4", "count = -4")]);
    cases.add("half a cell", &[("count = 4", "count = 2.5")]);
    cases.add("too many cells", &[("count = 4", "count = 3e9")]);
    cases.add("an unknown value", &[("values.start", "values.begin")]);
    cases.add("an unknown part", &[("count = 4", "values.synaps.tau = 3\ncount = 4")]);
    cases.add("no variable", &[("count = 4", "values.synapse = 3\ncount = 4")]);
    let nernst = ("reversal = 50", "nernst = \"initially\"");
    cases.add("a reversal that is computed", &[nernst, ("count = 4", "values.na.reversal = 3\ncount = 4")]);
    cases.add("a concentration of 0", &[("count = 4", "values.na.inside = \"index\"\ncount = 4")]);
    cases.add("times where none are played", &[("count = 4\nvalues", "count = 4\ntimes = [1]\nvalues")]);
    cases.add("a place that is none", &[("\"dend[0](0.5)\"", "\"dend[0]\"")]);
    cases.add("an array's place", &[("\"dend[0](0.5)\"", "\"dend(0.5)\"")]);
    cases.add("a position outside", &[("\"dend[0](0.5)\"", "\"dend[0](1.5)\"")]);
    cases.add("an unknown population", &[("population = \"a\"\nmechanism", "population = \"b\"\nmechanism")]);
    cases.add("a cell that is not there", &[("cells = 1", "cells = [1, 4]")]);
    cases.add("an unknown list", &[("cells = 1", "cells = \"choosen\"")]);
    cases.add("a name twice", &[("[stimulus.pulse]", "[stimulus.synapse]")]);
    cases.add("a value outside its limits", &[("tau = 2", "tau = -2")]);
    cases.check("populations_and_stimuli");
}

#[test]
fn connections() {
    let mut cases = Cases(String::new());
    cases.add(
        "unknown populations",
        &[
            ("from = \"channel\"", "from = \"chanel\""),
            ("to = \"a.synapse\"\nrule = \"prob", "to = \"b.synapse\"\nrule = \"prob"),
        ],
    );
    cases.add("an unknown point process", &[("to = \"a.synapse\"", "to = \"a.synaps\"")]);
    cases.add("no point process", &[("to = \"a.synapse\"", "to = \"a\"")]);
    cases.add("a target that cannot receive", &[("to = \"a.synapse\"", "to = \"a.pulse\"")]);
    cases.add("a source that never fires", &[("[cell.ball.detector]\nthreshold = 0\n", "")]);
    cases.add("sizes", &[("count = 4", "count = 5")]);
    cases.add("no probability", &[("probability = 0.5\n", "")]);
    cases.add("probability 2", &[("probability = 0.5", "probability = 2")]);
    cases.add("a key of another rule", &[("weight = 0.01", "weight = 0.01\nindegree = 3")]);
    cases.add("too many sources", &[("\"probability\"\nprobability = 0.5", "\"indegree\"\nindegree = 4")]);
    cases.add("self between populations", &[("weight = 0.01", "weight = 0.01\nself = false")]);
    cases.add("a target outside", &[("\"one_to_one\"", "\"map\"\ntarget = \"source + 1\"")]);
    cases.add("targets of another rule", &[("weight = 0.01", "weight = 0.01\noutdegree = 3")]);
    let several = "\"map\"\noutdegree = 3\ntarget = \"source + number\"";
    cases.add("one of several targets outside", &[("\"one_to_one\"", several)]);
    let number = [("\"one_to_one\"", "\"map\"\ntarget = \"source + number\"")];
    cases.add("the number of a single target", &number);
    let table = [("\"one_to_one\"", "\"table\"\ntable = \"pairs\"")];
    cases.with("a table's cell outside", &table, &[("pairs.txt", "0 1\n1 7\n")], &[]);
    cases.with("a table with one column", &table, &[("pairs.txt", "0\n1\n")], &[]);
    cases.add("a negative delay", &[("delay = 0.5", "delay = -0.5")]);
    cases.add(
        "too many connections",
        &[("count = 4", "count = 1e6"), ("probability = 0.5", "probability = 1")],
    );
    cases.check("connections");
}

#[test]
fn records() {
    let mut cases = Cases(String::new());
    cases.add("an unknown variable", &[("variable = \"v\"", "variable = \"u\"")]);
    cases.add("an unknown mechanism", &[("variable = \"v\"", "variable = \"na.m\"")]);
    cases.add("an unknown variable of a mechanism", &[("variable = \"v\"", "variable = \"hh.mm\"")]);
    cases.add("what all instances share", &[("variable = \"v\"", "variable = \"hh.minf\"")]);
    cases.add("where it is not", &[("variable = \"v\"", "variable = \"hh.m\"\nat = \"dend[0](0.5)\"")]);
    cases.add("no multiple of dt", &[("every = 0.5", "every = 0.52")]);
    cases.add(
        "of artificial cells",
        &[("population = \"a\"\nvariable", "population = \"channel\"\nvariable")],
    );
    cases.add("the name of the spikes", &[("[record.v]", "[record.spikes]")]);
    cases.check("records");
}

/// Things to write where they do not belong.
const ODD: [&str; 24] = [
    "",
    "0",
    "-1",
    "1e308",
    "-1e308",
    "1e-320",
    "9007199254740993",
    "nan",
    "true",
    "\"\"",
    "\"(\"",
    "\"index\"",
    "\"rest\"",
    "\"0 / 0\"",
    "\"pattern(index)\"",
    "\"lowest(pairs) ^ 1000\"",
    "\"{delay}\"",
    "\"a.synapse\"",
    "\"dend[0](1)\"",
    "\"all\"",
    "[]",
    "[[1, 2, 3, 4]]",
    "{}",
    "\"\\u00e9\\t\"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Lines left out, doubled, swapped, and values replaced: whatever it is, it is answered, never by a panic.
    #[test]
    fn no_description_makes_it_panic(
        edits in prop::collection::vec((0usize..90, 0usize..90, 0usize..ODD.len(), 0u8..6), 1..5)
    ) {
        let mut lines: Vec<String> = GOOD.lines().map(str::to_string).collect();
        for (at, other, odd, kind) in edits {
            let (at, other) = (at % lines.len(), other % lines.len());
            match kind {
                0 => drop(lines.remove(at)),
                1 => lines.swap(at, other),
                2 => lines.insert(at, lines[other].clone()),
                _ => {
                    if let Some((key, _)) = lines[at].clone().split_once('=') {
                        lines[at] = format!("{key}= {}", ODD[odd]);
                    }
                }
            }
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pattern.txt"), "0.001\n0.002\n0.003\n0.004\n").unwrap();
        std::fs::write(folder.path().join("pairs.txt"), "0 1\n1 2\n").unwrap();
        let path = folder.path().join("network.toml");
        std::fs::write(&path, lines.join("\n")).unwrap();
        let mut sources = Sources::default();
        if let Err(problems) = load(&path, &Overrides::default(), &mut sources) {
            prop_assert!(problems.has_errors());
            prop_assert!(problems.render(&sources, false).contains("error["));
        }
    }
}
