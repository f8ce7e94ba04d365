//! Counter-based random streams: Philox 4x32-10, used as NEURON uses it (Random123).
//!
//! In: three identifiers and a global index (NEURON's `Random123(id1, id2, id3)` and
//! `Random123_globalindex`), or a seed and the names of what the numbers drive. Out: a [`Stream`],
//! a few words of state whose n-th number depends on nothing but its identifiers and n.
//! Always true: a stream shares no state with another one, so it does not matter which thread draws
//! from it or when. This is why results do not change with the number of threads.
//!
//! The generator is that of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
//! 1, 2, 3" (2011), doi:10.1145/2063384.2063405. With equal identifiers a stream gives NEURON's numbers.

use std::convert::Infallible;

use rand::TryRng;

/// Multipliers of the two halves of a round.
const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// What is added to the key from round to round (golden ratio, and the root of 3 less 1).
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// One block of Philox 4x32-10: four random words for a counter and a key.
pub fn philox4x32_10(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let first = u64::from(MULTIPLIER[0]) * u64::from(counter[0]);
        let second = u64::from(MULTIPLIER[1]) * u64::from(counter[2]);
        counter = [
            (second >> 32) as u32 ^ counter[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ counter[3] ^ key[1],
            first as u32,
        ];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

/// One part of the name of a stream: a text (population, use) or a number (cell, connection).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// A name, taken as its UTF-8 bytes.
    Name(&'a str),
    /// A number.
    Number(u64),
}

impl<'a> From<&'a str> for Part<'a> {
    fn from(name: &'a str) -> Part<'a> {
        Part::Name(name)
    }
}

impl From<u64> for Part<'_> {
    fn from(number: u64) -> Self {
        Part::Number(number)
    }
}

/// A stream of random numbers: identifiers, and how far it has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Sequence, id3, id1, id2: the order NEURON lays them out in.
    counter: [u32; 4],
    global_index: u32,
    /// The block of the present counter.
    block: [u32; 4],
    /// Next word of the block, 0 to 3.
    word: u8,
}

impl Stream {
    /// The stream of NEURON's `Random123(id1, id2, id3)` with the given global index, at its start.
    pub fn new(id1: u32, id2: u32, id3: u32, global_index: u32) -> Stream {
        let mut stream = Stream { counter: [0, id3, id1, id2], global_index, block: [0; 4], word: 0 };
        stream.refill();
        stream
    }

    /// The stream for one use of random numbers, named by the run's seed and any number of parts, as in
    /// `Stream::keyed(seed, &["alpha".into(), 17u64.into(), "start time".into()])`.
    ///
    /// The rule is fixed for ever, since stored results depend on it. The 128-bit FNV-1a hash is taken over the
    /// seed (8 bytes, least first) and then each part: a byte 1, the length as 8 bytes and the bytes of a
    /// name; or a byte 2 and the 8 bytes of a number. Each half goes through the finaliser of SplitMix64, the low
    /// half first, the high half with the low result exclusive-ored in before. The low result gives id1
    /// (low word) and id2, the high one id3 (low word) and the global index.
    pub fn keyed(seed: u64, parts: &[Part]) -> Stream {
        Key::new(seed, parts).stream()
    }

    /// How many words have been drawn since the start: NEURON's `seq()`, four times the counter plus the
    /// word. Counts to 2^34, then begins again at 0.
    pub fn sequence(&self) -> u64 {
        u64::from(self.counter[0]) * 4 + u64::from(self.word)
    }

    /// Goes to the place where `sequence` words have been drawn (modulo 2^34).
    pub fn set_sequence(&mut self, sequence: u64) {
        self.counter[0] = (sequence >> 2) as u32;
        self.word = (sequence & 3) as u8;
        self.refill();
    }

    /// Changes one of the three identifiers, 0 for `id1`. The place in the stream stays, and as in NEURON the words left of the
    /// present four are still those of the old identifiers; [`Stream::set_sequence`] makes them anew.
    pub fn set_id(&mut self, number: u8, id: u32) {
        let at = match number {
            0 => 2,
            1 => 3,
            _ => 1,
        };
        self.counter[at] = id;
    }

    /// The next word.
    pub fn next_u32(&mut self) -> u32 {
        let value = self.block[usize::from(self.word & 3)];
        if self.word == 3 {
            self.word = 0;
            self.advance();
        } else {
            self.word += 1;
        }
        value
    }

    /// Uniform in the open interval (0, 1): (word + 1) / (2^32 + 1), as NEURON's `nrnran123_dblpick`.
    pub fn uniform(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / 4_294_967_297.0;
        (f64::from(self.next_u32()) + 1.0) * SCALE
    }

    /// Exponential with the given mean (in its unit): -ln(uniform) mean, as NEURON's `nrnran123_negexp`.
    pub fn negexp(&mut self, mean: f64) -> f64 {
        -self.uniform().ln() * mean
    }

