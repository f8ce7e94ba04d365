//! The slope of the membrane current against a difference quotient, for random expressions.

mod ir_common;

use ir_common::{World, kernel, lowered};
use proptest::prelude::*;
use volley::ir::{Place, Stage};

/// Expressions of v, smooth or with corners, that stay of ordinary size for v near 1.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => Just("v".to_string()),
        1 => (1..30i32).prop_map(|n| format!("{}.{}", n / 10, n % 10)),
        1 => Just("g".to_string()),
    ];
    leaf.prop_recursive(5, 40, 2, |inner| {
        let one = inner.clone();
        let function = prop_oneof![
            Just("exp(-fabs(@))"),
            Just("log(1 + fabs(@))"),
            Just("log10(2 + fabs(@))"),
            Just("sqrt(1 + fabs(@))"),
            Just("sin(@)"),
            Just("cos(@)"),
            Just("atan(@)"),
            Just("tanh(@)"),
            Just("sinh(sin(@))"),
            Just("cosh(sin(@))"),
            Just("tan(sin(@))"),
            Just("asin(sin(@) / 2)"),
            Just("acos(cos(@) / 2)"),
            Just("(1 + fabs(@)) ^ 1.5"),
            Just("(@) ^ 2"),
            Just("2 ^ sin(@)"),
            Just("clip(@)"),
            Just("tabled(@)"),
        ];
        prop_oneof![
            (function, one).prop_map(|(f, a)| f.replace('@', &a)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} - {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} * {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} / (1 + fabs({b})))")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(1 + fabs({a})) ^ sin({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("fmin({a}, {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("fmax({a}, {b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("atan2({a}, 1 + fabs({b}))")),
        ]
    })
}

fn current(expression: &str) -> String {
    format!(
        "NEURON {{ SUFFIX s NONSPECIFIC_CURRENT i }} PARAMETER {{ g = 0.7 }} ASSIGNED {{ v i }}
         BREAKPOINT {{ i = {expression} }}
         FUNCTION clip(x) {{ if (x > 1) {{ clip = 1 + (x - 1) * 0.3 }} else {{ clip = x * x }} }}
         FUNCTION tabled(x) {{ TABLE FROM -3 TO 3 WITH 7  tabled = x * x }}"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn slope_is_the_limit_of_difference_quotients(text in expression(), v in 0.2f64..2.0) {
        let module = lowered(&current(&text)).unwrap_or_else(|said| panic!("{said}"));
        let code = kernel(&module, Stage::Current);
        let at = |v: f64| {
            let mut world = World::of(&module);
            world.set(Place::Voltage, v);
            let said = world.run(&module, code);
            let find = |name: &str| said.iter().find(|(n, _)| n == name).map_or(0.0, |(_, x)| x[0]);
            (-find("rhs"), find("diagonal"))
        };
        let slope = at(v).1;
        let quotient = |h: f64| (at(v + h).0 - at(v - h).0) / (2.0 * h);
        let (coarse, fine) = (quotient(2e-5), quotient(1e-5));
        // Two quotients that differ straddle a corner, or a curve too sharp to tell.
        prop_assume!((coarse - fine).abs() <= 1e-5 * (1.0 + fine.abs()));
        prop_assume!(fine.is_finite() && fine.abs() < 1e4 && at(v).0.abs() < 1e4);
        prop_assert!(
            (slope - fine).abs() <= 1e-4 * (1.0 + fine.abs()),
            "{text} at {v}: slope {slope}, quotient {fine}"
        );
    }
}

#[test]
fn slope_of_a_remainder_and_of_a_table() {
    let text = "exp(-fabs(v)) * clip(v) + tabled(v) ^ 2 - fmin(v, 3) / (1 + fabs(sin(v))) + 2 ^ sin(v) + fmod(v, 0.3 * v)";
    let module = lowered(&current(text)).unwrap_or_else(|said| panic!("{said}"));
    let code = kernel(&module, Stage::Current);
    let at = |v: f64| {
        let mut world = World::of(&module);
        world.set(Place::Voltage, v);
        let said = world.run(&module, code);
        let find = |name: &str| said.iter().find(|(n, _)| n == name).map_or(0.0, |(_, x)| x[0]);
        (-find("rhs"), find("diagonal"))
    };
    let quotient = (at(1.3 + 1e-5).0 - at(1.3 - 1e-5).0) / 2e-5;
    let slope = at(1.3).1;
    assert!((slope - quotient).abs() < 1e-6 * quotient.abs(), "{slope} {quotient}");
}
