# `make demo` and `make test` are all a newcomer needs; both set up .venv themselves.
SHELL := /bin/bash
PYTHON ?= python3
UV_VERSION := 0.13.8
export UV_PYTHON_DOWNLOADS ?= never
export UV_LINK_MODE ?= copy
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
BOT := .venv/bin/incident-bot

.PHONY: demo test lint e2e bench clean
.DEFAULT_GOAL := demo

demo: .venv/.ready
	@$(BOT) demo

test: .venv/.ready
	.venv/bin/pytest -q tests/unit tests/contract

# A venv of its own for uv where the machine has none; --target serves systems without ensurepip.
.uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "incident-bot needs Python >= 3.11; set PYTHON=python3.x")'
	@echo "setting up uv $(UV_VERSION) in .uv"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .uv uv==$(UV_VERSION)

.venv/.ready: pyproject.toml uv.lock $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv)
	@echo "setting up .venv"
	@$(UV) sync --quiet --frozen --compile-bytecode --python "$$(command -v $(PYTHON))"
	@touch $@
