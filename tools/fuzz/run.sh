#!/bin/sh
# Runs a fuzz target with the compiler that is there:
#
#     tools/fuzz/run.sh parse|round_trip|compile [SECONDS] [FOLDER OF SEEDS...]
#
# Seeds are the corpus of the tests and the catalogue, and what folders are named. What is found stands in the folder
# `artifacts` beside this file. `cargo fuzz run --fuzz-dir tools/fuzz TARGET` does the same where cargo-fuzz and a nightly
# compiler are installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$1
seconds=${2:-600}
shift; [ $# -gt 0 ] && shift
triple=$(rustc -vV | sed -n 's/^host: //p')
# What cargo-fuzz sets, without the address sanitizer, which needs a nightly compiler.
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$here/target}"
RUSTFLAGS=$flags cargo build --release --target "$triple" --manifest-path "$here/Cargo.toml" --bin "$target"
mkdir -p "$here/corpus/$target" "$here/artifacts/$target"
seeds="$here/seeds"
rm -rf "$seeds" && mkdir -p "$seeds"
for file in $(cd "$here/../.." && git ls-files '*.mod'); do
    cp "$here/../../$file" "$seeds/$(echo "$file" | tr / _)"
done
exec "$CARGO_TARGET_DIR/$triple/release/$target" -dict="$here/nmodl.dict" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=3000 -max_len=6000 -artifact_prefix="$here/artifacts/$target/" "$here/corpus/$target" "$seeds" "$@"
