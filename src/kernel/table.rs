//! Tables (`TABLE` in NMODL): functions of one value, computed once at equidistant points and interpolated.

use std::sync::Arc;

use super::arithmetic::multiply_add;
use super::columns::Environment;
use super::halt::Halt;
use super::program::{Action, Program};
use super::scalar::Evaluator;
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
    /// Of a FUNCTION_TABLE: its values, and nothing of the above.
    given: Option<Arc<ir::Given>>,
    /// What ended its making, if something did: then the table is of no use.
    halt: Option<Halt>,
}

/// Places in a table, of `W` lanes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Points<const W: usize> {
    /// Where the row below begins, always one that has a next row.
    row: [usize; W],
    /// The same for slopes: outside the table, a row whose slope is 0.
    slope_row: [usize; W],
    /// How far it is to the next row, from 0 to 1; NaN at NaN.
    theta: [f64; W],
}

/// Columns that are read together, where several of them are wanted.
pub(super) const GROUP: usize = 4;

impl TableValues {
    /// Computes the rows of `table` at `low + i dx` with the scalar evaluator, at `level`.
    ///
    /// A range that is empty, upside down or NaN gives a table whose lookups give its first or last row, or NaN.
    ///
    /// `earlier` are the mechanism's tables before this one: its body may look them up.
    ///
    /// # Panics
    /// When a global or a table that the table uses is not there.
    pub fn build(
        table: &ir::Table,
        level: Level,
        environment: &Environment,
        globals: &[f64],
        earlier: &[TableValues],
    ) -> TableValues {
        if let Some(given) = &table.given {
            let (columns, width, intervals) = (0, 1, 1);
            let values = AlignedVector::new(0);
            let given = Some(given.clone());
            return TableValues {
                columns,
                width,
                intervals,
                low: 0.0,
                inverse: 1.0,
                values,
                given,
                halt: None,
            };
        }
        let columns = table.columns as usize;
        let intervals = table.intervals.max(1) as usize;
        let mut arguments = vec![0.0; columns.max(2)];
        let mut globals = globals.to_vec();
        let range = Program::compile(&table.range);
        let mut halt = evaluate(&range, level, environment, &mut globals, earlier, &mut arguments);
        let (low, high) = (arguments[0], arguments[1]);
        let step = (high - low) / intervals as f64;
        let width = if columns > 1 { columns.next_multiple_of(GROUP) } else { columns };
        let mut values = AlignedVector::new(width * (intervals + 2));
        let body = Program::compile(&table.body);
        for point in 0..=intervals {
            arguments.fill(0.0);
            arguments[0] = low + point as f64 * step;
            if halt.is_none() {
                halt = evaluate(&body, level, environment, &mut globals, earlier, &mut arguments);
            }
            values[point * width..][..columns].copy_from_slice(&arguments[..columns]);
        }
        let last = intervals * width;
        values.copy_within(last..last + width, last + width);
        TableValues { columns, width, intervals, low, inverse: 1.0 / step, values, given: None, halt }
    }

