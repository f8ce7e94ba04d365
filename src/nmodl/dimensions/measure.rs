//! What is known of the unit of a value, and how it combines.

use crate::units::Quantity;

/// Units whose factors differ by less than this part of them are the same: modlunit's bound, wide enough for factors
/// that people write with six digits.
const TOLERANCE: f64 = 1e-5;

/// What is known of the unit of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measure {
    /// Nothing: it, or something in it, was declared without a unit. It fits everywhere, and so does what comes of it.
    Any,
    /// A number without a unit, as in `2*x` or `x > 0`: it takes the unit that the place wants.
    Number,
    /// This unit.
    Of(Quantity),
}

/// How two units fail to be the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Clash {
    /// They measure the same thing; so many of the first make one of the second.
    Factor(f64),
    /// They measure different things.
    Dimensions,
}

impl Measure {
    /// A pure number that takes no unit: what `exp` gives.
    pub const ONE: Measure = Measure::Of(Quantity::ONE);

    /// The unit of a product.
    pub fn times(self, other: Measure) -> Measure {
        match (self, other) {
            (Measure::Any, _) | (_, Measure::Any) => Measure::Any,
            (Measure::Number, x) | (x, Measure::Number) => x,
            (Measure::Of(a), Measure::Of(b)) => known(a.product(&b)),
        }
    }

    /// The unit of a quotient.
    pub fn over(self, other: Measure) -> Measure {
        match (self, other) {
            (Measure::Any, _) | (_, Measure::Any) => Measure::Any,
            (x, Measure::Number) => x,
            (Measure::Number, Measure::Of(b)) => known(Quantity::ONE.quotient(&b)),
            (Measure::Of(a), Measure::Of(b)) => known(a.quotient(&b)),
        }
    }

    /// The unit of a power with an exponent that is written as a number.
    pub fn power(self, exponent: f64) -> Measure {
        match self {
            Measure::Of(quantity) => quantity.power(exponent).map_or(Measure::Any, Measure::Of),
            other => other,
        }
    }

    /// Why values of the two cannot be added, compared or set to one another.
    pub fn clash(self, other: Measure) -> Option<Clash> {
        let (Measure::Of(a), Measure::Of(b)) = (self, other) else { return None };
        if !a.measures_same(&b) {
            return Some(Clash::Dimensions);
        }
        let factor = b.factor / a.factor;
        ((factor - 1.0).abs() > TOLERANCE).then_some(Clash::Factor(factor))
    }

    /// The unit of a sum, or of a variable set in two places: nothing is known when they clash.
    pub fn merged(self, other: Measure) -> Measure {
        match (self, other) {
            (Measure::Any, _) | (_, Measure::Any) => Measure::Any,
            (Measure::Number, x) | (x, Measure::Number) => x,
            (a, b) if a.clash(b).is_some() => Measure::Any,
            (a, _) => a,
        }
    }
}

/// A chain of products can leave the range of numbers; then nothing is known.
fn known(quantity: Quantity) -> Measure {
    let usable = quantity.factor.is_finite() && quantity.factor > 0.0;
    if usable { Measure::Of(quantity) } else { Measure::Any }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::UnitTable;

    fn of(text: &str) -> Measure {
        Measure::Of(UnitTable::new().parse(text).unwrap())
    }

    #[test]
    fn numbers_take_any_unit_and_unknowns_spread() {
        let (mv, ms) = (of("millivolt"), of("ms"));
        assert_eq!(Measure::Number.times(mv), mv);
        assert_eq!(mv.over(Measure::Number), mv);
        assert_eq!(Measure::Number.over(ms), of("/ms"));
        assert_eq!(Measure::Number.times(Measure::Number), Measure::Number);
        assert_eq!(Measure::Number.merged(mv), mv);
        for other in [mv, Measure::Number, Measure::Any] {
            assert_eq!(Measure::Any.times(other), Measure::Any);
            assert_eq!(other.over(Measure::Any), Measure::Any);
            assert_eq!(other.clash(Measure::Any), None);
            assert_eq!(other.clash(Measure::Number), None);
        }
    }

    #[test]
    fn units_clash_by_a_factor_or_altogether() {
        assert_eq!(of("millivolt").clash(of("ms")), Some(Clash::Dimensions));
        let Some(Clash::Factor(factor)) = of("millivolt").clash(of("volt")) else { panic!() };
        assert!((factor - 1000.0).abs() < 1e-9);
        // What a person rounds to six digits is no other unit.
        assert_eq!(of("coulomb").clash(of("1.000009 coulomb")), None);
        assert!(of("coulomb").clash(of("1.00002 coulomb")).is_some());
    }

    #[test]
    fn powers_may_be_fractions_where_the_unit_has_a_root() {
        assert_eq!(of("cm2").power(0.5).clash(of("cm")), None);
        assert_eq!(of("cm").power(-2.0).clash(of("/cm2")), None);
        assert_eq!(of("cm").power(0.5), Measure::Any);
        assert_eq!(Measure::Number.power(3.0), Measure::Number);
    }

    #[test]
    fn what_is_out_of_range_is_unknown() {
        let huge = of("1e200 m");
        assert_eq!(huge.times(huge), Measure::Any);
    }
}
