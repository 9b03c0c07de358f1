"""Kubernetes' grammar of names: what a cluster may be asked for, and what may stand in a command.

Source: k8s.io/apimachinery, pkg/util/validation (IsDNS1123Label, IsDNS1123Subdomain). Only labels are bounded to 63
characters: a Deployment may have a longer name without a dot.
"""

from __future__ import annotations

import re

_MAX_LABEL = 63
_MAX_NAME = 253
_LABEL = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_DNS_LABEL = re.compile(_LABEL)
_OBJECT_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_CLUSTER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,252}")


def is_dns_label(name: str) -> bool:
    """Whether this can name a namespace or a container."""
    return len(name) <= _MAX_LABEL and _DNS_LABEL.fullmatch(name) is not None


def is_object_name(name: str) -> bool:
    """Whether this can name a pod, a node or a workload."""
    return len(name) <= _MAX_NAME and _OBJECT_NAME.fullmatch(name) is not None


def is_cluster_name(name: str) -> bool:
    """Whether this can name a cluster or a kubeconfig context, ARNs included."""
    return _CLUSTER.fullmatch(name) is not None
