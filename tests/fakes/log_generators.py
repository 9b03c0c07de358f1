"""All generated logs by name: importing a module of them registers its scenarios."""

from __future__ import annotations

from fakes import (
    build_logs,
    checker_logs,
    ci_service_logs,
    compiler_logs,
    deploy_logs,
    fleet_logs,
    late_logs,
    pod_logs,
    runtime_logs,
    server_logs,
    system_logs,
)
from fakes.log_scenario import GENERATORS, Scenario, generate

__all__ = [
    "GENERATORS",
    "Scenario",
    "build_logs",
    "checker_logs",
    "ci_service_logs",
    "compiler_logs",
    "deploy_logs",
    "fleet_logs",
    "generate",
    "late_logs",
    "pod_logs",
    "runtime_logs",
    "server_logs",
    "system_logs",
]
