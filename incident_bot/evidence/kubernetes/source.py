"""Everything that a cluster can tell about one incident, in parallel and within a deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from incident_bot.evidence import Collected
from incident_bot.evidence.kubernetes import gaps, questions
from incident_bot.evidence.kubernetes.api import Api, ApiError
from incident_bot.evidence.kubernetes.fields import entries, name_of, text, uid_of
from incident_bot.evidence.kubernetes.logs import LogAsk, plan_logs, read_log
from incident_bot.evidence.kubernetes.parallel import Crew, Deadline
from incident_bot.evidence.kubernetes.pods import format_pods, stem_of_owner, trouble_of, worst_of
from incident_bot.evidence.kubernetes.rendering import events_text
from incident_bot.evidence.kubernetes.rollout import format_rollout, newest_revisions
from incident_bot.evidence.kubernetes.workload import (
    climb,
    find_workload,
    nearest_selector,
    pods_of,
)
from incident_bot.intake import workload_of
from incident_bot.kubectl.projection import project_object
from incident_bot.model import EvidenceKind, Gap, Incident, RawEvidence, Target

if TYPE_CHECKING:
    from incident_bot.config import EvidenceConfig

MAX_ALL_LOGS_BYTES = 32 * 1024 * 1024
"""Shared out over the logs of one pod, so that a pod of many containers stays within the process's memory."""

_MAX_EVENTS = 1000
_WORKERS = 8

# The order of the evidence: what is asked about first is read first.
_POD, _EVENTS, _LOG, _ROLLOUT, _OWNER, _SIBLINGS, _CLAIM, _NODE = range(8)


class KubernetesSource:
    """A cluster that evidence can be asked of. Close it when done."""

    def __init__(self, api: Api, config: EvidenceConfig, *, namespace: str) -> None:
        self._api = api
        self._config = config
        self._namespace = namespace

    def collect(self, incident: Incident) -> Collected:
        """Read what there is about the incident's target within the deadline.

        Never raises for what the cluster does: each thing that could not be read is a `Gap`.
        A pod or workload without a namespace is looked for in the context's, else in `default`,
        as kubectl does. The target in the answer names the pod that was read.
        """
        target = incident.target
        if not target.namespace and (target.pod or target.workload):
            target = replace(target, namespace=self._namespace or "default")
        return _Visit(self._api, target, self._config).run()

    def close(self) -> None:
        """Drop the connections; a later `collect` opens new ones."""
        self._api.close()


