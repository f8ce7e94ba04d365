//! Physical units: what a unit expression measures, and how many of one make another.
//!
//! In goes text such as `mA/cm2`, `k-mole` or `10000 coulomb`; out comes a [`Quantity`]: a factor to
//! SI base units and the exponents of those. The grammar is that of NMODL's unit expressions, which
//! comes from the `units` program of Unix: an optional number, then names joined by `-` or blanks,
//! each with an optional exponent digit; everything after a `/` divides. A number may have its
//! exponent after `e` or, as in old tables, after a bare sign: `6.02+23`.
//!
//! Names that are not in the table are tried as prefix and name (`millivolt`), then without a plural
//! `s` (`coulombs`). A mechanism's own names (`(mV) = (millivolt)`) are added with
//! [`UnitTable::define`]. Physical constants are the exact ones of the SI of 2019 (CODATA 2018,
//! doi:10.1103/RevModPhys.93.025010), as in NEURON 9; factors are combined in the order NEURON
//! does, so that `FARADAY = (faraday) (coulomb)` gives the same bits.

use std::collections::HashMap;
use std::fmt;

/// Exponents of metre, kilogram, second, coulomb, kelvin and candela.
pub type Dimensions = [i32; 6];

/// The value of a unit: `factor` times base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// How many products of base units make one of this.
    pub factor: f64,
    /// Which base units.
    pub dimensions: Dimensions,
}

impl Quantity {
    /// The number 1.
    pub const ONE: Quantity = Quantity { factor: 1.0, dimensions: [0; 6] };

    /// The unit of a product of values in these two units.
    #[must_use]
    pub fn product(mut self, other: &Quantity) -> Quantity {
        self.times(other, 1.0);
        self
    }

    /// The unit of a quotient of values in these two units.
    #[must_use]
    pub fn quotient(mut self, other: &Quantity) -> Quantity {
        self.over(other, 1.0);
        self
    }

    /// The unit of a power of a value; none when it would need a fraction of a base unit, or is out of range.
    pub fn power(&self, exponent: f64) -> Option<Quantity> {
        let mut dimensions = [0; 6];
        for (to, from) in dimensions.iter_mut().zip(self.dimensions) {
            let scaled = f64::from(from) * exponent;
            if scaled.fract() != 0.0 || scaled.abs() > 1000.0 {
                return None;
            }
            *to = scaled as i32;
        }
        let factor = self.factor.powf(exponent);
        (factor.is_finite() && factor > 0.0).then_some(Quantity { factor, dimensions })
    }

    /// Whether two quantities measure the same thing.
    pub fn measures_same(&self, other: &Quantity) -> bool {
        self.dimensions == other.dimensions
    }

    fn times(&mut self, other: &Quantity, prefix: f64) {
        self.factor *= other.factor * prefix;
        for (own, other) in self.dimensions.iter_mut().zip(other.dimensions) {
            *own += other;
        }
    }

    fn over(&mut self, other: &Quantity, prefix: f64) {
        self.factor /= other.factor * prefix;
        for (own, other) in self.dimensions.iter_mut().zip(other.dimensions) {
            *own -= other;
        }
    }
}

/// A unit expression that cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub enum UnitError {
    /// A name that is no unit.
    Unknown(String),
    /// A character that belongs to no unit expression.
    Character(char),
    /// The factor is 0, infinite or not a number.
    Range,
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnitError::Unknown(name) => write!(f, "there is no unit `{name}`"),
            UnitError::Character(c) => write!(f, "`{c}` cannot stand in a unit"),
            UnitError::Range => write!(f, "its factor is out of range"),
        }
    }
}

impl std::error::Error for UnitError {}

const METRE: Dimensions = [1, 0, 0, 0, 0, 0];
const KILOGRAM: Dimensions = [0, 1, 0, 0, 0, 0];
const SECOND: Dimensions = [0, 0, 1, 0, 0, 0];
const COULOMB: Dimensions = [0, 0, 0, 1, 0, 0];
const KELVIN: Dimensions = [0, 0, 0, 0, 1, 0];
const CANDELA: Dimensions = [0, 0, 0, 0, 0, 1];

