"""All generated logs by name: importing a module of them registers its scenarios."""

from __future__ import annotations

from fakes import build_logs, deploy_logs, pod_logs, runtime_logs, system_logs
from fakes.log_scenario import GENERATORS, Scenario, generate

__all__ = ["GENERATORS", "Scenario", "build_logs", "deploy_logs", "generate", "pod_logs", "runtime_logs", "system_logs"]
