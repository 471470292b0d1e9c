# Every job of the project. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
INTEROP := .venv-interop
PLATFORMS := .venv-platforms
PORT ?= 8700

.DEFAULT_GOAL := help
.PHONY: help install install-e2e install-interop check test test-fast e2e interop bench demo db lock messages clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# pip reads its hashes from the lock; --no-deps for our own package because the lock already named everything.
$(VENV)/.installed-%: requirements/%.lock pyproject.toml hatch_build.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$*.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

install: $(VENV)/.installed-dev messages ## Make .venv from the locks and build the translations

install-e2e: $(VENV)/.installed-dev $(VENV)/.installed-e2e messages

install-interop: install $(INTEROP)/.installed $(PLATFORMS)/.installed tests/interop/node_modules/.installed

$(INTEROP)/.installed: requirements/interop.lock
	@test -x $(INTEROP)/bin/python || $(PYTHON) -m venv $(INTEROP)
	$(INTEROP)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/interop.lock
	@touch $@

$(PLATFORMS)/.installed: requirements/platforms.lock
	@test -x $(PLATFORMS)/bin/python || $(PYTHON) -m venv $(PLATFORMS)
	$(PLATFORMS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/platforms.lock
	@touch $@

# Without npm nothing is installed, and the tests say so. No package's own scripts are run.
tests/interop/node_modules/.installed: tests/interop/package-lock.json
	@if command -v npm >/dev/null; then cd tests/interop && npm ci --ignore-scripts --no-audit --no-fund --loglevel error \
	  && touch node_modules/.installed; fi

messages: $(VENV)/.installed-dev
	@$(BIN)/python hatch_build.py

check: install ## Lint, types, import contracts, lock, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/architecture/lock_is_current.py
	$(BIN)/python tests/architecture/translations_complete.py

test: install ## Run the test suite (SQLite and PostgreSQL, nothing to install)
	$(PYTEST) tests -n auto --ignore tests/e2e --ignore tests/moodle --ignore tests/interop

e2e: install-e2e ## Play the thread in a real browser (needs Debian's chromium)
	$(PYTEST) tests/e2e

interop: install-interop ## Verifiers and platforms that others wrote judge badges and launches (needs Node and npm)
	$(PYTEST) tests/interop

bench: install ## Measure, both sides in one run, as JSON lines
	$(BIN)/python -m benchmarks

demo: install ## Open a course with Mijlpaal in it: a demo LMS and the tool on this machine
	$(BIN)/mijlpaal demo --port $(PORT)

lock: $(VENV)/.installed-dev ## Make the locks again from requirements/*.in
	@for group in run build dev e2e interop platforms; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --exclude-newer "7 days" \
	  --generate-hashes --no-header --no-annotate requirements/$$group.in --output-file requirements/$$group.lock || exit 1; done

clean: ## Remove everything that was built
	rm -rf $(VENV) $(INTEROP) $(PLATFORMS) tests/interop/node_modules dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
