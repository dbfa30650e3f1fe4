#!/bin/sh
# Builds a Worker crate in release: `build.sh CRATE OUT [cargo arguments…]`, both relative to this folder.
# The tools come from `cargo install` and npm, never from a download of worker-build's own: see setup.sh.
set -eu
cd "$(dirname "$0")"
here=$(pwd) crate=$1 out=$2
shift 2
export WASM_BINDGEN_BIN="${WASM_BINDGEN_BIN:-$(command -v wasm-bindgen)}"
export ESBUILD_BIN="${ESBUILD_BIN:-$here/node_modules/.bin/esbuild}"
export WASM_OPT_BIN="${WASM_OPT_BIN:-$here/node_modules/.bin/wasm-opt}"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$here/../target}"
mkdir -p "$out"
out=$(cd "$out" && pwd)
worker-build --release -d "$out" "$crate" "$@"
# The names of functions are a quarter of the artefact; nothing reads them.
"$WASM_OPT_BIN" --all-features --strip-debug "$out/index_bg.wasm" -o "$out/index_bg.wasm"
