//! What kernels mean, where it is easy to get wrong: NaN, order of effects, shared compartments, events, draws.

mod kernel_common;

use std::sync::Arc;

use kernel_common::World;
use volley::ir::Site;
use volley::ir::{
    Binary, ColumnId, Distribution, Effect, GlobalId, IonId, IonVariable, Kernel, Op, Place, RandomId,
    Request, Sum, Unary, Value,
};
use volley::kernel::{EventEffect, Level};
use volley::random::Stream;

fn column(kernel: &mut Kernel, number: u32) -> Value {
    kernel.push(Op::Read(Place::Column(ColumnId(number))))
}

fn write(kernel: &mut Kernel, number: u32, value: Value) {
    kernel.effects.push(Effect::Write(Place::Column(ColumnId(number)), value));
}

/// Column 1 becomes what `op` makes of column 0.
fn apply(level: Level, values: &[f64], op: impl Fn(&mut Kernel, Value) -> Value) -> Vec<f64> {
    let mut world = World::with_values(values);
    let mut kernel = Kernel::default();
    let x = column(&mut kernel, 0);
    let result = op(&mut kernel, x);
    write(&mut kernel, 1, result);
    world.run(level, &kernel);
    world.column(1).to_vec()
}

#[test]
fn comparisons_with_nan_do_not_hold() {
    for level in Level::available() {
        for (function, holds) in
            [(Binary::Less, 0.0), (Binary::LessEqual, 0.0), (Binary::Equal, 0.0), (Binary::NotEqual, 1.0)]
        {
            let result = apply(level, &[f64::NAN; 9], |kernel, x| {
                let one = kernel.push(Op::Constant(1.0));
                kernel.push(Op::Binary(function, x, one))
            });
            assert_eq!(result, [holds; 9], "{function:?}");
            let selected = apply(level, &[f64::NAN; 9], |kernel, x| {
                let one = kernel.push(Op::Constant(1.0));
                let two = kernel.push(Op::Constant(2.0));
                let condition = kernel.push(Op::Binary(function, x, one));
                kernel.push(Op::Select(condition, one, two))
            });
            assert_eq!(selected, [2.0 - holds; 9], "{function:?}");
        }
    }
}

#[test]
fn nan_is_true_and_zeros_are_not() {
    for level in Level::available() {
        let result = apply(level, &[f64::NAN, 0.0, -0.0, 1e-300], |kernel, x| {
            let yes = kernel.push(Op::Constant(1.0));
            let no = kernel.push(Op::Constant(-1.0));
            kernel.push(Op::Select(x, yes, no))
        });
        assert_eq!(result, [1.0, -1.0, -1.0, 1.0]);
        let not = apply(level, &[f64::NAN, 0.0, -0.0, 1e-300], |kernel, x| {
            let not = kernel.push(Op::Unary(Unary::Not, x));
            let yes = kernel.push(Op::Constant(1.0));
            let no = kernel.push(Op::Constant(-1.0));
            kernel.push(Op::Select(not, yes, no))
        });
        assert_eq!(not, [-1.0, 1.0, 1.0, -1.0]);
    }
}

#[test]
fn the_lesser_of_a_number_and_nan_is_the_number() {
    for level in Level::available() {
        for function in [Binary::Minimum, Binary::Maximum] {
            let right = apply(level, &[f64::NAN; 3], |kernel, x| {
                let one = kernel.push(Op::Constant(1.0));
                kernel.push(Op::Binary(function, x, one))
            });
            let left = apply(level, &[f64::NAN; 3], |kernel, x| {
                let one = kernel.push(Op::Constant(1.0));
                kernel.push(Op::Binary(function, one, x))
            });
            assert_eq!((right, left), (vec![1.0; 3], vec![1.0; 3]));
        }
    }
}

#[test]
fn effects_see_the_values_from_the_start() {
    for level in Level::available() {
        let mut world = World::with_values(&[1.0, 2.0, 3.0]);
        world.instances.columns.column_mut(1).copy_from_slice(&[10.0, 20.0, 30.0]);
        let mut kernel = Kernel::default();
        let first = column(&mut kernel, 0);
        let second = column(&mut kernel, 1);
        write(&mut kernel, 0, second);
        write(&mut kernel, 1, first);
        world.run(level, &kernel);
        assert_eq!(world.column(0), [10.0, 20.0, 30.0]);
        assert_eq!(world.column(1), [1.0, 2.0, 3.0]);
    }
}