const BASE: [(&str, Dimensions); 6] =
    [("m", METRE), ("kg", KILOGRAM), ("sec", SECOND), ("coul", COULOMB), ("K", KELVIN), ("candela", CANDELA)];

/// Units by those above them in this list.
const DERIVED: &[(&str, &str)] = &[
    // Constants.
    ("two", "2"),
    ("fuzz", "1"),
    ("dozen", "12"),
    ("pi", "3.14159265358979323846"),
    ("c", "2.99792458e8 m/sec"),
    ("g", "9.80665 m/sec2"),
    ("mole", "6.02214076e23"),
    ("e", "1.602176634e-19 coul"),
    // No dimension.
    ("radian", ".5 / pi"),
    ("degree", "1|180 pi-radian"),
    ("steradian", "radian2"),
    ("sr", "steradian"),
    ("circle", "2 pi-radian"),
    ("turn", "2 pi-radian"),
    ("revolution", "turn"),
    ("rev", "turn"),
    ("grade", ".9 degree"),
    ("arcdeg", "degree"),
    ("arcmin", "1|60 arcdeg"),
    ("arcsec", "1|60 arcmin"),
    ("percent", "1|100"),
    ("%", "percent"),
    // Time.
    ("second", "sec"),
    ("s", "sec"),
    ("minute", "60 sec"),
    ("min", "minute"),
    ("hour", "60 min"),
    ("hr", "hour"),
    ("day", "24 hr"),
    ("da", "day"),
    ("week", "7 day"),
    ("year", "365.24219879 day"),
    ("yr", "year"),
    ("month", "1|12 year"),
    ("mo", "month"),
    ("sigma", "microsec"),
    ("ms", "millisec"),
    ("us", "microsec"),
    ("ns", "nanosec"),
    ("hertz", "/sec"),
    ("Hz", "hertz"),
    ("hz", "/sec"),
    ("khz", "1e3 /sec"),
    ("mhz", "1e6 /sec"),
    ("rpm", "rev/minute"),
    ("rps", "rev/sec"),
    ("curie", "3.7e10 /sec"),
    ("becquerel", "1|3.7e10 curie"),
    // Mass.
    ("gram", "millikg"),
    ("gm", "gram"),
    ("mg", "milligram"),
    ("gramme", "gram"),
    ("tonne", "1e6 gm"),
    ("metricton", "kilokg"),
    ("lb", ".45359237 kg"),
    ("pound", "lb"),
    ("ounce", "1|16 lb"),
    ("oz", "ounce"),
    ("grain", "1|7000 lb"),
    ("amu", "1.66044e-27 kg"),
    ("atomicmassunit", "amu"),
    ("electronmass", "9.1095e-31 kg"),
    ("protonmass", "1.6726e-27 kg"),
    ("neutronmass", "1.6606e-27 kg"),
    ("dalton", "amu"),
    // Length and volume.
    ("meter", "m"),
    ("metre", "m"),
    ("cm", "centimeter"),
    ("mm", "millimeter"),
    ("km", "kilometer"),
    ("nm", "nanometer"),
    ("micron", "micrometer"),
    ("angstrom", "decinanometer"),
    ("inch", "2.54 cm"),
    ("in", "inch"),
    ("foot", "12 in"),
    ("feet", "foot"),
    ("ft", "foot"),
    ("yard", "3 ft"),
    ("yd", "yard"),
    ("mile", "5280 ft"),
    ("mi", "mile"),
    ("fermi", "1e-15 m"),
    ("barn", "1e-28 m2"),
    ("are", "1e2 m2"),
    ("hectare", "1e4 m2"),
    ("stere", "m3"),
    ("drop", ".03 cm3"),
    ("cc", "cm3"),
    ("liter", "kilocc"),
    ("litre", "liter"),
    ("ml", "milliliter"),
    // Mechanics and heat.
    ("newton", "kg-m/sec2"),
    ("nt", "newton"),
    ("N", "newton"),
    ("joule", "nt-m"),
    ("cal", "4.1868 joule"),
    ("kcal", "kilocal"),
    ("watt", "joule/sec"),
    ("force", "g"),
    ("dyne", "cm-gm/sec2"),
    ("erg", "cm2-gm/sec2"),
    ("calorie", "cal"),
    ("kcalorie", "kilocal"),
    ("rad", "100 erg/gm"),
    ("poise", "gm/cm-sec"),
    ("stoke", "1e-4 m2/sec"),
    ("mercury", "1.33322e5 kg/m2-sec2"),
    ("hg", "mercury"),
    ("torr", "mm hg"),
    ("psi", "lb-g/in2"),
    ("pascal", "nt/m2"),
    ("bar", "1e5 nt/m2"),
    ("atmosphere", "1.01325e5 nt/m2"),
    ("atm", "atmosphere"),
    ("kelvin", "K"),
    ("degC", "K"),
    ("degF", "5|9 degC"),
    // Electricity.
    ("coulomb", "coul"),
    ("C", "coul"),
    ("ampere", "coul/sec"),
    ("amp", "ampere"),
    ("volt", "watt/amp"),
    ("V", "volt"),
    ("ohm", "volt/amp"),
    ("kilohm", "kiloohm"),
    ("megohm", "megaohm"),
    ("mho", "/ohm"),
    ("siemens", "/ohm"),
    ("farad", "coul/volt"),
    ("pf", "picofarad"),
    ("franklin", "3.33564e-10 coul"),
    ("statcoul", "1|2.99792458e9 coul"),
    ("statamp", "1|2.99792458e9 amp"),
    ("statvolt", "2.99792458e2 volt"),
    ("debye", "3.336e-30 coul-m"),
    ("henry", "sec2/farad"),
    ("mh", "millihenry"),
    ("weber", "volt-sec"),
    ("maxwell", "1e-8 weber"),
    ("tesla", "weber/m2"),
    ("gauss", "1e-4 weber/m2"),
    ("gamma", "1e-9 weber/m2"),
    ("faraday", "e-mole"),
    ("electronvolt", "e-volt"),
    ("eV", "e-volt"),
    ("ev", "e-volt"),
    ("kev", "1e3 e-volt"),
    // Constants with dimensions of the above.
    ("boltzmann", "1.380649e-23 joule/K"),
    ("k", "boltzmann"),
    ("gasconstant", "k-mole"),
    ("R", "gasconstant"),
    ("planck", "6.62607015e-34 joule-sec"),
    ("hbar", "planck/two-pi"),
    // Light.
    ("cd", "candela"),
    ("lumen", "cd sr"),
    ("lux", "cd sr/m2"),
];

