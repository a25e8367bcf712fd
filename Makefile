# Two commands read this book: `make env` once, then `make book`. `make` alone says the rest.
# One meaning per command: only `make outputs` rewrites book/*.ipynb; everything else leaves git clean.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# PYTHON       the Python to make .venv from (3.11 or newer); by default the first one found
# TORCH_INDEX  index to take torch from, where the default one would bring gigabytes of CUDA
# REPOSITORY   public address of this repository, for the launch buttons of the book
# ARGS         more words for pytest (make unit), the book's build (make book, make outputs) or
#              Snakemake (make grid)
# DESIGN, DATA, ENCODER, FAMILIES, SEEDS, PARAMETERS   what `make grid` makes, see
#              python -m helpers grid --help; lists with commas, PARAMETERS="name=value name=value"
# JOBS         processes of a grid at once
# PROFILE      where a grid runs: local, slurm, or another folder of workflow/profiles
PYTHON ?=
TORCH_INDEX ?=
export REPOSITORY ?= $(shell git remote get-url origin 2>/dev/null | sed -n 's|\.git$$||; /^https:\/\/github\.com\//p')
ARGS ?=
DESIGN ?= primary
DATA ?= lab
ENCODER ?=
FAMILIES ?=
SEEDS ?=
PARAMETERS ?=
JOBS ?= 2
PROFILE ?= local

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.stamp
PIP := $(PY) -m pip --quiet --disable-pip-version-check
BUILD := $(PY) book/tools/build.py
SNAKEMAKE := $(VENV)/grid

# A clone that was moved has an environment that still points to the old place: make it again.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

.PHONY: help env test lint unit nbval book html outputs tiny grid clean distclean

help: ## say what there is to make (this page)
	@echo 'To read the book:     make env, then make book, then open _build/html/index.html'
	@echo 'To check everything:  make test'
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'Variables: PYTHON=python3.12  TORCH_INDEX=https://download.pytorch.org/whl/cpu  ARGS="-k alignment"'
	@echo 'Of a grid: DESIGN=primary DATA=lab ENCODER= FAMILIES= SEEDS= PARAMETERS= JOBS=2 PROFILE=local ARGS=--dry-run'
	@echo 'Linux without a CUDA card: set TORCH_INDEX as shown, or torch alone takes gigabytes (README.md).'

env: $(STAMP) ## install everything into .venv, exact versions (3 minutes, once)

$(STAMP): pyproject.toml constraints.txt
	@if [ ! -x $(PY) ]; then \
	  for python in $(or $(PYTHON),python3.11 python3.12 python3.13 python3 python); do \
	    if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	    then found="$$python"; break; fi; \
	  done; \
	  if [ -z "$${found:-}" ]; then \
	    echo 'make env: no Python 3.11 or newer with venv found (tried: $(or $(PYTHON),python3.11 python3.12 python3.13 python3 python)).' >&2; \
	    echo 'Install one, or name it: make env PYTHON=/path/to/python3.12 (Debian, Ubuntu: also python3-venv).' >&2; \
	    exit 1; \
	  fi; \
	  echo "making $(VENV) with $$("$$found" --version)"; \
	  "$$found" -m venv $(VENV); \
	fi
	@echo 'installing the versions of constraints.txt into $(VENV) (about 2 GB, 2 to 3 minutes the first time)'
	@$(PIP) install --upgrade --constraint constraints.txt pip setuptools
	@if [ -n '$(TORCH_INDEX)' ]; then \
	  $(PIP) install --no-deps --constraint constraints.txt --index-url '$(TORCH_INDEX)' torch; fi
	@$(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[test]'
	@echo '$(CURDIR)' > $@

test: env ## everything that must hold: lint, unit tests, doctests, every notebook's outputs (15 minutes)
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory nbval

lint: env ## ruff's rules and formatting
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check . || \
	  { echo 'not formatted: run $(VENV)/bin/ruff format .' >&2; exit 1; }

unit: env ## unit tests, doctests, and the drift test between book/*.py and book/*.ipynb (4 minutes)
	@mkdir -p _build/reports
	@# one thread each: pools of several processes would wait for each other
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 \
	  $(PY) -m pytest --quiet --numprocesses auto --maxprocesses 4 --dist loadfile \
	  --junitxml=_build/reports/unit.xml $(ARGS)

nbval: env ## re-execute a copy of every notebook and compare each output (6 minutes)
	@$(BUILD) nbval $(ARGS)

book: env ## execute what is stale into _build/, then render it (12 minutes at most; nothing twice)
	@$(BUILD) book $(ARGS)

html: env ## render the committed outputs, executing nothing (30 seconds)
	@$(BUILD) html $(ARGS)

outputs: env ## execute what is stale and rewrite book/*.ipynb (for authors; commit the result)
	@$(BUILD) outputs $(ARGS)

tiny: env ## train models/tiny and two more seeds of it from the laboratory corpus (6 minutes)
	@$(PY) -m helpers pretrain tiny --fresh --seed 0 --seed 1 --seed 2

grid: env $(SNAKEMAKE)/.stamp ## the runs of a study that are missing, in JOBS processes; ARGS=--dry-run counts them
	@mkdir -p _build/grid
	@$(SNAKEMAKE)/bin/snakemake --profile workflow/profiles/$(PROFILE) --jobs $(JOBS) \
	  --config 'design=$(DESIGN)' 'data=$(DATA)' 'encoder=$(ENCODER)' 'families=$(FAMILIES)' \
	  'seeds=$(SEEDS)' 'parameters=$(PARAMETERS)' $(ARGS)

$(SNAKEMAKE)/.stamp: workflow/constraints.txt $(STAMP)
	@echo 'installing Snakemake into $(SNAKEMAKE) (once, under a minute)'
	@$(PY) -m venv --without-pip $(SNAKEMAKE)
	@$(PIP) --python $(SNAKEMAKE)/bin/python install --constraint workflow/constraints.txt --group grid
	@touch $@

clean: ## remove what was built (_build and caches); the environment stays
	@rm -rf _build .pytest_cache .ruff_cache .hypothesis
	@find src book tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove the environment too
	@rm -rf $(VENV)
