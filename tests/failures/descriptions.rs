//! Descriptions: keys, values, names, cells, connections, recording, expressions.

use crate::{case, check};

const START: &str = "\"1000 * pattern(index)\"";

fn repeated(text: &str, times: usize) -> String {
    text.repeat(times)
}

#[test]
fn texts() {
    let cases = [
        case("a bracket left open, a value missing")
            .edit("[simulation]", "[simulation")
            .edit("tstop = 10", "tstop ="),
        case("a key given twice").edit("dt = 0.025", "dt = 0.025\ndt = 0.05"),
        case("a table given twice").more("\n[simulation]\nceslius = 20\n"),
        case("a text without its end").edit("\"pattern.txt\"", "\"pattern.txt"),
        case("an empty file").file("network.toml", ""),
        case("not UTF-8").file("network.toml", *b"[simulation]\ntstop = 10 # \xb5s\n"),
        case("a binary file").file("network.toml", *b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0\x04\0\x10\0"),
        case("another program's file")
            .file("network.toml", "from neuron import h\nsoma = h.Section(name='soma')\n"),
        case("arrays nested 100,000 deep").file("network.toml", format!("name = {}", repeated("[", 100_000))),
        case("a key of 100,000 parts").file("network.toml", format!("a{} = 1", repeated(".a", 100_000))),
    ];
    check("texts", &cases);
}

#[test]
fn keys_and_types() {
    let cases = [
        case("unknown keys, at every level")
            .edit("[parameters]", "tstop = 3\n[parameters]")
            .edit("dt = 0.025", "DT = 0.025")
            .edit("rows = 4", "row = 4")
            .edit("nseg = 3", "n_seg = 3")
            .edit("threshold = 0", "treshold = 0")
            .edit("[cell.tree]\n", "[cell.tree]\nmax_lenght = 3\n")
            .edit("cell = \"ball\"", "cells = \"ball\"")
            .edit("probability = 0.5", "prob = 0.5")
            .edit("[record.v]", "[recrod.v]"),
        case("wrong types")
            .edit("dt = 0.025", "dt = true")
            .edit("tstop = 10", "tstop = [10]")
            .edit("count = 4", "count = {n = 4}")
            .edit("self = false", "self = 0")
            .edit("files = [\"leak.mod\"]", "files = \"leak.mod\"")
            .edit("cells = [0, 2]", "cells = [0, -2]"),
        case("a date").edit("L = 20", "L = 2001-02-03"),
        case("tables and values mistaken for each other")
            .edit("[cell.ball.detector]\nthreshold = 0", "[cell.ball]\ndetector = -20")
            .edit("[stimulus.pulse]", "[[stimulus.pulse]]"),
        case("keys left out")
            .edit("weight = \"strength\"\n", "")
            .edit("from = \"balls\"\n", "")
            .edit("population = \"tree\"\n", ""),
        case("NaN, infinity, too large")
            .edit("dt = 0.025", "dt = nan")
            .edit("tstop = 10", "tstop = -inf")
            .edit("count = 4", "count = 99999999999999999999"),
        case("a name with a blank").edit("[population.tree]", "[population.\"a tree\"]"),
    ];
    check("keys_and_types", &cases);
}

#[test]
fn simulation_and_parameters() {
    let cases = [
        case("dt is 0").edit("dt = 0.025", "dt = 0"),
        case("dt is negative, tstop too").edit("dt = 0.025", "dt = -0.025").edit("tstop = 10", "tstop = -1"),
        case("dt is not written as a number").edit("dt = 0.025", "dt = \"0,025\""),
        case("more steps than can be counted").edit("tstop = 10", "tstop = 1e300"),
        case("no tstop").edit("tstop = 10", ""),
        case("a seed with a fraction").edit("tstop = 10", "tstop = 10\nseed = 1.5"),
        case("absolute zero, and below").edit("tstop = 10", "tstop = 10\ncelsius = -300"),
        case("extends a file that is not there")
            .edit("[parameters]", "extends = \"base.toml\"\n[parameters]"),
        case("extends in a circle")
            .edit("[parameters]", "extends = \"base.toml\"\n[parameters]")
            .file("base.toml", "extends = \"network.toml\"\n"),
        case("extends a folder").edit("[parameters]", "extends = \".\"\n[parameters]"),
        case("parameters in a circle")
            .edit("delay = 0.5", "delay = \"strength / 2\"")
            .edit("strength = 0.05", "strength = \"2 * delay\""),
        case("a parameter with a name that is taken").edit("delay = 0.5", "delay = 0.5\nindex = 3"),
        case("an unknown parameter").words("run network.toml --set dealy=1 --set colour=red"),
        case("a parameter set to no number").words("run network.toml --set delay=fast"),
        case("a parameter set to NaN").words("run network.toml --set delay=nan"),
        case("a parameter set to another file").words("run network.toml --set pattern=other.txt"),
    ];
    check("simulation_and_parameters", &cases);
}

#[test]
fn cells() {
    let cases = [
        case("a negative length").edit("L = 20\n", "L = -20\n"),
        case("no thickness").edit("diam = 20", "diam = 0"),
        case("no diameter").edit("diam = 20\n", ""),
        case("no segment").edit("nseg = 3", "nseg = 0"),
        case("two and a half segments").edit("nseg = 3", "nseg = 2.5"),
        case("a million million segments").edit("nseg = 3", "nseg = 1e12"),
        case("a circle of sections").edit("L = 20\n", "L = 20\nparent = \"dend[1]\"\n"),
        case("two roots").edit("parent = \"soma\"", ""),
        case("an unknown parent").edit("parent = \"soma\"", "parent = \"sona\""),
        case("past the end of the parent").edit("parent = \"soma\"", "parent = \"soma\"\nat = 1.5"),
        case("a negative capacitance").edit("nseg = 3", "nseg = 3\ncm = -1"),
        case("negative resistivity").edit("nseg = 3", "nseg = 3\nRa = -100"),
        case("a billion dendrites").edit("count = 2", "count = 1e9"),
        case("an unknown mechanism").edit("mechanism.hh", "mechanism.HHH"),
        case("a synapse as a density mechanism").edit("mechanism.hh", "mechanism.ExpSyn"),
        case("a density mechanism as a synapse").edit("\"ExpSyn\"", "\"hh\""),
        case("an unknown section").edit("on = \"dend\"", "on = [\"dendrite\", \"soma\"]"),
        case("unknown variables").edit("g = 0.0001", "gbar = 0.0001\ntau = 3"),
        case("a state, and an ion's variable").edit("on = \"soma\"", "on = \"soma\"\nm = 0.5\nena = 50"),
        case("a value that is not finite").edit("g = 0.0001", "g = \"1 / (x - 1/2)\""),
        case("values for an ion that nobody uses").edit("ion.na", "ion.ca"),
        case("a concentration of 0").edit("reversal = 50", "inside = 0"),
        case("a place that is none").edit("\"soma(0.5)\"", "\"soma\""),
        case("a place outside of the section").edit("\"soma(0.5)\"", "\"soma(2)\""),
        case("an element of no array").edit("\"soma(0.5)\"", "\"dend[2](0.5)\""),
        case("a GLOBAL that is none").more("\n[global.hh]\ngnabar = 1\n[global.kv]\nx = 1\n"),
    ];
    check("cells", &cases);
}

#[test]
fn populations_and_connections() {
    let cases = [
        case("an unknown type of cell").edit("cell = \"ball\"", "cell = \"bal\""),
        case("neither cell nor mechanism").edit("cell = \"ball\"\n", ""),
        case("a negative count").edit("count = 4", "count = -4"),
        case("a huge count").edit("count = 4", "count = 1e15"),
        case("an unknown population").edit("from = \"drive\"", "from = \"driver\""),
        case("an unknown point process").edit("\"balls.synapse\"", "\"balls.synaps\""),
        case("a population alone").edit("\"balls.synapse\"", "\"balls\""),
        case("an electrode as the target").edit("\"balls.synapse\"", "\"tree.pulse\""),
        case("a source that never fires").edit("from = \"balls\"", "from = \"tree\""),
        case("an unknown rule").edit("\"one_to_one\"", "\"one_to_many\""),
        case("populations of different sizes").edit("count = 4", "count = 5"),
        case("a probability above 1").edit("probability = 0.5", "probability = 1.5"),
        case("more sources than there are")
            .edit("\"probability\"\nprobability = 0.5", "\"indegree\"\nindegree = 4"),
        case("a key of another rule").edit("rule = \"one_to_one\"", "rule = \"one_to_one\"\nindegree = 3"),
        case("self between two populations").edit("weight = \"strength\"", "weight = 1\nself = false"),
        case("an unknown table").edit("table = \"pairs\"", "table = \"pears\""),
        case("a cell that does not exist").file("pairs.txt", "0 1 0.001\n1 7 0.002\n4 1 0\n"),
        case("an unknown list").edit("probability = 0.5", "probability = 0.5\nwithin = \"choosen\""),
        case("a list with a cell too many").edit("probability = 0.5", "probability = 0.5\nwithin = [1, 4]"),
        case("delays that are zero").edit("delay = 0.5", "delay = 0"),
        case("delays just under dt, by expression").edit("delay = 2", "delay = \"0.02 * (1 + source)\""),
        case("a negative delay").edit("delay = 0.5", "delay = -0.5"),
        case("a delay list that is too short").edit("delay = 2", "delay = \"pattern(4 * target)\""),
        case("a weight that is not finite").edit("weight = \"uS\"", "weight = \"uS / source\""),
        case("too many connections").edit("count = 4", "count = 1e6").edit("count = 4", "count = 1e6"),
    ];
    check("populations_and_connections", &cases);
}

#[test]
fn records_and_expressions() {
    let cases = [
        case("an unknown variable").edit("variable = \"v\"", "variable = \"voltage\""),
        case("a variable of no mechanism").edit("variable = \"v\"", "variable = \"na.m\""),
        case("a variable where it is not")
            .edit("variable = \"v\"", "variable = \"hh.m\"\nat = \"dend[0](0.5)\""),
        case("an unknown population to record").edit("population = \"balls\"", "population = \"bells\""),
        case("a place that is not there").edit("variable = \"v\"", "variable = \"v\"\nat = \"axon(0)\""),
        case("a cell that is not there").edit("variable = \"v\"", "variable = \"v\"\ncells = 4"),
        case("never: every is 0").edit("every = 0.5", "every = 0"),
        case("more often than steps").edit("every = 0.5", "every = 0.01"),
        case("no whole number of steps").edit("every = 0.5", "every = 0.51"),
        case("artificial cells have no membrane").edit("population = \"balls\"", "population = \"drive\""),
        case("an expression without its end").edit(START, "\"1000 * (pattern(index)\""),
        case("an unknown name in an expression").edit(START, "\"1000 * pattern(indx)\""),
        case("an unknown function").edit(START, "\"1000 * patern(index)\""),
        case("an argument too many").edit(START, "\"fmax(1, 2, 3)\""),
        case("division by zero").edit(START, "\"1 / index\""),
        case("a row that the table has not").edit(START, "\"pattern(index + 1)\""),
        case("Python's power").edit(START, "\"index ** 2\""),
        case("an empty expression").edit(START, "\"\""),
        case("100,000 parentheses")
            .edit(START, format!("\"{}1{}\"", repeated("(", 100_000), repeated(")", 100_000))),
        case("100,000 signs").edit(START, format!("\"{}1\"", repeated("-", 100_000))),
        case("a sum of 100,000 terms, the last one wrong")
            .edit(START, format!("\"1{} + indx\"", repeated(" + 1", 100_000))),
    ];
    check("records_and_expressions", &cases);
}
