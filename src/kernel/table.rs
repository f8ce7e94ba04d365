//! Tables (`TABLE` in NMODL): functions of one value, computed once at equidistant points and interpolated.

use std::sync::Arc;

use super::arithmetic::multiply_add;
use super::columns::Environment;
use super::halt::Halt;
use super::primitives::{Call, View};
use super::program::{Action, Lookup, Program};
use super::scalar::Evaluator;
use super::{AlignedVector, LANES, Level};
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

/// Columns that are read together.
pub(super) const GROUP: usize = 4;

/// Points whose rows are found before any of them is read: reading then does not wait for finding.
#[cfg(target_arch = "x86_64")]
const TOGETHER: usize = 64;

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
        let width = columns.next_multiple_of(GROUP);
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

    /// Whether [`TableValues::look_up_rows`] can count all its values.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn is_countable(&self) -> bool {
        i32::try_from(self.values.len()).is_ok()
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

    /// All columns of a lookup at the points of the call's first operand.
    ///
    /// # Safety
    /// The call's views and `views` must hold `call.length` values, and the columns be there.
    #[inline(always)]
    pub(super) unsafe fn look_up<const FUSED: bool>(&self, lookup: &Lookup, call: &Call, views: &[View]) {
        for at in (0..call.length).step_by(LANES) {
            // SAFETY: the views' memory is as long. All of `x` is read before a target, which may be the same, is written.
            let points = self.locate(unsafe { call.operands[0].load::<LANES>(at) });
            for result in &lookup.results {
                let values = self.values::<FUSED, LANES>(&points, result.column as usize, result.slope);
                // SAFETY: as above.
                unsafe { views[result.target.index()].store(at, values) };
            }
        }
    }

    /// The same with AVX2 and FMA: four points at a time, of each a row of [`GROUP`] columns; four rows are then turned into columns.
    /// For 22 columns, 20 ns a point became 8 (`benches/kernels`, Zen 3, 3.2 GHz).
    ///
    /// # Safety
    /// As [`TableValues::look_up`]; the table must be countable.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    pub(super) unsafe fn look_up_rows(&self, lookup: &Lookup, call: &Call, views: &[View]) {
        use std::arch::x86_64::{
            __m128i, __m256d, _mm_storeu_si128, _mm256_cvttpd_epi32, _mm256_floor_pd, _mm256_fmadd_pd,
            _mm256_loadu_pd, _mm256_max_pd, _mm256_min_pd, _mm256_mul_pd, _mm256_permute2f128_pd,
            _mm256_set1_pd, _mm256_setzero_pd, _mm256_storeu_pd, _mm256_sub_pd, _mm256_unpackhi_pd,
            _mm256_unpacklo_pd,
        };
        let (low, inverse) = (_mm256_set1_pd(self.low), _mm256_set1_pd(self.inverse));
        let (last, zero) = (_mm256_set1_pd(self.intervals as f64), _mm256_setzero_pd());
        let width = _mm256_set1_pd(self.width as f64);
        let values = self.values.as_ptr();
        let mut theta = [0.0; TOGETHER];
        let mut rows = [0i32; TOGETHER];
        for first in (0..call.length).step_by(TOGETHER) {
            let count = TOGETHER.min(call.length - first);
            // All of `x` is read before a target, which may be the same, is written.
            let mut x = [[0.0; GROUP]; TOGETHER / GROUP];
            for at in (0..count).step_by(GROUP) {
                let x = &mut x[at / GROUP];
                // SAFETY: the views' memory is as long.
                *x = unsafe { call.operands[0].load::<GROUP>(first + at) };
                // SAFETY: the array is as long.
                let steps = unsafe { _mm256_loadu_pd(x.as_ptr()) };
                let steps = _mm256_mul_pd(_mm256_sub_pd(steps, low), inverse);
                // Where one is NaN, both give their second operand: NaN stays.
                let inside = _mm256_min_pd(last, _mm256_max_pd(zero, steps));
                let below = _mm256_floor_pd(inside);
                // NaN is in row 0.
                let row = _mm256_cvttpd_epi32(_mm256_mul_pd(_mm256_max_pd(below, zero), width));
                let (theta, rows) = (&mut theta[at..at + GROUP], &mut rows[at..at + GROUP]);
                // SAFETY: both slices are as long.
                unsafe {
                    _mm256_storeu_pd(theta.as_mut_ptr(), _mm256_sub_pd(inside, below));
                    _mm_storeu_si128(rows.as_mut_ptr().cast::<__m128i>(), row);
                }
            }
            for group in &lookup.groups {
                let targets =
                    group.targets.map(|target| Some(views[target?.index()].pointer.wrapping_add(first)));
                for at in (0..count).step_by(GROUP) {
                    let row = |lane: usize| -> __m256d {
                        // SAFETY: every point's row has a next one, and the group lies within a row.
                        let (first, next) = unsafe {
                            let first = values.add(rows[at + lane] as usize + group.first_column as usize);
                            (_mm256_loadu_pd(first), _mm256_loadu_pd(first.add(self.width)))
                        };
                        _mm256_fmadd_pd(_mm256_set1_pd(theta[at + lane]), _mm256_sub_pd(next, first), first)
                    };
                    let [a, b, c, d] = [row(0), row(1), row(2), row(3)];
                    let (ab_even, ab_odd) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
                    let (cd_even, cd_odd) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
                    let columns = [
                        _mm256_permute2f128_pd::<0x20>(ab_even, cd_even),
                        _mm256_permute2f128_pd::<0x20>(ab_odd, cd_odd),
                        _mm256_permute2f128_pd::<0x31>(ab_even, cd_even),
                        _mm256_permute2f128_pd::<0x31>(ab_odd, cd_odd),
                    ];
                    for (target, column) in targets.iter().zip(columns) {
                        if let Some(target) = target {
                            // SAFETY: the target holds the block.
                            unsafe { _mm256_storeu_pd(target.add(at), column) };
                        }
                    }
                }
            }
            if !lookup.others.is_empty() {
                for (at, x) in (first..first + count).step_by(GROUP).zip(x) {
                    let points = self.locate(x);
                    for result in &lookup.others {
                        let values =
                            self.values::<true, GROUP>(&points, result.column as usize, result.slope);
                        // SAFETY: as above.
                        unsafe { views[result.target.index()].store(at, values) };
                    }
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
