//! SWC files.

use crate::{Case, case, check};

fn swc(title: &'static str, text: impl Into<Vec<u8>>) -> Case {
    case(title).file("tree.swc", text)
}

#[test]
fn morphologies() {
    let mut chain = String::from("1 1 0 0 0 5 -1\n");
    for n in 2..=200_000 {
        chain += &format!("{n} 3 {n} 0 0 1 {}\n", n - 1);
    }
    let cases = [
        case("a file that is not there").edit("\"tree.swc\"", "\"three.swc\""),
        swc("six columns", "1 1 0 0 0 5\n2 3 5 0 0 1\n"),
        swc("words", "1 soma 0 0 0 5 -1\n2 3 5 0 0 thin 1\n"),
        swc("a parent that is not there", "1 1 0 0 0 5 -1\n2 3 5 0 0 1 7\n"),
        swc("a circle", "1 1 0 0 0 5 -1\n2 3 5 0 0 1 4\n3 3 6 0 0 1 2\n4 3 7 0 0 1 3\n"),
        swc("its own parent", "1 1 0 0 0 5 1\n"),
        swc("a radius that is NaN, one negative, one 0", "1 1 0 0 0 nan -1\n2 3 5 0 0 -1 1\n3 3 6 0 0 0 2\n"),
        swc("two roots", "1 1 0 0 0 5 -1\n2 3 5 0 0 1 1\n3 1 50 0 0 5 -1\n4 3 60 0 0 1 3\n"),
        swc("a number twice", "1 1 0 0 0 5 -1\n2 3 5 0 0 1 1\n2 3 9 0 0 1 1\n"),
        swc("points at one place", "1 1 0 0 0 5 -1\n2 3 5 0 0 1 1\n3 3 5 0 0 1 2\n"),
        swc("empty", "# nothing\n"),
        swc("a binary file", vec![0u8, 255, 254, 10, 0, 1]),
        swc(
            "numbers beyond any cell",
            "1 1 0 0 0 1e308 -1\n99999999999999999999 3 5 0 0 1 1\n2 3 1e308 1e308 0 1 1\n",
        ),
        swc("a chain of 200,000 points with a break", chain.replace("\n100000 3 100000 0 0 1 99999\n", "\n")),
        case("an SWC file and sections")
            .edit("[cell.tree]\n", "[cell.tree.section.soma]\nL = 1\ndiam = 1\n[cell.tree]\n"),
    ];
    check("morphologies", &cases);
}
