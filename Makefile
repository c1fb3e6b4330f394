# Every target does all that it needs on a machine with Python 3.11, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow explore chaos postgres bench check docs format lock clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(STAMP): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## The whole story on a GitHub of its own, on this machine
	$(BIN)/plangate demo

test: $(STAMP) ## The tests, without the slow ones
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: $(STAMP) ## The slow tests
	$(BIN)/python -m pytest -n 2 -m slow --timeout 600

explore: $(STAMP) ## The property tests on new random examples
	$(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile explore

bench: $(STAMP) ## What it costs to accept a delivery, beside the same in plain Flask
	$(BIN)/python bench/ack.py

postgres: ## PostgreSQL for the tests of the shared queue, on Debian and its like, as root
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; }

DELIVERIES ?= 10000
SEED ?= 1
QUEUE ?= sqlite

chaos: $(STAMP) ## Real processes in a storm: DELIVERIES=10000 SEED=1 QUEUE=sqlite|postgres
	$(BIN)/python -m tests.chaos.storm $(DELIVERIES) $(SEED) $(QUEUE)

check: $(STAMP) ## Format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(STAMP) ## Write the pages on rules, commands and configuration, and the schema, from the code
	UPDATE=1 $(BIN)/python -m pytest -q -k is_the_generated_one tests/rules/test_registry.py tests/tools/test_command_guide.py tests/tools/test_config_guide.py

format: $(STAMP) ## Write the format and the mendable lint
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(STAMP) ## Pin the dependencies anew: name, version and hash, no address
	$(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header --python-version 3.11 --upgrade pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header --python-version 3.11 --upgrade --extra dev pyproject.toml -o requirements-dev.txt

clean: ## Remove what was made here
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis var
