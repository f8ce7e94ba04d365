//! How far a run has come: a bar on a terminal, a line now and then elsewhere.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::format::{duration, number, speed, time_left};
use super::terminal::Terminal;

/// Between two looks of a person at the bar.
const DRAW_EVERY: Duration = Duration::from_millis(100);
/// Between two lines in a log.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// The bar's parts.
const PARTS: u64 = 1000;

/// Tells people how far a run is.
pub(super) struct Progress {
    how: How,
    begun: Instant,
    told: Instant,
    /// Where the run began, ms.
    from: f64,
}

enum How {
    Silent,
    Lines,
    Bar(ProgressBar),
}

impl Progress {
    /// Begins at `from` ms.
    pub(super) fn new(terminal: &Terminal, from: f64) -> Progress {
        let how = if terminal.quiet() {
            How::Silent
        } else if terminal.can_draw() {
            let bar = ProgressBar::with_draw_target(Some(PARTS), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("  [{bar:20}] {wide_msg}") {
                bar.set_style(style.progress_chars("=> "));
            }
            How::Bar(bar)
        } else {
            How::Lines
        };
        let now = Instant::now();
        Progress { how, begun: now, told: now, from }
    }

    /// The run has come to `time` of `until` ms. Cheap enough for every epoch.
    pub(super) fn at(&mut self, time: f64, until: f64) {
        let every = match self.how {
            How::Silent => return,
            How::Lines => LINE_EVERY,
            How::Bar(_) => DRAW_EVERY,
        };
        if self.told.elapsed() < every {
            return;
        }
        self.told = Instant::now();
        let wall = self.begun.elapsed().as_secs_f64();
        match &self.how {
            How::Silent => {}
            How::Lines => {
                let _ = writeln!(std::io::stderr(), "  {}", line(self.from, time, until, wall));
            }
            How::Bar(bar) => {
                bar.set_position(((time / until).clamp(0.0, 1.0) * PARTS as f64) as u64);
                bar.set_message(line(self.from, time, until, wall));
            }
        }
    }

    /// Takes the bar away.
    pub(super) fn end(self) {
        if let How::Bar(bar) = self.how {
            bar.finish_and_clear();
        }
    }
}

/// `123.4 of 500 ms, 25 x slower than real time, 12 s left`.
fn line(from: f64, time: f64, until: f64, wall_s: f64) -> String {
    let done = time - from;
    let left = if done > 0.0 { (until - time) / done * wall_s } else { f64::NAN };
    let left = if left.is_finite() { format!("{} left", time_left(left)) } else { duration(wall_s) };
    format!("{:.1} of {} ms, {}, {left}", time, number(until, 6), speed(done, wall_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long_still() {
        assert_eq!(line(0.0, 100.0, 500.0, 2.0), "100.0 of 500 ms, 20 x slower than real time, 8 s left");
        assert_eq!(line(100.0, 150.0, 200.0, 0.01), "150.0 of 200 ms, 5 x real time, 1 s left");
        assert_eq!(line(0.0, 0.0, 500.0, 2.0), "0.0 of 500 ms, -, 2.0 s");
    }
}