    /// Normal with mean 0 and deviation 1, as NEURON's `nrnran123_normal`: the polar method of Marsaglia
    /// and Bray (doi:10.1137/1006063) that gives away the second of each pair, so that the state stays a counter.
    pub fn normal(&mut self) -> f64 {
        loop {
            let x = 2.0 * self.uniform() - 1.0;
            let y = 2.0 * self.uniform() - 1.0;
            let square = x * x + y * y;
            if square <= 1.0 {
                return x * (-2.0 * square.ln() / square).sqrt();
            }
        }
    }

    /// The next counter; like NEURON's, it carries from the sequence into the identifiers.
    fn advance(&mut self) {
        for word in &mut self.counter {
            *word = word.wrapping_add(1);
            if *word != 0 {
                break;
            }
        }
        self.refill();
    }

    fn refill(&mut self) {
        self.block = philox4x32_10(self.counter, [self.global_index, 0]);
    }
}

/// The name of a stream, as [`Stream::keyed`] takes it, or the beginning of one: millions of names that begin alike, as those of a
/// connection's values do, share the work of their first parts.
#[derive(Clone, Copy, Debug)]
pub struct Key(Fnv128);

impl Key {
    /// The name made of these parts.
    pub fn new(seed: u64, parts: &[Part]) -> Key {
        let mut hash = Fnv128::new();
        hash.number(seed);
        for part in parts {
            match part {
                Part::Name(name) => {
                    hash.write(&[1]);
                    hash.number(name.len() as u64);
                    hash.write(name.as_bytes());
                }
                Part::Number(number) => {
                    hash.write(&[2]);
                    hash.number(*number);
                }
            }
        }
        Key(hash)
    }

    /// The name with one more number.
    pub fn and(mut self, number: u64) -> Key {
        self.0.write(&[2]);
        self.0.number(number);
        self
    }

    /// The stream of that name, at its start.
    pub fn stream(&self) -> Stream {
        let hash = self.0.0;
        let low = finalise(hash as u64);
        let high = finalise((hash >> 64) as u64 ^ low);
        Stream::new(low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32)
    }
}

