//! Systems of linear equations, solved by elimination that is unrolled into ops.
//!
//! Which coefficients are zero is known, so only those that are not cost anything. [`sparse`] takes pivots from the diagonal, in
//! an order found beforehand that fills in little: for the implicit steps of states, where the diagonal dominates or an
//! equation of conservation stands. [`pivoted`] looks for the largest coefficient of each column at run time, for each
//! instance: for systems of any make, which are small.

use super::super::passes::fold;
use super::super::types::*;
use super::context::MOST_OPS;

/// Equations of one system.
pub(super) const MOST_EQUATIONS: usize = 4_000;

/// `matrix x = right`; what is absent is zero.
#[derive(Clone, Debug)]
pub(super) struct System {
    /// Row by row.
    pub matrix: Vec<Vec<Option<Value>>>,
    /// Right-hand side.
    pub right: Vec<Option<Value>>,
}

impl System {
    /// `size` equations, all zero.
    pub fn new(size: usize) -> System {
        System { matrix: vec![vec![None; size]; size], right: vec![None; size] }
    }
}

/// What solves a system.
pub(super) struct Solution {
    /// The unknowns; what is absent is zero.
    pub values: Vec<Option<Value>>,
    /// The number of an unknown that the equations do not determine, -1 when they determine all. It tells of coefficients that
    /// are too small, never of NaN.
    pub undetermined: Value,
}

/// Less than this is no pivot, as in NEURON.
pub(super) const LEAST_PIVOT: f64 = 1e-20;

/// `number` where `when` is not zero, else `otherwise`.
fn number_where(kernel: &mut Kernel, when: Value, number: usize, otherwise: Value) -> Value {
    let number = kernel.push(Op::Constant(number as f64));
    fold::emit(kernel, Op::Select(when, number, otherwise))
}

fn binary(kernel: &mut Kernel, function: Binary, a: Value, b: Value) -> Value {
    fold::emit(kernel, Op::Binary(function, a, b))
}

/// `a + b`.
pub(super) fn plus(kernel: &mut Kernel, a: Option<Value>, b: Value) -> Option<Value> {
    Some(match a {
        Some(a) => binary(kernel, Binary::Add, a, b),
        None => b,
    })
}

/// `a - b`.
pub(super) fn minus(kernel: &mut Kernel, a: Option<Value>, b: Value) -> Option<Value> {
    Some(match a {
        Some(a) => binary(kernel, Binary::Subtract, a, b),
        None => fold::negate(kernel, b),
    })
}

/// Solves with pivots from the diagonal, each time the one that fills in least (Markowitz). `None` when that takes more than
/// [`MOST_OPS`] operations. A pivot has to be other than zero.
pub(super) fn sparse(kernel: &mut Kernel, mut system: System) -> Option<Solution> {
    let size = system.right.len();
    let mut left: Vec<usize> = (0..size).collect();
    let mut counts = Counts::of(&system);
    let mut order = Vec::with_capacity(size);
    while let Some(pivot) = left.iter().copied().min_by_key(|p| counts.fill(&system, *p)) {
        if kernel.ops.len() > MOST_OPS {
            return None;
        }
        left.retain(|row| *row != pivot);
        order.push(pivot);
        counts.leave_out(&system, &left, pivot);
        let Some(diagonal) = system.matrix[pivot][pivot] else { continue };
        let columns: Vec<usize> =
            left.iter().copied().filter(|c| system.matrix[pivot][*c].is_some()).collect();
        for &row in &left {
            let Some(below) = system.matrix[row][pivot].take() else { continue };
            let factor = binary(kernel, Binary::Divide, below, diagonal);
            for &column in &columns {
                let Some(value) = system.matrix[pivot][column] else { continue };
                let product = binary(kernel, Binary::Multiply, value, factor);
                if system.matrix[row][column].is_none() {
                    counts.add(row, column);
                }
                system.matrix[row][column] = minus(kernel, system.matrix[row][column], product);
            }
            if let Some(value) = system.right[pivot] {
                let product = binary(kernel, Binary::Multiply, value, factor);
                system.right[row] = minus(kernel, system.right[row], product);
            }
        }
    }
    let mut solution: Vec<Option<Value>> = vec![None; size];
    let zero = kernel.push(Op::Constant(0.0));
    let mut undetermined = kernel.push(Op::Constant(-1.0));
    for (done, &row) in order.iter().enumerate().rev() {
        let mut value = system.right[row];
        for &column in &order[done + 1..] {
            if let (Some(factor), Some(x)) = (system.matrix[row][column], solution[column]) {
                let product = binary(kernel, Binary::Multiply, factor, x);
                value = minus(kernel, value, product);
            }
        }
        let diagonal = system.matrix[row][row];
        if let Some(diagonal) = diagonal {
            let is_zero = binary(kernel, Binary::Equal, diagonal, zero);
            undetermined = number_where(kernel, is_zero, row, undetermined);
        }
        solution[row] = match (value, diagonal) {
            (Some(value), Some(diagonal)) => Some(binary(kernel, Binary::Divide, value, diagonal)),
            (Some(_), None) => {
                undetermined = kernel.push(Op::Constant(row as f64));
                Some(kernel.push(Op::Constant(f64::NAN)))
            }
            (None, _) => None,
        };
    }
    Some(Solution { values: solution, undetermined })
}

