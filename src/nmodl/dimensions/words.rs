//! Units and factors as people write them.

use crate::units::{Quantity, UnitTable};

use super::measure::{Clash, Measure};

/// Names that every file gives the same meaning, so that a file that forgets one is understood.
const CUSTOMARY: &[(&str, &str)] = &[
    ("mV", "millivolt"),
    ("uV", "microvolt"),
    ("A", "amp"),
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
    ("nF", "nanofarad"),
    ("pF", "picofarad"),
    ("J", "joule"),
    ("M", "/liter"),
    ("molar", "/liter"),
    ("mM", "milli/liter"),
    ("uM", "micro/liter"),
    ("nM", "nano/liter"),
    ("um", "micron"),
    ("l", "liter"),
];

/// What everybody means by a unit that a file does not declare.
pub(super) fn customary(name: &str) -> Option<&'static str> {
    CUSTOMARY.iter().find(|(known, _)| *known == name).map(|(_, unit)| *unit)
}

/// Units that people of the field think in, written with customary names.
const COMMON: &[&str] = &[
    "mV",
    "ms",
    "/ms",
    "mV/ms",
    "mA/cm2",
    "uA/cm2",
    "S/cm2",
    "nA",
    "mA",
    "uS",
    "uS/ms",
    "nA/ms",
    "mM",
    "mM/ms",
    "/mM",
    "mM2",
    "/mM-ms",
    "mM-ms",
    "/mV",
    "/mV-ms",
    "mV-ms",
    "/mV-mM-ms",
    "um",
    "um2",
    "um3",
    "um2/ms",
    "um/ms",
    "cm/sec",
    "degC",
    "/degC",
    "mV/degC",
    "ohm-cm",
    "uF/cm2",
    "coulomb",
    "coulomb/cm3",
    "mV-coulomb",
    "joule",
    "joule/degC",
    "mA/cm2-ms",
    "mA/cm2-mM",
    "S/cm2-mM",
    "mM-cm2/mA-ms",
    "mM/mA",
    "mM/nA-ms",
    "volt-coulomb/degC",
    "S",
    "m2",
    "sec2",
    "volt2",
    "amp2",
];

/// The names of units: those of the file first, then common ones.
#[derive(Clone, Debug)]
pub(super) struct Words {
    list: Vec<(String, Quantity)>,
}

impl Words {
    /// The names that a file uses, in its own table of units.
    pub fn new(texts: &[String], table: &UnitTable) -> Words {
        let mut usual = UnitTable::new();
        for (name, unit) in CUSTOMARY {
            // A test reads them all.
            let _ = usual.define(name, unit);
        }
        // A name with another meaning than everybody's would only confuse.
        let misleads = |text: &str, unit: &Quantity| {
            usual.parse(text).is_ok_and(|usual| Measure::Of(usual).clash(Measure::Of(*unit)).is_some())
        };
        let own = texts.iter().filter_map(|text| Some((text.clone(), table.parse(text).ok()?)));
        let own = own.filter(|(text, unit)| !misleads(text, unit));
        let common = COMMON.iter().filter_map(|text| Some(((*text).to_owned(), usual.parse(text).ok()?)));
        let list = own.chain(common).filter(|(text, q)| is_name(text) && q.dimensions != [0; 6]).collect();
        Words { list }
    }

    /// A unit that measures this: `mV`, `1000 mV` or, if nobody has a name for it, `0.001 m2-kg/sec2-coul`. A pure
    /// number is `1`.
    pub fn of(&self, quantity: &Quantity) -> String {
        if quantity.dimensions == [0; 6] {
            return factor(quantity.factor);
        }
        let same =
            |(_, unit): &&(String, Quantity)| Measure::Of(*unit).clash(Measure::Of(*quantity)).is_none();
        if let Some((text, _)) = self.list.iter().find(same) {
            return text.clone();
        }
        let away = |unit: &Quantity| (quantity.factor / unit.factor).log10().abs();
        let near = self.list.iter().filter(|(_, unit)| unit.measures_same(quantity));
        if let Some((text, unit)) = near.min_by(|a, b| away(&a.1).total_cmp(&away(&b.1))) {
            return format!("{} {text}", factor(quantity.factor / unit.factor));
        }
        base(quantity)
    }

    /// A unit that people have a name for: none for what is read worse than what it stands for.
    pub fn known(&self, quantity: &Quantity) -> Option<String> {
        let text = self.of(quantity);
        let named = |(name, _): &(String, Quantity)| *name == text;
        (quantity.dimensions == [0; 6] || self.list.iter().any(named)).then_some(text)
    }