/// Lets every distribution of `rand` and `rand_distr` draw from a stream.
impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next_u32())
    }

    /// Two words, the low one first.
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.next_u32());
        Ok(u64::from(self.next_u32()) << 32 | low)
    }

    /// Whole words, least byte first; the rest of the last word is dropped.
    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        for chunk in target.chunks_mut(4) {
            let bytes = self.next_u32().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

/// FNV-1a with 128 bits (Fowler, Noll, Vo; RFC 9923).
#[derive(Clone, Copy, Debug)]
struct Fnv128(u128);

/// What the hash is multiplied by for each byte.
const FNV_PRIME: u128 = (1 << 88) + 0x13B;

/// Its powers, 0 to 8: what as many bytes of 0 do to the hash.
const FNV_POWERS: [u128; 9] = {
    let mut powers = [1; 9];
    let mut i = 1;
    while i < 9 {
        powers[i] = FNV_PRIME.wrapping_mul(powers[i - 1]);
        i += 1;
    }
    powers
};

impl Fnv128 {
    fn new() -> Fnv128 {
        Fnv128(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(FNV_PRIME);
        }
    }

    /// Writes the 8 bytes of a number, least first; the zeros at the end of most numbers at once.
    fn number(&mut self, number: u64) {
        let used = (64 - number.leading_zeros()).div_ceil(8) as usize;
        self.write(&number.to_le_bytes()[..used]);
        self.0 = self.0.wrapping_mul(FNV_POWERS[8 - used]);
    }
}

/// The 128-bit FNV-1a hash of some bytes: tells texts apart that differ by accident, not by intent.
pub(crate) fn fnv128(bytes: &[u8]) -> u128 {
    let mut hash = Fnv128::new();
    hash.write(bytes);
    hash.0
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195).
fn finalise(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use rand_distr::{Distribution, StandardNormal};

    /// From `kat_vectors` of Random123 1.14.
    #[test]
    fn known_answers_of_random123() {
        let answers = [
            ([0; 4], [0; 2], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]),
            (
                [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
                [0xa4093822, 0x299f31d0],
                [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
            ),
        ];
        for (counter, key, expected) in answers {
            assert_eq!(philox4x32_10(counter, key), expected);
        }
    }

    /// Values from NEURON 9.0.2, `h.Random().Random123(1, 2, 3)`, 2026-11-22.
    #[test]
    fn same_numbers_as_neuron() {
        let mut stream = Stream::new(1, 2, 3, 0);
        let uniform = [
            0.980861897351951,
            0.22910290974446038,
            0.12487032890206429,
            0.12655526885610183,
            0.7785446087879724,
            0.6557348895222566,
        ];
        assert_eq!(uniform.map(|_| stream.uniform()), uniform);
        assert_eq!(stream.sequence(), 6);

        let mut stream = Stream::new(1, 2, 3, 0);
        for expected in [0.019323606745855152, 1.473583988841838, 2.080479448902724] {
            assert_close(stream.negexp(1.0), expected);
        }

        let mut stream = Stream::new(1, 2, 3, 0);
        let normal = [1.1697705780078251, 0.19973964345080109, 0.5725901325408809, 1.6029970447706468];
        for expected in normal {
            assert_close(stream.normal(), expected);
        }

        let mut stream = Stream::new(1, 2, 3, 7);
        assert_eq!([(); 2].map(|_| stream.uniform()), [0.47723814508010676, 0.3859471826846834]);
        stream.set_sequence(6);
        assert_eq!([(); 2].map(|_| stream.uniform()), [0.828446151030146, 0.9583543802242832]);
        assert_eq!(stream.sequence(), 8);
    }

    /// The C library and Rust may round a logarithm differently in the last place.
    fn assert_close(value: f64, expected: f64) {
        assert!((value - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(), "{value} {expected}");
    }

    #[test]
    fn setting_the_sequence_skips_words() {
        let mut read = Stream::new(9, 8, 7, 6);
        let words: Vec<u32> = (0..23).map(|_| read.next_u32()).collect();
        for (start, &word) in words.iter().enumerate() {
            let mut stream = Stream::new(9, 8, 7, 6);
            stream.set_sequence(start as u64);
            assert_eq!(stream.sequence(), start as u64);
            assert_eq!(stream.next_u32(), word);
        }
    }

    #[test]
    fn the_counter_carries() {
        let mut stream = Stream::new(0, 0, 5, 0);
        stream.set_sequence((1 << 34) - 1);
        stream.next_u32();
        assert_eq!(stream, Stream::new(0, 0, 6, 0));
    }

    /// Stored results depend on these numbers: they must never change.
    #[test]
    fn keyed_streams_are_fixed() {
        let mut stream = Stream::keyed(42, &["alpha".into(), 17u64.into(), "start".into()]);
        assert_eq!([(); 4].map(|_| stream.next_u32()), FIXED);
    }
    const FIXED: [u32; 4] = [2495014810, 3006708916, 3500795810, 911192730];

    /// Whatever is shared or skipped on the way, a name is hashed byte by byte.
    #[test]
    fn a_name_taken_in_parts_is_the_same_name() {
        let numbers = [0, 1, 255, 256, 65_535, 1 << 16, (1 << 40) + 5, u64::MAX];
        for seed in numbers {
            for number in numbers {
                let mut hash = Fnv128::new();
                hash.write(&seed.to_le_bytes());
                hash.write(&[1]);
                hash.write(&1u64.to_le_bytes());
                hash.write(b"a");
                hash.write(&[2]);
                hash.write(&number.to_le_bytes());
                assert_eq!(Key::new(seed, &["a".into(), number.into()]).0.0, hash.0);
                assert_eq!(Key::new(seed, &["a".into()]).and(number).0.0, hash.0);
            }
        }
    }

    #[test]
    fn keyed_streams_differ_by_every_part() {
        let names: [&[Part]; 8] = [
            &[],
            &["ab".into()],
            &["a".into(), "b".into()],
            &["b".into(), "a".into()],
            &["".into()],
            &[0u64.into()],
            &[1u64.into()],
            &[0u64.into(), 0u64.into()],
        ];
        let mut seen = std::collections::HashSet::new();
        for seed in [0, 1, u64::MAX] {
            for name in names {
                assert!(seen.insert(Stream::keyed(seed, name).next_u32()), "{seed} {name:?}");
            }
        }
    }

    /// Neighbouring cells' first numbers must look independent: mean, variance and lag-1 covariance
    /// of 40,000 first draws are within 5 standard errors.
    #[test]
    fn first_numbers_of_neighbouring_cells_are_independent() {
        let n = 40_000;
        let first: Vec<f64> =
            (0..n).map(|cell| Stream::keyed(1, &["p".into(), cell.into()]).uniform() - 0.5).collect();
        let count = n as f64;
        let mean = first.iter().sum::<f64>() / count;
        let variance = first.iter().map(|x| x * x).sum::<f64>() / count;
        let covariance = first.windows(2).map(|x| x[0] * x[1]).sum::<f64>() / count;
        assert!(mean.abs() < 5.0 * (1.0 / 12.0 / count).sqrt(), "{mean}");
        assert!((variance - 1.0 / 12.0).abs() < 5.0 * (1.0 / 180.0 / count).sqrt(), "{variance}");
        assert!(covariance.abs() < 5.0 / 12.0 / count.sqrt(), "{covariance}");
    }

    #[test]
    fn rand_and_rand_distr_draw_from_it() {
        let mut stream = Stream::new(1, 2, 3, 0);
        let mut words = stream.clone();
        let low = u64::from(words.next_u32());
        let wide = u64::from(words.next_u32()) << 32 | low;
        assert_eq!(stream.random::<u64>(), wide);
        let mut bytes = [0; 6];
        stream.fill(&mut bytes);
        assert_eq!(bytes[..4], words.next_u32().to_le_bytes());
        assert_eq!(bytes[4..], words.next_u32().to_le_bytes()[..2]);
        let sum: f64 = (0..10_000).map(|_| -> f64 { StandardNormal.sample(&mut stream) }).sum();
        assert!(sum.abs() < 500.0, "{sum}");
    }
}