const PREFIXES: [(&str, f64); 16] = [
    ("atto", 1e-18),
    ("femto", 1e-15),
    ("pico", 1e-12),
    ("nano", 1e-9),
    ("micro", 1e-6),
    ("milli", 1e-3),
    ("centi", 1e-2),
    ("deci", 1e-1),
    ("deka", 1e1),
    ("hecta", 1e2),
    ("hecto", 1e2),
    ("kilo", 1e3),
    ("mega", 1e6),
    ("meg", 1e6),
    ("giga", 1e9),
    ("tera", 1e12),
];

/// Known units by name.
#[derive(Clone, Debug)]
pub struct UnitTable {
    entries: HashMap<String, Quantity>,
}

impl Default for UnitTable {
    fn default() -> UnitTable {
        UnitTable::new()
    }
}

impl UnitTable {
    /// The units that need no declaration.
    pub fn new() -> UnitTable {
        let mut table = UnitTable { entries: HashMap::new() };
        for (name, dimensions) in BASE {
            table.entries.insert(name.to_string(), Quantity { factor: 1.0, dimensions });
        }
        for (name, text) in DERIVED {
            // A test checks that every line of the table can be read.
            if let Ok(quantity) = table.parse(text) {
                table.entries.insert(name.to_string(), quantity);
            }
        }
        table
    }

    /// Adds a name for a unit, as `(mV) = (millivolt)` does; a name that is known already stays.
    ///
    /// # Errors
    /// The old unit cannot be read.
    pub fn define(&mut self, new: &str, old: &str) -> Result<(), UnitError> {
        let quantity = self.parse(old)?;
        self.entries.entry(new.trim().to_string()).or_insert(quantity);
        Ok(())
    }

