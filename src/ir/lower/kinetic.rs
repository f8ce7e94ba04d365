//! KINETIC: reactions between states.
//!
//! With METHOD sparse, NEURON's order of operations: one step of backward Euler. Each reaction adds the flux it has with
//! the present states to the right-hand side and its slopes, with rates held, to the matrix; COMPARTMENT's volumes are factors
//! of the time derivatives; CONSERVE takes the place of the equation of its last state. The system gives by how much
//! the states move. When no reaction multiplies states that is all; else rounds follow until the sum of all
//! moves is 1e-6 or less, and a state that became negative is set to zero. STEADYSTATE is the same with a step
//! of 1e9 ms. With euler or runge the fluxes make slopes, and CONSERVE is ignored.
//!
//! A system without a pivot ends the run. States that are not at rest after 22 rounds are taken as they are: so does NEURON in
//! mechanisms that are thread safe, where it does not look at what its solver says.

use std::collections::BTreeMap;

use super::super::types::*;
use super::context::{Context, Lowered};
use super::draft::Slot;
use super::elimination::{self, MOST_EQUATIONS, System, minus, plus};
use super::expression::Target;
use crate::diagnostic::Span;
use crate::nmodl::ast::{self, Reaction, StatementKind};

/// Sum of all moves at which the rounds end.
const CONVERGED: f64 = 1e-6;
/// Rounds in which it has to be reached.
const MOST_KINETIC: f64 = 22.0;
/// Attempts to reach a steady state with the rates held.
const MOST_STEADY: f64 = 7.0;
/// The time step that stands for infinity, ms.
pub(super) const FOREVER: f64 = 1e9;

/// Reactions as they are collected.
#[derive(Default)]
pub(super) struct Scheme {
    /// The block's name.
    block: Option<ast::Name>,
    /// States in the order in which they turn up.
    states: Vec<(Slot, Span)>,
    /// Slopes of the fluxes out of the row's state, by the column's state.
    matrix: BTreeMap<(usize, usize), Value>,
    /// Fluxes into each state.
    flux: BTreeMap<usize, Value>,
    /// Equations of conservation.
    conserved: Vec<Conserved>,
    /// Whether states are multiplied with each other.
    multiplies: bool,
    /// Volumes of states.
    volumes: BTreeMap<Slot, Value>,
    /// The path on which the block as a whole stands.
    mask: Option<Value>,
}

struct Conserved {
    terms: Vec<(usize, f64)>,
    total: Value,
    span: Span,
}

/// A side of a reaction: factors, each with whether it is solved for.
struct Factor {
    /// Number among the states that are solved for.
    state: Option<usize>,
    count: u32,
    value: Value,
}

impl Scheme {
    fn state(&mut self, slot: Slot, span: Span) -> usize {
        self.states.iter().position(|(known, _)| *known == slot).unwrap_or_else(|| {
            self.states.push((slot, span));
            self.states.len() - 1
        })
    }
}