    /// The same between backticks, or that it is a pure number.
    pub fn quoted(&self, quantity: &Quantity) -> String {
        if *quantity == Quantity::ONE { "a pure number".into() } else { format!("`{}`", self.of(quantity)) }
    }

    /// What a value is in, where another unit is wanted: `1 nA is 1e-6 mA`.
    pub fn relation(&self, wanted: &Quantity, found: &Quantity) -> String {
        let text = self.of(found);
        match Measure::Of(*wanted).clash(Measure::Of(*found)) {
            Some(Clash::Factor(_)) if text.starts_with(|c: char| c.is_ascii_digit()) => {
                format!("one unit of it is {text}")
            }
            Some(Clash::Factor(ratio)) => format!("1 {text} is {} {}", factor(ratio), self.of(wanted)),
            _ => format!("this is {}: different dimensions", self.in_unit(found)),
        }
    }

    /// `in `mV``, or that it is a pure number.
    fn in_unit(&self, quantity: &Quantity) -> String {
        let quoted = self.quoted(quantity);
        if quoted.starts_with('`') { format!("in {quoted}") } else { quoted }
    }
}

/// Whether a unit text is a name rather than a number with a name.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit() && c != '1' || c == '.')
        && !text.starts_with(|c: char| c == '1' && !text.starts_with("1/"))
}

/// A number with up to six digits: `1000`, `0.001`, `1e-6`.
pub(super) fn factor(x: f64) -> String {
    let rounded: f64 = format!("{x:.5e}").parse().unwrap_or(x);
    if rounded == 0.0 || (1e-3..1e6).contains(&rounded.abs()) {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
}

/// In base units, as a unit of NMODL is written.
fn base(quantity: &Quantity) -> String {
    const NAMES: [&str; 6] = ["m", "kg", "sec", "coul", "K", "candela"];
    let part = |sign: i32| {
        let named = NAMES.iter().zip(quantity.dimensions).filter(|(_, power)| power * sign > 0);
        let words = named.map(|(name, power)| match power.abs() {
            1 => (*name).to_owned(),
            n => format!("{name}{n}"),
        });
        words.collect::<Vec<_>>().join("-")
    };
    let (above, below) = (part(1), part(-1));
    let mut text = if quantity.factor == 1.0 { String::new() } else { factor(quantity.factor) };
    if !above.is_empty() {
        text += if text.is_empty() { "" } else { " " };
        text += &above;
    }
    if !below.is_empty() {
        text += "/";
        text += &below;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> (UnitTable, Words) {
        let mut table = UnitTable::new();
        table.define("mV", "millivolt").unwrap();
        let words = Words::new(&["mV".into(), "1".into(), "10000 coulomb".into()], &table);
        (table, words)
    }

    #[test]
    fn units_have_the_names_of_the_file_then_common_ones() {
        let (table, words) = words();
        let cases = [
            ("millivolt", "mV"),
            ("volt", "1000 mV"),
            ("nanoamp", "nA"),
            ("coulomb", "coulomb"),
            ("2", "2"),
            ("", "1"),
            ("kg-m3/sec", "m3-kg/sec"),
            ("5 /candela", "5/candela"),
        ];
        for (text, wanted) in cases {
            assert_eq!(words.of(&table.parse(text).unwrap()), wanted, "{text}");
        }
    }

    #[test]
    fn common_names_can_be_read() {
        let (_, words) = words();
        assert_eq!(words.list.len(), COMMON.len() + 1);
        for (name, _) in CUSTOMARY {
            assert!(customary(name).is_some());
        }
        assert_eq!(customary("zorkmid"), None);
    }

    #[test]
    fn relations_are_short_sentences() {
        let (table, words) = words();
        let of = |text: &str| table.parse(text).unwrap();
        assert_eq!(words.relation(&of("millivolt"), &of("volt")), "one unit of it is 1000 mV");
        assert_eq!(words.relation(&of("volt"), &of("millivolt")), "1 mV is 0.001 1000 mV");
        assert_eq!(words.relation(&of("millivolt"), &of("")), "this is a pure number: different dimensions");
    }

    #[test]
    fn factors_have_six_digits() {
        let cases =
            [(1e-6, "1e-6"), (1000.0, "1000"), (0.001, "0.001"), (96_485.332_123, "96485.3"), (1e9, "1e9")];
        for (x, text) in cases {
            assert_eq!(factor(x), text);
        }
        assert_eq!(factor(1.0 / 3.0 * 3.0), "1");
    }
}
