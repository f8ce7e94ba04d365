//! `volley plot`: a picture of a run or of a sweep.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Exit;
use super::terminal::{self, Terminal};
use crate::diagnostic::Diagnostic;
use crate::plot::{self, Figure, Format, Look, Order, RunKind, RunOptions};

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
    /// The list of cells that stand out, or `none` [default: the description's, if it has just one]
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

/// What there is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// Of a run: raster and rates
    Overview,
    /// Of a run: every spike a mark
    Raster,
    /// Of a run: rates over time
    Rates,
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
    let look = Look { title: args.title.clone(), size: args.size };
    let options = RunOptions {
        populations: args.population.clone(),
        highlight: args.highlight.clone(),
        window: args.window,
        order: match args.sort {
            Sort::Onset => Order::Onset,
            Sort::Number => Order::Number,
        },
        smooth: args.smooth,
        look,
    };
    let kind = match args.kind.unwrap_or(Kind::Overview) {
        Kind::Overview => RunKind::Overview,
        Kind::Raster => RunKind::Raster,
        Kind::Rates => RunKind::Rates,
    };
    Ok((kind.name(), plot::plot_run(&args.path, kind, &options)?))
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
