# The one entrance. `make run` starts the product with its demonstration, `make test` checks everything.
# Variables: PYTHON (3.11 or newer), HOST, PORT; TESTS and PYTEST for a part of the tests.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
TESTS ?= tests
PYTEST ?= --numprocesses=logical --maxprocesses=4
VENV := .venv
BIN := $(VENV)/bin
# A part of the tests may hold none of a phase's: pytest's exit status 5 says so and is no failure.
NONE_COLLECTED := test $$? -eq 5
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test lint accuracy install browser format
.DEFAULT_GOAL := run

run: install
	@exec $(BIN)/screening serve --demo --host $(HOST) --port $(PORT)

test: install browser lint
	$(BIN)/python -m pytest $(PYTEST) -m "not pace" $(TESTS) || $(NONE_COLLECTED)
	$(BIN)/python -m pytest -m pace $(TESTS) || $(NONE_COLLECTED)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

accuracy: install
	$(BIN)/python -m tests.rubrics.accuracy
	$(BIN)/python -m tests.rubrics.prescore_accuracy
	$(BIN)/python -m tests.rubrics.offer_accuracy

# Chromium for the tests that drive a browser: from Debian where we may install, else Playwright's own.
browser: install
	@$(BIN)/python -m tests.real.chromium

# The hook brings stale browser files and compiles changed translations; when nothing changed it takes 0.1 s.
install: $(VENV)/project.stamp
	@$(BIN)/python hatch_build.py

$(VENV)/project.stamp: $(VENV)/lock.stamp pyproject.toml package.json package-lock.json .npmrc hatch_build.py
	@echo "Installing Screening and its browser files …"
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/lock.stamp: requirements.lock $(VENV)/bin/python
	@echo "Installing the packages of requirements.lock, a minute the first time …"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@touch $@

# Debian keeps ensurepip in a package of its own: without it the system's pip puts a pip into the new environment.
$(VENV)/bin/python:
	@test -w . || { echo "The folder $(CURDIR) cannot be written; copy the project to one that can." >&2; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). Install Python 3.11 or newer, or name it: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: Screening needs 3.11 or newer, for example: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
		$(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; } \
		|| { rm -rf $(VENV); echo "No environment could be made. Install pip and venv for $(PYTHON) (Debian: apt-get install python3-venv)." >&2; exit 1; }