/// How many coefficients beside the diagonal each row and column has, of what is left.
struct Counts {
    row: Vec<usize>,
    column: Vec<usize>,
}

impl Counts {
    fn of(system: &System) -> Counts {
        let size = system.right.len();
        let mut counts = Counts { row: vec![0; size], column: vec![0; size] };
        for (row, values) in system.matrix.iter().enumerate() {
            for (column, _) in values.iter().enumerate().filter(|(_, value)| value.is_some()) {
                counts.add(row, column);
            }
        }
        counts
    }

    fn add(&mut self, row: usize, column: usize) {
        if row != column {
            self.row[row] += 1;
            self.column[column] += 1;
        }
    }

    /// How many coefficients can come into being when `pivot` is eliminated; one without a diagonal comes last.
    fn fill(&self, system: &System, pivot: usize) -> usize {
        match system.matrix[pivot][pivot] {
            None => usize::MAX,
            Some(_) => self.row[pivot] * self.column[pivot],
        }
    }

    /// `pivot` is no longer among those `left`.
    fn leave_out(&mut self, system: &System, left: &[usize], pivot: usize) {
        for &other in left {
            self.row[other] -= usize::from(system.matrix[other][pivot].is_some());
            self.column[other] -= usize::from(system.matrix[pivot][other].is_some());
        }
    }
}

/// Solves with the largest coefficient of each column as pivot, found for each instance by comparisons. `None` when that takes
/// more than [`MOST_OPS`] operations. A pivot has to be `least` or more.
pub(super) fn pivoted(kernel: &mut Kernel, system: System, least: f64) -> Option<Solution> {
    let size = system.right.len();
    // Two operations for each coefficient below and right of each pivot, and two selects.
    if kernel.ops.len() + 4 * size.pow(3) / 3 > MOST_OPS {
        return None;
    }
    let zero = kernel.push(Op::Constant(0.0));
    let mut rows: Vec<Vec<Value>> = system
        .matrix
        .iter()
        .zip(&system.right)
        .map(|(row, right)| row.iter().chain([right]).map(|value| value.unwrap_or(zero)).collect())
        .collect();
    for pivot in 0..size {
        for row in pivot + 1..size {
            // The larger of the two comes to stand in the pivot's row.
            let above = fold::emit(kernel, Op::Unary(Unary::Abs, rows[pivot][pivot]));
            let below = fold::emit(kernel, Op::Unary(Unary::Abs, rows[row][pivot]));
            let swap = binary(kernel, Binary::Less, above, below);
            for column in pivot..=size {
                let (a, b) = (rows[pivot][column], rows[row][column]);
                rows[pivot][column] = fold::emit(kernel, Op::Select(swap, b, a));
                rows[row][column] = fold::emit(kernel, Op::Select(swap, a, b));
            }
        }
        for row in pivot + 1..size {
            let factor = binary(kernel, Binary::Divide, rows[row][pivot], rows[pivot][pivot]);
            for column in pivot + 1..=size {
                let product = binary(kernel, Binary::Multiply, rows[pivot][column], factor);
                rows[row][column] = binary(kernel, Binary::Subtract, rows[row][column], product);
            }
        }
    }
    let mut solution: Vec<Option<Value>> = vec![None; size];
    let least = kernel.push(Op::Constant(least));
    let mut undetermined = kernel.push(Op::Constant(-1.0));
    for row in (0..size).rev() {
        let mut value = rows[row][size];
        for column in row + 1..size {
            if let Some(x) = solution[column] {
                let product = binary(kernel, Binary::Multiply, rows[row][column], x);
                value = binary(kernel, Binary::Subtract, value, product);
            }
        }
        solution[row] = Some(binary(kernel, Binary::Divide, value, rows[row][row]));
        let size = fold::emit(kernel, Op::Unary(Unary::Abs, rows[row][row]));
        let is_small = binary(kernel, Binary::Less, size, least);
        undetermined = number_where(kernel, is_small, row, undetermined);
    }
    Some(Solution { values: solution, undetermined })
}
