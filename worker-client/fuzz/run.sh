#!/bin/sh
# Fuzzes each parser of untrusted bytes for SECONDS each: `run.sh [SECONDS [TARGET…]]`. New inputs are kept in `corpus`,
# which is not committed; failing inputs are written to `artifacts` and belong among the seeds.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-600}
[ $# -eq 0 ] || shift
command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked
RUSTUP_TOOLCHAIN=$(./nightly.sh)
export RUSTUP_TOOLCHAIN
[ $# -gt 0 ] || set -- $(cargo fuzz list)
status=0
for target in "$@"; do
  mkdir -p "fuzz/corpus/$target"
  cargo fuzz run "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- -max_total_time="$seconds" -timeout=10 \
    -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 || { echo "$target: see fuzz/artifacts/$target" >&2; status=1; }
done
exit $status
