//! The command line, result folders, and the smaller commands.

use crate::{case, check};

#[test]
fn options() {
    let cases = [
        case("nothing").words(""),
        case("an unknown command").words("rn network.toml"),
        case("an unknown option").words("run network.toml --thread 2"),
        case("no network").words("run"),
        case("a network that is not there").words("run netwrok.toml"),
        case("a network that is a folder").words("run results"),
        case("a network that is a result").words("run results/spikes.h5"),
        case("no threads").words("run network.toml --threads 0"),
        case("threads in words").words("run network.toml --threads abc"),
        case("a million threads").words("run network.toml --threads 1000000"),
        case("dt in words").words("run network.toml --dt fast"),
        case("dt 0").words("run network.toml --dt 0"),
        case("dt over the delays").words("run network.toml --dt 0.75"),
        case("tstop negative").words("run network.toml --tstop -5"),
        case("tstop infinite").words("run network.toml --tstop inf"),
        case("tstop beyond counting").words("run network.toml --tstop 1e300"),
        case("a seed with a sign").words("run network.toml --seed -1"),
        case("a setting without a value").words("run network.toml --set delay"),
        case("a summary in another format").words("run network.toml --summary xml"),
        case("results into a file").words("run network.toml --out leak.mod"),
        case("results below a file").words("run network.toml --out leak.mod/results"),
        case("results where nothing can be written").words("run network.toml --out /dev/null/results"),
        case("a delay of 0 as the remedy").words("run network.toml --reset-zero-delays 0"),
        case("a remedy under dt").words("run network.toml --reset-zero-delays 0.001 --set delay=0"),
    ];
    check("options", &cases);
}

#[test]
fn smaller_commands() {
    let spikes = std::fs::read(crate::work::Work::new().path("results/spikes.h5")).unwrap();
    let cases = [
        case("the schema of something").words("schema network.toml"),
        case("check: a network that is not there").words("check none.toml"),
        case("check: errors and nothing else").words("check network.toml").edit("dt = 0.025", "dt = 0"),
        case("reset-delays: a file that is not there").words("reset-delays none.toml"),
        case("reset-delays: broken").words("reset-delays network.toml").edit("dt = 0.025", "dt = "),
        case("reset-delays: to under dt")
            .words("reset-delays network.toml --to 0.001")
            .edit("delay = 0.5", "delay = 0"),
        case("reset-delays: output below a file")
            .words("reset-delays network.toml --output leak.mod/new.toml")
            .edit("delay = 0.5", "delay = 0"),
        case("reset-delays: output is a folder")
            .words("reset-delays network.toml --output results")
            .edit("delay = 0.5", "delay = 0"),
        case("spikes: a file that is not there").words("spikes none.h5"),
        case("spikes: a text").words("spikes pattern.txt"),
        case("spikes: a folder").words("spikes results"),
        case("spikes: an empty file").words("spikes empty.h5").file("empty.h5", ""),
        case("spikes: cut short").words("spikes cut.h5").file("cut.h5", &spikes[..spikes.len() / 2]),
        case("spikes: HDF5 without spikes").words("spikes results/v.h5"),
        case("spikes: an unknown population").words("spikes results/spikes.h5 --population bals"),
    ];
    check("smaller_commands", &cases);
}
