//! Passive membrane and cables against exact solutions, with the orders of convergence: first in time (backward
//! Euler), second in space.
//!
//! The solutions are those of the cable equation, W. Rall (1969), Time constants and electrotonic length of membrane
//! cylinders and neurons, doi:10.1016/S0006-3495(69)86467-2.

mod common;

use std::f64::consts::PI;
use std::sync::Arc;

use common::{described, distance, order, run};
use volley::network::Model;

/// A cable with sealed ends, and current into its end at 0 from t = 0 on.
#[derive(Clone, Copy)]
struct Cable {
    /// um
    length: f64,
    /// um
    diameter: f64,
    /// ohm cm
    axial: f64,
    /// S/cm2
    leak: f64,
    /// uF/cm2
    capacitance: f64,
    /// nA
    current: f64,
}

/// Of the unpolarised membrane, mV.
const REST: f64 = -65.0;

/// 1.2 length constants long; polarised by some 30 mV.
const CABLE: Cable =
    Cable { length: 1200.0, diameter: 2.0, axial: 200.0, leak: 4e-4, capacitance: 1.5, current: 0.3 };

impl Cable {
    /// Length constant, um.
    fn lambda(&self) -> f64 {
        // d / (4 Ra g) in um / (ohm cm S/cm2) = 1e4 um2.
        (self.diameter * 1e4 / (4.0 * self.axial * self.leak)).sqrt()
    }

    /// Time constant, ms.
    fn tau(&self) -> f64 {
        1e-3 * self.capacitance / self.leak
    }

    /// Polarisation of an infinite cable's end, mV: the current times the axial resistance of a length constant.
    fn scale(&self) -> f64 {
        // ohm cm um / um2 = 1e4 ohm = 0.01 megohm.
        self.current * 0.01 * self.axial * self.lambda() / (PI * self.diameter * self.diameter / 4.0)
    }

    /// Steady v at the part x of the length, mV: cosh((l - x)/lambda) / sinh(l/lambda).
    fn steady(&self, x: f64) -> f64 {
        let l = self.length / self.lambda();
        REST + self.scale() * (l * (1.0 - x)).cosh() / l.sinh()
    }

    /// v at the part x of the length at `time` (ms), mV: the steady solution less its decaying cosine series.
    fn at(&self, x: f64, time: f64) -> f64 {
        let (l, time) = (self.length / self.lambda(), time / self.tau());
        let term = |n: i32| {
            let k = f64::from(n) * PI / l;
            let rate = 1.0 + k * k;
            (f64::from(n) * PI * x).cos() * (-rate * time).exp() / rate
        };
        // The slowest come last, so that the sum is exact; at the times used here the last terms are 0.
        let rest: f64 = (1..2000).rev().map(term).sum();
        self.steady(x) - self.scale() / l * ((-time).exp() + 2.0 * rest)
    }

    fn model(&self, segments: u32, dt: f64, tstop: f64, every: f64, places: &str) -> Arc<Model> {
        let Cable { length, diameter, axial, leak, capacitance, current } = self;
        described(&format!(
            r#"
            [simulation]
            dt = {dt:?}
            tstop = {tstop:?}
            v_init = {REST:?}
            [cell.cable]
            Ra = {axial:?}
            cm = {capacitance:?}
            [cell.cable.section.cable]
            L = {length:?}
            diam = {diameter:?}
            nseg = {segments}
            [cell.cable.mechanism.pas]
            g = {leak:?}
            e = {REST:?}
            [population.cable]
            cell = "cable"
            [stimulus.current]
            population = "cable"
            mechanism = "IClamp"
            at = "cable(0)"
            amp = {current:?}
            dur = 1e9
            [record.v]
            population = "cable"
            at = {places}
            every = {every:?}
            "#
        ))
    }
}

const ENDS: &str = r#"["cable(0)", "cable(1)"]"#;

/// One compartment, charged by a current.
fn charged(dt: f64, tstop: f64) -> Vec<f64> {
    let model = described(&format!(
        r#"
        [simulation]
        dt = {dt:?}
        tstop = {tstop:?}
        v_init = -65
        [cell.rc]
        cm = 2
        [cell.rc.section.soma]
        L = 20
        diam = 25
        [cell.rc.mechanism.pas]
        g = 0.0004
        e = -65
        [population.rc]
        cell = "rc"
        [stimulus.current]
        population = "rc"
        mechanism = "IClamp"
        amp = 0.1
        dur = 1e9
        [record.v]
        population = "rc"
        "#
    ));
    run(&model).series("v")
}

/// Of that compartment: time constant 2 uF/cm2 / 0.4 mS/cm2, ms.
const RC_TAU: f64 = 5.0;

/// Its final polarisation, mV: 0.1 nA over 0.4 mS/cm2 times the area of 500 pi um2.
fn rc_final() -> f64 {
    0.1 / (4e-4 * 500.0 * PI * 1e-8 * 1e6)
}

/// Criterion: backward Euler's own solution v_n = final (1 - (1 + dt/tau)^-n) to rounding (1e-12 of the final value
/// after 2000 steps, of 65 mV in all).
#[test]
fn a_compartment_charges_as_backward_euler_says() {
    let v = charged(0.025, 50.0);
    let exact: Vec<f64> = (0..v.len())
        .map(|n| REST + rc_final() * (1.0 - (n as f64 * -(0.025f64 / RC_TAU).ln_1p()).exp()))
        .collect();
    assert_eq!(v.len(), 2001);
    let error = distance(&v, &exact);
    println!("backward Euler within {error:e} mV of {} mV", rc_final());
    assert!(error < 1e-11, "{error}");
}