    /// What ended the making of the table, if something did: the instance it names says nothing.
    pub fn halt(&self) -> Option<&Halt> {
        self.halt.as_ref()
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// What a FUNCTION_TABLE gives at its arguments; NaN of any other table.
    pub(super) fn given(&self, part: ir::GivenPart, x: f64, y: f64) -> f64 {
        self.given.as_ref().map_or(f64::NAN, |given| given.at(part, x, y))
    }

    /// Whether columns can be read in groups.
    pub(super) fn has_groups(&self) -> bool {
        self.width.is_multiple_of(GROUP)
    }

    /// Where each `x` is.
    #[inline(always)]
    pub(super) fn locate<const W: usize>(&self, x: [f64; W]) -> Points<W> {
        /// Adding it rounds a number below 2^52 to an integer and leaves that in the lowest bits.
        const ROUND: f64 = 4_503_599_627_370_496.0;
        const INTEGER: u64 = (1 << 52) - 1;
        let last = self.intervals as f64;
        let width = self.width as f64;
        let mut points = Points { row: [0; W], slope_row: [0; W], theta: [0.0; W] };
        for lane in 0..W {
            let steps = (x[lane] - self.low) * self.inverse;
            // NaN fails all comparisons and stays in `inside`.
            let inside = if 0.0 > steps { 0.0 } else { steps };
            let inside = if last < inside { last } else { inside };
            let near = (inside + ROUND) - ROUND;
            let below = if near > inside { near - 1.0 } else { near };
            points.theta[lane] = inside - below;
            let row = if below >= 0.0 { below } else { 0.0 };
            let slope_row = if steps >= 0.0 { row } else { last };
            points.row[lane] = ((row * width + ROUND).to_bits() & INTEGER) as usize;
            points.slope_row[lane] = ((slope_row * width + ROUND).to_bits() & INTEGER) as usize;
        }
        points
    }

    /// The values, or the slopes, of a column.
    #[inline(always)]
    pub(super) fn values<const FUSED: bool, const W: usize>(
        &self,
        points: &Points<W>,
        column: usize,
        slope: bool,
    ) -> [f64; W] {
        let rows = if slope { &points.slope_row } else { &points.row };
        let mut values = [0.0; W];
        for lane in 0..W {
            let first = self.values[rows[lane] + column];
            let difference = self.values[rows[lane] + self.width + column] - first;
            values[lane] = if slope {
                // The second term is 0, or NaN at NaN.
                difference * self.inverse + 0.0 * points.theta[lane]
            } else {
                multiply_add::<FUSED>(points.theta[lane], difference, first)
            };
        }
        values
    }

    /// The values of the [`GROUP`] columns from `column` on, which must be there ([`TableValues::has_groups`]).
    #[inline(always)]
    pub(super) fn group<const FUSED: bool, const W: usize>(
        &self,
        points: &Points<W>,
        column: usize,
    ) -> [[f64; W]; GROUP] {
        std::array::from_fn(|member| self.values::<FUSED, W>(points, column + member, false))
    }

    /// The same with AVX2 and FMA for eight points, a row at a time, eight rows turned into columns. Each column that is wanted is
    /// written to its target.
    ///
    /// # Safety
    /// The columns must be there ([`TableValues::has_groups`]), the points be of this table, and each target have room for eight values.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    pub(super) unsafe fn write_group(
        &self,
        points: &Points<8>,
        column: usize,
        targets: [Option<*mut f64>; GROUP],
    ) {
        use std::arch::x86_64::{
            _mm256_fmadd_pd, _mm256_loadu_pd, _mm256_permute2f128_pd, _mm256_set1_pd, _mm256_storeu_pd,
            _mm256_sub_pd, _mm256_unpackhi_pd, _mm256_unpacklo_pd,
        };
        debug_assert!(column + GROUP <= self.width);
        let values = self.values.as_ptr();
        let row = |lane: usize| {
            // SAFETY: every point's row has a next one, and the columns lie within a row.
            let (first, next) = unsafe {
                let at = values.add(points.row[lane] + column);
                (_mm256_loadu_pd(at), _mm256_loadu_pd(at.add(self.width)))
            };
            _mm256_fmadd_pd(_mm256_set1_pd(points.theta[lane]), _mm256_sub_pd(next, first), first)
        };
        for half in [0, 4] {
            let [a, b, c, d] = [row(half), row(half + 1), row(half + 2), row(half + 3)];
            let (ab_even, ab_odd) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
            let (cd_even, cd_odd) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
            let turned = [
                _mm256_permute2f128_pd::<0x20>(ab_even, cd_even),
                _mm256_permute2f128_pd::<0x20>(ab_odd, cd_odd),
                _mm256_permute2f128_pd::<0x31>(ab_even, cd_even),
                _mm256_permute2f128_pd::<0x31>(ab_odd, cd_odd),
            ];
            for (target, four) in targets.into_iter().zip(turned) {
                if let Some(target) = target {
                    // SAFETY: the caller's promise.
                    unsafe { _mm256_storeu_pd(target.add(half), four) };
                }
            }
        }
    }
}

/// Runs a kernel that has no instance: its arguments are all it reads and writes, beside globals.
fn evaluate(
    program: &Program,
    level: Level,
    environment: &Environment,
    globals: &mut [f64],
    tables: &[TableValues],
    arguments: &mut [f64],
) -> Option<Halt> {
    let mut values = Vec::new();
    program.evaluate_uniform(level, environment, globals, tables, &mut values, Some((arguments, 0.0)));
    let (lookups, loops) = (&program.lookups, &program.loops);
    let values = &mut values;
    // Loops and what comes of them.
    let mut evaluator = Evaluator { values, lookups, loops, tables, own: None, event: None, halt: None };
    evaluator.run(level, &program.steps);
    let Evaluator { values, halt, .. } = evaluator;
    for action in &program.actions {
        match *action {
            Action::WriteArgument(argument, value) => arguments[argument as usize] = values[value.index()],
            Action::WriteGlobal(global, value) => globals[global as usize] = values[value.index()],
            _ => {}
        }
    }
    halt
}
