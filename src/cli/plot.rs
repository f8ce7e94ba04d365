//! `volley plot`: a picture of a run or of a sweep.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Exit;
use super::terminal::{self, Terminal};
use crate::diagnostic::Diagnostic;
use crate::plot::{self, Figure, Format, Look, Order, RunKind, RunOptions, SweepKind, SweepOptions};

/// What `volley plot` takes.
#[derive(Debug, Args)]
pub(super) struct PlotArgs {
    /// The folder of a run or of a sweep, or a SONATA spike file
    pub(super) path: PathBuf,
    /// What to show [default: overview of a run; of a sweep, a curve, or a heat map of two numbers]
    #[arg(long, value_name = "KIND")]
    pub(super) kind: Option<Kind>,
    /// The picture; its name ends in .svg or .png [default: the kind, in the folder, as in RUN/raster.svg]
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Only this population; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(super) population: Vec<String>,
    /// The list of cells that stand out, or `none` [default: the description's first that is not empty]
    #[arg(long, value_name = "LIST")]
    pub(super) highlight: Option<String>,
    /// Only this time, ms
    #[arg(long, value_name = "FROM:TO", value_parser = window, allow_negative_numbers = true)]
    pub(super) window: Option<(f64, f64)>,
    /// How the cells of a raster are sorted
    #[arg(long, value_name = "BY", default_value = "onset")]
    pub(super) sort: Sort,
    /// Standard deviation of the curve that each spike counts as in a rate, ms
    #[arg(long, value_name = "MS", default_value = "20", value_parser = positive, allow_negative_numbers = true)]
    pub(super) smooth: f64,
    /// Of a sweep: this measure; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(super) measure: Vec<String>,
    /// Of a sweep: the parameter along the level axis
    #[arg(long, value_name = "PARAMETER")]
    pub(super) x: Option<String>,
    /// Of a sweep: the parameter along the upright axis of a heat map, or of which each value has a curve
    #[arg(long, value_name = "PARAMETER")]
    pub(super) y: Option<String>,
    /// Of a sweep: only runs at which a parameter has this value; may be repeated
    #[arg(long = "where", value_name = "NAME=VALUE", value_parser = super::args::assignment)]
    pub(super) only: Vec<(String, String)>,
    /// Of a sweep: the unit of a parameter, which its axis then says; may be repeated
    #[arg(long, value_name = "NAME=UNIT", value_parser = super::args::assignment)]
    pub(super) unit: Vec<(String, String)>,
    /// Above the plot; empty for nothing [default: the name of the network or sweep]
    #[arg(long, value_name = "TEXT")]
    pub(super) title: Option<String>,
    /// Width and height, mm [default: 85 wide, and as high as it needs to be]
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
    pub(super) size: Option<(f64, f64)>,
    /// Pixels an inch of a PNG file
    #[arg(long, value_name = "N", default_value = "300", value_parser = dpi)]
    pub(super) dpi: f64,
}

/// Pixels an inch where nobody says how many.
const DPI: f64 = 300.0;

/// What there is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// Of a run: raster and rates
    Overview,
    /// Of a run: every spike a mark
    Raster,
    /// Of a run: rates over time
    Rates,
    /// Of a run: what its reports recorded, over time
    Voltage,
    /// Of a run: histograms of the intervals between spikes
    Isi,
    /// Of a run: the share of cells that fire together, over time
    Synchrony,
    /// Of a sweep: measures against a parameter
    Curve,
    /// Of a sweep: a measure over two parameters
    Heatmap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Sort {
    /// Cells that stand out first, then by their first spike
    Onset,
    /// By number
    Number,
}

/// Makes a plot and says its file's name.
pub(super) fn plot(args: &PlotArgs) -> Exit {
    let terminal = Terminal::new(true, false);
    match make(args, &terminal) {
        Ok(path) => terminal::print(|out| writeln!(out, "{}", path.display())),
        Err(error) => {
            terminal.tell(&error);
            Exit::BadInput
        }
    }
}

/// Draws a finished run into its folder; the files' names.
///
/// # Errors
/// A plot cannot be made or written.
pub(super) fn of_run(folder: &Path) -> Result<Vec<String>, Diagnostic> {
    let options = RunOptions::default();
    let mut kinds = vec![RunKind::Overview];
    if plot::has_reports(folder) {
        kinds.push(RunKind::Voltage);
    }
    let draw = |kind: RunKind| {
        let path = folder.join(format!("{}.svg", kind.name()));
        plot::plot_run(folder, kind, &options)?.write(&path, DPI)?;
        Ok(path.display().to_string())
    };
    kinds.into_iter().map(draw).collect()
}

fn make(args: &PlotArgs, terminal: &Terminal) -> Result<PathBuf, Diagnostic> {
    // A name that cannot be is told before anything is read.
    if let Some(output) = &args.output {
        Format::of(output)?;
    }
    if !args.path.exists() {
        let message = format!("there is no `{}`", args.path.display());
        return Err(Diagnostic::error("plot/folder", message)
            .help("give the folder that `volley run` or `volley sweep` wrote"));
    }
    let (name, figure) = figure(args)?;
    for note in &figure.notes {
        terminal.note("plot/note", note);
    }
    let output = match &args.output {
        Some(output) => output.clone(),
        None if args.path.is_dir() => args.path.join(format!("{name}.svg")),
        None => args.path.with_file_name(format!("{name}.svg")),
    };
    figure.write(&output, args.dpi)?;
    Ok(output)
}