#[test]
fn the_last_write_stays() {
    for level in Level::available() {
        let mut world = World::with_values(&[1.0; 20]);
        let mut kernel = Kernel::default();
        let x = column(&mut kernel, 0);
        let double = kernel.push(Op::Binary(Binary::Add, x, x));
        let constant = kernel.push(Op::Constant(7.0));
        write(&mut kernel, 0, constant);
        write(&mut kernel, 0, double);
        write(&mut kernel, 1, double);
        write(&mut kernel, 1, constant);
        world.run(level, &kernel);
        assert_eq!(world.column(0), [2.0; 20]);
        assert_eq!(world.column(1), [7.0; 20]);
    }
}

/// Large and small terms, so that another order gives another sum.
#[test]
fn sums_are_made_in_the_order_of_the_instances() {
    let terms: Vec<f64> =
        (0..1000).map(|i| if i % 3 == 0 { 1e16 } else { -5e15 } + f64::from(i) * 0.37).collect();
    let places: Vec<u32> = (0..1000).map(|instance| instance * 7 % 3).collect();
    let mut right = [0.0; 3];
    for (place, term) in places.iter().zip(&terms) {
        right[*place as usize] += term;
    }
    for level in Level::available() {
        let mut world = World::new(1, &places);
        world.instances.columns.column_mut(0).copy_from_slice(&terms);
        let mut kernel = Kernel::default();
        let term = column(&mut kernel, 0);
        kernel.effects = vec![
            Effect::Add(Sum::RightHandSide, term),
            Effect::Add(Sum::Diagonal, term),
            Effect::Add(Sum::IonCurrent(IonId(0)), term),
        ];
        world.run(level, &kernel);
        assert_eq!(*world.nodes.right_hand_side, right);
        assert_eq!(*world.nodes.diagonal, right);
        assert_eq!(*world.ions[0].current, right);
    }
}

#[test]
fn sums_leave_the_neighbours_alone() {
    for count in [1, 7, 8, 9, 500] {
        let places: Vec<u32> = (3..3 + count).collect();
        let mut world = World::new(1, &places);
        world.nodes = volley::kernel::NodeColumns::new(count as usize + 20);
        let mut kernel = Kernel::default();
        let one = kernel.push(Op::Constant(1.0));
        kernel.effects = vec![Effect::Add(Sum::RightHandSide, one)];
        world.run(Level::detect(), &kernel);
        for (node, sum) in world.nodes.right_hand_side.iter().enumerate() {
            let inside = (3..3 + count as usize).contains(&node);
            assert_eq!(*sum, if inside { 1.0 } else { 0.0 }, "node {node} of {count}");
        }
    }
}

/// Two instances in one compartment that raise the same concentration: the second sees what the first did.
#[test]
fn instances_that_share_what_they_change_take_turns() {
    let inside = Place::Ion(IonId(0), IonVariable::Inside);
    for level in Level::available() {
        let mut world = World::new(1, &[1, 0, 1, 1]);
        world.ions[0].inside.copy_from_slice(&[5.0, 1.0]);
        let mut kernel = Kernel::default();
        let old = kernel.push(Op::Read(inside));
        let new = kernel.push(Op::Binary(Binary::Add, old, old));
        kernel.effects = vec![Effect::Write(inside, new)];
        world.run(level, &kernel);
        assert_eq!(*world.ions[0].inside, [10.0, 8.0]);
    }
}

#[test]
fn globals_are_written_once() {
    for level in Level::available() {
        let mut world = World::with_values(&(0..700).map(f64::from).collect::<Vec<_>>());
        world.globals[2] = 4.0;
        let mut kernel = Kernel::default();
        let old = kernel.push(Op::Global(GlobalId(2)));
        let new = kernel.push(Op::Binary(Binary::Add, old, old));
        let x = column(&mut kernel, 0);
        kernel.effects = vec![Effect::WriteGlobal(GlobalId(2), new), Effect::WriteGlobal(GlobalId(1), x)];
        world.run(level, &kernel);
        assert_eq!(world.globals, [0.0, 699.0, 8.0, 0.0]);
    }
}

