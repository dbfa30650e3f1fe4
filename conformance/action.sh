#!/usr/bin/env bash
# What action.yml runs. HOSTS, OPTIONS, BASELINE and FOLDER come from its inputs, REPOSITORY and REF from the workflow that
# names the action; CONFORMANCE is a binary to use instead of a released one or one that is built.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
scratch=${RUNNER_TEMP:-$(mktemp -d)}/conformance-action
mkdir -p "$scratch"

# The released binary of the version that the workflow names, if there is one for this system; its digest is compared.
released() {
  [ -n "${REPOSITORY:-}" ] && [[ ${REF:-} == v[0-9]* ]] || return 1
  case $(uname -s)-$(uname -m) in
  Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-aarch64) target=aarch64-unknown-linux-musl ;;
  Darwin-x86_64) target=x86_64-apple-darwin ;;
  Darwin-arm64) target=aarch64-apple-darwin ;;
  *) return 1 ;;
  esac
  local archive=conformance-$target.tar.gz
  local from=${RELEASES:-${GITHUB_SERVER_URL:-https://github.com}/$REPOSITORY/releases/download}/$REF
  curl -fsSL --retry 2 -o "$scratch/$archive" "$from/$archive" || return 1
  curl -fsSL --retry 2 -o "$scratch/$archive.sha256" "$from/$archive.sha256" || return 1
  if ! (cd "$scratch" && shasum -a 256 --check --status "$archive.sha256"); then
    echo "the digest of $archive is not the released one" >&2
    exit 2
  fi
  tar -xzf "$scratch/$archive" -C "$scratch" conformance
  echo "$scratch/conformance"
}

# Built where neither the caller's toolchain file nor its cargo configuration counts, outside its tree.
built() {
  (cd "$here" && env -u RUSTUP_TOOLCHAIN -u RUSTFLAGS CARGO_TARGET_DIR="$scratch/target" \
    cargo build --release --quiet --locked --manifest-path "$here/Cargo.toml") || exit 2
  echo "$scratch/target/release/conformance"
}

conformance=${CONFORMANCE:-}
[ -n "$conformance" ] || conformance=$(released) || { [ $? = 1 ] && conformance=$(built); } || exit 2
# Words, as the inputs say; nothing in them is expanded.
read -r -d '' -a hosts <<<"$HOSTS" || true
read -r -d '' -a options <<<"${OPTIONS:-}" || true

mkdir -p "$FOLDER"
json=$FOLDER/reports.jsonl
code=0
"$conformance" check --json --output "$json" ${options[@]+"${options[@]}"} -- "${hosts[@]}" || code=$?
[ "$code" != 2 ] || exit 2
"$conformance" render "$json" --format sarif >"$FOLDER/reports.sarif"
"$conformance" render "$json" --format html >"$FOLDER/reports.html"
"$conformance" render "$json" --format markdown >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
"$conformance" render "$json" --format text
{
  echo "json=$json"
  echo "sarif=$FOLDER/reports.sarif"
  echo "html=$FOLDER/reports.html"
} >>"${GITHUB_OUTPUT:-/dev/null}"

if [ -n "${BASELINE:-}" ]; then
  # The first run has nothing to compare with.
  [ -e "$BASELINE" ] || { BASELINE=$scratch/no-baseline.jsonl && : >"$BASELINE"; }
  code=0
  "$conformance" render "$json" --baseline "$BASELINE" || code=$?
fi
exit "$code"
