# Every target does its whole set-up: an environment of its own, the pinned packages, then the job. A second call is quick.
# `make test PYTHON=python3.13` uses another interpreter, in an environment beside the first.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
# Tests start many processes: what Python compiled for the first serves the others.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
VENV := $(if $(filter python3,$(notdir $(PYTHON))),.venv,.venv-$(patsubst python%,%,$(notdir $(PYTHON))))
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all:
COMPILE := $(PY) -m uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header
PLATFORMS := x86_64-manylinux_2_34 aarch64-manylinux_2_34 aarch64-apple-darwin x86_64-pc-windows-msvc
TARGETS ?=
JOBS ?= 2

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: $(VENV)/.run ## build a vault of invented people, export from it, back it up, and open the app
	@$(PY) -m vault demo

.PHONY: test
test: $(VENV)/.dev ## run the test suite; says at the end what ran and what could not
	@echo "CaseVault tests: $$($(PY) -V), environment $(VENV), $(JOBS) processes"
	@$(PY) -m pytest -q -n $(JOBS) --dist worksteal $(TARGETS)

.PHONY: test-long
test-long: $(VENV)/.dev ## run the tests that need many examples, which `test` leaves out
	@echo "CaseVault long tests: $$($(PY) -V), environment $(VENV), $(JOBS) processes"
	@$(PY) -m pytest -q -n $(JOBS) --dist worksteal -m long $(TARGETS)

.PHONY: check
check: $(VENV)/.dev ## format, lint, types, import contracts, rules of the house, and wheels for every platform
	$(PY) -m ruff format --check --quiet .
	$(PY) -m ruff check --quiet .
	$(PY) -m mypy
	@for system in darwin win32; do \
	  $(PY) -m mypy --platform $$system --no-warn-unreachable --cache-dir .mypy_cache/$$system vault/platform || exit 1; \
	done
	PYTHONPATH=. $(VENV)/bin/lint-imports
	@$(PY) -m pytest -q -n $(JOBS) --dist worksteal tests/hygiene
	@$(MAKE) --no-print-directory check-lock
	@$(PY) -m tests.mutation --check | sed -n 1p # for information: a changed module is run again when somebody has the time
	@echo "check: format, lint, types, contracts and lock hold"

.PHONY: check-lock
check-lock: $(VENV)/.dev # each pin has a wheel on each platform and Python; the work folder only satisfies --target
	@for platform in $(PLATFORMS); do for version in 3.11 3.13; do \
	  $(PY) -m uv pip install --quiet --dry-run --require-hashes --only-binary :all: --target $(VENV)/.no-install \
	    --python-platform $$platform --python-version $$version -r requirements.lock || exit 1; \
	  echo "lock: wheels for $$platform, Python $$version"; \
	done; done

.PHONY: manual
manual: $(VENV)/.run ## write the manual page, and what bash, zsh and fish complete, into build/share
	@$(PY) scripts/manual.py build/share

.PHONY: house
house: $(VENV)/.dev ## measure what is arranged twice, and how many files, lines and names there are
	@$(PY) scripts/house.py

.PHONY: bench
bench: $(VENV)/.dev ## measure against peers in the same run
	@$(PY) -m tests.bench

.PHONY: mutants
mutants: $(VENV)/.dev ## change modules in one place at a time and see whether their tests notice; those that changed since, or TARGETS
	@$(PY) -m tests.mutation -j$(JOBS) $(TARGETS)

.PHONY: mutants-check
mutants-check: $(VENV)/.dev # what the record of the last run lacks; runs nothing
	@$(PY) -m tests.mutation --check

.PHONY: lock
lock: $(VENV)/.dev ## pin anew what requirements*.in name; each lock keeps the pins of the one before
	$(COMPILE) -o requirements.lock requirements.in
	$(COMPILE) -c requirements.lock -o requirements-dev.lock requirements-dev.in
	$(COMPILE) -c requirements-dev.lock -o requirements-build.lock requirements-build.in

.PHONY: clean
clean: ## remove the environments and caches
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .mutants

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "CaseVault needs Python 3.11 or newer: make PYTHON=python3.13 ...")'
	@echo "setting up $(VENV) with $$($(PYTHON) -V)"
	@$(PYTHON) -m venv $(VENV)

# The app is started with -I, which hides the working folder: a .pth file names this checkout, as an editable install would,
# and needs no build back end.
define LINK
import pathlib, sys, sysconfig
here = pathlib.Path.cwd()
pathlib.Path(sysconfig.get_path("purelib"), "casevault-checkout.pth").write_text(f"{here}\n", encoding="utf-8")
command = pathlib.Path(sysconfig.get_path("scripts"), "casevault")
command.write_text(f"#!{sys.executable}\nfrom vault.__main__ import main\n\nraise SystemExit(main())\n", encoding="utf-8")
command.chmod(0o755)
endef
export LINK

$(VENV)/.run: requirements.lock | $(PY)
	@echo "installing the pinned packages into $(VENV)"
	@$(INSTALL) -r requirements.lock
	@$(PY) -c "$$LINK"
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "installing the pinned development tools into $(VENV)"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@