    /// What exactly this name stands for, without prefixes and plurals.
    pub fn exact(&self, name: &str) -> Option<Quantity> {
        self.entries.get(name.trim()).copied()
    }

    /// All names, to suggest one of them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// How many of `to` make one of `from`, as `FARADAY = (faraday) (coulomb)` wants to know, and
    /// whether the two measure the same thing.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn ratio(&self, from: &str, to: &str) -> Result<(f64, bool), UnitError> {
        let mut ratio = self.parse(from)?;
        let to = self.parse(to)?;
        let same = ratio.measures_same(&to);
        ratio.over(&to, 1.0);
        if ratio.factor.is_finite() { Ok((ratio.factor, same)) } else { Err(UnitError::Range) }
    }

    /// What a unit expression measures. Empty text is the number 1.
    ///
    /// # Errors
    /// A name is no unit, or a character belongs to none.
    pub fn parse(&self, text: &str) -> Result<Quantity, UnitError> {
        let text = text.trim();
        let (number, length) = leading_number(text);
        let mut result = Quantity { factor: number.unwrap_or(1.0), ..Quantity::ONE };
        let mut divides = false;
        let mut rest = &text[length..];
        while let Some(first) = rest.chars().next() {
            if first == '/' {
                divides = true;
            }
            if matches!(first, '/' | '-' | '*') || first.is_whitespace() {
                rest = &rest[first.len_utf8()..];
                continue;
            }
            // `1/ms*1/mV`: as in NEURON, a 1 on its own says nothing.
            if first == '1' && !rest[1..].starts_with(|c: char| c.is_ascii_digit() || c == '.') {
                rest = &rest[1..];
                continue;
            }
            if !(first.is_alphabetic() || matches!(first, '%' | '_' | '$')) {
                return Err(UnitError::Character(first));
            }
            let end = rest
                .find(|c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '/' | '-' | '*' | '^'))
                .unwrap_or(rest.len());
            let (quantity, prefix) =
                self.lookup(&rest[..end]).ok_or_else(|| UnitError::Unknown(rest[..end].to_string()))?;
            rest = rest[end..].strip_prefix('^').unwrap_or(&rest[end..]);
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let power: u32 = if digits == 0 { 1 } else { rest[..digits].parse().unwrap_or(u32::MAX) };
            rest = &rest[digits..];
            if power > 9 {
                return Err(UnitError::Range);
            }
            for _ in 0..power {
                if divides { result.over(&quantity, prefix) } else { result.times(&quantity, prefix) }
            }
        }
        if result.factor.is_finite() && result.factor != 0.0 { Ok(result) } else { Err(UnitError::Range) }
    }

    /// A unit and the factor of its prefixes.
    fn lookup(&self, name: &str) -> Option<(Quantity, f64)> {
        let mut name = name;
        let mut factor = 1.0;
        loop {
            if let Some(quantity) = self.entries.get(name) {
                return Some((*quantity, factor));
            }
            if let Some((prefix, value)) = PREFIXES.iter().find(|(p, _)| name.starts_with(p)) {
                factor *= value;
                name = &name[prefix.len()..];
                // A prefix alone is a number, as in `milli/liter`.
                if name.is_empty() {
                    return Some((Quantity::ONE, factor));
                }
            } else if name.len() > 1 && name.ends_with('s') {
                name = &name[..name.len() - 1];
            } else {
                return None;
            }
        }
    }
}

/// The number at the start of a unit expression and its length; `1|180` is a fraction.
fn leading_number(text: &str) -> (Option<f64>, usize) {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    while is_digit(end) || bytes.get(end) == Some(&b'.') {
        end += 1;
    }
    let mantissa = &text[..end];
    let mut exponent = "";
    let marked = usize::from(matches!(bytes.get(end), Some(b'e' | b'E')));
    let signed = usize::from(matches!(bytes.get(end + marked), Some(b'+' | b'-')));
    if end > 0 && marked + signed > 0 && is_digit(end + marked + signed) {
        let from = end + marked;
        end = from + signed;
        while is_digit(end) {
            end += 1;
        }
        exponent = &text[from..end];
    }
    let exponent = if exponent.is_empty() { "0" } else { exponent };
    let Ok(value) = format!("{mantissa}e{exponent}").parse::<f64>() else { return (None, 0) };
    if bytes.get(end) == Some(&b'|') {
        let (below, length) = leading_number(&text[end + 1..]);
        return (Some(value / below.unwrap_or(1.0)), end + 1 + length);
    }
    (Some(value), end)
}

