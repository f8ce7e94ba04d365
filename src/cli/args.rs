//! What can be typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::analyze::AnalyzeArgs;
use super::train::TrainArgs;
use crate::partition::MAX_THREADS;

const STATUSES: &str = "\
Exit status:
  0    all that was asked for is done
  1    Volley failed: results cannot be written, or an error of its own
  2    what was given cannot be used: a description, a file, an option
  3    the run went wrong, e.g. a membrane potential is no longer a number; of a sweep, some run
  130  interrupted (Ctrl-C)";

/// Simulates networks of spiking neurons.
#[derive(Debug, Parser)]
#[command(name = "volley", version, about, after_help = STATUSES, max_term_width = 100)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a network and write its spikes and reports
    #[command(after_help = STATUSES)]
    Run(RunArgs),
    /// Run a network many times with other parameters and seeds, and make one table of it
    #[command(after_help = STATUSES)]
    Sweep(super::sweep::SweepArgs),
    /// Read and check a network without running it
    Check(CheckArgs),
    /// Say how a network would be shared out to threads, and what more threads would bring
    Plan(PlanArgs),
    /// Say what mechanisms and a bare compartment cost, in ns per time step
    Complexity(ComplexityArgs),
    /// Measure how many threads are useful on this machine
    Processors(ProcessorsArgs),
    /// Print the JSON Schema of network descriptions, for editors
    Schema,
    /// Rewrite a description so that no delay is too short for a run
    ResetDelays(ResetArgs),
    /// Choose the cells that recognise a pattern: those whose rates come together at one moment
    Train(TrainArgs),
    /// Print the spikes of a file as CSV: population,id,time_ms
    Spikes(SpikesArgs),
    /// Measure the spikes of a run: rates, regularity, synchrony, recognition
    Analyze(AnalyzeArgs),
    /// Draw a run or a sweep: SVG or PNG
    Plot(super::plot::PlotArgs),
    /// Look at mechanisms: check them, make them thread safe, see what they become
    #[command(subcommand)]
    Mod(ModCommand),
}

#[derive(Debug, Subcommand)]
pub(super) enum ModCommand {
    /// Say of each .mod file whether it can be spread over threads, whether its units agree, and what NEURON says of it
    Check(ModCheckArgs),
    /// Show, or write, what makes .mod files thread safe in NEURON too
    Threadsafe(ThreadsafeArgs),
    /// Show what a .mod file becomes, and what it costs
    Explain(ExplainArgs),
}

#[derive(Debug, Args)]
pub(super) struct ModCheckArgs {
    /// .mod files, or folders: all .mod files inside
    #[arg(required = true)]
    pub(super) files: Vec<PathBuf>,
    /// Take units that do not agree as errors
    #[arg(long)]
    pub(super) strict_units: bool,
    /// Print the answer for a program
    #[arg(long, value_name = "FORMAT")]
    pub(super) summary: Option<SummaryFormat>,
}

#[derive(Debug, Args)]
pub(super) struct ThreadsafeArgs {
    /// .mod files, or folders: all .mod files inside
    #[arg(required = true)]
    pub(super) files: Vec<PathBuf>,
    /// Repair the files in place; each is first copied to FILE.orig
    #[arg(long)]
    pub(super) write: bool,
    /// Name assigned GLOBALs in RANGE instead, as CoreNEURON wants it; hoc then sees one for each instance
    #[arg(long)]
    pub(super) range: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A .mod file
    pub(super) file: PathBuf,
    /// Only what this pass left behind, such as `lower`, `fold` or `hoist`
    #[arg(long, value_name = "NAME")]
    pub(super) pass: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) planned: Planned,
    /// Folder for the results [default: the network's name]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Draw the run too: overview.svg, and voltage.svg if anything is recorded, in the folder of the results
    #[arg(long)]
    pub(super) plot: bool,
    /// Say only what must be said
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Print the run's summary on standard output, and everything else on standard error
    #[arg(long, value_name = "FORMAT")]
    pub(super) summary: Option<SummaryFormat>,
}

/// A network, and how it is shared out to threads.
#[derive(Debug, Args)]
pub(super) struct Planned {
    /// The network's description (TOML)
    pub(super) network: PathBuf,
    #[command(flatten)]
    pub(super) settings: Settings,
    /// Number of threads; `auto` takes as many as the machine gives this process
    #[arg(long, value_name = "N|auto", default_value = "auto", value_parser = threads, allow_negative_numbers = true)]
    pub(super) threads: Threads,
    #[command(flatten)]
    pub(super) balance: Balance,
}

