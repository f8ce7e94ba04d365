//! What newcomers ran into.

use crate::{case, check};

#[test]
fn findings() {
    let chain: String = (0..15_000).map(|i| format!("p{i} = \"p{} + 1\"\n", i + 1)).collect();
    let cases = [
        case("a cell that cannot rest, as its leak's conductance is 0")
            .edit("[cell.tree.mechanism.pas]", "[cell.tree.mechanism.pas]\ng = 0\ne = \"rest\""),
        case("a mistake in a text of three quotes")
            .edit("\"1000 * pattern(index)\"", "\"\"\"\n1000 * patern(index)\"\"\""),
        case("15,000 parameters in a chain").edit("[simulation]", format!("{chain}p15000 = 1\n[simulation]")),
        case("a recording of a stimulus in a cell without it")
            .edit(
                "population = \"tree\"\nmechanism = \"IClamp\"",
                "population = \"balls\"\ncells = [1]\nmechanism = \"IClamp\"",
            )
            .more("\n[record.i]\npopulation = \"balls\"\ncells = [0, 1]\nvariable = \"pulse.i\"\n"),
        case("a delay that only the command line makes short")
            .words("run network.toml --out results --set delay=0.01"),
        case("a time step that only the command line makes long")
            .words("run network.toml --out results --dt 1"),
    ];
    check("newcomers", &cases);
}
