# The checkout's own tools come first. Node is the system's when it is new enough, else .venv has one.
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
PYTHON ?= python3
# Extra arguments for pytest: make test ARGS="-k wall"
ARGS ?=

.PHONY: help setup run test test-python test-frontend test-browser check format bench lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## Install packages, build bundles (all other targets do it when needed)
	@$(PYTHON) bin/bootstrap.py

run: setup ## Start everything; PORT and SHOP_PORT choose other ports; Ctrl-C stops
	@exec python -m chatapp.embedded run

test: ## All tests: Python, front end, browsers
	@$(PYTHON) bin/bootstrap.py --browser
	@$(MAKE) --no-print-directory test-frontend test-python test-browser

test-python: setup ## Python tests without the browser tests
	python -m pytest -n 2 $(ARGS)

test-frontend: setup ## Front-end unit tests
	vitest run --passWithNoTests

# Their own run: Playwright's loop and pytest-asyncio's cannot share a process.
test-browser: ## Browser tests in two hosts of a real Chromium
	@$(PYTHON) bin/bootstrap.py --browser
	DJANGO_ALLOW_ASYNC_UNSAFE=1 python -m pytest -p no:randomly tests/e2e $(ARGS)

check: setup ## Formatters, linters, types, import contracts, migrations
	@python bin/check.py

format: setup ## Let the formatters rewrite
	ruff check --fix --quiet . || true
	ruff format --quiet .
	git ls-files -z 'templates/**.html' | xargs -0 --no-run-if-empty djade --target-version 5.2 || true
	biome check --write

bench: setup ## Compare with the bare stack, as ratios, and purge among millions
	@exec python -m bench

lock: setup ## Resolve all dependencies again
	@python bin/lock.py $(ARGS)
