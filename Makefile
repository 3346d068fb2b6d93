# Needs GNU make, Python 3.11 or newer, and nothing else: everything below happens in .venv.

PYTHON ?= python3
# By the command line only: what an environment has under such names was not meant for us.
HOST := 127.0.0.1
PORT := 5000
STAGE := dev
DATA := keep
EMAIL :=

BIN := .venv/bin
# Zappa asks for an environment that is active.
DEPLOY := VIRTUAL_ENV=$(CURDIR)/.venv-deploy .venv-deploy/bin/python -m deploy
# -qq: pip's warnings speak of the machine's set-up, not of Tocsin; its errors still show.
INSTALL := -m pip install -qq --disable-pip-version-check --require-hashes -r
# A machine's own pip set-up (mirrors, folders of wheels) would lock files that other machines cannot get.
# --allow-unsafe: pip-tools and Zappa need pip and setuptools, and with hashes nothing may be left out.
# PYTHONWARNINGS: some packages are asked for their needs by running their build, which warns its own authors.
COMPILE := env -u PIP_EXTRA_INDEX_URL -u PIP_FIND_LINKS PIP_CONFIG_FILE=/dev/null PYTHONWARNINGS=ignore \
	CUSTOM_COMPILE_COMMAND='make lock' \
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
	$(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.PHONY: help run test check format lock screenshots deploy rollback undeploy flask package clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/runtime.stamp ## start Tocsin on this machine (HOST=127.0.0.1 PORT=5000)
	@printf 'Tocsin: http://%s:%s/\nNext: open it in a browser and make your account.\n' '$(HOST)' '$(PORT)'
	@TOCSIN_SITE_ROOT="$${TOCSIN_SITE_ROOT:-http://$(HOST):$(PORT)}" $(BIN)/flask run --host '$(HOST)' --port '$(PORT)'

test: .venv/dev.stamp .venv-deploy/deploy.stamp ## run the tests on all cores (ARGS='-k ping')
	@$(BIN)/pytest -n auto $(ARGS)

check: .venv/dev.stamp ## lint, formatting, types and import rules
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

format: .venv/dev.stamp ## format the code, and fix what can be fixed
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format --quiet

# Without ARGS all pages; ARGS='check landing' takes those whose names begin so.
# Those in README: $(BIN)/python -m tests.gallery.best docs/images
screenshots: .venv/dev.stamp ## photograph every page, on a desk and a phone, light and dark (needs Chromium)
	@$(BIN)/python -m tests.gallery screenshots $(ARGS)

# In this order: each file holds the ones before it to its pins.
lock: .venv/dev.stamp ## pin what the requirements*.in name (UPGRADE=1: newest versions)
	@$(COMPILE) --output-file requirements.txt requirements.in
	@$(COMPILE) --output-file requirements-dev.txt requirements-dev.in
	@$(COMPILE) --output-file requirements-deploy.txt requirements-deploy.in
	@$(COMPILE) --output-file requirements-bench.txt requirements-bench.in

# By the environment: an address may hold what a shell would read.
deploy rollback undeploy flask: export STAGE := $(STAGE)
deploy: export EMAIL := $(EMAIL)
deploy undeploy: export DATA := $(DATA)

deploy: .venv-deploy/deploy.stamp ## put Tocsin on AWS, or update it (STAGE=dev EMAIL=you@example.org)
	@$(DEPLOY) up "$$STAGE" --data "$$DATA" $(if $(EMAIL),--email "$$EMAIL")

rollback: .venv-deploy/deploy.stamp ## put back the code that ran there before (STAGE=dev)
	@$(DEPLOY) back "$$STAGE"

undeploy: .venv-deploy/deploy.stamp ## take it off AWS; the data stays (STAGE=dev DATA=keep, or DATA=delete)
	@$(DEPLOY) down "$$STAGE" --data "$$DATA"

flask: .venv-deploy/deploy.stamp ## run one of Tocsin's commands there (STAGE=dev ARGS='user create you@example.org')
	@$(DEPLOY) flask "$$STAGE" $(ARGS)

package: .venv-deploy/deploy.stamp ## build what Lambda would run: tocsin.zip
	@.venv-deploy/bin/python -m deploy.package tocsin.zip
	@ls -l tocsin.zip

clean: ## remove .venv* and caches; instance/, with your data, stays
	@rm -rf .venv .venv-deploy .venv-bench tocsin.zip .coverage* htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --clear: an environment whose Python went away is made anew, its stamps with it.
.venv/bin/python .venv-deploy/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tocsin needs Python 3.11 or newer.")'
	@$(PYTHON) -m venv --clear $(@D:/bin=)

# A stamp is newer than the file that was installed last, so nothing is installed twice.
.venv/runtime.stamp: requirements.txt | $(BIN)/python
	@echo 'Installing what Tocsin runs on …'
	@$(BIN)/python $(INSTALL) requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt | $(BIN)/python
	@echo 'Installing what the tests and checks need …'
	@$(BIN)/python $(INSTALL) requirements-dev.txt
	@touch $@

.venv-deploy/deploy.stamp: requirements-deploy.txt | .venv-deploy/bin/python
	@echo 'Installing what deploys to AWS …'
	@.venv-deploy/bin/python $(INSTALL) requirements-deploy.txt
	@touch $@
