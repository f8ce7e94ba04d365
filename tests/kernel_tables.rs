//! Tables: exact at their points, linear between, constant outside, NaN for NaN; on every level.

mod kernel_common;

use kernel_common::{ENVIRONMENT, World, table};
use volley::ir::{Binary, ColumnId, Effect, Kernel, Op, Place, TableId, Unary};
use volley::kernel::{Level, TableValues};

/// Reads `columns` columns of table 0, or their slopes, at column 0 of the world.
fn read(columns: u32, slope: bool) -> Kernel {
    let mut kernel = Kernel::default();
    let x = kernel.push(Op::Read(Place::Column(ColumnId(0))));
    for column in 0..columns {
        let value = kernel.push(match slope {
            true => Op::LookupSlope { table: TableId(0), column, x },
            false => Op::Lookup { table: TableId(0), column, x },
        });
        kernel.effects.push(Effect::Write(Place::Column(ColumnId(column + 1)), value));
    }
    kernel
}

/// A world whose table 0 has `columns` columns: column i is x^2 + i, from -2 to 2 in 16 intervals.
fn world(level: Level, columns: u32, x: &[f64]) -> World {
    let places: Vec<u32> = (0..x.len() as u32).collect();
    let mut world = World::new(columns as usize + 1, &places);
    world.instances.columns.column_mut(0).copy_from_slice(x);
    world.instances.columns.pad();
    let table = table((-2.0, 2.0, 16), columns, |body, number, x| {
        let square = body.push(Op::Binary(Binary::Multiply, x, x));
        let number = body.push(Op::Constant(f64::from(number)));
        body.push(Op::Binary(Binary::Add, square, number))
    });
    world.tables.push(TableValues::build(&table, level, &ENVIRONMENT, &[], &[]));
    world
}

const COLUMNS: [u32; 7] = [1, 2, 3, 4, 5, 8, 22];

#[test]
fn exact_at_the_points() {
    let points: Vec<f64> = (0..=16).map(|point| -2.0 + 0.25 * f64::from(point)).collect();
    for level in Level::available() {
        for columns in COLUMNS {
            let mut world = world(level, columns, &points);
            world.run(level, &read(columns, false));
            for column in 0..columns as usize {
                for (x, value) in points.iter().zip(world.column(column + 1)) {
                    assert_eq!(*value, x * x + column as f64, "at {x} of column {column} of {columns}");
                }
            }
        }
    }
}

#[test]
fn linear_between_the_points() {
    let between: Vec<f64> = (0..160).map(|i| -2.0 + 0.025 * (f64::from(i) + 0.31)).collect();
    for level in Level::available() {
        for columns in COLUMNS {
            let mut world = world(level, columns, &between);
            world.run(level, &read(columns, false));
            let values = world.clone();
            world.run(level, &read(columns, true));
            for (instance, x) in between.iter().enumerate() {
                let below = (x / 0.25).floor() * 0.25;
                let above = below + 0.25;
                let slope = (above * above - below * below) / 0.25;
                for column in 0..columns as usize {
                    let right = below * below + column as f64 + slope * (x - below);
                    assert!((values.column(column + 1)[instance] - right).abs() < 1e-13);
                    assert!((world.column(column + 1)[instance] - slope).abs() < 1e-13);
                }
            }
        }
    }
}

#[test]
fn constant_outside() {
    let outside = [-2.000_001, -1e9, f64::NEG_INFINITY, 2.000_001, 1e9, 1e300, f64::INFINITY];
    for level in Level::available() {
        for columns in COLUMNS {
            let mut world = world(level, columns, &outside);
            world.run(level, &read(columns, false));
            for column in 0..columns as usize {
                assert_eq!(world.column(column + 1), [4.0 + column as f64; 7]);
            }
            world.run(level, &read(columns, true));
            for column in 0..columns as usize {
                assert_eq!(world.column(column + 1), [0.0; 7]);
            }
        }
    }
}

#[test]
fn nan_stays_nan() {
    for level in Level::available() {
        for columns in COLUMNS {
            for slope in [false, true] {
                let mut world = world(level, columns, &[f64::NAN, 1.0]);
                world.run(level, &read(columns, slope));
                for column in 0..columns as usize {
                    assert!(world.column(column + 1)[0].is_nan());
                    assert!(world.column(column + 1)[1].is_finite());
                }
            }
        }
    }
}

#[test]
fn a_body_reads_what_is_the_same_for_all() {
    let table = table((0.0, 1.0, 1), 1, |body, _, x| {
        let celsius = body.push(Op::Builtin(volley::ir::Builtin::Celsius));
        let global = body.push(Op::Global(volley::ir::GlobalId(1)));
        let warm = body.push(Op::MultiplyAdd(x, celsius, global));
        body.push(Op::Unary(Unary::Negate, warm))
    });
    for level in Level::available() {
        let mut world = World::with_values(&[0.0, 1.0]);
        world.tables.push(TableValues::build(&table, level, &ENVIRONMENT, &[0.0, 5.0], &[]));
        world.run(level, &read(1, false));
        assert_eq!(world.column(1), [-5.0, -42.0]);
    }
}

#[test]
fn an_empty_range_gives_an_end() {
    let table = table((3.0, 3.0, 10), 1, |_, _, x| x);
    for level in Level::available() {
        let mut world = World::with_values(&[2.0, 4.0]);
        world.tables.push(TableValues::build(&table, level, &ENVIRONMENT, &[], &[]));
        world.run(level, &read(1, false));
        assert_eq!(world.column(1), [3.0, 3.0]);
    }
}
