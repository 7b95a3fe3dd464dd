# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Both set up what is missing, and both can be repeated: a second run installs and downloads nothing.

CARGO ?= cargo
BRIEF ?= A fox who learns to paint
OUT ?= out
# Where clippy is installed it looks on while the workspace is built.
export RUSTC_WORKSPACE_WRAPPER := $(or $(RUSTC_WORKSPACE_WRAPPER),$(shell command -v clippy-driver))
COLOPHON = $(or $(CARGO_TARGET_DIR),target)/release/colophon

.PHONY: demo test test-long build ui lint bench bench-marks setup models clean help

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## Install the system packages that are missing
	@scripts/setup

ui/node_modules/.package-lock.json: ui/package-lock.json | setup
	cd ui && npm ci --no-audit --no-fund --ignore-scripts

# Built anew when something that it is made from has changed: the server, which holds it, has to be built after it.
UI_SOURCES := ui/build.mjs ui/package.json ui/tsconfig.json $(shell find ui/src ui/styles -type f)

ui/dist/index.html: $(UI_SOURCES) ui/node_modules/.package-lock.json | setup
	cd ui && npm run --silent build
	@touch $@

ui: ui/dist/index.html ## Build the web studio, which goes into the program

build: setup ui ## Build the program in release
	$(CARGO) build --release --locked --workspace

demo: build ## Make a film from a brief: make demo BRIEF="…" OUT=dir
	$(COLOPHON) models pull
	$(COLOPHON) make "$(BRIEF)" -o "$(OUT)"
	$(COLOPHON) verify "$(OUT)/film.mp4"

# The tests' own build makes the program too; a build without tests would make much of it twice.
models: setup ui
	scripts/build-tests
	@$(COLOPHON) models pull --group test

test: models ## Run all tests
	scripts/check-text
	$(CARGO) fmt --all --check
	cd ui && npm run --silent check
	scripts/test
	scripts/check-deny

test-long: test ## Tests that need minutes or other programs
	scripts/setup --tests
	RUST_BACKTRACE=1 scripts/test --run-ignored only
	scripts/check-c2pa-python
	scripts/check-readers
	scripts/check-encoders
	scripts/check-checkpoints
	scripts/check-pictures
	scripts/test-openai-client
	scripts/check-api
	scripts/check-peers
	scripts/check-docs
	scripts/test-ui
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --locked --workspace --no-deps

lint: ## Format, lint, licences, documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --locked --workspace --no-deps
	scripts/check-deny

bench: build ## Measure the making of a film, stage by stage, and the language engine beside llama.cpp's
	benches/film/run
	benches/language/run
	benches/language/news
	benches/pictures/run
	benches/pictures/quality

bench-marks: build ## Measure what the watermarks survive, beside their peers, and what sealing costs (hours)
	benches/marks/pictures
	benches/marks/films
	benches/marks/sounds
	benches/marks/seal

clean: ## Remove what was built
	$(CARGO) clean
