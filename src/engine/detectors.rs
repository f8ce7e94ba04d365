//! Watches voltages for crossings of thresholds.

/// The detectors of one thread's cells, in the order in which they were added.
#[derive(Debug, Default)]
pub struct Detectors {
    runs: Vec<Run>,
    /// Global id of each detector's cell.
    ids: Vec<u32>,
    /// 1 where the voltage was above the threshold when last looked at, else 0: as wide as a voltage, so that the two are
    /// compared many at a time.
    above: Vec<u64>,
}

/// Detectors of one threshold at successive compartments.
#[derive(Debug)]
struct Run {
    threshold: f64,
    /// Compartment of the first of them.
    node: usize,
    /// Number of the first of them.
    first: usize,
    count: usize,
}

/// Detectors that are looked at together: nearly always no voltage has crossed.
const TOGETHER: usize = 16;

impl Detectors {
    /// Adds one for cell `id` at a compartment, with a threshold in mV.
    pub fn push(&mut self, node: u32, threshold: f64, id: u32) {
        let node = node as usize;
        match self.runs.last_mut() {
            Some(run) if run.threshold == threshold && run.node + run.count == node => run.count += 1,
            _ => self.runs.push(Run { threshold, node, first: self.ids.len(), count: 1 }),
        }
        self.ids.push(id);
        self.above.push(0);
    }

    /// Tells `fired` the cells whose voltage (mV) is above the threshold now and was not when last looked at.
    pub fn look(&mut self, voltage: &[f64], mut fired: impl FnMut(u32)) {
        for Run { threshold, node, first, count } in &self.runs {
            let voltages = voltage[*node..node + count].chunks(TOGETHER);
            let ids = self.ids[*first..first + count].chunks(TOGETHER);
            let above = self.above[*first..first + count].chunks_mut(TOGETHER);
            for ((voltages, ids), above) in voltages.zip(ids).zip(above) {
                let crossed = voltages
                    .iter()
                    .zip(above.iter())
                    .fold(0, |crossed, (v, above)| crossed | (u64::from(*v > *threshold) ^ above));
                if crossed == 0 {
                    continue;
                }
                for ((v, id), above) in voltages.iter().zip(ids).zip(above) {
                    let now = u64::from(*v > *threshold);
                    if now > *above {
                        fired(*id);
                    }
                    *above = now;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cell_fires_when_its_voltage_comes_above_its_threshold(
            cells in prop::collection::vec((0u32..60, prop::sample::select(vec![-20.0, 0.0])), 0..80),
            steps in prop::collection::vec(prop::collection::vec(-40.0..20.0f64, 60), 1..6),
        ) {
            let mut detectors = Detectors::default();
            for (id, (node, threshold)) in cells.iter().enumerate() {
                detectors.push(*node, *threshold, id as u32);
            }
            let mut before = vec![f64::NEG_INFINITY; 60];
            for voltages in steps {
                let mut fired = Vec::new();
                detectors.look(&voltages, |id| fired.push(id));
                let crossed = |(_, (node, threshold)): &(usize, &(u32, f64))| {
                    before[*node as usize] <= *threshold && voltages[*node as usize] > *threshold
                };
                let expected: Vec<u32> = cells.iter().enumerate().filter(crossed).map(|(id, _)| id as u32).collect();
                prop_assert_eq!(&fired, &expected);
                before = voltages;
            }
        }
    }
}