class _Visit:
    """One `collect`: the jobs, and what they have found so far."""

    def __init__(self, api: Api, target: Target, config: EvidenceConfig) -> None:
        self._api = api
        self._target = target
        self._namespace = target.namespace
        self._config = config
        self._deadline = Deadline(config.deadline_s)
        self._crew = Crew(self._deadline, size=_WORKERS)
        self._lock = threading.Lock()
        self._closed = False
        self._items: list[tuple[tuple[int, int], RawEvidence]] = []
        self._gaps: list[Gap] = []
        self._events: dict[str, Mapping[str, Any]] = {}
        self._events_asked = False

    def run(self) -> Collected:
        if self._target.name == "cluster":
            return Collected(items=(), gaps=(_NO_TARGET,), target=self._target)
        if self._target.node and not (self._target.pod or self._target.workload):
            self._start_node(self._target.node)
        if self._namespace:
            self._crew.start(f"target {self._target.name}", self._find_target)
        unfinished, failed = self._crew.finish()
        with self._lock:
            self._closed = True
        self._gaps += [gaps.timeout_gap(name, self._config.deadline_s) for name in unfinished]
        self._gaps += [gaps.odd_answer_gap(name, error) for name, error in failed]
        self._add_events()
        ordered = [item for _, item in sorted(self._items, key=lambda entry: entry[0])]
        items = tuple(replace(item, id=f"E{number}") for number, item in enumerate(ordered, start=1))
        return Collected(items=items, gaps=tuple(dict.fromkeys(self._gaps)), target=self._target)

    # What the alert points at

    def _find_target(self) -> None:
        target = self._target
        kind, workload = target.workload_kind, target.workload
        if target.pod:
            try:
                pod = self._api.get(questions.pod(self._namespace, target.pod), self._deadline)
            except ApiError as failure:
                self._report(gaps.gap_of(failure))
                if failure.is_total:
                    return
                self._start_events("Pod", target.pod)
            else:
                self._read_pod(pod)
                return
            if not workload:
                kind, workload = workload_of(target.pod)
        if workload:
            self._read_workload(kind, workload)
        elif not target.pod:
            self._read_namespace()

    def _read_workload(self, kind: str, name: str) -> None:
        """Without a pod to read, the worst pod of the workload stands for it."""
        workload = find_workload(
            self._api, self._namespace, kind=kind, name=name, deadline=self._deadline, report=self._report
        )
        self._target = replace(self._target, workload_kind=workload.kind, workload=workload.name)
        try:
            found = pods_of(self._api, self._namespace, workload, self._deadline)
        except ApiError as failure:
            self._report(gaps.gap_of(failure))
        else:
            worst = worst_of(found)
            if worst is not None:
                self._report(gaps.stand_in_gap(self._target, name_of(worst), len(found)))
                self._read_pod(worst)
                return
            self._report(gaps.no_pod_gap(self._namespace, name))
        if workload.body is not None:
            self._start_owners(workload.kind, workload.body)
        elif workload.kind:
            self._start_events(workload.kind, workload.name)

    def _read_namespace(self) -> None:
        """An alert about a whole namespace: its events, and its worst pod if any is in trouble."""
        self._start_events("", "")
        try:
            found, _more = self._api.list(questions.pods(self._namespace), self._deadline)
        except ApiError as failure:
            self._report(gaps.gap_of(failure))
            return
        if found:
            self._add_siblings(found)
        worst = worst_of(found)
        if worst is not None and trouble_of(worst):
            self._report(gaps.stand_in_gap(self._target, name_of(worst), len(found)))
            self._read_pod(worst)

    # The pod and what is around it

    def _read_pod(self, pod: Mapping[str, Any]) -> None:
        kind, workload = stem_of_owner(pod)
        node = text(pod, "spec", "nodeName")
        self._target = replace(
            self._target,
            pod=name_of(pod),
            workload_kind=self._target.workload_kind or kind,
            workload=self._target.workload or workload,
            node=self._target.node or node,
        )
        self._add_object(_POD, "Pod", pod)
        self._start_events("Pod", name_of(pod), uid_of(pod))
        self._start_logs(pod)
        self._start_owners("", pod)
        for claim in _claims(pod):
            self._start(f"persistentvolumeclaim {claim}", partial(self._read_claim, claim))
        if node:
            self._start_node(node)

    def _start_logs(self, pod: Mapping[str, Any]) -> None:
        if not text(pod, "spec", "nodeName"):
            self._report(
                Gap(
                    kind="not-found",
                    what=f"logs of pod {name_of(pod)}",
                    reason="the pod is on no node yet, so no container has run",
                )
            )
            return
        planned = plan_logs(pod, self._target.container)
        asks = [ask for ask in planned if isinstance(ask, LogAsk)]
        keep_bytes = min(self._config.log_bytes, MAX_ALL_LOGS_BYTES // max(1, len(asks)))
        for position, ask in enumerate(asks):
            self._start(ask.what, partial(self._read_log, pod, ask, position, keep_bytes))
        for missing in planned:
            if not isinstance(missing, LogAsk):
                what = f"log of container {missing.container}"
                self._report(Gap(kind="not-found", what=what, reason=missing.reason))

    def _read_log(self, pod: Mapping[str, Any], ask: LogAsk, position: int, keep_bytes: int) -> None:
        log = read_log(self._api, pod, ask, keep_bytes=keep_bytes, deadline=self._deadline)
        if log.incomplete:
            self._report(gaps.gap_of(log.incomplete, f"the newest lines of the {ask.what}"))
        suffix = "-previous" if ask.previous else ""
        self._add(
            (_LOG, position),
            RawEvidence(
                id="",
                kind=EvidenceKind.LOG,
                name=f"logs-{name_of(pod)}-{ask.container}{suffix}.log",
                source=ask.what,
                text=log.text,
                pod=name_of(pod),
                container=ask.container,
                previous=ask.previous,
                cut=log.cut,
            ),
        )

    def _read_claim(self, name: str) -> None:
        claim = self._api.get(questions.claim(self._namespace, name), self._deadline)
        self._add_object(_CLAIM, "PersistentVolumeClaim", claim)
        self._start_events("PersistentVolumeClaim", name, uid_of(claim))

    # The workload above it

    def _start_owners(self, kind: str, start: Mapping[str, Any]) -> None:
        self._start("the pod's owners and siblings", partial(self._read_owners, kind, start))

    def _read_owners(self, kind: str, start: Mapping[str, Any]) -> None:
        chain = [(kind, start)] if kind else []
        for owner_kind, body in climb(self._api, self._namespace, start, self._deadline, self._report):
            chain.append((owner_kind, body))
        for owner_kind, body in chain:
            self._add_object(_OWNER, owner_kind, body)
            self._start_events(owner_kind, name_of(body), uid_of(body))
        selector = nearest_selector([body for _, body in chain])
        if not selector:
            return
        known = {uid_of(body) for _, body in chain}
        for owner_kind, body in chain:
            if owner_kind == "Deployment":
                self._start("the deployment's revisions", partial(self._read_rollout, body, selector, known))
        found, _more = self._api.list(
            questions.pods(self._namespace), self._deadline, query=questions.labelled(selector)
        )
        self._add_siblings(found)

    def _read_rollout(self, deployment: Mapping[str, Any], selector: str, known: set[str]) -> None:
        found, _more = self._api.list(
            questions.replica_sets(self._namespace), self._deadline, query=questions.labelled(selector)
        )
        revisions = newest_revisions(deployment, found)
        if not revisions:
            return
        for item in revisions:
            if uid_of(item) not in known:
                self._add_object(_OWNER, "ReplicaSet", item)
                self._start_events("ReplicaSet", name_of(item), uid_of(item))
        self._add(
            (_ROLLOUT, 0),
            RawEvidence(
                id="",
                kind=EvidenceKind.TABLE,
                name="rollout-history.txt",
                source=f"the two newest revisions of deployment {name_of(deployment)}",
                text=format_rollout(revisions),
            ),
        )

    def _add_siblings(self, found: Sequence[Mapping[str, Any]]) -> None:
        if not found:
            return
        self._add(
            (_SIBLINGS, 0),
            RawEvidence(
                id="",
                kind=EvidenceKind.TABLE,
                name="pods.txt",
                source="the pods of the same workload",
                text=format_pods(found, self._api.server_time),
            ),
        )

    # The node below it

    def _start_node(self, name: str) -> None:
        self._start(f"node {name}", partial(self._read_node, name))

    def _read_node(self, name: str) -> None:
        node = self._api.get(questions.node(name), self._deadline)
        self._add_object(_NODE, "Node", node)
        self._start_events("Node", name, namespace=questions.NODE_EVENTS_NAMESPACE)

    # Events

    def _start_events(self, kind: str, name: str, uid: str = "", *, namespace: str = "") -> None:
        what = f"events of {kind.lower()} {name}" if kind else f"events of namespace {self._namespace}"
        place = namespace or self._namespace
        query = questions.about(kind, name=name, uid=uid) if kind else ()
        self._start(what, partial(self._read_events, place, query))

    def _read_events(self, namespace: str, query: tuple[tuple[str, str], ...]) -> None:
        found, more = self._api.list(questions.events(namespace), self._deadline, query=query, limit=_MAX_EVENTS)
        if more:
            self._report(
                Gap(kind="cut", what="events", reason=f"more than {_MAX_EVENTS}: the server's order decided which")
            )
        with self._lock:
            self._events_asked = True
            if not self._closed:
                for event in found:
                    # Old and aggregated API servers leave the uid out; then nothing tells two events apart.
                    self._events[uid_of(event) or f"without uid {len(self._events)}"] = event

    def _add_events(self) -> None:
        if self._events:
            text_ = events_text(self._events.values())
            item = RawEvidence(id="", kind=EvidenceKind.EVENTS, name="events.txt", source="events", text=text_)
            self._items.append(((_EVENTS, 0), item))
        elif self._events_asked:
            self._gaps.append(gaps.NO_EVENTS)

    # Keeping what was found

    def _start(self, what: str, job: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                job()
            except ApiError as failure:
                self._report(gaps.gap_of(failure, what))

        self._crew.start(what, guarded)

    def _add_object(self, order: int, kind: str, body: Mapping[str, Any]) -> None:
        name = f"{kind.lower()}-{name_of(body)}.yaml" if order != _POD else "pod.yaml"
        source = f"{kind} {name_of(body)}"
        content = project_object(kind, body)
        item = RawEvidence(id="", kind=EvidenceKind.OBJECT, name=name, source=source, text=content)
        with self._lock:
            position = len(self._items)
        self._add((order, position), item)

    def _add(self, order: tuple[int, int], item: RawEvidence) -> None:
        with self._lock:
            if not self._closed and all(item.name != known.name for _, known in self._items):
                self._items.append((order, item))

    def _report(self, gap: Gap | None) -> None:
        with self._lock:
            if gap and not self._closed:
                self._gaps.append(gap)


_NO_TARGET = Gap(
    kind="invalid",
    what="the alert's target",
    reason="the alert names no namespace, workload, pod or node",
    remedy="Put `namespace` and `pod` labels on the alert rule, or give --namespace and --pod.",
)


def _claims(pod: Mapping[str, Any]) -> list[str]:
    names = [text(volume, "persistentVolumeClaim", "claimName") for volume in entries(pod, "spec", "volumes")]
    return [name for name in dict.fromkeys(names) if name]