/// Molar gas constant, J/(K mol): exact since the SI of 2019, and NEURON 9's.
pub const GAS_CONSTANT: f64 = 8.31446261815324;

/// Faraday's constant, C/mol: the product of the exact elementary charge and Avogadro's number, and NEURON 9's.
pub const FARADAY: f64 = 96485.33212331001;

/// R T/(z F) in mV for a temperature in degC and a charge number: what Nernst's equation multiplies a logarithm by.
pub fn nernst_scale(celsius: f64, valence: i32) -> f64 {
    1000.0 * GAS_CONSTANT * (celsius + 273.15) / (f64::from(valence) * FARADAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_can_be_read() {
        let table = UnitTable::new();
        for (name, text) in DERIVED {
            assert!(table.parse(text).is_ok(), "{name} = {text}");
            assert!(table.entries.contains_key(*name));
        }
    }

    /// Printed by NEURON 9.0.2's translator for the same UNITS block, in November 2026.
    #[test]
    fn constants_have_the_bits_of_neuron() {
        let table = UnitTable::new();
        let cases = [
            ("faraday", "coulomb", 0x40f7_8e55_5060_882c_u64),
            ("faraday", "kilocoulombs", 0x4058_1f0f_ae77_5425),
            ("faraday", "10000 coulomb", 0x4023_4c0c_8b92_a9b7),
            ("k-mole", "joule/degC", 0x4020_a101_3e89_90be),
            ("k", "joule/degC", 0x3b30_b0e6_d55e_647c),
            ("pi", "1", 0x4009_21fb_5444_2d18),
            ("pi", "3", 0x3ff0_c152_382d_7365),
            ("e", "coulomb", 0x3c07_a4da_290c_1653),
            ("electronvolt", "joule", 0x3c07_a4da_290c_1653),
            ("foot", "inch", 0x4028_0000_0000_0000),
            ("planck", "joule-sec", 0x390b_860b_de02_3111),
        ];
        for (from, to, bits) in cases {
            let (factor, same) = table.ratio(from, to).unwrap();
            assert_eq!(factor.to_bits(), bits, "({from}) ({to}) = {factor:e}");
            assert!(same, "({from}) ({to})");
        }
    }

    #[test]
    fn a_mechanism_defines_names() {
        let mut table = UnitTable::new();
        table.define("mM", "milli/liter").unwrap();
        table.define("um", "micron").unwrap();
        table.define("mA", "milliamp").unwrap();
        let (factor, same) = table.ratio("mM", "1/m3").unwrap();
        assert!(same && (factor - 1.0).abs() < 1e-15);
        let (factor, same) = table.ratio("mA/cm2", "mA/um2").unwrap();
        assert!(same && (factor / 1e-8 - 1.0).abs() < 1e-14);
        assert!(!table.ratio("mA", "um").unwrap().1);
    }

    #[test]
    fn everything_after_a_slash_divides() {
        let table = UnitTable::new();
        assert_eq!(table.parse("/ms-cm2").unwrap().dimensions, [-2, 0, -1, 0, 0, 0]);
        assert_eq!(table.parse("m/sec/sec").unwrap(), table.parse("m/sec2").unwrap());
        assert_eq!(table.parse("1/sec*1/volt").unwrap(), table.parse("/sec-volt").unwrap());
    }

    #[test]
    fn bad_units_are_refused() {
        let table = UnitTable::new();
        assert_eq!(table.parse("zorkmid"), Err(UnitError::Unknown("zorkmid".into())));
        assert_eq!(table.parse("m§"), Err(UnitError::Unknown("m§".into())));
        assert_eq!(table.parse("(m"), Err(UnitError::Character('(')));
        assert_eq!(table.parse("0 m"), Err(UnitError::Range));
        assert_eq!(table.parse("m99"), Err(UnitError::Range));
        assert_eq!(table.parse(""), Ok(Quantity::ONE));
    }
}
