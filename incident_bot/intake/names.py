"""What a pod's name says about its workload, and how people write a workload."""

from __future__ import annotations

import re

from incident_bot.kube_kinds import WORKLOADS, kind_of

# k8s.io/apimachinery/pkg/util/rand: no vowels, no 0, 1, 3, so that no word can arise.
_RANDOM = re.compile(r"[bcdfghjklmnpqrstvwxz2456789]{5}")
# A pod-template-hash is a decimal number put through the same table: only ten letters of it occur.
_TEMPLATE_HASH = re.compile(r"[456789bcdf]{6,10}")
# Names made by hand for examples and tests look like hexadecimal instead.
_HEX_HASH = re.compile(r"(?=[a-f]{0,9}[0-9])[0-9a-f]{8,10}")
_HEX_RANDOM = re.compile(r"[a-z0-9]{5}")
_ORDINAL = re.compile(r"[0-9]{1,5}")
# CronJob names its Jobs after the minutes since 1970: eight digits until the year 2160.
_SCHEDULED = re.compile(r"[0-9]{8,10}")

_GENERATED_NAME_MAX = 63
"""Where generated names are cut (apiserver names/generate.go): 58 characters of base, five random ones."""


def workload_of(pod: str) -> tuple[str, str]:
    """Guess the kind and name of a pod's workload from the pod's name alone.

    The kind is empty where several kinds make such names (`name-x2k8p` belongs to a DaemonSet
    or a Job) and for a bare pod, whose own name is returned.
    """
    if len(pod) == _GENERATED_NAME_MAX:
        return _cut_workload(pod)
    head, _, tail = pod.rpartition("-")
    if not head:
        return "", pod
    if _ORDINAL.fullmatch(tail):
        return "StatefulSet", head
    return _generated(head, tail) or ("", pod)


def _generated(head: str, tail: str) -> tuple[str, str] | None:
    stem, _, middle = head.rpartition("-")
    random = _RANDOM.fullmatch(tail) is not None
    if stem and random and _TEMPLATE_HASH.fullmatch(middle):
        return "Deployment", stem
    if stem and random and _SCHEDULED.fullmatch(middle):
        return "CronJob", stem
    if stem and random and _ORDINAL.fullmatch(middle):
        return "Job", stem
    if stem and _HEX_HASH.fullmatch(middle) and _HEX_RANDOM.fullmatch(tail):
        return "Deployment", stem
    return ("", head) if random else None


def _cut_workload(pod: str) -> tuple[str, str]:
    """A name at the limit has lost the end of its hash and the dash before the random part."""
    base, random = pod[:-5], pod[-5:]
    if not _RANDOM.fullmatch(random):
        return "", pod
    stem, _, cut_hash = base.rpartition("-")
    if stem and re.fullmatch(r"[456789bcdf]{0,10}", cut_hash):
        return "Deployment", stem
    return "", base.rstrip("-")


def stem_of_workload(name: str) -> str:
    """A workload's name without what changes from run to run: template hash, CronJob schedule."""
    head, _, tail = name.rpartition("-")
    if head and (_TEMPLATE_HASH.fullmatch(tail) or _SCHEDULED.fullmatch(tail)):
        return head
    return name


def parse_workload(text: str) -> tuple[str, str]:
    """`deployment/api`, `deploy/api` or `api` -> kind and name; the kind is empty when not said.

    An unknown kind comes back as it is, for the caller to refuse.
    """
    kind, slash, name = text.partition("/")
    if not slash:
        return "", text
    known = kind_of(kind)
    return known if known in WORKLOADS else kind, name
