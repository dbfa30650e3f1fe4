#!/bin/sh
# Prints the name of the toolchain that builds the artefact and the fuzz targets, and installs it where it is missing.
# A panic of the Worker unwinds, which needs a standard library of its own: only nightly builds one. The day is fixed, so
# that two machines build the same artefact. A nightly that is released on a day was committed the day before.
set -eu
released=2026-05-20 committed=2026-05-19

dated=nightly-$released
if rustup toolchain list | grep -q "^$dated-"; then
  toolchain=$dated
elif rustc +nightly -vV 2>/dev/null | grep -qx "commit-date: $committed"; then
  toolchain=nightly
elif rustup toolchain install "$dated" --profile minimal >&2; then
  toolchain=$dated
else
  echo "nightly: the artefact is built by Rust $dated, which is not installed and cannot be downloaded" >&2
  exit 1
fi

has() {
  rustup "$1" list --toolchain "$toolchain" --installed | grep -q "^$2"
}
has component rust-src || rustup component add --toolchain "$toolchain" rust-src >&2
has target wasm32-unknown-unknown || rustup target add --toolchain "$toolchain" wasm32-unknown-unknown >&2
echo "$toolchain"
