# Every command works from a fresh clone with Python 3.11 or newer and make; `make help` lists them.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# A Python of your own choice: make PYTHON=/path/to/python3
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench gallery messages docs clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 10

setup: $(READY) ## makes .venv with everything needed; the other targets do so by themselves

# Made anew only when pyproject.toml changes; an environment that no longer runs is replaced.
$(READY): pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "kiemphieu needs Python 3.11 or newer; this machine has" \
		"$$(python3 --version 2>/dev/null || echo 'no python3'). Install it, or name one: make PYTHON=/path/to/python3" >&2; exit 1; fi
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@echo "installing into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $(READY)

demo: $(READY) ## a whole sample vote: prints, marks, scans, counts, compares with the truth
	@$(BIN)/kiemphieu demo

# Two workers on two cores take 67 s where one takes 106 s.
test: $(READY) ## every test that takes no network
	@$(BIN)/python -m pytest -n auto

# Every check that a change must pass besides the tests; the same by hand and in CI.
check: $(READY) ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## the measurements; minutes. One alone: .venv/bin/python -m benchmarks NAME
	@$(BIN)/python -m benchmarks

gallery: $(READY) ## makes the gallery of sample scans and its contact sheet anew
	$(BIN)/python -m sample_scans.gallery

messages: $(READY) ## compiles the texts of kiemphieu/locale
	$(BIN)/pybabel compile --directory kiemphieu/locale --domain kiemphieu

docs: $(READY) ## draws docs/architecture.md from the code
	$(BIN)/python docs/draw_architecture.py

clean: ## removes what the other targets made, except votes
	rm -rf $(VENV) build dist *.egg-info .coverage .hypothesis .import_linter_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
