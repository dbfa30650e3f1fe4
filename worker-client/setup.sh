#!/bin/sh
# Installs what is missing to build, run and test: `setup.sh run` or `setup.sh test`. A second call does nothing.
set -eu
cd "$(dirname "$0")"
for tool in rustup cargo node npm; do
  command -v "$tool" >/dev/null || { echo "setup: $tool is not installed; install it first" >&2; exit 1; }
done

rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
./nightly.sh >/dev/null

# The release's own lock file where the registry has all of it, the newest compatible crates otherwise.
cargo_tool() {
  echo "setup: installs $1 $2" >&2
  cargo install "$1" --version "$2" --locked || cargo install "$1" --version "$2"
}
bindgen=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p;}' ../Cargo.lock)
[ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $bindgen" ] || cargo_tool wasm-bindgen-cli "$bindgen"
[ "$(worker-build --version 2>/dev/null)" = 0.8.7 ] || cargo_tool worker-build 0.8.7

[ node_modules/.package-lock.json -nt package-lock.json ] || { echo 'setup: installs the packages of npm' >&2 && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json; }
[ "${1:-test}" = test ] || exit 0

# The servers in Python: the second is of a time when its libraries were others.
command -v python3 >/dev/null || { echo "setup: python3 is not installed; install it first" >&2; exit 1; }
for suffix in "" -mcp-1.9; do
  venv=e2e/peers/.venv$suffix requirements=e2e/peers/requirements$suffix.txt
  cmp -s "$requirements" "$venv/installed.txt" || {
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$venv/installed.txt"
  }
done

# A server with more packages than all the others together.
solid=e2e/peers/solid
[ $solid/node_modules/.package-lock.json -nt $solid/package-lock.json ] \
  || { (cd $solid && npm ci --silent --no-audit --no-fund) && touch $solid/node_modules/.package-lock.json; }

# The suites of MCP, one of which asks for a newer Node than this project does.
suite=e2e/mcp-suite
[ $suite/node_modules/.package-lock.json -nt $suite/package-lock.json ] \
  || { (cd $suite && npm ci --silent --no-audit --no-fund) && touch $suite/node_modules/.package-lock.json; }

# A browser: the machine's own, else of the system's packages, else of npm.
if ! node e2e/chromium.mjs >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ]; then as_root=; else as_root='sudo -n'; fi
  { command -v apt-get >/dev/null && $as_root apt-get update -qq && $as_root apt-get install -y -qq chromium >/dev/null; } \
    || npm install --no-save @sparticuz/chromium
  node e2e/chromium.mjs >/dev/null
fi
