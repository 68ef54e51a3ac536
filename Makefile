# `make` explains itself. Everything happens in .venv, which every target makes or refreshes first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CODE := src tests setup.py
DEMO := src/demo.py
DEMO_TIME := 5 to 6 minutes on 2 cores

# The tests run in two processes; more threads than that would get in each other's way.
PYTEST := OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive $(BIN)/pytest -q -n 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow lint format clean

help: ## explain the targets (this text)
	@echo "MPVSS: efficient video semantic segmentation by mask propagation."
	@echo "On a fresh machine, 'make demo' and 'make test' install what they need first"
	@echo "(Python 3.11 or later, 3 to 5 minutes, about 6 GB). Another Python: make PYTHON=/path/to/python3 ..."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## install everything into .venv; 3 to 5 minutes and 6 GB at first, then nothing until the versions change

demo: $(STAMP) ## train a tiny model on made-up video, score it, write pictures and a video; 5 to 6 minutes on 2 cores
	@echo "demo: training on synthetic video, then comparing per-frame, copied and propagated masks; $(DEMO_TIME)."
	OMP_WAIT_POLICY=passive $(BIN)/python $(DEMO)

test: lint ## lint, types and the fast tests; under 10 minutes on 2 cores
	@echo "test: the fast tests; under 10 minutes."
	$(PYTEST)

test-slow: $(STAMP) ## the slower tests: full tables, several processes, the notebooks' own training; minutes on 2 cores
	@echo "test-slow: the slower tests; several minutes."
	$(PYTEST) -m slow

lint: $(STAMP) ## style, formatting and types, without the tests; half a minute
	@echo "lint: style, formatting and types; half a minute."
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy

format: $(STAMP) ## mend formatting and what else ruff can mend; seconds
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

clean: ## remove .venv and caches, but no outputs; seconds
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache src/mpvss.egg-info build dist
	find src tests -type d -name __pycache__ -prune -exec rm -rf {} +

$(STAMP): pyproject.toml setup.py constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "setup: Python 3.11 or later is needed; '$(PYTHON)' is not. Name one: make PYTHON=/path/to/python3 $(MAKECMDGOALS)"; \
		exit 1; }
	@echo "setup: installing into $(VENV); 3 to 5 minutes and about 6 GB on a fresh machine."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
