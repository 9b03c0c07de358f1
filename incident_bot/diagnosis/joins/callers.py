"""What objects say about what a log complains of: a policy that does not let the caller in, a schedule that stands still."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, Said, selector_of, selects
from incident_bot.diagnosis.joins.policies import namespace_labels
from incident_bot.diagnosis.targets import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from incident_bot.kubectl import KubeObject

_FROM = "spec.ingress[].from[]"


def find_refused_callers(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """Policies of a service that a log names, which let in other namespaces and not the one that is called as the log's program.

    A policy that lets in anybody by pod or by address leaves it open who may.
    """
    namespaces = {item.name: item for item, _ in by_kind.get("Namespace", ())}
    for policy, _ in by_kind.get("NetworkPolicy", ()):
        peers = list(find_values(policy.body, _FROM))
        wanted = [_wanted(peer) for _, peer in peers]
        if not wanted or not all(wanted):
            continue
        for name, text in ((said.speaker, said.text) for said in logs):
            own = namespaces.get(name)
            is_foreign = own is not None and own.name != policy.namespace
            if own is None or not is_foreign or not _is_called_in_vain(policy, text):
                continue
            labels = namespace_labels(own)
            if any(selects(one, labels) for one in wanted):
                continue
            key = next(iter(wanted[0]))
            yield Join(
                name="policy-refuses-caller",
                subject=policy,
                relation=Relation.RELATED,
                path=f"{peers[0][0]}.namespaceSelector.matchLabels.{key}",
                value=name,
                other=own,
                other_path="metadata.labels",
                groups={"policy": policy.name, "caller": name, "wanted": _show(wanted[0])},
            )
            break


def _wanted(peer: object) -> dict[str, str]:
    """The labels of namespaces that a peer asks for; empty where it asks for anything else too."""
    labels = first_value(peer, "namespaceSelector.matchLabels")
    is_alone = isinstance(peer, dict) and set(peer) == {"namespaceSelector"}
    return {str(key): str(value) for key, value in labels.items()} if is_alone and isinstance(labels, dict) else {}


def _show(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in labels.items())


_LATE = re.compile(r"timed? ?out|timeout|deadline exceeded|ETIMEDOUT|Errno 110", re.IGNORECASE)


def _is_called_in_vain(policy: KubeObject, text: str) -> bool:
    """Whether a line says that a service of the pods that a policy guards does not answer.

    It names them by a value of their selector, or as a service of the policy's namespace.
    """
    names = [
        re.escape(value) for value in selector_of(policy, "spec.podSelector.matchLabels").values() if len(value) > 2
    ]
    if policy.namespace:
        names.append(rf"[\w-]+\.{re.escape(policy.namespace)}\.svc")
    called = re.compile(rf"(?<![\w-])(?:{'|'.join(names)})(?:[.:]|\b)")
    return bool(names) and any(called.search(line) and _LATE.search(line) for line in text.splitlines())


_STALE = re.compile(
    r"\b(?:stale|outdated|out of date|too old|older than|overdue|not (?:been )?(?:updated|refreshed|loaded|synced|renewed)|no (?:new|fresh|recent) \w+"
    r"|newest|last (?:run|success|successful|update|updated|load|loaded|sync|synced|import|backup|seen|refresh))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z][a-z0-9]{2,}")
_COMMON = frozenset(
    {"job", "cron", "cronjob", "the", "and", "for", "daily", "nightly", "hourly", "weekly", "monthly", "prod"}
)


def find_missed_schedules(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """CronJobs that are suspended, while a log complains that something with all the words of their name is out of date."""
    for item, _ in by_kind.get("CronJob", ()):
        if first_value(item.body, "spec.suspend") is not True:
            continue
        words = set(_WORD.findall(item.name.lower())) - _COMMON
        line = next((line for said in logs for line in said.text.splitlines() if words and _is_missed(words, line)), "")
        if line:
            yield Join(
                name="schedule-missed",
                subject=item,
                relation=Relation.RELATED,
                path="spec.suspend",
                value="true",
                groups={"cronjob": item.name},
            )


def _is_missed(words: set[str], line: str) -> bool:
    lowered = line[:1000].lower()
    return (
        all(word in lowered for word in words) and _STALE.search(lowered) is not None and grade(line) >= Level.WARNING
    )


_AT_ONCE = 2
_CONTENDS = re.compile(
    r"\bdeadlock|\block\b.{0,40}\b(?:timeout|timed out|not (?:be )?(?:acquired|obtained|available))|\bcould not (?:obtain|acquire|get) (?:the |a )?lock\b"
    r"|\b(?:other|another|previous|earlier) (?:run|job|instance|process)s?\b.{0,60}\b(?:active|running|in progress|holds?|not finished)\b|\b(?:already|still) running\b",
    re.IGNORECASE,
)


def find_overlapping_runs(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """CronJobs that may start a run beside the one before and have two or more at once, while a log says that runs get in each other's way."""
    for item, _ in by_kind.get("CronJob", ()):
        active = first_value(item.body, "status.active")
        count = len(active) if isinstance(active, list) else active if isinstance(active, int) else 0
        policy = first_value(item.body, "spec.concurrencyPolicy") or "Allow"
        if count < _AT_ONCE or policy != "Allow" or not any(_contends(said.text) for said in logs):
            continue
        yield Join(
            name="schedule-overlaps",
            subject=item,
            relation=Relation.RELATED,
            path="status.active",
            value=str(count),
            other=item,
            other_path="spec.concurrencyPolicy",
            groups={"cronjob": item.name, "runs": str(count)},
        )


def _contends(text: str) -> bool:
    return any(_CONTENDS.search(line[:1000]) and grade(line) >= Level.WARNING for line in text.splitlines())