impl<'a> Context<'a> {
    /// Collects the reactions of a block at the present states.
    fn scheme(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<Scheme> {
        let block = Some(equations.name.clone());
        let mut scheme = Scheme { block, mask: self.draft.mask(), ..Scheme::default() };
        self.volumes(&equations.body, &mut scheme.volumes)?;
        let outer = self.scheme.replace(scheme);
        let outer_for = std::mem::replace(&mut self.solve_for, &equations.solve_for);
        let outer_loops = std::mem::replace(&mut self.scheme_loops, self.loops);
        let result = self.in_block(|cx| {
            for name in ["f_flux", "b_flux"] {
                cx.declare_scalar(name);
            }
            cx.block(&equations.body)
        });
        self.solve_for = outer_for;
        self.scheme_loops = outer_loops;
        let scheme = std::mem::replace(&mut self.scheme, outer);
        result?;
        Ok(scheme.unwrap_or_default())
    }

    /// COMPARTMENT statements; as in NEURON they are computed before anything else in the block.
    pub fn volumes(&mut self, block: &'a ast::Block, volumes: &mut BTreeMap<Slot, Value>) -> Lowered<()> {
        for statement in &block.statements {
            let StatementKind::Compartment(factor) = &statement.kind else { continue };
            for name in &factor.names {
                if !self.is_state(&name.text) {
                    continue;
                }
                for (i, place) in (0u32..).zip(self.state_places(&name.text)) {
                    let value = self.for_element(factor, i)?;
                    volumes.insert(Slot::Place(place), value);
                }
            }
        }
        Ok(())
    }

    /// The factors of a side of a reaction.
    fn factors(&mut self, terms: &'a [ast::Term]) -> Lowered<Vec<Factor>> {
        let mut factors = Vec::new();
        for term in terms {
            let variable = &term.variable;
            let name = &variable.name.text;
            let listed = self.solve_for;
            let wanted = listed.is_empty() || listed.iter().any(|n| n.text == *name);
            let (state, value) = match self.target(variable)? {
                Target::Slot(slot) => {
                    let value = self.draft.get(slot, variable.span);
                    let solved = self.is_state(name) && wanted;
                    let state = match &mut self.scheme {
                        Some(scheme) if solved => Some(scheme.state(slot, variable.span)),
                        _ => None,
                    };
                    (state, value)
                }
                Target::Value(op) => (None, self.draft.emit(op)),
                Target::Element(..) | Target::Weight(..) | Target::Far(..) => {
                    return self.refuse(
                        variable.span,
                        format!("which element of `{name}` reacts must be known before the run"),
                        "",
                        "use a number, or the counter of a FROM loop with constant bounds",
                    );
                }
            };
            let count = term.count.as_ref().map_or(1, |count| count.value.max(1.0) as u32);
            factors.push(Factor { state, count, value });
        }
        Ok(factors)
    }

    /// `rate` times all factors; leaves out one of number `except`.
    fn product(&mut self, rate: Value, factors: &[Factor], except: Option<usize>) -> Value {
        let mut product = rate;
        for (i, factor) in factors.iter().enumerate() {
            for _ in 0..factor.count - u32::from(except == Some(i)) {
                product = self.draft.binary(Binary::Multiply, product, factor.value);
            }
        }
        product
    }

    /// A value where the reaction's path is taken, else 0.
    fn on_path(&mut self, value: Value) -> Value {
        let whole = self.scheme.as_ref().and_then(|scheme| scheme.mask);
        match self.draft.mask() {
            Some(mask) if whole != Some(mask) => {
                let zero = self.draft.number(0.0);
                self.draft.emit(Op::Select(mask, value, zero))
            }
            _ => value,
        }
    }

    fn add_flux(&mut self, state: usize, flux: Value) {
        if let Some(scheme) = &mut self.scheme {
            let sum = plus(&mut self.draft.kernel, scheme.flux.get(&state).copied(), flux);
            scheme.flux.extend(sum.map(|sum| (state, sum)));
        }
    }

    fn add_slope(&mut self, row: usize, column: usize, slope: Value, out: bool) {
        if let Some(scheme) = &mut self.scheme {
            let old = scheme.matrix.get(&(row, column)).copied();
            let kernel = &mut self.draft.kernel;
            let sum = if out { plus(kernel, old, slope) } else { minus(kernel, old, slope) };
            scheme.matrix.extend(sum.map(|sum| ((row, column), sum)));
        }
    }

    /// A line that starts with `~`, in a KINETIC block.
    pub fn reaction(&mut self, span: Span, reaction: &'a Reaction) -> Lowered<()> {
        if self.scheme.is_none() || self.loops > self.scheme_loops {
            return self.refuse(
                span,
                "a reaction cannot stand here",
                "The reactions of a KINETIC block must be known before the run.",
                "use FROM with constant bounds",
            );
        }
        let zero = self.draft.number(0.0);
        let (left, right, forward, backward) = match reaction {
            Reaction::Reversible { left, right, forward, backward } => {
                (left.as_slice(), right.as_slice(), self.expression(forward)?, self.expression(backward)?)
            }
            Reaction::Sink { left, rate } => (left.as_slice(), [].as_slice(), self.expression(rate)?, zero),
            Reaction::Flux { left, flux } => {
                let flux = self.expression(flux)?;
                let factors = self.factors(left)?;
                let added = self.on_path(flux);
                if let Some(state) = factors.first().and_then(|factor| factor.state) {
                    self.add_flux(state, added);
                }
                self.set_flux("f_flux", zero, span);
                self.set_flux("b_flux", flux, span);
                return Ok(());
            }
        };
        let sides = [self.factors(left)?, self.factors(right)?];
        let rates = [forward, backward];
        let fluxes = [0, 1].map(|side| self.product(rates[side], &sides[side], None));
        self.set_flux("f_flux", fluxes[0], span);
        self.set_flux("b_flux", fluxes[1], span);
        let net = self.draft.binary(Binary::Subtract, fluxes[1], fluxes[0]);
        let net = self.on_path(net);
        for (side, factors) in sides.iter().enumerate() {
            for factor in factors {
                let Some(state) = factor.state else { continue };
                let share = self.times(net, factor.count);
                let share = if side == 0 { share } else { self.draft.unary(Unary::Negate, share) };
                self.add_flux(state, share);
            }
        }
        // What depends on which state, and in whose equation that counts.
        for (side, factors) in sides.iter().enumerate() {
            for (i, factor) in factors.iter().enumerate() {
                let Some(column) = factor.state else { continue };
                if factors.iter().map(|f| f.count).sum::<u32>() > 1
                    && let Some(scheme) = &mut self.scheme
                {
                    scheme.multiplies = true;
                }
                let rate = self.times(rates[side], factor.count);
                let slope = self.product(rate, factors, Some(i));
                let slope = self.on_path(slope);
                for (other, factors) in sides.iter().enumerate() {
                    for factor in factors {
                        let Some(row) = factor.state else { continue };
                        let share = self.times(slope, factor.count);
                        self.add_slope(row, column, share, side == other);
                    }
                }
            }
        }
        Ok(())
    }

    fn times(&mut self, value: Value, count: u32) -> Value {
        if count == 1 {
            return value;
        }
        let count = self.draft.number(f64::from(count));
        self.draft.binary(Binary::Multiply, count, value)
    }

    fn set_flux(&mut self, name: &str, value: Value, span: Span) {
        if let Some(super::names::Named::Local(slot, None)) = self.lookup(name) {
            self.draft.set(Slot::Local(slot), value, span);
        }
    }

    /// `CONSERVE a + 2 b = total`.
    pub fn conserve(
        &mut self,
        span: Span,
        terms: &'a [ast::Term],
        total: &'a ast::Expression,
    ) -> Lowered<()> {
        let factors = self.factors(terms)?;
        let total = self.expression(total)?;
        if factors.iter().any(|factor| factor.state.is_none()) {
            return self.refuse(span, "CONSERVE takes states that the block solves for only", "", "");
        }
        let terms = factors.iter().filter_map(|f| Some((f.state?, f64::from(f.count)))).collect();
        if let Some(scheme) = &mut self.scheme {
            scheme.conserved.push(Conserved { terms, total, span });
        }
        Ok(())
    }

    /// By how much the states of a scheme move in one round; `starts` are their values before the step.
    fn moves(&mut self, scheme: &Scheme, starts: &BTreeMap<Slot, Value>) -> Lowered<Vec<Value>> {
        let size = scheme.states.len();
        let Some(block) = &scheme.block else { return Ok(Vec::new()) };
        let span = block.span;
        if size > MOST_EQUATIONS {
            return self.too_many_equations(span, size);
        }
        let mut system = System::new(size);
        let step = self.time_step();
        let one = self.draft.number(1.0);
        let rate = self.draft.binary(Binary::Divide, one, step);
        for (row, (slot, span)) in scheme.states.iter().enumerate() {
            let now = self.draft.get(*slot, *span);
            let kernel_rate = match scheme.volumes.get(slot) {
                Some(volume) => self.draft.binary(Binary::Multiply, rate, *volume),
                None => rate,
            };
            system.matrix[row][row] = Some(kernel_rate);
            let start = starts.get(slot).copied().unwrap_or(now);
            if start != now {
                let moved = self.draft.binary(Binary::Subtract, start, now);
                system.right[row] = Some(self.draft.binary(Binary::Multiply, moved, kernel_rate));
            }
        }
        for ((row, column), slope) in &scheme.matrix {
            let sum = plus(&mut self.draft.kernel, system.matrix[*row][*column], *slope);
            system.matrix[*row][*column] = sum;
        }
        for (row, flux) in &scheme.flux {
            system.right[*row] = plus(&mut self.draft.kernel, system.right[*row], *flux);
        }
        self.conserve_instead(scheme, &mut system)?;
        let steps = elimination::sparse(&mut self.draft.kernel, system);
        let steps = self.solved(span, size, steps)?;
        let names = scheme.states.iter().map(|(slot, _)| self.slot_name(*slot)).collect();
        self.fail_if_singular(block, names, &steps);
        let zero = self.draft.number(0.0);
        Ok(steps.values.into_iter().map(|step| step.unwrap_or(zero)).collect())
    }

    /// Puts equations of conservation in the place of others: the last one first, each for the last of its states that is
    /// still free and no array's.
    fn conserve_instead(&mut self, scheme: &Scheme, system: &mut System) -> Lowered<()> {
        let mut taken = Vec::new();
        for conserved in scheme.conserved.iter().rev() {
            let free = |state: &usize| !taken.contains(state) && !self.is_array(scheme.states[*state].0);
            let Some(row) = conserved.terms.iter().rev().map(|term| term.0).find(free) else {
                return self.refuse(
                    conserved.span,
                    "no state is left that this CONSERVE could determine",
                    "Each takes the place of the equation of one state, which is no element of an array.",
                    "",
                );
            };
            taken.push(row);
            let mut right = Some(conserved.total);
            system.matrix[row].fill(None);
            for (state, count) in &conserved.terms {
                let (slot, span) = scheme.states[*state];
                let mut factor = self.draft.number(*count);
                if let Some(volume) = scheme.volumes.get(&slot) {
                    factor = self.draft.binary(Binary::Multiply, factor, *volume);
                }
                let now = self.draft.get(slot, span);
                let part = self.draft.binary(Binary::Multiply, factor, now);
                right = minus(&mut self.draft.kernel, right, part);
                system.matrix[row][*state] = Some(factor);
            }
            system.right[row] = right;
        }
        Ok(())
    }

    /// Moves the states by one round; gives the sum of the moves.
    fn move_states(
        &mut self,
        scheme: &Scheme,
        starts: &BTreeMap<Slot, Value>,
        least: Option<f64>,
    ) -> Lowered<Value> {
        let moves = self.moves(scheme, starts)?;
        let mut sum = self.draft.number(0.0);
        for ((slot, span), step) in scheme.states.iter().zip(moves) {
            let now = self.draft.get(*slot, *span);
            let mut next = self.draft.binary(Binary::Add, now, step);
            if let Some(least) = least {
                let (least, zero) = (self.draft.number(least), self.draft.number(0.0));
                let below = self.draft.binary(Binary::Less, next, least);
                next = self.draft.emit(Op::Select(below, zero, next));
            }
            self.draft.set(*slot, next, *span);
            let size = self.draft.unary(Unary::Abs, step);
            sum = self.draft.binary(Binary::Add, sum, size);
        }
        Ok(sum)
    }

    /// One step with METHOD sparse.
    pub fn sparse(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let before = self.draft.clone();
        let scheme = self.scheme(equations)?;
        if scheme.multiplies {
            self.draft = before;
            let starts = self.starts(&scheme);
            self.rounds_of_reactions(equations, &starts)?;
        } else {
            let starts = BTreeMap::new();
            self.move_states(&scheme, &starts, None)?;
        }
        self.scheme(equations).map(|_| ())
    }

    fn starts(&mut self, scheme: &Scheme) -> BTreeMap<Slot, Value> {
        scheme.states.iter().map(|(slot, span)| (*slot, self.draft.get(*slot, *span))).collect()
    }

    /// Rounds until the states stay where they are.
    fn rounds_of_reactions(
        &mut self,
        equations: &'a ast::EquationsBlock,
        starts: &BTreeMap<Slot, Value>,
    ) -> Lowered<()> {
        let span = equations.name.span;
        // NaN ends it too.
        self.iterated(span, MOST_KINETIC, |cx, _| {
            let scheme = cx.scheme(equations)?;
            let sum = cx.move_states(&scheme, starts, Some(0.0))?;
            let converged = cx.draft.number(CONVERGED);
            Ok(cx.draft.binary(Binary::Less, converged, sum))
        })?;
        Ok(())
    }

    /// STEADYSTATE sparse.
    pub fn steady_state(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let forever = self.draft.number(FOREVER);
        let outer = self.step.replace(forever);
        let result = self.steady_state_inside(equations);
        self.step = outer;
        result
    }

    fn steady_state_inside(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let before = self.draft.clone();
        let scheme = self.scheme(equations)?;
        if !scheme.multiplies {
            // The first round solves it, the others take out the rounding that the long step magnifies.
            self.draft = before;
            let starts = self.starts(&scheme);
            for _ in 0..3 {
                let scheme = self.scheme(equations)?;
                self.move_states(&scheme, &starts, Some(0.0))?;
            }
            return self.scheme(equations).map(|_| ());
        }
        self.draft = before;
        self.steady_guess(equations)?;
        let starts = self.starts(&scheme);
        self.rounds_of_reactions(equations, &starts)?;
        self.scheme(equations).map(|_| ())
    }

    /// Single rounds until no state is negative.
    fn steady_guess(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let span = equations.name.span;
        self.iterated(span, MOST_STEADY, |cx, _| {
            let scheme = cx.scheme(equations)?;
            let starts = cx.starts(&scheme);
            cx.move_states(&scheme, &starts, None)?;
            let mut negative = cx.draft.number(0.0);
            for (slot, span) in &scheme.states {
                let now = cx.draft.get(*slot, *span);
                let (least, zero) = (cx.draft.number(-1e-6), cx.draft.number(0.0));
                let below = cx.draft.binary(Binary::Less, now, least);
                let next = cx.draft.emit(Op::Select(below, zero, now));
                cx.draft.set(*slot, next, *span);
                negative = cx.draft.binary(Binary::Or, negative, below);
            }
            Ok(negative)
        })?;
        Ok(())
    }

    /// The fluxes as slopes of the states, for explicit methods.
    pub fn reaction_slopes(&mut self, equations: &'a ast::EquationsBlock) -> Lowered<()> {
        let scheme = self.scheme(equations)?;
        for (state, (slot, span)) in scheme.states.iter().enumerate() {
            let Slot::Place(place) = *slot else { continue };
            let mut slope = match scheme.flux.get(&state) {
                Some(flux) => *flux,
                None => self.draft.number(0.0),
            };
            if let Some(volume) = scheme.volumes.get(slot) {
                slope = self.draft.binary(Binary::Divide, slope, *volume);
            }
            self.draft.set(Slot::Slope(place), slope, *span);
        }
        Ok(())
    }
}