/// The plot, and the name of its kind.
fn figure(args: &PlotArgs) -> Result<(&'static str, Figure), Diagnostic> {
    let of_sweep = plot::is_sweep(&args.path);
    match (args.kind.map(Kind::of), of_sweep) {
        (Some(Of::Run(_)), true) | (Some(Of::Sweep(_)), false) => Err(unfit(args, of_sweep)),
        (Some(Of::Sweep(kind)), true) => sweep(args, Some(kind)),
        (None, true) => sweep(args, None),
        (Some(Of::Run(kind)), false) => run(args, kind),
        (None, false) => run(args, RunKind::Overview),
    }
}

/// A kind that is not of this folder.
fn unfit(args: &PlotArgs, of_sweep: bool) -> Diagnostic {
    let kind =
        args.kind.and_then(|k| k.to_possible_value()).map_or(String::new(), |v| v.get_name().to_owned());
    let (is, kinds) = if of_sweep {
        ("a sweep", "curve, heatmap")
    } else {
        ("a run", "overview, raster, rates, voltage, isi, synchrony")
    };
    let message =
        format!("`{}` is the folder of {is}, of which there is no plot `{kind}`", args.path.display());
    Diagnostic::error("plot/kind", message).help(format!("choose one of: {kinds}"))
}

/// An option that does nothing for this folder.
fn useless(option: &str, of: &str) -> Diagnostic {
    Diagnostic::error("plot/option", format!("`{option}` is for plots of {of}")).help("leave it out")
}

fn run(args: &PlotArgs, kind: RunKind) -> Result<(&'static str, Figure), Diagnostic> {
    let given = [
        ("--measure", !args.measure.is_empty()),
        ("--x", args.x.is_some()),
        ("--y", args.y.is_some()),
        ("--where", !args.only.is_empty()),
        ("--unit", !args.unit.is_empty()),
    ];
    if let Some((option, _)) = given.iter().find(|(_, given)| *given) {
        return Err(useless(option, "a sweep"));
    }
    let options = RunOptions {
        populations: args.population.clone(),
        highlight: args.highlight.clone(),
        window: args.window,
        order: match args.sort {
            Sort::Onset => Order::Onset,
            Sort::Number => Order::Number,
        },
        smooth: args.smooth,
        look: look(args),
    };
    Ok((kind.name(), plot::plot_run(&args.path, kind, &options)?))
}

fn sweep(args: &PlotArgs, kind: Option<SweepKind>) -> Result<(&'static str, Figure), Diagnostic> {
    let given = [
        ("--population", !args.population.is_empty()),
        ("--highlight", args.highlight.is_some()),
        ("--window", args.window.is_some()),
    ];
    if let Some((option, _)) = given.iter().find(|(_, given)| *given) {
        return Err(useless(option, "a run"));
    }
    let options = SweepOptions {
        measures: args.measure.clone(),
        x: args.x.clone(),
        y: args.y.clone(),
        only: args.only.clone(),
        units: args.unit.clone(),
        look: look(args),
    };
    let (kind, figure) = plot::plot_sweep(&args.path, kind, &options)?;
    Ok((kind.name(), figure))
}

fn look(args: &PlotArgs) -> Look {
    Look { title: args.title.clone(), size: args.size }
}

/// What a kind is a plot of.
enum Of {
    Run(RunKind),
    Sweep(SweepKind),
}

impl Kind {
    fn of(self) -> Of {
        match self {
            Kind::Overview => Of::Run(RunKind::Overview),
            Kind::Raster => Of::Run(RunKind::Raster),
            Kind::Rates => Of::Run(RunKind::Rates),
            Kind::Voltage => Of::Run(RunKind::Voltage),
            Kind::Isi => Of::Run(RunKind::Isi),
            Kind::Synchrony => Of::Run(RunKind::Synchrony),
            Kind::Curve => Of::Sweep(SweepKind::Curve),
            Kind::Heatmap => Of::Sweep(SweepKind::Heatmap),
        }
    }
}

fn window(text: &str) -> Result<(f64, f64), String> {
    let ends = text.split_once(':').and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
    match ends {
        Some((from, to)) if f64::is_finite(from) && f64::is_finite(to) && from < to => Ok((from, to)),
        _ => Err("write it as `from:to` in ms, such as `200:500`".into()),
    }
}

fn size(text: &str) -> Result<(f64, f64), String> {
    let ends = text.split_once(['x', 'X', '×']);
    let ends = ends.and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
    let sound = |mm: f64| (10.0..=2000.0).contains(&mm);
    match ends {
        Some((width, height)) if sound(width) && sound(height) => Ok((width, height)),
        _ => Err("write it as `WIDTHxHEIGHT` in mm, each from 10 to 2000, such as `85x60`".into()),
    }
}

fn dpi(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(n) if (20.0..=2400.0).contains(&n) => Ok(n),
        _ => Err("give a number of pixels an inch from 20 to 2400".into()),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(ms) if ms.is_finite() && ms > 0.0 => Ok(ms),
        _ => Err("give a positive number of ms".into()),
    }
}
