//! Factors of units, bit for bit those of NEURON's translator.

use volley::units::UnitTable;

/// A C hexadecimal number such as `0x1.8p+3`.
fn hexadecimal(text: &str) -> f64 {
    let (mantissa, exponent) = text.strip_prefix("0x1").unwrap().split_once('p').unwrap();
    let digits = mantissa.trim_start_matches('.');
    let fraction = u64::from_str_radix(&format!("{digits:0<13}"), 16).unwrap();
    let exponent: i64 = exponent.parse().unwrap();
    f64::from_bits((((exponent + 1023) as u64) << 52) | fraction)
}

#[test]
fn units_have_the_factors_of_neuron() {
    assert_eq!([hexadecimal("0x1.8p+3"), hexadecimal("0x1p-1")], [12.0, 0.5]);
    let mut table = UnitTable::new();
    for (new, old) in [
        ("mV", "millivolt"),
        ("uV", "microvolt"),
        ("mA", "milliamp"),
        ("uA", "microamp"),
        ("nA", "nanoamp"),
        ("pA", "picoamp"),
        ("S", "siemens"),
        ("mS", "millisiemens"),
        ("uS", "microsiemens"),
        ("nS", "nanosiemens"),
        ("pS", "picosiemens"),
        ("umho", "micromho"),
        ("uF", "microfarad"),
        ("mM", "milli/liter"),
        ("uM", "micro/liter"),
        ("nM", "nano/liter"),
        ("molar", "/liter"),
        ("um", "micron"),
    ] {
        table.define(new, old).unwrap();
    }
    let text = include_str!("reference/units/factors.csv");
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in text.lines().skip(2) {
        let mut cells = line.split(',');
        let (unit, base, factor) = (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
        count += 1;
        match table.ratio(unit, base) {
            Ok((ratio, true)) if ratio.to_bits() == hexadecimal(factor).to_bits() => {}
            other => wrong.push(format!("({unit}) ({base}): {other:?}, not {:e}", hexadecimal(factor))),
        }
    }
    assert!(count > 200);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
