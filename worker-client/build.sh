#!/bin/sh
# Builds a Worker crate: `build.sh [crate directory] [worker-build arguments…]`, in release by default.
# The tools come from `cargo install` and npm, never from a download of worker-build's own: see setup.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin="$here/node_modules/.bin"
export WASM_BINDGEN_BIN="${WASM_BINDGEN_BIN:-$(command -v wasm-bindgen)}"
export ESBUILD_BIN="${ESBUILD_BIN:-$bin/esbuild}"
export WASM_OPT_BIN="${WASM_OPT_BIN:-$bin/wasm-opt}"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$here/../target}"
exec worker-build "$@"
