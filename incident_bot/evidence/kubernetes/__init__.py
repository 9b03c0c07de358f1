"""Evidence from a Kubernetes cluster: the pod, its events, its logs, its owners, its node.

`kubeconfig` decides which cluster; `connection` opens it; `api` asks it one question at a
time; `workload` and `logs` know which questions; `source` asks them all in parallel under
one deadline. Only `connection` knows the Kubernetes client library.
"""

from __future__ import annotations

from incident_bot.evidence.kubernetes.connection import connect

__all__ = ["connect"]
