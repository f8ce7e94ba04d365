//! Which vector instructions this machine has, found once.

use std::sync::OnceLock;

/// A set of vector instructions. The same program gives the same numbers, bit for bit, on every machine
/// that runs it at the same level; between [`Level::Baseline`] and the others, rounding differs, since
/// only they fuse multiplications with additions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// What every machine of the architecture has; no fused multiply-add.
    Baseline,
    /// x86-64 with AVX2 and FMA: four values at once.
    Avx2,
    /// x86-64 with AVX-512 (F, DQ, VL, BW): eight values at once.
    Avx512,
}

impl Level {
    /// The best level of this machine, or the one that the environment variable `VOLLEY_SIMD` names
    /// (`baseline`, `avx2`, `avx512`) if the machine has it; any other value is ignored.
    pub fn detect() -> Level {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(|| {
            let wish = match std::env::var("VOLLEY_SIMD").as_deref() {
                Ok("baseline") => Level::Baseline,
                Ok("avx2") => Level::Avx2,
                _ => Level::Avx512,
            };
            wish.min(Level::best())
        })
    }

    /// All levels this machine has, lowest first.
    pub fn available() -> impl Iterator<Item = Level> {
        let best = Level::best();
        [Level::Baseline, Level::Avx2, Level::Avx512].into_iter().filter(move |&level| level <= best)
    }

    /// As it is called in `VOLLEY_SIMD` and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Level::Baseline => "baseline",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        }
    }

    /// Whether `a b + c` is rounded once.
    pub fn fuses(self) -> bool {
        self >= Level::Avx2
    }

    /// This level, or the best below it that the machine has.
    pub(super) fn supported(self) -> Level {
        self.min(Level::best())
    }

    fn best() -> Level {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(Level::find)
    }

    #[cfg(target_arch = "x86_64")]
    fn find() -> Level {
        let avx2 = std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma");
        let avx512 = std::is_x86_feature_detected!("avx512f")
            && std::is_x86_feature_detected!("avx512dq")
            && std::is_x86_feature_detected!("avx512vl")
            && std::is_x86_feature_detected!("avx512bw");
        match (avx2, avx512) {
            (true, true) => Level::Avx512,
            (true, false) => Level::Avx2,
            _ => Level::Baseline,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn find() -> Level {
        Level::Baseline
    }
}
