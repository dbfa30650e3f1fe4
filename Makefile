# The two commands: `make run` and `make test`. Both install what is missing first.

SOURCES := $(shell find branding/src branding/Cargo.toml pkce rfc7591 rfc8414 worker-client/src worker-client/codec worker-client/flow/src worker-client/flow/Cargo.toml worker-client/standins worker-client/templates -name '*.rs' -o -name '*.html' -o -name '*.css' -o -name '*.js' -o -name Cargo.toml) \
  Cargo.toml Cargo.lock worker-client/Cargo.toml worker-client/build.sh worker-client/nightly.sh
PRODUCTION := worker-client/npm/dist/index.js
DEVELOPMENT := worker-client/.run/dist/index.js
PANICS := worker-client/.run/panics/index.js
RUST_PANICS := worker-client/.run/rust-panics/index.js
RUST_HOST := worker-client/examples/rust-worker/build/index.js
HTML_CLIENT := worker-client/examples/html-client

.PHONY: help run test build html-client setup lint unit neutral e2e bench rivals rows mutants fuzz soak package crates newcomer pictures public-suffixes
help: ## What there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

run: ## The app on this machine, with an authorization server to log in to
	@echo '1 of 3: installs the tools that are missing: some minutes the first time, nothing after that'
	@worker-client/setup.sh run
	@echo '2 of 3: compiles the app to wasm: some minutes the first time, nothing where nothing has changed'
	@CARGO_TERM_QUIET=true $(MAKE) --no-print-directory $(DEVELOPMENT)
	@echo '3 of 3: starts the app in workerd, and an authorization server beside it'
	@node worker-client/run.mjs

test: setup lint unit neutral build e2e ## Every check and test of the project

setup: ## Installs what the tests need
	worker-client/setup.sh test

lint: ## Formatting of Rust and JavaScript, clippy for the host and for wasm, documentation
	@for file in $$(grep -oE '[a-z0-9_-]+(/[a-z0-9_.-]+)+\.rs' clippy.toml); do \
	  [ -e "$$file" ] || { echo "clippy.toml names $$file, which does not exist" >&2; exit 1; }; done
	worker-client/node_modules/.bin/prettier --check --log-level warn .
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --package worker-client --package rust-worker --package html-client --target wasm32-unknown-unknown --features worker-client/entry --locked -- -D warnings
	cargo fmt --all --check --manifest-path worker-client/standins/Cargo.toml
	cargo clippy --workspace --target wasm32-unknown-unknown --manifest-path worker-client/standins/Cargo.toml --target-dir target --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

unit: ## The Rust tests, and the stand-ins of the artefact beside the crates they stand in for
	cargo test --workspace --locked
	node --test worker-client/standins/

neutral: ## The vectors through two other implementations, from their packages, and where these differ
	cd vectors && node index.mjs --check
	cd vectors/oauth4webapi && npm ci --silent --no-audit --no-fund && node compare.mjs
	[ -e target/vectors/bin/pip ] || python3 -m venv target/vectors
	target/vectors/bin/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps ./vectors
	target/vectors/bin/pip install --quiet --disable-pip-version-check -r vectors/authlib/requirements.txt
	target/vectors/bin/python vectors/authlib/compare.py

build: $(PRODUCTION) $(DEVELOPMENT) $(PANICS) $(RUST_HOST) $(RUST_PANICS) $(HTML_CLIENT)/build/html-client.html ## The Worker: for production and npm, for this machine, inside a Rust host, and to make both panic; the page

html-client: ## The page that logs in without a server: a folder for any static host, and the same in one file
	@worker-client/setup.sh run
	@$(MAKE) --no-print-directory $(HTML_CLIENT)/build/html-client.html
	@ls -d $(HTML_CLIENT)/build/site $(HTML_CLIENT)/build/html-client.html

e2e: ## The Worker and the command line against real servers, the Worker in workerd and in a real browser
	cd worker-client && npm test
	cd conformance/e2e && npm ci --silent --no-audit --no-fund
	cargo build --locked --package login-conformance
	node --test conformance/e2e/

package: ## The npm package as a tarball, in target/npm
	@worker-client/setup.sh run
	@$(MAKE) --no-print-directory $(PRODUCTION) $(DEVELOPMENT)
	@node worker-client/npm/pack.mjs target/npm

crates: ## The crates as they are published: packed, and each built from what is packed, in target/package
	@node .ci/crates.mjs

newcomer: ## Each role of a new user from an empty folder, with what is packed, and its time
	@worker-client/setup.sh run
	@$(MAKE) --no-print-directory $(PRODUCTION) $(DEVELOPMENT)
	@node .ci/newcomer.mjs

rows: ## The table of threats, from every test that names one
	node worker-client/e2e/hostile/rows.mjs

mutants: ## Removes each rule and each guard in turn, and shows that a test fails; those of the Worker take long
	node branding/tests/mutants.mjs
	node worker-client/e2e/hostile/mutants.mjs
	node worker-client/e2e/hostile/mutants.mjs --worker

pictures: ## The pictures of README.md, in a browser
	node worker-client/e2e/pictures.mjs

public-suffixes: ## The table of public suffixes anew, from the newest list that the registry has
	cargo update --package psl
	node worker-client/flow/public-suffixes.mjs

fuzz: ## Ten minutes for each parser of strangers' bytes
	worker-client/fuzz/run.sh 600

soak: $(PRODUCTION) ## The reliability figures in their long form, and hosts by the thousand: hours, and can be continued
	@node worker-client/soak/reliability.mjs; held=$$?; node worker-client/soak/hosts.mjs && node worker-client/soak/scale.mjs && exit $$held

bench: ## The benchmarks, and the ratios to peers that they are for
	cargo bench --locked -p rfc7636 -p rfc7591 -p branding
	node rfc8414/benches/ratios.mjs
	node branding/benches/ratios.mjs
	node conformance/benches/hosts.mjs
	node worker-client/benches/worker.mjs
	node worker-client/benches/coldstart.mjs

rivals: ## Other checkers beside this one, for the table of conformance/README.md: installs them, and takes half an hour
	node conformance/rivals/rivals.mjs

$(PRODUCTION): $(SOURCES)
	worker-client/build.sh . npm/dist --features entry

$(DEVELOPMENT): $(SOURCES)
	worker-client/build.sh . .run/dist --features entry,loopback

$(PANICS): $(SOURCES)
	worker-client/build.sh . .run/panics --features entry,panic-on-purpose

$(RUST_PANICS): $(SOURCES) $(wildcard worker-client/examples/rust-worker/src/*.rs)
	worker-client/build.sh examples/rust-worker .run/rust-panics --features worker-client/panic-on-purpose

$(RUST_HOST): $(SOURCES) $(wildcard worker-client/examples/rust-worker/src/*.rs)
	worker-client/build.sh examples/rust-worker examples/rust-worker/build

$(HTML_CLIENT)/build/html-client.html: $(SOURCES) $(wildcard $(HTML_CLIENT)/Cargo.toml $(HTML_CLIENT)/build.mjs $(HTML_CLIENT)/src/*.rs $(HTML_CLIENT)/page/*)
	node $(HTML_CLIENT)/build.mjs