/// How work is shared out to threads.
#[derive(Clone, Debug, Args)]
pub(super) struct Balance {
    /// Whether dear cells are cut into pieces that threads share
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) multisplit: When,
    /// Load imbalance up to which cells stay whole, percent
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = percent, allow_negative_numbers = true)]
    pub(super) imbalance: f64,
    /// Where the costs come from by which work is shared out
    #[arg(long, value_name = "FROM", default_value = "table")]
    pub(super) complexity: CostSource,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// Where whole cells would leave the threads too unequal
    Auto,
    /// Every dear cell; an error where one cannot be cut
    Always,
    /// No cell
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CostSource {
    /// The built-in table: the same on every machine
    Table,
    /// Measured on this machine, now or by an earlier `volley complexity --measure`
    Measured,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) planned: Planned,
    /// Print the answer for a program
    #[arg(long, value_name = "FORMAT")]
    pub(super) summary: Option<SummaryFormat>,
}

#[derive(Debug, Args)]
pub(super) struct ComplexityArgs {
    /// A network's description (TOML), or .mod files and folders of them [default: the built-in mechanisms]
    pub(super) files: Vec<PathBuf>,
    /// Measure on this machine too, and keep what is found for `--complexity measured`
    #[arg(long)]
    pub(super) measure: bool,
    /// Give a parameter of the description another value; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(super) set: Vec<(String, String)>,
    /// Print the answer for a program
    #[arg(long, value_name = "FORMAT")]
    pub(super) summary: Option<SummaryFormat>,
}

#[derive(Debug, Args)]
pub(super) struct ProcessorsArgs {
    /// How far each thread counts
    #[arg(long, value_name = "N", default_value = "100000000", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) count: u64,
    /// Print the answer for a program
    #[arg(long, value_name = "FORMAT")]
    pub(super) summary: Option<SummaryFormat>,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The network's description (TOML)
    pub(super) network: PathBuf,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// What can be set anew for one run.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Settings {
    /// Give a parameter of the description another value; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(super) set: Vec<(String, String)>,
    /// End of the run, ms
    #[arg(long, value_name = "MS", value_parser = positive, allow_negative_numbers = true)]
    pub(super) tstop: Option<f64>,
    /// Time step, ms
    #[arg(long, value_name = "MS", value_parser = positive, allow_negative_numbers = true)]
    pub(super) dt: Option<f64>,
    /// Keys every random stream
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub(super) seed: Option<u64>,
    /// Take this delay for every connection whose delay is under one time step [default: 0.5]
    #[arg(long, value_name = "MS", value_parser = positive, num_args = 0..=1, default_missing_value = "0.5")]
    pub(super) reset_zero_delays: Option<f64>,
    /// Take units of mechanisms that do not agree as errors
    #[arg(long)]
    pub(super) strict_units: bool,
}

#[derive(Debug, Args)]
pub(super) struct ResetArgs {
    /// The description (TOML)
    pub(super) file: PathBuf,
    /// The delay that they get, ms
    #[arg(long, value_name = "MS", default_value = "0.5", value_parser = positive, allow_negative_numbers = true)]
    pub(super) to: f64,
    /// Write here instead of changing the file itself
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct SpikesArgs {
    /// A SONATA spike file; those of unfinished runs (`spikes.h5.part`) too
    pub(super) file: PathBuf,
    /// Only this population
    #[arg(long, value_name = "NAME")]
    pub(super) population: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SummaryFormat {
    /// JSON: of a run, the text of summary.json
    Json,
}

/// How many threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Threads {
    Auto,
    Count(usize),
}

impl Threads {
    pub(super) fn number(self) -> usize {
        match self {
            // What the system grants this process: its set of processors and its group's share count.
            Threads::Auto => std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS),
            Threads::Count(n) => n,
        }
    }

    /// Lets what comes before a run, reading and connecting, use no more threads than that. Without a number it may use all there are.
    pub(super) fn limit_loading(self) {
        if let Threads::Count(n) = self {
            let threads = n.min(Threads::Auto.number());
            // An error says that there is a pool already: then this process has asked before.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
        }
    }
}

