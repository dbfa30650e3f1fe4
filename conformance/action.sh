#!/usr/bin/env bash
# What action.yml runs. HOSTS, OPTIONS, BASELINE and FOLDER come from its inputs; CONFORMANCE is a binary to use instead
# of building one.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
conformance=${CONFORMANCE:-}
if [ -z "$conformance" ]; then
  cargo build --release --quiet --locked --manifest-path "$here/Cargo.toml"
  conformance=${CARGO_TARGET_DIR:-$here/../target}/release/conformance
fi
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
  code=0
  "$conformance" render "$json" --baseline "$BASELINE" || code=$?
fi
exit "$code"
