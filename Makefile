# `make run` and `make test` do all the set-up themselves: python3, make and git are enough.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
# xdist workers: two cores are the least that we plan for.
WORKERS ?= auto

.PHONY: run test fast lint types bench clean browser screenshots
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[.a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.venv: $(STAMP) ## make the virtual environment with everything in it

$(STAMP): requirements.txt requirements-test.txt pyproject.toml
	@echo "Checkline: making .venv (once; a minute or two) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Checkline: installing pinned packages ..."
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -q -r requirements.txt -r requirements-test.txt
	@$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation --editable .
	@touch $(STAMP)
	@echo "Checkline: ready."

run: .venv ## the service with its demo: SQLite, simulated phones, no account anywhere
	@$(BIN)/checkline run --demo

test: .venv browser lint types ## the whole suite, as CI runs it
	@$(BIN)/pytest -n $(WORKERS)

fast: .venv lint ## the tests that need no process, browser or long simulation
	@$(BIN)/pytest -q -m "not slow" -p no:xdist

lint: .venv
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv
	@$(BIN)/mypy

browser:
	@tests/browser.sh

bench: .venv ## ratios of one run, never a test
	@for file in bench/bench_*.py; do $(BIN)/python $$file || exit 1; done

screenshots: .venv browser ## the pictures in docs/
	@$(BIN)/python docs/screenshots.py

clean: ## remove what was built; never a data folder
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache
