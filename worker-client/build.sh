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
# A panic unwinds, so that it is one request's: that needs a standard library of its own, from nightly. It is built for
# size, and without the places of panics and the texts of `Debug`, which nobody is told.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=z
RUSTUP_TOOLCHAIN=$(./nightly.sh)
export RUSTUP_TOOLCHAIN RUSTFLAGS="${RUSTFLAGS:-} -Zlocation-detail=none -Zfmt-debug=none"
# The tables of charsets and of domain names are the platform's: that changes what is locked, in a copy.
lock=$CARGO_TARGET_DIR/worker/Cargo.lock
mkdir -p "$(dirname "$lock")"
cp ../Cargo.lock "$lock"
export CARGO_RESOLVER_LOCKFILE_PATH="$lock"
# The codings of stored values, and the library that allocates and compares: most calls of functions are theirs, and the
# platform compiles each function as it stands. They are built for speed, and are hardly larger for it.
for package in aes aes-gcm alloc base64ct compiler_builtins core dlmalloc login-codec polyval sha2; do
  for setting in opt-level=3 overflow-checks=false; do
    set -- "$@" --config "profile.release.package.$package.$setting"
  done
done
worker-build --release --panic-unwind --no-opt -d "$out" "$crate" "$@" \
  --config "patch.crates-io.encoding_rs.path='$here/standins/encoding_rs'" \
  --config "patch.crates-io.idna_adapter.path='$here/standins/idna_adapter'" \
  -Zbuild-std-features=optimize_for_size,panic-unwind
# The names of functions are a quarter of the artefact; nothing reads them but the pass that puts functions of one kind
# next to each other, where compression finds them: a twentieth less to carry. What is here twice is made one, and what is
# passed for nothing is not passed. -Oz by itself takes a tenth off the module, which the platform reads at each cold
# start, and adds as much to the compressed one, unless few functions are put into their callers: those that take less
# there than the call does. The platform has no custom descriptors yet.
lean="--dae-optimizing --generate-global-effects --vacuum --code-folding --reorder-locals --rse --remove-unused-names --duplicate-function-elimination"
plain="--simplify-locals-nostructure --coalesce-locals --reorder-locals --optimize-instructions --remove-unused-brs --vacuum --merge-blocks"
small="--always-inline-max-function-size=4 --one-caller-inline-max-function-size=10 -Oz"
last="--reorder-functions-by-name --remove-unused-module-elements --memory-packing --strip-debug --strip-producers"
"$WASM_OPT_BIN" --all-features --disable-custom-descriptors $lean $plain $small $lean $plain $last "$out/index_bg.wasm" -o "$out/index_bg.wasm"
