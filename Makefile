# `make demo` and `make test` need nothing but this folder, Python 3.11 or newer, and a package registry that pip knows.
SHELL := /bin/bash
PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3))
VENV := .venv
BIN := $(VENV)/bin
# What is compiled, and what says what to install: a change here installs again.
SOURCES := .ci/system_packages setup.py pyproject.toml package.xml CMakeLists.txt $(wildcard cmake/* msg/* srv/* action/*)
# Words for `legion demo`, such as ARGS='--seed 3 --instruction "put the can in the drawer"'.
ARGS ?=

# A sourced ROS would mix with the one in $(VENV).
ifdef AMENT_PREFIX_PATH
unexport AMENT_PREFIX_PATH LD_LIBRARY_PATH
endif
unexport PYTHONPATH VIRTUAL_ENV

.PHONY: help demo test lint format kilted clean distclean
.DEFAULT_GOAL := help

help: ## say what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

demo: $(VENV)/.installed ## tell a simulated arm to clear the table, and watch it
	@$(BIN)/legion demo $(ARGS)

test: $(VENV)/.installed-test ## ruff, then pytest
	$(BIN)/ruff check .
	$(BIN)/pytest

lint: $(VENV)/.installed-test $(VENV)/.installed-lint ## ruff and pyright
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@mkdir -p build/typings && ln -sfn ../../sim build/typings/legion_sim
	@$(BIN)/python .ci/typings build/typings
	$(BIN)/pyright

format: $(VENV)/.installed-test ## lay the code out as ruff does
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Not editable: the checkout has room for the generated code of one ROS only.
kilted: ## the tests on ROS 2 Kilted, in an environment of its own
	@.ci/system_packages "$(PYTHON)"
	test -d .venv-kilted || "$(PYTHON)" -m venv .venv-kilted
	LEGION_ROS_DISTRO=kilted .venv-kilted/bin/pip install --disable-pip-version-check '.[test]'
	.venv-kilted/bin/pytest

clean: ## remove what was built and measured
	rm -rf build install log out *.egg-info legion_ros/{msg,srv,action} legion_ros/*.so $(VENV)/.installed*
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## remove the environments as well
	rm -rf .venv .venv-kilted .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@.ci/system_packages "$(PYTHON)"
	@echo "== making $(VENV) with $$("$(PYTHON)" --version)"
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.installed: $(SOURCES) | $(VENV)/bin/python
	@.ci/system_packages $(VENV)/bin/python
	@echo "== installing legion_ros: downloads about 1.2 GB the first time, then compiles its messages (a minute)"
	$(BIN)/pip install --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-%: $(VENV)/.installed
	@echo "== installing what make $* needs"
	$(BIN)/pip install --disable-pip-version-check 'legion_ros[$*]'
	@touch $@
