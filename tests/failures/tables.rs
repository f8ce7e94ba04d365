//! Tables of numbers.

use crate::{case, check};

#[test]
fn tables() {
    let cases = [
        case("a file that is not there").edit("\"pairs.txt\"", "\"pears.txt\""),
        case("a folder").edit("\"pairs.txt\"", "\"results\""),
        case("too few rows").file("pattern.txt", "0.001\n0.002\n0.003\n"),
        case("empty").file("pattern.txt", ""),
        case("only a comment").file("pattern.txt", "# times in s\n"),
        case("rows of different lengths").file("pattern.txt", "0.001\n0.002 1\n0.003\n0.004\n"),
        case("a header").file("pattern.txt", "time\n0.001\n0.002\n0.003\n0.004\n"),
        case("not numbers").file("pairs.txt", "0 1 0.001\none two 0.002\n1 2 0,003\n"),
        case("weights that are NaN and infinite").file("pairs.txt", "0 1 nan\n1 2 inf\n"),
        case("cell numbers with a fraction").file("pairs.txt", "0 1 0.001\n1 2.5 0.002\n-1 2 0.002\n"),
        case("not UTF-8").file("pattern.txt", *b"0.001\n0.002 # \xb5s\n0.003\n0.004\n"),
        case("a binary file").file("pattern.txt", (0..=255).collect::<Vec<u8>>()),
        case("a column that nobody named").edit("weight = \"uS\"", "weight = \"us\""),
        case("too few names for the columns").edit("[\"from\", \"to\", \"uS\"]", "[\"from\", \"to\"]"),
    ];
    check("tables", &cases);
}
