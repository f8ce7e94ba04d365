//! The Sobol sequence: points that fill a box more evenly than random ones.
//!
//! In: the number of a point and a dimension. Out: a coordinate, at least 0 and under 1, with 32 bits. Bratley and Fox, "Algorithm 659" (1988),
//! doi:10.1145/42288.214372, with the primitive polynomials and initial direction numbers of Joe and Kuo (2008),
//! doi:10.1137/070709359 (their file new-joe-kuo-6.21201). Points come in the order of the Gray code, not scrambled, the first one at 0:
//! those of `scipy.stats.qmc.Sobol(d, scramble=False)`. Any 2^k points from the beginning are balanced: one in every one of 2^k equal strips of each axis.

/// Bits of a coordinate.
const BITS: usize = 32;

/// Most dimensions.
pub const DIMENSIONS: usize = DIRECTIONS.len() + 1;

/// Of each dimension from the second on: the primitive polynomial, its coefficients as bits, and the first direction numbers.
const DIRECTIONS: [(u32, &[u32]); 23] = [
    (3, &[1]),
    (7, &[1, 3]),
    (11, &[1, 3, 1]),
    (13, &[1, 1, 1]),
    (19, &[1, 1, 3, 3]),
    (25, &[1, 3, 5, 13]),
    (37, &[1, 1, 5, 5, 17]),
    (41, &[1, 1, 5, 5, 5]),
    (47, &[1, 1, 7, 11, 19]),
    (55, &[1, 1, 5, 1, 1]),
    (59, &[1, 1, 1, 3, 11]),
    (61, &[1, 3, 5, 5, 31]),
    (67, &[1, 3, 3, 9, 7, 49]),
    (91, &[1, 1, 1, 15, 21, 21]),
    (97, &[1, 3, 1, 13, 27, 49]),
    (103, &[1, 1, 1, 15, 7, 5]),
    (109, &[1, 3, 1, 15, 13, 25]),
    (115, &[1, 1, 5, 5, 19, 61]),
    (131, &[1, 3, 7, 11, 23, 15, 103]),
    (137, &[1, 3, 7, 13, 13, 15, 69]),
    (143, &[1, 1, 3, 13, 7, 35, 63]),
    (145, &[1, 3, 5, 9, 1, 25, 53]),
    (157, &[1, 3, 1, 13, 9, 35, 107]),
];

/// Coordinate `dimension` (under [`DIMENSIONS`]) of point number `i`.
pub fn point(i: u32, dimension: usize) -> f64 {
    let directions = directions(dimension);
    let gray = i ^ (i >> 1);
    let bits = (0..BITS).filter(|bit| gray >> bit & 1 == 1).fold(0, |sum, bit| sum ^ directions[bit]);
    f64::from(bits) / (1u64 << BITS) as f64
}

/// The direction numbers of a dimension as fractions of 2^32.
fn directions(dimension: usize) -> [u32; BITS] {
    let mut v = [0; BITS];
    let Some(&(polynomial, first)) = dimension.checked_sub(1).and_then(|d| DIRECTIONS.get(d)) else {
        // The first dimension is van der Corput's sequence.
        return std::array::from_fn(|i| 1 << (BITS - 1 - i));
    };
    let degree = first.len();
    for i in 0..BITS {
        v[i] = match first.get(i) {
            Some(m) => m << (BITS - 1 - i),
            None => {
                let mut next = v[i - degree] ^ (v[i - degree] >> degree);
                for k in 1..degree {
                    if polynomial >> (degree - k) & 1 == 1 {
                        next ^= v[i - k];
                    }
                }
                next
            }
        };
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From scipy 1.17.1, `scipy.stats.qmc.Sobol(d=24, scramble=False, bits=32).random(1024)`, 2026-11-22: points 1, 2, 3, 100, 777 and 1023, in
    /// the dimensions 0, 1, 2, 5, 11 and 23.
    #[test]
    fn same_points_as_scipy() {
        let dimensions = [0, 1, 2, 5, 11, 23];
        for (i, expected) in SCIPY {
            assert_eq!(dimensions.map(|d| point(i, d)), expected, "point {i}");
        }
    }

    #[test]
    fn every_dimension_is_balanced() {
        for dimension in 0..DIMENSIONS {
            let mut strips = [0; 256];
            (0..256).for_each(|i| strips[(point(i, dimension) * 256.0) as usize] += 1);
            assert_eq!(strips, [1; 256], "dimension {dimension}");
        }
    }

    const SCIPY: [(u32, [f64; 6]); 6] = [
        (1, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]),
        (2, [0.75, 0.25, 0.25, 0.75, 0.75, 0.25]),
        (3, [0.25, 0.75, 0.75, 0.25, 0.25, 0.75]),
        (100, [0.4140625, 0.2578125, 0.7734375, 0.7421875, 0.6796875, 0.4921875]),
        (777, [0.6923828125, 0.9365234375, 0.1630859375, 0.3564453125, 0.6962890625, 0.4814453125]),
        (1023, [0.0009765625, 0.7529296875, 0.6123046875, 0.4384765625, 0.0361328125, 0.1962890625]),
    ];
}
