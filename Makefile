# `make demo` and `make test` are all a newcomer needs; both set up .venv themselves.
SHELL := /bin/bash
PYTHON ?= python3
UV_VERSION := 0.13.8
export UV_PYTHON_DOWNLOADS ?= never
export UV_LINK_MODE ?= copy
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
BOT := .venv/bin/incident-bot

.PHONY: demo test lint exam alerts e2e ci-tools picture
.DEFAULT_GOAL := demo

demo: .venv/.ready
	@$(BOT) demo

test: .venv/.ready
	.venv/bin/pytest -q $(PYTEST_FLAGS) tests/unit tests/contract

# ---- what .ci/run adds to the two commands

# The linters and runners of the `ci` group beside the development ones.
ci-tools: .venv/.ready
	$(UV) sync --quiet --frozen --compile-bytecode --group ci --python .venv/bin/python

lint: .venv/.ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/actionlint -shellcheck .venv/bin/shellcheck
	.venv/bin/shellcheck .ci/run
	.venv/bin/zizmor --offline --no-progress .github

exam: .venv/.ready
	$(BOT) rules test
	$(BOT) eval tests/scenarios --min-hit1 0.95 --min-hit3 0.99 --max-false-alarms 0

# promtool and amtool come with Debian's packages; the tests ask amtool.
alerts:
	@command -v promtool amtool | wc -l | grep -qx 2 || { apt-get update -qq && apt-get install -y -qq prometheus prometheus-alertmanager; }
	promtool check rules alerts/*.rules.yaml
	promtool test rules alerts/tests/*.yaml

e2e: ci-tools
	.venv/bin/pytest -q -m e2e tests/e2e tests/contract

# An issue as GitHub shows it: make picture ISSUE=path/to/issue.md OUT=issue.png [WIDTH=500]
WIDTH ?= 960
picture: tests/render/node_modules/.ready
	@node tests/render/picture.mjs "$(ISSUE)" "$(OUT)" $(WIDTH) $(if $(HEIGHT),--height $(HEIGHT))

tests/render/node_modules/.ready: tests/render/package-lock.json
	@cd tests/render && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

# A venv of its own for uv where the machine has none; --target serves systems without ensurepip.
.uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "incident-bot needs Python >= 3.11; set PYTHON=python3.x")'
	@echo "setting up uv $(UV_VERSION) in .uv"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .uv uv==$(UV_VERSION)

.venv/.ready: pyproject.toml uv.lock $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv)
	@echo "setting up .venv"
	@$(UV) sync --quiet --frozen --compile-bytecode --python "$$(command -v $(PYTHON))"
	@.venv/bin/python -m compileall -q incident_bot # an editable package is else compiled anew at every start where PYTHONDONTWRITEBYTECODE is set
	@touch $@
