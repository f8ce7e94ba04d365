//! Plots of runs and of sweeps, for screens and for paper.
//!
//! In: a folder of results and what of it is to be seen. Out: a [`Figure`], written as SVG or PNG. The same folder gives the same
//! bytes, on every machine; fonts of the machine are never asked for.
//!
//! Built in layers: `style`, `font`, `ticks` and `axes` know how things look; `page` puts panels on a page such that
//! nothing is cut off or lies over another; each kind of plot is a file that makes panels; `svg` and `png` draw the shapes that come out.
//! docs/plots.md shows every kind.

mod axes;
mod curve;
mod font;
mod heatmap;
mod isi;
mod output;
mod page;
mod png;
mod raster;
mod rates;
mod scene;
mod smooth;
mod style;
mod svg;
mod sweep;
mod synchrony;
mod table;
mod ticks;
mod view;
mod voltage;

use std::path::Path;

pub use output::Format;
pub use raster::Order;
pub use sweep::{SweepKind, SweepOptions, plot_sweep};

use crate::analysis::Recording;
use crate::diagnostic::Diagnostic;
use crate::record::ReportFile;
use page::{Panel, Size};
use scene::Scene;
use view::View;

/// A plot of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// Raster and rates below each other.
    Overview,
    /// Every spike a mark.
    Raster,
    /// Rates over time.
    Rates,
    /// What reports recorded, over time.
    Voltage,
    /// Histograms of the intervals between spikes.
    Isi,
    /// The share of cells that fire together, over time.
    Synchrony,
}

impl RunKind {
    /// As it is typed, and the name of its file.
    pub fn name(self) -> &'static str {
        match self {
            RunKind::Overview => "overview",
            RunKind::Raster => "raster",
            RunKind::Rates => "rates",
            RunKind::Voltage => "voltage",
            RunKind::Isi => "isi",
            RunKind::Synchrony => "synchrony",
        }
    }
}

/// What of a run is to be seen, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOptions {
    /// Only these populations; empty: all.
    pub populations: Vec<String>,
    /// The list of cells that stand out, `none` for none; by itself the description's first that is not empty.
    pub highlight: Option<String>,
    /// From and to, ms; by itself the whole run.
    pub window: Option<(f64, f64)>,
    /// How the cells of a raster are sorted.
    pub order: Order,
    /// Standard deviation of the curve that each spike counts as in a rate, ms.
    pub smooth: f64,
    /// How the page looks.
    pub look: Look,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions {
            populations: Vec::new(),
            highlight: None,
            window: None,
            order: Order::Onset,
            smooth: 20.0,
            look: Look::default(),
        }
    }
}

/// How a page looks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// Above everything; by itself the name of the network or sweep, empty for none.
    pub title: Option<String>,
    /// Width and height, mm; by itself 85 mm wide and as high as it needs to be.
    pub size: Option<(f64, f64)>,
}

/// A finished plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    scene: Scene,
    /// What a reader should know of it.
    pub notes: Vec<String>,
}

impl Figure {
    fn new(look: &Look, name: &str, panels: &[Panel], notes: Vec<String>) -> Result<Figure, Diagnostic> {
        let title = look.title.as_deref().unwrap_or(name);
        let scene = page::compose(Size { given: look.size }, title, name, panels).map_err(|why| {
            Diagnostic::error("plot/size", why).help("give a larger page with `--size WIDTHxHEIGHT`, in mm")
        })?;
        Ok(Figure { scene, notes })
    }

    /// Width and height, mm.
    pub fn size(&self) -> (f64, f64) {
        (self.scene.width / style::MM, self.scene.height / style::MM)
    }

    /// The text of an SVG file.
    pub fn svg(&self) -> String {
        svg::svg(&self.scene)
    }

    /// The bytes of a PNG file of `dpi` pixels an inch.
    ///
    /// # Errors
    /// The picture would be too large.
    pub fn png(&self, dpi: f64) -> Result<Vec<u8>, Diagnostic> {
        png::png(&self.scene, dpi).map_err(|why| {
            Diagnostic::error("plot/size", why)
                .help("take fewer pixels an inch with `--dpi`, or a smaller `--size`")
        })
    }
}

/// Plots a run's folder, or a spike file.
///
/// # Errors
/// There are no results, they do not have what the plot needs, or the options do not fit them.
pub fn plot_run(path: &Path, kind: RunKind, options: &RunOptions) -> Result<Figure, Diagnostic> {
    let recording = Recording::open(path)?;
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let reports = match kind {
        RunKind::Voltage => voltage::read(folder, &options.populations)?,
        _ => Vec::new(),
    };
    draw(&recording, &reports, kind, options)
}

/// Plots spikes in memory. There are no reports with them.
///
/// # Errors
/// They do not have what the plot needs, or the options do not fit them.
pub fn plot_recording(
    recording: &Recording,
    kind: RunKind,
    options: &RunOptions,
) -> Result<Figure, Diagnostic> {
    if kind == RunKind::Voltage {
        return Err(Diagnostic::error("plot/report", "spikes alone have no potentials"));
    }
    draw(recording, &[], kind, options)
}

fn draw(
    recording: &Recording,
    reports: &[(String, ReportFile)],
    kind: RunKind,
    options: &RunOptions,
) -> Result<Figure, Diagnostic> {
    let view = View::new(recording, options)?;
    let panels = match kind {
        RunKind::Overview => {
            let mut panels = vec![raster::panel(&view, options.order)];
            panels.extend(rates::panels(&view, options.smooth, recording.until, true));
            panels
        }
        RunKind::Raster => vec![raster::panel(&view, options.order)],
        RunKind::Rates => rates::panels(&view, options.smooth, recording.until, false),
        RunKind::Voltage => voltage::panels(&view, reports)?,
        RunKind::Isi => isi::panels(&view)?,
        RunKind::Synchrony => {
            let mut panels = synchrony::panels(&view)?;
            panels.extend(raster::lone_cells(&view));
            panels
        }
    };
    let mut notes = recording.notes.clone();
    if kind != RunKind::Voltage
        && view.groups.iter().all(|g| g.population.trains.iter().all(|t| view.within(t).is_empty()))
    {
        notes.push(format!("no cell fired from {} to {} ms", view.from, view.to));
    }
    Figure::new(&options.look, &recording.network, &panels, notes)
}

/// Whether a folder holds the results of a sweep, not of a run.
pub fn is_sweep(folder: &Path) -> bool {
    table::is_sweep(folder)
}

/// Whether a run's folder has something recorded over time.
pub fn has_reports(folder: &Path) -> bool {
    voltage::any(folder)
}

/// Names as they stand in a message.
fn quoted<S: std::fmt::Display>(names: &[S]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}
