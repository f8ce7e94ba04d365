//! Tables (`TABLE` in NMODL): functions of one value, computed once at equidistant points and interpolated.

use super::arithmetic::multiply_add;
use super::columns::Environment;
use super::program::{Action, Program};
use super::{AlignedVector, Level};
use crate::ir;

/// A built table. It holds as long as the globals, `dt` and `celsius` that its body uses stay the same.
#[derive(Clone, Debug)]
pub struct TableValues {
    columns: usize,
    /// Values from one row to the next.
    width: usize,
    /// Number of intervals; at least 1.
    intervals: usize,
    low: f64,
    /// 1/dx.
    inverse: f64,
    /// Row after row: the `intervals + 1` points, then the last once more, so that the last point is an
    /// interval of slope 0 like any other.
    values: AlignedVector,
}

/// A place in a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// The row below.
    row: usize,
    /// The row below for slopes: outside the table, one whose slope is 0.
    slope_row: usize,
    /// How far it is to the next row, from 0 to 1; NaN at NaN.
    theta: f64,
}

impl TableValues {
    /// Computes the rows of `table` at `low + i dx` with the scalar evaluator, at `level`.
    ///
    /// A range that is empty, upside down or NaN gives a table whose lookups give its first or last row, or NaN.
    ///
    /// # Panics
    /// When a global that the table uses is not there.
    pub fn build(table: &ir::Table, level: Level, environment: &Environment, globals: &[f64]) -> TableValues {
        let columns = table.columns as usize;
        let intervals = table.intervals.max(1) as usize;
        let mut arguments = vec![0.0; columns.max(2)];
        evaluate(&Program::compile(&table.range), level, environment, globals, &mut arguments);
        let (low, high) = (arguments[0], arguments[1]);
        let step = (high - low) / intervals as f64;
        let width = columns;
        let mut values = AlignedVector::new(width * (intervals + 2));
        let body = Program::compile(&table.body);
        for point in 0..=intervals {
            arguments.fill(0.0);
            arguments[0] = low + point as f64 * step;
            evaluate(&body, level, environment, globals, &mut arguments);
            values[point * width..][..columns].copy_from_slice(&arguments[..columns]);
        }
        let last = intervals * width;
        values.copy_within(last..last + width, last + width);
        TableValues { columns, width, intervals, low, inverse: 1.0 / step, values }
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Where `x` is.
    #[inline(always)]
    pub(super) fn locate(&self, x: f64) -> Point {
        /// Adding and subtracting it rounds to an integer.
        const ROUND: f64 = 4_503_599_627_370_496.0;
        let steps = (x - self.low) * self.inverse;
        let last = self.intervals as f64;
        // NaN fails all comparisons and stays in `inside`.
        let inside = if 0.0 > steps { 0.0 } else { steps };
        let inside = if last < inside { last } else { inside };
        let near = (inside + ROUND) - ROUND;
        let below = if near > inside { near - 1.0 } else { near };
        let row = ((below + ROUND).to_bits() as u32 as usize).min(self.intervals);
        let slope_row = if steps >= 0.0 { row } else { self.intervals };
        Point { row, slope_row, theta: inside - below }
    }

    /// The value, or the slope, of a column.
    #[inline(always)]
    pub(super) fn value<const FUSED: bool>(&self, point: Point, column: usize, slope: bool) -> f64 {
        let row = if slope { point.slope_row } else { point.row };
        let first = self.values[row * self.width + column];
        let difference = self.values[(row + 1) * self.width + column] - first;
        if slope {
            // The second term is 0, or NaN at NaN.
            difference * self.inverse + 0.0 * point.theta
        } else {
            multiply_add::<FUSED>(point.theta, difference, first)
        }
    }
}

/// Runs a kernel that has no instance: its arguments are all it reads and writes, beside globals.
fn evaluate(
    program: &Program,
    level: Level,
    environment: &Environment,
    globals: &[f64],
    arguments: &mut [f64],
) {
    let mut values = Vec::new();
    program.evaluate_uniform(level, environment, globals, &[], &mut values, Some((arguments, 0.0)));
    for action in &program.actions {
        if let Action::WriteArgument(argument, value) = *action {
            arguments[argument as usize] = values[value.index()];
        }
    }
}
