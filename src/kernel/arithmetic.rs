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
    let [result] = exp_of_all::<FUSED, 1>([x]);
    result
}

/// [`exp`] of `W` values, each stage for all of them before the next: every stage waits for the one before it, so
/// values side by side fill the processor. In a loop by itself, 16 at a time take 0.74 ns each, one after another 0.96 (Zen 3, 3.2 GHz);
/// in a program nothing is gained yet (docs/performance.md).
#[inline(always)]
pub fn exp_of_all<const FUSED: bool, const W: usize>(x: [f64; W]) -> [f64; W] {
    /// Adding this to a small number rounds it to an integer n and leaves n + 1022, the biased exponent of
    /// 2^(n-1), in the lowest bits.
    const SHIFT: f64 = 6_755_399_441_055_744.0 + 1022.0;
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
    let x = x.map(|x| {
        let x = if -708.3 > x { -708.3 } else { x };
        if 709.9 < x { 709.9 } else { x }
    });
    let shifted = x.map(|x| multiply_add::<FUSED>(x, std::f64::consts::LOG2_E, SHIFT));
    let n = shifted.map(|shifted| shifted - SHIFT);
    let r = each::<W>(|i| multiply_add::<FUSED>(-n[i], LN2_HIGH, x[i]));
    let r = each::<W>(|i| multiply_add::<FUSED>(-n[i], LN2_LOW, r[i]));
    let r2 = r.map(|r| r * r);
    let mut even = [Q[8]; W];
    let mut odd = [Q[9]; W];
    for term in [6, 4, 2, 0] {
        even = each::<W>(|i| multiply_add::<FUSED>(even[i], r2[i], Q[term]));
        odd = each::<W>(|i| multiply_add::<FUSED>(odd[i], r2[i], Q[term + 1]));
    }
    let q = each::<W>(|i| multiply_add::<FUSED>(odd[i], r[i], even[i]));
    let power = each::<W>(|i| 1.0 + multiply_add::<FUSED>(q[i], r2[i], r[i]));
    each::<W>(|i| {
        let half = power[i] * f64::from_bits(shifted[i].to_bits() << 52);
        half + half
    })
}

/// ln x, in error by less than 1 ulp; minus infinity for zeros, NaN below zero and for NaN.
///
/// x = 2^k (1 + f) with 1 + f from sqrt(1/2) to sqrt 2; with s = f / (2 + f), ln(1 + f) = 2 artanh s =
/// f - f^2/2 + s (f^2/2 + R(s^2)), where R is the minimax polynomial of degree 7 without a constant term (error 2.5e-18);
/// ln 2 in two parts, so that k times the higher one is exact.
#[inline(always)]
pub fn log<const FUSED: bool>(x: f64) -> f64 {
    let [result] = log_of_all::<FUSED, 1>([x]);
    result
}

/// [`log`] of `W` values, stage by stage as in [`exp_of_all`].
#[inline(always)]
pub fn log_of_all<const FUSED: bool, const W: usize>(x: [f64; W]) -> [f64; W] {
    const R: [f64; 7] = [
        0.666_666_666_666_673_4,
        0.399_999_999_994_146_76,
        0.285_714_287_423_876_33,
        0.222_221_985_731_799_55,
        0.181_835_643_264_554_5,
        0.153_140_505_420_423_26,
        0.147_959_498_104_820_26,
    ];
    /// Makes a subnormal number normal.
    const SCALE: f64 = 18_014_398_509_481_984.0;
    const SCALE_EXPONENT: f64 = 54.0;
    /// sqrt(1/2).
    const LOWEST: u64 = 0x3fe6_a09e_667f_3bcd;
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const FRACTION: u64 = (1 << 52) - 1;
    /// As bits, an integer below 2^52 in the place of the fraction is that much above this number.
    const ROUND: f64 = 4_503_599_627_370_496.0;
    const BIAS: f64 = 1023.0;
    let tiny = x.map(|x| x < f64::MIN_POSITIVE);
    let normal = each::<W>(|i| if tiny[i] { x[i] * SCALE } else { x[i] });
    let lifted = normal.map(|x| x.to_bits().wrapping_add(ONE - LOWEST));
    let k = each::<W>(|i| {
        let exponent = f64::from_bits((lifted[i] >> 52) | ROUND.to_bits()) - (ROUND + BIAS);
        if tiny[i] { exponent - SCALE_EXPONENT } else { exponent }
    });
    let f = lifted.map(|bits| f64::from_bits((bits & FRACTION) + LOWEST) - 1.0);
    let s = f.map(|f| f / (2.0 + f));
    let z = s.map(|s| s * s);
    let w = z.map(|z| z * z);
    let half_square = f.map(|f| 0.5 * f * f);
    let even = each::<W>(|i| {
        let sum = multiply_add::<FUSED>(w[i], R[5], R[3]);
        w[i] * multiply_add::<FUSED>(w[i], sum, R[1])
    });
    let odd = each::<W>(|i| {
        let sum = multiply_add::<FUSED>(w[i], R[6], R[4]);
        let sum = multiply_add::<FUSED>(w[i], sum, R[2]);
        z[i] * multiply_add::<FUSED>(w[i], sum, R[0])
    });
    each::<W>(|i| {
        let small = multiply_add::<FUSED>(s[i], half_square[i] + (even[i] + odd[i]), k[i] * LN2_LOW);
        let result = k[i] * LN2_HIGH - ((half_square[i] - small) - f[i]);
        let result = if x[i] == 0.0 { f64::NEG_INFINITY } else { result };
        let result = if x[i] < 0.0 { f64::NAN } else { result };
        // Infinity and NaN are what they were.
        if x[i] < f64::INFINITY { result } else { x[i] }
    })
}

/// The upper 33 bits of ln 2: its products with all exponents are exact.
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
/// The rest of ln 2.
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

#[inline(always)]
fn each<const W: usize>(value: impl Fn(usize) -> f64) -> [f64; W] {
    let mut values = [0.0; W];
    for i in 0..W {
        values[i] = value(i);
    }
    values
}