/// Criterion: the error against the exponential at t = tau halves with dt, order 1 within 0.1 (measured 0.99 to 1).
#[test]
fn charging_is_of_first_order_in_time() {
    let error = |dt: f64| {
        let v = charged(dt, RC_TAU);
        (v[v.len() - 1] - (REST + rc_final() * (1.0 - (-1.0f64).exp()))).abs()
    };
    let errors = [0.2, 0.1, 0.05, 0.025].map(error);
    for pair in errors.windows(2) {
        let p = order(pair[0], pair[1]);
        println!("errors {:e} {:e}, order {p}", pair[0], pair[1]);
        assert!((p - 1.0).abs() < 0.1, "order {p}");
    }
}

/// Criterion: doubling the number of segments quarters the largest error, over all segments and both ends; order 2
/// within 0.1. (Steps of 200 ms, 50 time constants, reach the steady state to rounding.)
#[test]
fn the_steady_state_of_a_cable_is_of_second_order_in_space() {
    let error = |segments: u32| {
        let model = CABLE.model(segments, 200.0, 10_000.0, 10_000.0, r#"["cable(0)", "all", "cable(1)"]"#);
        let results = run(&model);
        let last = results.rows("v").pop().unwrap();
        let exact: Vec<f64> = model.reports[0].elements.iter().map(|e| CABLE.steady(e.x)).collect();
        assert_eq!(last.len() as u32, segments + 2);
        distance(&last, &exact)
    };
    let errors = [10, 20, 40, 80].map(error);
    for pair in errors.windows(2) {
        let p = order(pair[0], pair[1]);
        println!("errors {:e} {:e} mV, order {p}", pair[0], pair[1]);
        assert!((p - 2.0).abs() < 0.1, "order {p}");
    }
}

/// Criterion: with 400 segments, whose own error is under 5 % of the smallest measured, the error at both ends at t = 5 ms
/// (1.3 time constants) halves with dt: order 1 within 0.1.
#[test]
fn the_transient_of_a_cable_is_of_first_order_in_time() {
    let errors = [0.1, 0.05, 0.025, 0.0125].map(|dt| {
        let model = CABLE.model(400, dt, 5.0, 5.0, ENDS);
        let last = run(&model).rows("v").pop().unwrap();
        [last[0] - CABLE.at(0.0, 5.0), last[1] - CABLE.at(1.0, 5.0)]
    });
    for pair in errors.windows(2) {
        for end in 0..2 {
            let p = order(pair[0][end].abs(), pair[1][end].abs());
            println!("end {end}: errors {:e} {:e} mV, order {p}", pair[0][end], pair[1][end]);
            assert!((p - 1.0).abs() < 0.1, "order {p}");
        }
    }
}

/// Criterion: what doubling the number of segments changes in v at both ends at t = 5 ms falls by 4 with every doubling:
/// order 2 within 0.1. (A difference of two runs of one dt is free of the time step's error.)
#[test]
fn the_transient_of_a_cable_is_of_second_order_in_space() {
    let at_5_ms = |segments: u32| run(&CABLE.model(segments, 0.02, 5.0, 5.0, ENDS)).rows("v").pop().unwrap();
    let values = [20, 40, 80, 160].map(at_5_ms);
    for end in 0..2 {
        let difference = |i: usize| (values[i][end] - values[i + 1][end]).abs();
        for i in 0..2 {
            let p = order(difference(i), difference(i + 1));
            println!("end {end}: differences {:e} {:e} mV, order {p}", difference(i), difference(i + 1));
            assert!((p - 2.0).abs() < 0.1, "order {p}");
        }
    }
}

/// Rallpack 1 (U. S. Bhalla, D. H. Bilitch, J. M. Bower 1992, doi:10.1016/0166-2236(92)90009-W): 1 mm long, 1 um thick,
/// 1000 compartments, Ra 1 ohm m, Rm 4 ohm m2, Cm 0.01 F/m2, 0.1 nA into one end, v at both ends for 250 ms, E = -65 mV.
///
/// Criterion: at both ends the root of the mean square of (v - series), sampled every 0.5 ms, is under 0.05 % of the
/// final polarisation at dt = 0.05 ms (measured below), and halves with dt (order 1 within 0.1).
#[test]
fn rallpack_1() {
    // 4 ohm m2 = 40,000 ohm cm2; 0.01 F/m2 = 1 uF/cm2.
    let cable = Cable {
        length: 1000.0,
        diameter: 1.0,
        axial: 100.0,
        leak: 1.0 / 40_000.0,
        capacitance: 1.0,
        current: 0.1,
    };
    assert!((cable.lambda() - 1000.0).abs() < 1e-9);
    let exact: Vec<[f64; 2]> =
        (1..=500).map(|k| [0.0, 1.0].map(|x| cable.at(x, 0.5 * f64::from(k)))).collect();
    let errors = [0.1, 0.05].map(|dt| {
        let rows = run(&cable.model(1000, dt, 250.0, 0.5, ENDS)).rows("v");
        assert_eq!(rows.len(), 501);
        [0, 1].map(|end| {
            let squares: f64 =
                rows[1..].iter().zip(&exact).map(|(row, exact)| (row[end] - exact[end]).powi(2)).sum();
            (squares / 500.0).sqrt() / (cable.steady(end as f64) - REST)
        })
    });
    for end in 0..2 {
        let (coarse, fine) = (errors[0][end], errors[1][end]);
        let p = order(coarse, fine);
        println!("end {end}: relative errors {coarse:e} {fine:e}, order {p}");
        assert!(fine < 5e-4, "{fine}");
        assert!((p - 1.0).abs() < 0.1, "order {p}");
    }
}
