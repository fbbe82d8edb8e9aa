# Gearpark. `make` alone lists what there is. Needs: Python >= 3.11 with pip, make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install --quiet
.DEFAULT_GOAL := help
.PHONY: help setup dev demo test check format ci api bench browser clean lock

help: ## what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

# --without-pip: Debian splits ensurepip into python3-venv; the machine's own pip fills the environment instead.
$(BIN)/python:
	@echo "gearpark: making $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "gearpark: Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	@echo "gearpark: installing (about 1.1 GB, once)"
	@$(PIP) --constraint constraints.txt --editable .
	@$(BIN)/python -m gearpark.config.messages
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo "gearpark: installing the tools of development (about 200 MB, once)"
	@$(PIP) --constraint constraints.txt --editable '.[dev,bench]'
	@touch $@

setup: $(VENV)/.runtime ## make .venv with .venv/bin/gearpark

dev: $(VENV)/.dev ## set-up for development: tools, pre-commit hook
	@test ! -d .git || $(BIN)/pre-commit install >/dev/null

demo: setup ## the whole park live on http://127.0.0.1:8000
	@$(BIN)/gearpark demo

# A browser with Chinese letters and a second MQTT broker, from Debian, for the tests that need them.
PACKAGES := chromium fonts-noto-cjk mosquitto
browser:
	@if command -v chromium >/dev/null && command -v mosquitto >/dev/null || test -x /usr/sbin/mosquitto && command -v chromium >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null; \
	elif sudo -n true 2>/dev/null; then sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null; \
	else echo "gearpark: for all tests, run once: sudo apt-get install $(PACKAGES)"; fi

test: $(VENV)/.dev browser ## set up and run the tests
	@$(BIN)/python -m gearpark.config.messages
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: $(VENV)/.dev ## format, lint, types, import contracts, migrations, API snapshot
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	GEARPARK_NO_POOL=1 $(BIN)/gearpark manage makemigrations --check --dry-run
	$(BIN)/gearpark manage export_openapi_schema --api gearpark.config.api.api --sorted --indent 1 | diff -u docs/reference/openapi.json -

api: $(VENV)/.dev ## write the API snapshot
	$(BIN)/gearpark manage export_openapi_schema --api gearpark.config.api.api --sorted --indent 1 > docs/reference/openapi.json

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

ci: check test ## what continuous integration runs

bench: $(VENV)/.dev ## the figures of telemetry and durability
	$(BIN)/gearpark bench telemetry --json
	$(BIN)/gearpark bench durability --json

lock: $(VENV)/.dev ## write constraints.txt from what is installed
	@$(PYTHON) -m pip --python $(BIN)/python freeze --exclude-editable --exclude gearpark > constraints.txt

clean:
	rm -rf $(VENV) build dist src/*.egg-info
