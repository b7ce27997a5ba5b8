# Everything a newcomer needs, from Python 3.11 or newer and make. `make` alone lists it.
# Recipes are plain sh; nothing is installed outside this folder.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DATABASE ?= sqlite
PYTHONS := python3.14 python3.13 python3.12 python3.11 python3
# Folders with Python of our own; what is not there yet is left out.
SOURCES := $(wildcard services shared tests benchmarks deploy)

.PHONY: help setup demo tour test long lint format typecheck docs migration lock ci clean

help: ## Show what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Install everything into .venv and do nothing else

demo: $(STAMP) ## Run the whole centre with invented people (DATABASE=postgres for PostgreSQL)
	@$(BIN)/throughcare demo --database $(DATABASE)

tour: $(STAMP) ## Walk one person's way from the form to the meetings on a throw-away stack
	@$(BIN)/throughcare tour --database $(DATABASE)

# Three calls: the small tests on every core; the drills alone, for they run whole stacks and kill them; the browser's,
# because synchronous Playwright before async tests in one process breaks those.
test: $(STAMP) ## Run the tests; what the machine lacks is skipped with a reason, `make long` has the long ones
	@$(BIN)/python -m pytest -m "not containers and not long" -n auto --dist loadfile tests/unit tests/contract tests/integration
	@$(BIN)/python -m pytest -m "not containers and not long" tests/drills
	@$(BIN)/python -m pytest -m "not containers and not long" tests/browser

long: $(STAMP) ## Run the tests that take half a minute or more each
	@$(BIN)/python -m pytest -m long tests/integration tests/drills

lint: $(STAMP) ## Check style, imports between the parts, and types
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/lint-imports
	@$(BIN)/mypy --strict services shared

format: $(STAMP) ## Put the code into its usual shape
	@$(BIN)/ruff check --fix-only $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

typecheck: $(STAMP) ## Check types only
	@$(BIN)/mypy --strict services shared

docs: $(STAMP) ## Write docs/events.md, docs/asyncapi.json and docs/openapi/ from the code
	@$(BIN)/python -m shared.contracts.document docs
	@$(BIN)/python docs/write_openapi.py docs/openapi

migration: $(STAMP) ## Write a migration from changed tables: SERVICE=intake MESSAGE="what it does"
	@$(BIN)/python -m shared.migrating "$(SERVICE)" "$(MESSAGE)"
	@$(BIN)/ruff format --quiet services/$(SERVICE)/migrations

lock: ## Choose all versions anew and write requirements.lock (needs uv)
	@command -v uv >/dev/null || { echo "uv is missing: install it with \`pip install uv\`." >&2; exit 1; }
	uv pip compile pyproject.toml --all-extras --universal --upgrade --no-emit-index-url --no-annotate --generate-hashes --quiet -o requirements.lock

ci: ## Run what continuous integration runs
	@.ci/run

clean: ## Remove the environment and caches; data in var/ stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find $(SOURCES) -name __pycache__ -prune -exec rm -rf {} +

# The stamp is written last, so an interrupted installation is done again.
$(STAMP): requirements.lock pyproject.toml
	@[ -w . ] || { echo "This folder cannot be written: copy the project to one that can." >&2; exit 1; }
	@python=; for candidate in $(PYTHONS); do \
		if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; \
	[ -n "$$python" ] || { echo "Python 3.11 or newer is needed and was not found: install it and run make again." >&2; exit 1; }; \
	$$python -c 'import ensurepip, venv' 2>/dev/null || { echo "$$python cannot make environments: install its venv package (Debian: apt install python3-venv)." >&2; exit 1; }; \
	echo "Installing with $$($$python --version) into $(VENV); the first time this takes a minute or two."; \
	$(BIN)/python -c '' 2>/dev/null || $$python -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
