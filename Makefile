# Each target installs what it needs on a machine with Python 3.11, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test quick test-slow test-failed interpreters explore chaos postgres bench bench-peers check audit dist docs docs-site lexicon accuracy format lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(STAMP): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## Play the main job on a simulated GitHub on this machine
	$(BIN)/plangate demo

test: $(STAMP) ## Run the tests, without the slow ones
	$(BIN)/python -m pytest -n 2 -m "not slow"

quick: $(STAMP) ## Run the tests of rules and core, without property and hostile tests
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not hypothesis" --ignore-glob="*hostile*" tests/rules tests/core

test-slow: $(STAMP) ## Run the slow tests
	$(BIN)/python -m pytest -n 2 -m slow --timeout 600 $(if $(SECONDS_LEFT),--seconds $(SECONDS_LEFT))

test-failed: $(STAMP) ## Run the tests that failed last, one after the other
	$(BIN)/python -m pytest --last-failed --last-failed-no-failures none --timeout 600

interpreters: $(STAMP) ## Test rules, core and command line on every supported Python of this machine
	$(BIN)/python -m tools.interpreters

explore: $(STAMP) ## Run the property tests on new random examples
	$(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile explore
	PLANGATE_HOSTILE_SEEDS=200 PLANGATE_HOSTILE_FIRST=$$(date +%s) \
	  $(BIN)/python -m pytest -n 2 --timeout 600 tests/app/test_hostile_ground.py

bench-peers: ## Install what the door is compared with: gidgethub, and Probot where node is
	$(PYTHON) -m venv .bench/python
	.bench/python/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r bench/peers/requirements.txt
	@command -v npm >/dev/null || { echo "Probot is left out: there is no npm"; exit 0; }; \
	  mkdir -p .bench/node && cp bench/peers/package.json bench/peers/package-lock.json bench/peers/*.mjs .bench/node/ \
	  && npm ci --prefix .bench/node --ignore-scripts --no-audit --no-fund --silent

bench: $(STAMP) ## Measure everything in one run and write docs/performance.md
	$(BIN)/python -m bench --write

postgres: ## Install PostgreSQL for the tests of the shared queue (Debian, as root)
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; }

DELIVERIES ?= 10000
SEED ?= 1
QUEUE ?= sqlite

chaos: $(STAMP) ## Run a storm against real processes: DELIVERIES=10000 SEED=1 QUEUE=sqlite|postgres
	$(BIN)/python -m tests.chaos.storm $(DELIVERIES) $(SEED) $(QUEUE)

check: $(STAMP) ## Check format, lint, types, import contracts and vague names
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/vague_names.py --most 2 bot

audit: $(STAMP) ## Audit the locked dependencies for known vulnerabilities
	$(BIN)/python -m tools.audit

dist: $(STAMP) ## Build and check wheel, sdist, bill of materials (CycloneDX), and the extension for Spec Kit
	rm -rf dist
	$(BIN)/python -m hatchling build -t wheel -t sdist -d dist
	PYTHONWARNINGS=ignore $(BIN)/uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements --pyproject pyproject.toml \
	  --output-reproducible --output-file "dist/$$(basename dist/*.whl -py3-none-any.whl).cdx.json" requirements.txt
	$(BIN)/python -m tools.extension_zip dist
	$(BIN)/python -m tools.check_packages dist

docs: $(STAMP) ## Generate the reference pages, the schema and the picture of the rooms
	$(BIN)/python -m tools.docs.rooms
	UPDATE=1 $(BIN)/python -m pytest -q -k is_the_generated_one tests/rules/test_registry.py tests/tools

SITE := $(VENV)/site

$(SITE)/.installed: requirements-docs.txt | $(STAMP)
	$(BIN)/uv venv --quiet --allow-existing $(SITE)
	$(BIN)/uv pip install --quiet --python $(SITE) --require-hashes -r requirements-docs.txt
	@touch $@

docs-site: $(STAMP) $(SITE)/.installed ## Build the documentation as a site in dist/site, and check its links
	NO_MKDOCS_2_WARNING=1 $(SITE)/bin/mkdocs build --quiet --strict
	$(BIN)/python -m tools.docs.site_links dist/site

lexicon: $(STAMP) ## Generate the module of the plans' words from config/lexicon
	$(BIN)/python tools/lexicon.py

accuracy: $(STAMP) ## Measure on labelled plans (PLANGATE_CORPUS) and write docs/accuracy.md
	$(BIN)/python -m tools.accuracy

format: $(STAMP) ## Format the code and fix what the linter can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

PIN = $(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header --python-version 3.11 --upgrade
COMPILE = $(PIN) pyproject.toml
COMPILE_GROUP = $(PIN) --group pyproject.toml

lock: $(STAMP) ## Pin the dependencies again: name, version and hash, no address
	$(COMPILE) -o requirements-desk.txt
	$(COMPILE) --extra server --extra demo -o requirements.txt
	$(COMPILE) --extra server --extra demo --extra dev -o requirements-dev.txt
	$(COMPILE_GROUP):build -o requirements-build.txt
	$(COMPILE_GROUP):docs -o requirements-docs.txt

clean: ## Remove everything that these targets create
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis var
