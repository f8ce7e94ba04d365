//! Good texts with random damage: whatever comes in, an answer comes out, soon and without a panic, and every message can
//! be shown. What is damaged how follows from the number of the mutant alone.

use std::path::Path;
use std::time::{Duration, Instant};

use volley::diagnostic::Sources;
use volley::mechanism::{Options, catalogue, compile};
use volley::network::{Overrides, load};

use crate::work::Work;

/// Far more than any answer takes: the end of patience with a hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// Pieces that damage is made of.
const PIECES: [&str; 40] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "'",
    "=",
    ",",
    ".",
    ":",
    "-",
    "+",
    "*",
    "/",
    "^",
    "<",
    ">",
    "!",
    "~",
    "$",
    "\n",
    "\0",
    "\u{e9}",
    "\u{1f9e0}",
    "0",
    "-1",
    "nan",
    "inf",
    "if",
    "FROM",
    "TABLE",
    "COMMENT",
    "SOLVE",
    "STATE { x }",
    "[a]\n",
    "x = 1\n",
    "e",
    "index",
];

/// A small generator of numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
    }
}

/// A text with one to four pieces of damage.
fn damaged(text: &str, number: u64) -> Vec<u8> {
    let mut dice = Dice(number);
    let mut bytes = text.as_bytes().to_vec();
    // Every other one has a scratch only, which may well leave a good text.
    let (times, longest) = if number.is_multiple_of(2) { (1, 2) } else { (1 + dice.roll(4), 30) };
    for _ in 0..times {
        let at = dice.roll(bytes.len());
        let end = (at + 1 + dice.roll(longest)).min(bytes.len());
        match dice.roll(6) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.splice(at..at, PIECES[dice.roll(PIECES.len())].bytes()).for_each(drop),
            2 => bytes.splice(at..end, PIECES[dice.roll(PIECES.len())].bytes()).for_each(drop),
            3 => {
                let copy = bytes[at..end].to_vec();
                let to = dice.roll(bytes.len());
                bytes.splice(to..to, copy).for_each(drop);
            }
            4 => bytes.truncate(at),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.roll(8);
                }
            }
        }
    }
    bytes
}

/// Whether a number got so large that the network may be honestly huge: that is no damage, and no test of it.
fn has_large_number(bytes: &[u8]) -> bool {
    let digit = |b: &u8| b.is_ascii_digit() || *b == b'_';
    bytes.split(|b| !digit(b)).any(|run| run.len() > 4)
        || bytes.windows(3).any(|w| digit(&w[0]) && w[1].eq_ignore_ascii_case(&b'e') && digit(&w[2]))
}

#[test]
fn damaged_descriptions_are_answered() {
    let good = Work::new().text("network.toml");
    let (mut fine, mut refused) = (0, 0);
    for number in 0..400 {
        let bytes = damaged(&good, number);
        if has_large_number(&bytes) {
            continue;
        }
        let work = Work::new();
        work.write("network.toml", &bytes);
        let begun = Instant::now();
        let mut sources = Sources::default();
        match load(&work.path("network.toml"), &Overrides::default(), &mut sources) {
            Ok(loaded) => {
                loaded.warnings.render(&sources, true);
                fine += 1;
            }
            Err(problems) => {
                assert!(problems.has_errors(), "mutant {number} is refused without a word");
                problems.render(&sources, true);
                refused += 1;
            }
        }
        assert!(begun.elapsed() < PATIENCE, "mutant {number} took {:?}", begun.elapsed());
    }
    assert!(fine > 5 && refused > 200, "{fine} are fine, {refused} refused: that says little");
}

#[test]
fn damaged_mechanisms_are_answered() {
    let read =
        |name: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    let mut good: Vec<String> = catalogue::names().filter_map(catalogue::source).map(str::to_owned).collect();
    good.extend(
        [
            "networks/hopfield-brody/nans.mod",
            "networks/hopfield-brody/kap.mod",
            "tests/failures/good/leak.mod",
        ]
        .map(read),
    );
    let (mut fine, mut refused) = (0, 0);
    for number in 0..600 {
        let bytes = damaged(&good[number as usize % good.len()], number);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let begun = Instant::now();
        let mut sources = Sources::default();
        let id = sources.add("damaged.mod", text);
        match compile(&mut sources, id, &Options::default()) {
            Ok(mechanism) => {
                mechanism.warnings.render(&sources, true);
                fine += 1;
            }
            Err(problems) => {
                assert!(problems.has_errors(), "mutant {number} is refused without a word");
                problems.render(&sources, true);
                refused += 1;
            }
        }
        assert!(begun.elapsed() < PATIENCE, "mutant {number} took {:?}", begun.elapsed());
    }
    assert!(fine > 50 && refused > 200, "{fine} are fine, {refused} refused: that says little");
}
