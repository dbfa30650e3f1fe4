# The two commands: `make run` and `make test`. Both install what is missing first.

SOURCES := $(shell find branding/src branding/Cargo.toml pkce rfc7591 rfc8414 worker-client/src worker-client/templates -name '*.rs' -o -name '*.html' -o -name '*.css' -o -name Cargo.toml) \
  Cargo.toml Cargo.lock worker-client/Cargo.toml worker-client/build.sh
PRODUCTION := worker-client/npm/dist/index.js
DEVELOPMENT := worker-client/.run/dist/index.js
RUST_HOST := worker-client/examples/rust-worker/build/index.js

.PHONY: help run test build setup lint unit mutants neutral e2e bench
help: ## What there is to make
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

run: ## The app on this machine, with an authorization server to log in to
	@worker-client/setup.sh run
	@$(MAKE) --no-print-directory $(DEVELOPMENT)
	@node worker-client/run.mjs

test: setup lint unit neutral build e2e ## Every check and test of the project

setup: ## Installs what the tests need
	worker-client/setup.sh test

lint: ## Formatting, clippy for the host and for wasm, documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --package worker-client --package rust-worker --target wasm32-unknown-unknown --features worker-client/entry --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

unit: ## The Rust tests
	cargo test --workspace --locked

mutants: ## Removes each rule of `branding` in turn, and sees a test notice
	node branding/tests/mutants.mjs

neutral: ## The vectors through another implementation, and where it differs
	cd vectors/oauth4webapi && npm ci --silent --no-audit --no-fund && node compare.mjs

build: $(PRODUCTION) $(DEVELOPMENT) $(RUST_HOST) ## The Worker: for production and npm, for this machine, and inside a Rust host

e2e: ## The Worker and the command line against real servers, the Worker in workerd and in a real browser
	cd worker-client && npm test
	cd conformance/e2e && npm ci --silent --no-audit --no-fund
	cargo build --locked --package conformance
	node --test conformance/e2e/

bench: ## The benchmarks, and the ratios to peers that they are for
	cargo bench --locked -p pkce -p rfc7591 -p branding
	node rfc8414/benches/ratios.mjs
	node branding/benches/ratios.mjs
	node conformance/benches/hosts.mjs

$(PRODUCTION): $(SOURCES)
	worker-client/build.sh . npm/dist --features entry

$(DEVELOPMENT): $(SOURCES)
	worker-client/build.sh . .run/dist --features entry,loopback

$(RUST_HOST): $(SOURCES) $(wildcard worker-client/examples/rust-worker/src/*.rs)
	worker-client/build.sh examples/rust-worker examples/rust-worker/build