/// `--reset-zero-delays` may stand without a value in front of the network's name: it then gets its default.
pub(super) fn with_default_delay(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut words = words.into_iter().peekable();
    let mut out = Vec::new();
    while let Some(word) = words.next() {
        let bare = word == "--reset-zero-delays";
        let number = |next: &OsString| next.to_str().is_some_and(|text| text.parse::<f64>().is_ok());
        if bare && !words.peek().is_some_and(number) {
            out.push("--reset-zero-delays=0.5".into());
        } else {
            out.push(word);
        }
    }
    out
}

pub(super) fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as `name=value`")?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || value.is_empty() {
        return Err("write it as `name=value`, with something on both sides".into());
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() && x > 0.0 => Ok(x),
        _ => Err("give a positive number of ms".into()),
    }
}

/// A percentage as a fraction.
fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim_end().parse::<f64>() {
        Ok(x) if x.is_finite() && x >= 0.0 => Ok(x / 100.0),
        _ => Err("give a percentage from 0 on, such as 5".into()),
    }
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "give a whole number from 0 on".into())
}

pub(super) fn threads(text: &str) -> Result<Threads, String> {
    if text == "auto" {
        return Ok(Threads::Auto);
    }
    match text.parse::<usize>() {
        Ok(n) if (1..=MAX_THREADS).contains(&n) => Ok(Threads::Count(n)),
        _ => Err(format!("give a whole number from 1 to {MAX_THREADS}, or `auto`")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn run(words: &str) -> RunArgs {
        let words = with_default_delay(words.split(' ').map(OsString::from));
        match CommandLine::try_parse_from(words).unwrap().command {
            Command::Run(args) => args,
            other => panic!("{other:?}"),
        }
    }

    fn refused(words: &str) -> String {
        let words = with_default_delay(words.split(' ').map(OsString::from));
        CommandLine::try_parse_from(words).unwrap_err().to_string()
    }

    #[test]
    fn the_definition_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn parameters_are_set_by_name() {
        let args = run("volley run a.toml --set delay=2 --set pattern=a=b.txt");
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(args.planned.settings.set, [set("delay", "2"), set("pattern", "a=b.txt")]);
        for bad in ["delay", "=2", "delay="] {
            assert!(refused(&format!("volley run a.toml --set {bad}")).contains("name=value"), "{bad}");
        }
    }

    #[test]
    fn the_delay_to_reset_to_may_be_left_out() {
        for words in ["volley run --reset-zero-delays a.toml", "volley run a.toml --reset-zero-delays"] {
            let args = run(words);
            assert_eq!(args.planned.settings.reset_zero_delays, Some(0.5));
            assert_eq!(args.planned.network, PathBuf::from("a.toml"));
        }
        for words in
            ["volley run --reset-zero-delays 1.5 a.toml", "volley run a.toml --reset-zero-delays=1.5"]
        {
            assert_eq!(run(words).planned.settings.reset_zero_delays, Some(1.5));
        }
        assert_eq!(run("volley run a.toml").planned.settings.reset_zero_delays, None);
    }

    #[test]
    fn balance_has_defaults() {
        let balance = run("volley run a.toml").planned.balance;
        assert_eq!((balance.multisplit, balance.imbalance), (When::Auto, 0.05));
        assert_eq!(balance.complexity, CostSource::Table);
        let balance = run("volley run a.toml --multisplit never --imbalance 2.5%").planned.balance;
        assert_eq!((balance.multisplit, balance.imbalance), (When::Never, 0.025));
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        for bad in ["--dt 0", "--dt=-1", "--tstop nan", "--tstop inf", "--dt x", "--seed -1", "--seed 1.5"] {
            refused(&format!("volley run a.toml {bad}"));
        }
        for bad in ["0", "1025", "many", "-1", "99999999999999999999"] {
            assert!(
                refused(&format!("volley run a.toml --threads={bad}")).contains("from 1 to 1024"),
                "{bad}"
            );
        }
        for bad in ["-1", "x", "nan", "inf"] {
            assert!(refused(&format!("volley run a.toml --imbalance {bad}")).contains("percentage"), "{bad}");
        }
        refused("volley run a.toml --multisplit sometimes");
        assert_eq!(run("volley run a.toml --threads 7").planned.threads, Threads::Count(7));
        assert!(run("volley run a.toml").planned.threads.number() >= 1);
    }
}
