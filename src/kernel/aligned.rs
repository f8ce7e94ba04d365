//! Vectors of `f64` that begin on a cache line and end with [`LANES`] values of padding or more.
//!
//! The vector machine always computes whole groups of [`LANES`] values. Thanks to the padding, a group that
//! begins at any value of the vector lies inside its memory.

use std::ops::{Deref, DerefMut};

use super::LANES;

/// One cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([f64; LANES]);

/// A vector of fixed length on cache lines; reads and writes as a slice of that length.
#[derive(Clone, Debug)]
pub struct AlignedVector {
    lines: Vec<Line>,
    length: usize,
}

impl AlignedVector {
    /// `length` zeros.
    pub fn new(length: usize) -> AlignedVector {
        let lines = length.div_ceil(LANES) + 1;
        AlignedVector { lines: vec![Line([0.0; LANES]); lines], length }
    }

    /// A copy of `values`.
    pub fn from_slice(values: &[f64]) -> AlignedVector {
        let mut vector = AlignedVector::new(values.len());
        vector.copy_from_slice(values);
        vector
    }

    /// Its first value; `len() + LANES` values may be read and written from here, by whoever holds the
    /// vector mutably.
    pub(super) fn as_mut_pointer(&mut self) -> *mut f64 {
        self.lines.as_mut_ptr().cast()
    }
}

impl Default for AlignedVector {
    fn default() -> AlignedVector {
        AlignedVector::new(0)
    }
}

impl Deref for AlignedVector {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        // SAFETY: `Line` is `repr(C)` around `[f64; LANES]` with no padding of its own (64 bytes, aligned to 64),
        // so the lines are at least `length` successive, initialised `f64`.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl DerefMut for AlignedVector {
    fn deref_mut(&mut self) -> &mut [f64] {
        // SAFETY: as for `deref`; `&mut self` makes the access exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}
