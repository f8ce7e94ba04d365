//! KINETIC blocks: amounts, volumes, rates and fluxes.
//!
//! What reacts is an amount: the value of a state times its volume (COMPARTMENT), or the value alone. All that takes
//! part in a reaction is in one unit of amount. The flux is that unit per ms, and a rate is the flux over the product of
//! what reacts: in `~ ca + b <-> cab (kf, kb)`, with concentrations in mM, `kf` is in `/mM-ms` and `kb` in `/ms`.

use super::measure::Measure;
use super::{Checker, Local};
use crate::diagnostic::Span;
use crate::nmodl::ast::{EquationsBlock, EquationsKind, Expression, Reaction, StateFactor, Term};

use super::findings::Clashing;

impl<'a> Checker<'a> {
    pub(super) fn equations(&mut self, block: &'a EquationsBlock) {
        self.compartments.clear();
        if block.kind == EquationsKind::Kinetic {
            // A volume may be given below the reactions that need it.
            let (on, quiet) = (self.on, self.quiet);
            self.quiet = true;
            self.block(&block.body);
            (self.on, self.quiet) = (on, quiet);
        }
        self.block(&block.body);
    }

    pub(super) fn compartment(&mut self, factor: &'a StateFactor) {
        let volume = self.of_states(factor);
        for name in &factor.names {
            self.compartments.insert(&name.text, volume);
        }
    }

    /// Diffusion along a section: the constant times the area in um4/ms, with volumes per length in um2.
    pub(super) fn diffusion(&mut self, factor: &'a StateFactor) {
        let found = self.of_states(factor);
        let wanted = self.names.table.parse("micron4/ms").map_or(Measure::Any, Measure::Of);
        let message = |want: &str, have: &str| {
            format!("a diffusion constant times an area is {want}, but what diffuses here is {have}")
        };
        self.expect("units/diffusion", message, wanted, (&factor.value, found), None);
    }

    fn of_states(&mut self, factor: &'a StateFactor) -> Measure {
        let mark = self.locals.len();
        if let Some(index) = &factor.index {
            self.locals.push(Local { name: &index.text, declared: Some(Measure::Number), now: None });
        }
        let measure = self.infer(&factor.value);
        self.locals.truncate(mark);
        measure
    }

    pub(super) fn conserve(&mut self, terms: &'a [Term], total: &'a Expression) {
        let sum = self.amount(terms, "the sum");
        let found = self.infer(total);
        let message =
            |want: &str, have: &str| format!("the sum that is conserved is {want}, but its total is {have}");
        let place = span_of(terms).map(|span| (span, String::new()));
        self.expect("units/conserve", message, sum, (total, found), place);
    }

    pub(super) fn reaction(&mut self, reaction: &'a Reaction, span: Span) {
        match reaction {
            Reaction::Reversible { left, right, forward, backward } => {
                let (a, b) = (self.amount(left, "the left side"), self.amount(right, "the right side"));
                let amount = self.balanced(a, b, left, right, span);
                self.rate("forward", amount, left, forward);
                self.rate("backward", amount, right, backward);
            }
            Reaction::Sink { left, rate } => {
                let amount = self.amount(left, "the left side");
                self.rate("outward", amount, left, rate);
            }
            Reaction::Flux { left, flux } => {
                let amount = self.amount(left, "the left side");
                let wanted = amount.over(Measure::Of(self.names.time));
                self.flux = wanted;
                let found = self.infer(flux);
                let message =
                    |want: &str, have: &str| format!("a flux into this is {want}, but this one is {have}");
                let place = span_of(left).map(|span| (span, String::new()));
                self.expect("units/reaction", message, wanted, (flux, found), place);
            }
        }
    }

    /// The unit of the amount of a state.
    fn of_term(&self, term: &Term) -> Measure {
        let volume = self.compartments.get(term.variable.name.text.as_str());
        let value = self.variable(&term.variable);
        volume.map_or(value, |volume| value.times(*volume))
    }

    /// The unit in which amounts are added.
    fn amount(&mut self, terms: &'a [Term], side: &str) -> Measure {
        let mut amount = Measure::Number;
        for term in terms {
            let new = self.of_term(term);
            if let (Measure::Of(wanted), Measure::Of(found)) = (amount, new)
                && amount.clash(new).is_some()
            {
                let message = format!(
                    "amounts in {} and {} stand on {side}",
                    self.words.quoted(&wanted),
                    self.words.quoted(&found)
                );
                self.amounts_clash(message, wanted, found, term.variable.span, None);
                return Measure::Any;
            }
            amount = amount.merged(new);
        }
        amount
    }

    fn balanced(&mut self, a: Measure, b: Measure, left: &[Term], right: &[Term], span: Span) -> Measure {
        let (Measure::Of(wanted), Measure::Of(found)) = (a, b) else { return a.merged(b) };
        if a.clash(b).is_none() {
            return a;
        }
        let (one, other) = (self.words.quoted(&wanted), self.words.quoted(&found));
        let message = format!("the reaction turns amounts in {one} into amounts in {other}");
        let place = span_of(left).map(|left| (left, String::new()));
        self.amounts_clash(message, wanted, found, span_of(right).unwrap_or(span), place);
        Measure::Any
    }

    fn amounts_clash(
        &mut self,
        message: String,
        wanted: crate::units::Quantity,
        found: crate::units::Quantity,
        span: Span,
        other: Option<(Span, String)>,
    ) {
        let help = "give each state the volume it is in: `COMPARTMENT volume { state }`".to_owned();
        let clashing = Clashing {
            code: "units/reaction",
            group: "amount".into(),
            message,
            wanted,
            found,
            span,
            other,
            same_dimensions: Some(help.clone()),
            different_dimensions: Some(help),
        };
        self.clash(clashing, &[]);
    }

    fn rate(&mut self, direction: &str, amount: Measure, terms: &'a [Term], rate: &'a Expression) {
        let found = self.infer(rate);
        let flux = amount.over(Measure::Of(self.names.time));
        self.flux = flux;
        let mut product = Measure::Number;
        for term in terms {
            let power = term.count.as_ref().map_or(1.0, |count| count.value);
            product = product.times(self.variable(&term.variable).power(power));
        }
        let wanted = flux.over(product);
        let message = |want: &str, have: &str| {
            format!("the {direction} rate of this reaction is {want}, but this one is {have}")
        };
        let place = span_of(terms).map(|span| (span, String::new()));
        self.expect("units/reaction", message, wanted, (rate, found), place);
    }
}

fn span_of(terms: &[Term]) -> Option<Span> {
    let first = terms.first()?.variable.span;
    Some(terms.last().map_or(first, |last| first.to(last.variable.span)))
}
