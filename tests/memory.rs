//! What networks really hold in memory, counted at the allocator, against what `volley plan` says they do.
//!
//! A test of its own binary: the count is of the whole process, so the tests in it take turns.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use volley::diagnostic::Sources;
use volley::engine::Simulation;
use volley::network::{Overrides, load};
use volley::partition::{Memory, Plan};

/// Counts the bytes that are allocated now, and the most there were since the count was last reset.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is left to the system's allocator; counting touches no memory that it gives out.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps the promises of `alloc`, which are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the promises of `dealloc`, which are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// One network at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Bytes of a built network.
#[derive(Debug)]
struct Measured {
    /// Held once it is built.
    held: f64,
    /// The most that was held on the way.
    peak: f64,
    /// What is estimated.
    estimate: Memory,
    connections: f64,
}

fn measure(path: &Path, set: &[(&str, &str)], threads: usize) -> Measured {
    let set = set.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let overrides = Overrides { set, ..Overrides::default() };
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let mut sources = Sources::default();
    let model = match load(path, &overrides, &mut sources) {
        Ok(loaded) => Arc::new(loaded.model),
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    };
    let plan = Plan::new(&model, threads);
    let simulation = Simulation::new(model.clone(), plan).unwrap();
    let held = NOW.load(Ordering::Relaxed) - before;
    let peak = MOST.load(Ordering::Relaxed) - before;
    let statistics = simulation.statistics();
    Measured {
        held: held as f64,
        peak: peak as f64,
        estimate: Memory::of(&model, threads),
        connections: statistics.connections as f64,
    }
}

/// What a network of one size holds more than one of another, so that what does not grow with it counts for nothing.
fn grown(large: &Measured, small: &Measured) -> (f64, f64) {
    (large.held - small.held, large.estimate.total() - small.estimate.total())
}

fn turn() -> std::sync::MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn assert_near(held: f64, estimated: f64) {
    assert!((estimated / held - 1.0).abs() < 0.1, "held {held}, estimated {estimated}");
}

#[test]
fn the_estimate_for_a_ring_of_1024_cells_is_within_a_tenth() {
    let _turn = turn();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("networks/ring/network.toml");
    for threads in [1, 2] {
        let small = measure(&path, &[], threads);
        let large = measure(&path, &[("rings", "128")], threads);
        let (held, estimated) = grown(&large, &small);
        assert_near(held, estimated);
    }
}

/// Few cells lie one by one, each with couplings of its own.
#[test]
fn the_estimate_for_a_compartment_of_a_single_cell_is_within_a_tenth() {
    let _turn = turn();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("networks/ring/network.toml");
    let of = |compartments: &str| {
        measure(&path, &[("rings", "1"), ("cells", "2"), ("compartments", compartments)], 1)
    };
    let (small, large) = (of("100"), of("900"));
    let (held, estimated) = grown(&large, &small);
    assert_near(held, estimated);
}

/// Point cells with `inputs` connections each.
fn point_cells(folder: &Path, cells: u32, inputs: u32, weight: &str, delay: &str) -> std::path::PathBuf {
    let text = format!(
        "[simulation]\ntstop = 1\n[cell.ball.section.soma]\nL = 20\ndiam = 20\n[cell.ball.mechanism.hh]\n\
         [cell.ball.point.synapse]\nmechanism = \"ExpSyn\"\n[cell.ball.detector]\nthreshold = 0\n\
         [population.cells]\ncell = \"ball\"\ncount = {cells}\n\
         [connection.all]\nfrom = \"cells\"\nto = \"cells.synapse\"\nrule = \"indegree\"\nindegree = {inputs}\n\
         weight = {weight}\ndelay = {delay}\n"
    );
    let path = folder.join(format!("{cells}-{inputs}.toml"));
    fs::write(&path, text).unwrap();
    path
}

/// Held to these figures: 24 bytes a connection where weight and delay are the same for all, 48 where each connection has its own; and in
/// each group of a thread's cells (here five or six in all) 4 bytes for each cell of the network. While they are built there is a quarter more at most:
/// with several groups, the numbers of the connections that end in each.
#[test]
fn a_million_connections_take_what_is_promised() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    for (weight, delay, most) in [
        ("0.0001", "1", 24.0),
        ("\"uniform(0, 0.0001)\"", "1", 32.0),
        ("\"uniform(0, 0.0001)\"", "\"uniform(1, 5)\"", 48.0),
    ] {
        for threads in [1, 2] {
            let without = measure(&point_cells(folder.path(), 10_000, 0, weight, delay), &[], threads);
            let with = measure(&point_cells(folder.path(), 10_000, 100, weight, delay), &[], threads);
            assert_eq!(with.connections, 1e6);
            let (held, estimated) = grown(&with, &without);
            assert_near(held, estimated);
            assert_near(with.held, with.estimate.total());
            assert!(with.estimate.per_connection() <= most, "{}", with.estimate.per_connection());
            assert!(held / 1e6 <= most + 0.4, "{held}");
            assert!(with.peak < 1.25 * with.held, "{with:?}");
        }
    }
}
