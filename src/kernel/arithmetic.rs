//! What each operation computes, for one value.
//!
//! The scalar evaluator and every lane of the vector machine call the same functions, so that an instance's
//! result does not depend on where it stands. `FUSED` says whether the level has fused multiply-adds: without
//! the instruction, `f64::mul_add` would be a library call.
//!
//! No function branches on its operands in a way that compilers could not turn into blends.

/// `a b + c`, rounded once or twice.
#[inline(always)]
pub fn multiply_add<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// A truth value.
#[inline(always)]
pub fn truth(condition: bool) -> f64 {
    if condition { 1.0 } else { 0.0 }
}

/// C's `fmin`, with a fixed choice between zeros.
#[inline(always)]
pub fn minimum(a: f64, b: f64) -> f64 {
    if b < a || a.is_nan() { b } else { a }
}

/// C's `fmax`, with a fixed choice between zeros.
#[inline(always)]
pub fn maximum(a: f64, b: f64) -> f64 {
    if b > a || a.is_nan() { b } else { a }
}

/// e^x, in error by less than 1 ulp.
///
/// Infinity from 709.782712893384 on; 0 below -708.05, where results come near the smallest normal number (no
/// gradual underflow); NaN for NaN.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts (Cody and Waite, "Software manual for the elementary
/// functions", 1980); e^r = 1 + r + r^2 q(r), where q is the minimax polynomial of degree 9 (relative error of
/// e^r 5e-18); then 2^n, as 2^(n-1) and a doubling so that e^x overflows by itself when it must.
#[inline(always)]
pub fn exp<const FUSED: bool>(x: f64) -> f64 {
    /// Adding this to a small number rounds it to an integer n and leaves n + 1022, the biased exponent of
    /// 2^(n-1), in the lowest bits.
    const SHIFT: f64 = 6_755_399_441_055_744.0 + 1022.0;
    /// The upper 21 bits of ln 2 or so: its products with all n are exact.
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const Q: [f64; 10] = [
        0.500_000_000_000_001,
        0.166_666_666_666_664_2,
        0.041_666_666_666_535_5,
        0.008_333_333_333_493_101,
        0.001_388_888_894_240_101,
        0.000_198_412_695_066_778_03,
        2.480_149_424_304_436_8e-5,
        2.755_758_811_439_487e-6,
        2.762_987_531_908_514e-7,
        2.499_907_547_969_184_5e-8,
    ];
    // NaN fails both comparisons and stays.
    let x = if -708.3 > x { -708.3 } else { x };
    let x = if 709.9 < x { 709.9 } else { x };
    let shifted = multiply_add::<FUSED>(x, std::f64::consts::LOG2_E, SHIFT);
    let n = shifted - SHIFT;
    let r = multiply_add::<FUSED>(-n, LN2_HIGH, x);
    let r = multiply_add::<FUSED>(-n, LN2_LOW, r);
    let r2 = r * r;
    let mut even = Q[8];
    let mut odd = Q[9];
    for term in [6, 4, 2, 0] {
        even = multiply_add::<FUSED>(even, r2, Q[term]);
        odd = multiply_add::<FUSED>(odd, r2, Q[term + 1]);
    }
    let q = multiply_add::<FUSED>(odd, r, even);
    let power = 1.0 + multiply_add::<FUSED>(q, r2, r);
    let half = power * f64::from_bits(shifted.to_bits() << 52);
    half + half
}
