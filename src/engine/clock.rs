//! Time in whole steps, so that it does not drift.

/// The time step, and the times of steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    dt: f64,
    /// 1/dt where that is a whole number: dividing by it gives the decimal that people expect (145.9, not
    /// 145.90000000000001).
    per_ms: Option<f64>,
}

/// A part of a step within which two times count as equal; far under the 1e-10 ms that sets a spike's event
/// apart from one that is due exactly between two steps.
const STEP_TOLERANCE: f64 = 1e-9;

impl Clock {
    /// A clock of step `dt` (ms, positive and finite).
    pub fn new(dt: f64) -> Clock {
        let per_ms = (1.0 / dt).round();
        let whole = per_ms >= 1.0 && (per_ms * dt - 1.0).abs() < 1e-12;
        Clock { dt, per_ms: whole.then_some(per_ms) }
    }

    /// The time step, ms.
    pub fn dt(&self) -> f64 {
        self.dt
    }

    /// The time of a step's beginning, ms.
    pub fn time(&self, step: u64) -> f64 {
        match self.per_ms {
            Some(per_ms) => step as f64 / per_ms,
            None => step as f64 * self.dt,
        }
    }

    /// The step at whose beginning an event of time `time` (ms) is delivered: the first step whose middle is not
    /// before it.
    pub fn due(&self, time: f64) -> u64 {
        (time / self.dt - 0.5 - STEP_TOLERANCE).ceil().max(0.0) as u64
    }

    /// The number of steps that reach `time` (ms), rounded to the nearest step.
    pub fn steps(&self, time: f64) -> u64 {
        (time / self.dt).round().max(0.0) as u64
    }

    /// The whole number of steps within a delay (ms).
    pub fn whole_steps(&self, delay: f64) -> u64 {
        (delay / self.dt + STEP_TOLERANCE).floor().max(0.0) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_the_nearest_decimals() {
        let clock = Clock::new(0.05);
        assert_eq!(clock.time(2918), 145.9);
        assert_eq!(Clock::new(0.1).time(3), 0.3);
        assert_eq!(Clock::new(0.3).time(2), 0.6);
    }

    #[test]
    fn an_event_is_due_at_the_first_step_whose_middle_is_not_before_it() {
        let clock = Clock::new(0.05);
        assert_eq!(clock.due(0.0), 0);
        assert_eq!(clock.due(0.025), 0);
        assert_eq!(clock.due(0.025 + 1e-10), 1);
        assert_eq!(clock.due(136.0), 2720);
        assert_eq!(clock.due(220.155), 4403);
        assert_eq!(clock.due(327.115), 6542);
    }

    #[test]
    fn delays_are_whole_steps_despite_rounding() {
        assert_eq!(Clock::new(0.1).whole_steps(0.3), 3);
        assert_eq!(Clock::new(0.05).whole_steps(0.5), 10);
        assert_eq!(Clock::new(0.025).whole_steps(0.5), 20);
        assert_eq!(Clock::new(0.05).whole_steps(0.12), 2);
    }
}
