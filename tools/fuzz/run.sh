#!/bin/sh
# Runs a fuzz target with the compiler that is there:
#
#     tools/fuzz/run.sh parse|round_trip|compile [SECONDS] [FOLDER OF SEEDS...]
#
# Needs a stable Rust compiler, a C++ compiler (libFuzzer is built with the target) and, the first time, the network for the crate
# `libfuzzer-sys`. Building takes some minutes; SECONDS (600) count from then on.
#
# Seeds are all .mod files of the repository and what the folders hold. What libFuzzer learns stays in `corpus` beside this
# file, what it finds in `artifacts`; `target/TRIPLE/release/TARGET FILE` runs one of these files again.
# `cargo fuzz run --fuzz-dir tools/fuzz TARGET` does the same where cargo-fuzz and a nightly compiler are installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
case "${1:-}" in
    parse | round_trip | compile) target=$1 ;;
    *)
        echo "usage: tools/fuzz/run.sh parse|round_trip|compile [SECONDS] [FOLDER OF SEEDS...]" >&2
        exit 2
        ;;
esac
seconds=${2:-600}
shift
[ $# -eq 0 ] || shift
triple=$(rustc -vV | sed -n 's/^host: //p')
# What cargo-fuzz sets, without the address sanitizer, which needs a nightly compiler.
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$here/target}"
RUSTFLAGS=$flags cargo build --release --target "$triple" --manifest-path "$here/Cargo.toml" --bin "$target"
# Of each target its own, so that several can run at once.
seeds="$here/seeds/$target"
rm -rf "$seeds"
mkdir -p "$seeds" "$here/corpus/$target" "$here/artifacts/$target"
find "$here/../../src" "$here/../../tests" "$here/../../networks" -name '*.mod' | while IFS= read -r file; do
    cp "$file" "$seeds/$(echo "${file#"$here"/../../}" | tr / _)"
done
exec "$CARGO_TARGET_DIR/$triple/release/$target" -dict="$here/nmodl.dict" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=3000 -max_len=6000 -artifact_prefix="$here/artifacts/$target/" "$here/corpus/$target" "$seeds" "$@"
