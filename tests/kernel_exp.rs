//! The vector machine's exp and log against a reference of twice the precision.

use volley::kernel::arithmetic::{exp, log};

/// A number as the unevaluated sum of two `f64` (Dekker 1971, doi:10.1007/BF01397083).
#[derive(Clone, Copy)]
struct Double {
    high: f64,
    low: f64,
}

fn add_exactly(a: f64, b: f64) -> Double {
    let high = a + b;
    let part = high - a;
    Double { high, low: (a - (high - part)) + (b - part) }
}

fn multiply_exactly(a: f64, b: f64) -> Double {
    let high = a * b;
    Double { high, low: a.mul_add(b, -high) }
}

impl Double {
    fn add(self, other: Double) -> Double {
        let sum = add_exactly(self.high, other.high);
        add_exactly(sum.high, sum.low + self.low + other.low)
    }

    fn multiply(self, other: Double) -> Double {
        let product = multiply_exactly(self.high, other.high);
        add_exactly(product.high, product.low + self.high * other.low + self.low * other.high)
    }

    fn divide(self, by: f64) -> Double {
        let high = self.high / by;
        let product = multiply_exactly(high, by);
        let rest = (self.high - product.high) - product.low + self.low;
        add_exactly(high, rest / by)
    }
}

/// e^x / 2^n and n, to about 30 digits: Taylor's series after taking off n ln 2.
fn reference(x: f64) -> (Double, i32) {
    // ln 2 to 160 bits.
    const LN2: [f64; 3] = [std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17, 5.707_708_438_416_212e-34];
    let n = (x / LN2[0]).round();
    let mut r = Double { high: x, low: 0.0 };
    for part in LN2 {
        r = r.add(multiply_exactly(-n, part));
    }
    let mut term = Double { high: 1.0, low: 0.0 };
    let mut sum = term;
    for k in 1..30 {
        term = term.multiply(r).divide(f64::from(k));
        sum = sum.add(term);
    }
    (sum, n as i32)
}

/// How far `value` is from e^x, in units of the last place of the right result.
fn error(x: f64, value: f64) -> f64 {
    let (right, n) = reference(x);
    // In two factors, as 2^n itself may be too small or too large.
    let scaled = value * 2f64.powi(-n / 2) * 2f64.powi(-(n - n / 2));
    let place = if right.high >= 1.0 { f64::EPSILON } else { f64::EPSILON / 2.0 };
    ((scaled - right.high) - right.low).abs() / place
}

/// Points all over the range where results are normal numbers, and many near 0.
fn points() -> impl Iterator<Item = f64> {
    let wide = (0..40_000).map(|i| -708.0 + f64::from(i) * 0.035_441);
    let near = (0..20_000).map(|i| -5.0 + f64::from(i) * 0.000_500_1);
    let tiny = (0..300).flat_map(|i| [2f64.powi(-i), -(2f64.powi(-i))]);
    wide.chain(near).chain(tiny).filter(|x| *x < 709.78)
}

#[test]
fn the_reference_knows_e() {
    let (right, n) = reference(1.0);
    assert_eq!(right.high * 2f64.powi(n), std::f64::consts::E);
    // e - f64(e), from the decimal digits of e.
    assert!((right.low * 2f64.powi(n) - 1.445_646_891_729_250_2e-16).abs() < 1e-30);
}

#[test]
fn fused_exp_is_within_one_unit_in_the_last_place() {
    let worst = points().map(|x| error(x, exp::<true>(x))).fold(0.0, f64::max);
    assert!(worst < 1.0, "{worst}");
}

#[test]
fn plain_exp_is_within_one_unit_in_the_last_place() {
    let worst = points().map(|x| error(x, exp::<false>(x))).fold(0.0, f64::max);
    assert!(worst < 1.0, "{worst}");
}

fn special<const FUSED: bool>() {
    assert_eq!(exp::<FUSED>(0.0), 1.0);
    assert_eq!(exp::<FUSED>(-0.0), 1.0);
    assert!(exp::<FUSED>(f64::NAN).is_nan());
    assert_eq!(exp::<FUSED>(f64::INFINITY), f64::INFINITY);
    assert_eq!(exp::<FUSED>(f64::NEG_INFINITY), 0.0);
    // The largest number whose exponential is finite, and the next.
    assert!(exp::<FUSED>(709.782_712_893_383_9).is_finite());
    assert_eq!(exp::<FUSED>(709.782_712_893_384_1), f64::INFINITY);
    assert_eq!(exp::<FUSED>(1e300), f64::INFINITY);
    // Small results are normal numbers or 0.
    assert!(exp::<FUSED>(-708.0) >= f64::MIN_POSITIVE);
    for x in [-708.1, -708.4, -745.0, -1e300] {
        assert_eq!(exp::<FUSED>(x), 0.0, "{x}");
    }
}

#[test]
fn special_values() {
    special::<true>();
    special::<false>();
}

/// How far `value` is from ln x, in units of its last place: ln x - y = (x - e^y)/e^y but for the square of that.
fn log_error(x: f64, value: f64) -> f64 {
    let (power, n) = reference(value);
    let scaled = x * 2f64.powi(-n / 2) * 2f64.powi(-(n - n / 2));
    let difference = ((scaled - power.high) - power.low) / power.high;
    let place = f64::from_bits(value.abs().to_bits() + 1) - value.abs();
    (difference / place).abs()
}

/// Points over all normal numbers, many near 1, where the logarithm is small, and the ends of the range of its series.
fn log_points() -> impl Iterator<Item = f64> {
    let wide = (0..40_000).map(|i| (-708.0 + f64::from(i) * 0.035_441).exp());
    let near = (0..20_000).map(|i| 1.0 + (f64::from(i) - 10_000.5) * 3.7e-5);
    let close = (1..300).flat_map(|i| [1.0 + 2f64.powi(-i / 6), 1.0 - 2f64.powi(-1 - i / 6)]);
    let root = (-50..50).map(|i| std::f64::consts::SQRT_2 * (1.0 + f64::from(i) * f64::EPSILON));
    wide.chain(near).chain(close).chain(root.flat_map(|x| [x, x / 2.0, x * 1024.0])).filter(|x| *x != 1.0)
}

#[test]
fn fused_log_is_within_one_unit_in_the_last_place() {
    let worst = log_points().map(|x| log_error(x, log::<true>(x))).fold(0.0, f64::max);
    assert!(worst < 1.0, "{worst}");
}

#[test]
fn plain_log_is_within_one_unit_in_the_last_place() {
    let worst = log_points().map(|x| log_error(x, log::<false>(x))).fold(0.0, f64::max);
    assert!(worst < 1.0, "{worst}");
}

#[test]
fn log_keeps_the_special_values() {
    for log in [log::<true>, log::<false>] {
        assert_eq!(log(1.0).to_bits(), 0);
        assert_eq!((log(0.0), log(-0.0)), (f64::NEG_INFINITY, f64::NEG_INFINITY));
        assert_eq!(log(f64::INFINITY), f64::INFINITY);
        assert!([-1.0, f64::NEG_INFINITY, f64::NAN, -1e-310].iter().all(|x| log(*x).is_nan()));
        // Subnormal numbers.
        for x in [f64::from_bits(1), 1e-310, 2e-308] {
            assert!((log(x) - x.ln()).abs() <= 1.2e-13, "{x}");
        }
    }
}
