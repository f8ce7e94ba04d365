//! What of a recording a plot shows: which populations, which of their cells stand out, and which time.

use super::style::{Colour, series};
use crate::analysis::{Population, Recording};
use crate::diagnostic::{Diagnostic, suggest};

use super::RunOptions;

/// The part of a recording that is to be seen.
pub(super) struct View<'a> {
    /// In the order of the description.
    pub(super) groups: Vec<Group<'a>>,
    /// Name of the list whose cells stand out.
    pub(super) list: Option<&'a str>,
    /// Beginning of the window, ms.
    pub(super) from: f64,
    /// End of the window, ms.
    pub(super) to: f64,
}

/// One population of a view.
pub(super) struct Group<'a> {
    /// Its spikes.
    pub(super) population: &'a Population,
    /// Its colour, the same in every plot of the run.
    pub(super) colour: Colour,
    /// The cells that stand out, ascending; `None` where the list is not of this population.
    pub(super) selected: Option<Vec<usize>>,
}

impl<'a> View<'a> {
    /// # Errors
    /// A population or list that is not there, a window with nothing in it, a recording without populations.
    pub(super) fn new(recording: &'a Recording, options: &RunOptions) -> Result<View<'a>, Diagnostic> {
        for name in &options.populations {
            recording.population(name)?;
        }
        let list = list(recording, options)?;
        let (from, to) = options.window.unwrap_or((0.0, recording.until));
        if !(from < to && from < recording.until) {
            let message = if options.window.is_some() {
                format!(
                    "the window from {from} to {to} ms has nothing in it: the recording ends at {} ms",
                    recording.until
                )
            } else {
                "the recording has no duration".to_owned()
            };
            return Err(Diagnostic::error("plot/window", message));
        }
        let wanted = |name: &String| options.populations.is_empty() || options.populations.contains(name);
        let groups: Vec<Group> = (recording.populations.iter().enumerate())
            .filter(|(_, p)| wanted(&p.name) && !p.trains.is_empty())
            .map(|(number, population)| Group {
                population,
                colour: series(number),
                selected: list.and_then(|(_, cells)| selected(cells, population.trains.len())),
            })
            .collect();
        if groups.is_empty() {
            let error = Diagnostic::error("plot/empty", "the recording has no cells");
            return Err(error.help("plot the folder of a run whose network has cells"));
        }
        // A list that fits no population of the view makes nothing stand out.
        let shown = groups.iter().any(|g| g.selected.is_some());
        Ok(View {
            groups,
            list: list.map(|(name, _)| name).filter(|_| shown),
            from,
            to: to.min(recording.until),
        })
    }

    /// The spikes of a train that are in the window.
    pub(super) fn within<'t>(&self, train: &'t [f64]) -> &'t [f64] {
        let first = train.partition_point(|t| *t < self.from);
        let end = train.partition_point(|t| *t <= self.to);
        &train[first..end.max(first)]
    }
}

impl Group<'_> {
    /// Number of cells.
    pub(super) fn count(&self) -> usize {
        self.population.trains.len()
    }

    /// Whether this cell stands out.
    pub(super) fn stands_out(&self, cell: usize) -> bool {
        self.selected.as_ref().is_some_and(|cells| cells.binary_search(&cell).is_ok())
    }
}

/// The list whose cells stand out: the one that was named, or the description's first that is not empty.
fn list<'a>(
    recording: &'a Recording,
    options: &RunOptions,
) -> Result<Option<(&'a str, &'a [u32])>, Diagnostic> {
    let lists = &recording.lists;
    let Some(name) = &options.highlight else {
        let first = lists.iter().find(|(_, cells)| !cells.is_empty());
        return Ok(first.map(|(name, cells)| (name.as_str(), cells.as_slice())));
    };
    if name == "none" {
        return Ok(None);
    }
    if let Some((name, cells)) = lists.iter().find(|(n, _)| n == name) {
        return Ok(Some((name, cells)));
    }
    let error = Diagnostic::error("plot/list", format!("the run has no list of cells `{name}`"));
    let names: Vec<&str> = lists.iter().map(|(n, _)| n.as_str()).collect();
    Err(match suggest(name, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.note("its description has no `[list]` at all"),
        None => error.note(format!("it has {}", super::quoted(&names))),
    })
}

/// The cells of a list in a population of this size. A list belongs to every population that has all of its cells.
fn selected(list: &[u32], count: usize) -> Option<Vec<usize>> {
    let mut cells: Vec<usize> = list.iter().map(|&cell| cell as usize).collect();
    cells.sort_unstable();
    cells.dedup();
    (cells.last().is_some_and(|&last| last < count) && count > 1).then_some(cells)
}