#[test]
fn events_read_and_write_their_weights_and_answer() {
    let mut kernel = Kernel::default();
    let weight = kernel.push(Op::Argument(0));
    let flag = kernel.push(Op::Flag);
    let state = column(&mut kernel, 0);
    let sum = kernel.push(Op::Binary(Binary::Add, state, weight));
    let half = kernel.push(Op::Constant(0.5));
    let less = kernel.push(Op::Binary(Binary::Multiply, weight, half));
    let one = kernel.push(Op::Constant(1.0));
    let is_self = kernel.push(Op::Binary(Binary::Equal, flag, one));
    let time = kernel.push(Op::Builtin(volley::ir::Builtin::Time));
    write(&mut kernel, 0, sum);
    kernel.effects.push(Effect::WriteArgument(0, less));
    kernel.push(Op::Request { when: None, what: Request::Send { delay: half, flag: one, site: Site(4) } });
    kernel.push(Op::Request { when: Some(is_self), what: Request::Fire { time } });
    kernel.push(Op::Request { when: Some(is_self), what: Request::Move { time: sum, site: Site(5) } });
    for level in Level::available() {
        let mut world = World::with_values(&[1.0, 2.0, 3.0]);
        let mut weights = [4.0];
        let effects = world.run_one(level, &kernel, 1, &mut weights, 0.0);
        assert_eq!(effects, [EventEffect::Send { delay: 0.5, flag: 1.0, site: Site(4) }]);
        assert_eq!(world.column(0), [1.0, 6.0, 3.0]);
        assert_eq!(weights, [2.0]);
        let effects = world.run_one(level, &kernel, 1, &mut weights, 1.0);
        assert_eq!(
            effects,
            [
                EventEffect::Send { delay: 0.5, flag: 1.0, site: Site(4) },
                EventEffect::Fire { time: 10.0 },
                EventEffect::Move { time: 8.0, site: Site(5) },
            ]
        );
        assert_eq!(weights, [1.0]);
    }
}

/// Every instance draws from its own stream, in the order of the ops, and only where the condition holds.
#[test]
fn draws_come_from_the_instance_s_own_stream() {
    let mut kernel = Kernel::default();
    let when = column(&mut kernel, 0);
    let draw = |distribution, when| Op::Random { random: RandomId(0), distribution, when };
    let masked = kernel.push(draw(Distribution::Uniform, Some(when)));
    let normal = kernel.push(draw(Distribution::Normal, None));
    write(&mut kernel, 0, masked);
    write(&mut kernel, 1, normal);
    let streams: Vec<Stream> = (0..100).map(|instance| Stream::new(1, instance, 2, 0)).collect();
    for level in Level::available() {
        let mut world = World::with_values(&(0..100).map(|i| f64::from(i % 2)).collect::<Vec<_>>());
        world.instances.randoms = vec![streams.clone()];
        world.run(level, &kernel);
        for (instance, stream) in streams.iter().enumerate() {
            let mut stream = stream.clone();
            let uniform = if instance % 2 == 1 { stream.uniform() } else { 0.0 };
            assert_eq!(world.column(0)[instance], uniform);
            assert_eq!(world.column(1)[instance], stream.normal());
            assert_eq!(world.instances.randoms[0][instance], stream);
        }
    }
}

#[test]
fn times_that_are_played_end_in_nan() {
    let mut kernel = Kernel::default();
    let index = column(&mut kernel, 0);
    let size = kernel.push(Op::PlaySize);
    let time = kernel.push(Op::PlayAt(index));
    write(&mut kernel, 0, size);
    write(&mut kernel, 1, time);
    for level in Level::available() {
        let mut world = World::with_values(&[0.0, 1.0, 2.0, -1.0, f64::NAN]);
        world.instances.plays = vec![Arc::from([0.5, 1.5]); 5];
        world.run(level, &kernel);
        assert_eq!(world.column(0), [2.0; 5]);
        let times = world.column(1);
        assert_eq!(times[..2], [0.5, 1.5]);
        assert!(times[2..].iter().all(|time| time.is_nan()));
    }
}

#[test]
fn a_program_says_what_it_needs() {
    let mut kernel = Kernel::default();
    let one = kernel.push(Op::Constant(1.0));
    kernel.push(Op::Request { when: None, what: Request::Fire { time: one } });
    assert!(volley::kernel::Program::compile(&kernel).has_event_effects());
    let mut kernel = Kernel::default();
    kernel.push(Op::Random { random: RandomId(0), distribution: Distribution::Uniform, when: None });
    let program = volley::kernel::Program::compile(&kernel);
    assert!(program.draws_random() && !program.has_event_effects());
}

#[test]
#[should_panic(expected = "a column is not there")]
fn a_column_that_is_not_there_is_noticed() {
    let mut world = World::with_values(&[1.0]);
    let mut kernel = Kernel::default();
    let x = column(&mut kernel, 5);
    write(&mut kernel, 0, x);
    world.run(Level::Baseline, &kernel);
}

#[test]
#[should_panic(expected = "compartment is not there")]
fn a_compartment_that_is_not_there_is_noticed() {
    let mut world = World::with_values(&[1.0, 2.0]);
    world.nodes = volley::kernel::NodeColumns::new(1);
    let mut kernel = Kernel::default();
    let v = kernel.push(Op::Read(Place::Voltage));
    write(&mut kernel, 0, v);
    world.run(Level::Baseline, &kernel);
}
