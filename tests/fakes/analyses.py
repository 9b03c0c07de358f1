"""A finished analysis that is close to a real one: a model server that is OOM-killed while it loads weights."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from incident_bot.model import (
    Action,
    Alert,
    Analysis,
    Case,
    Category,
    Cause,
    Citation,
    Diagnosis,
    Engine,
    Evidence,
    EvidenceKind,
    Excerpt,
    Gap,
    Incident,
    KeptLine,
    Risk,
    SafeText,
    Severity,
    Target,
    TimelineEntry,
    Usage,
    Verdict,
)

NOW = datetime(2026, 11, 21, 0, 52, 10, tzinfo=UTC)
START = datetime(2026, 11, 21, 0, 38, 40, tzinfo=UTC)

LOG_LINES = tuple(
    SafeText(f"{START + timedelta(seconds=number):%Y-%m-%dT%H:%M:%S}.123Z {text}")
    for number, text in enumerate(
        [
            "INFO model-server 2.4.1 starting",
            "INFO fetching manifest: 24 shards, 96 MiB in fp32",
            *(f"INFO loaded shard {shard}/24 rss={5 + 4 * shard} MiB" for shard in range(1, 14)),
        ]
    )
)
DESCRIBE_TEXT = """\
Name:             sentiment-d57bd79dd-c4lbc
Namespace:        ml
Containers:
  server:
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
    Restart Count:  9
    Limits:
      memory:  64Mi
    Requests:
      memory:  64Mi
  metrics-agent:
    Restart Count:  0
    Limits:
      memory:  32Mi
"""
DESCRIBE_LINES = tuple(map(SafeText, DESCRIBE_TEXT.splitlines()))
LOG = Evidence(
    id="E2",
    kind=EvidenceKind.LOG,
    name="server-previous.log",
    source="log of server, previous run",
    lines=LOG_LINES,
    container="server",
    previous=True,
    cut="older lines: only the newest 8 MiB were read",
)
DESCRIBE = Evidence(
    id="E1", kind=EvidenceKind.DESCRIBE, name="pod.txt", source="kubectl describe pod", lines=DESCRIBE_LINES
)


def cite(item: Evidence, line: int) -> Citation:
    return Citation(evidence_id=item.id, line=line, quote=item.lines[line - 1])


def keep_all(item: Evidence) -> Excerpt:
    kept = tuple(KeptLine(line=number, text=text, last=number) for number, text in enumerate(item.lines, start=1))
    return Excerpt(evidence_id=item.id, kept=kept, total_lines=len(item.lines))


CASE = Case(
    incident=Incident(
        key="0123456789abcdef",
        alert=Alert(
            name="ModelPodOOMKilled",
            severity=Severity.CRITICAL,
            starts_at=START,
            annotations={
                "runbook_url": "https://runbooks.example.com/ModelPodOOMKilled",
                "dashboard_url": "https://grafana.example.com/d/ml",
            },
        ),
        target=Target(
            cluster="prod-eu1",
            namespace="ml",
            workload_kind="Deployment",
            workload="sentiment",
            pod="sentiment-d57bd79dd-c4lbc",
            container="server",
        ),
    ),
    evidence=(DESCRIBE, LOG),
    gaps=(
        Gap(
            kind="forbidden",
            what="the node",
            reason="the service account may not get nodes (HTTP 403)",
            remedy="Add the ClusterRole in deploy/rbac.",
        ),
    ),
    redactions={"jwt": 2, "url-password": 1},
)

DIAGNOSIS = Diagnosis(
    verdict=Verdict.FAILURE,
    summary="`server` is killed each time it loads its model: 96 MiB of weights, a 64 MiB memory limit.",
    category=Category.RESOURCES,
    severity=Severity.CRITICAL,
    causes=(
        Cause(
            rank=1,
            title="The memory limit is smaller than the model",
            explanation="Each run dies behind shard 13, at 57 MiB: this is size, not a leak.",
            category=Category.RESOURCES,
            confidence=0.94,
            citations=(cite(LOG, 15), cite(DESCRIBE, 6), cite(DESCRIBE, 10)),
            found_by=Engine.BOTH,
            rule_id="oom-loading-weights",
        ),
        Cause(
            rank=2,
            title="Weights are loaded in fp32",
            explanation="Half precision would fit.",
            category=Category.GPU_ML,
            confidence=0.4,
            citations=(cite(LOG, 2),),
            found_by=Engine.MODEL,
        ),
        Cause(
            rank=3,
            title="A neighbour takes the memory of the node",
            explanation="",
            category=Category.NODE,
            confidence=0.2,
            conjecture=True,
        ),
    ),
    impact="All of `ml/sentiment` is down.",
    actions=(
        Action(
            step="Roll back",
            command="kubectl -n ml rollout undo deploy/sentiment",
            risk=Risk.CHANGES_STATE,
            why="the old model fits",
        ),
        Action(step="Confirm the size", command="kubectl -n ml get deploy sentiment -o yaml"),
    ),
    prevention=("Compare the size of the weights with the limit before a rollout.",),
    do_not=("delete the pod: the log of its previous run would be lost.",),
    ruled_out=("a liveness kill: no `Killing` event",),
    disagreement="The model alone suspects fp32.",
    timeline=(
        TimelineEntry(at=START + timedelta(seconds=20), text="`server` is killed", citation=cite(DESCRIBE, 6)),
        TimelineEntry(at=START, text="`server` starts"),
    ),
    engine=Engine.BOTH,
    model="gemini-3.8-flash",
    prompt_version="triage-1",
    prompt_sha256="7f3a" * 16,
    usage=Usage(input_tokens=6120, output_tokens=840, thinking_tokens=60, cost_usd=0.0042),
    timings_s={"rules": 0.2, "model": 2.9},
)

ANALYSIS = Analysis(case=CASE, excerpts=(keep_all(DESCRIBE), keep_all(LOG)), diagnosis=DIAGNOSIS)


def with_diagnosis(**changes: object) -> Analysis:
    """The analysis with some fields of its diagnosis replaced."""
    return replace(ANALYSIS, diagnosis=replace(DIAGNOSIS, **changes))  # type: ignore[arg-type]


def with_case(**changes: object) -> Analysis:
    """The analysis with some fields of its case replaced."""
    return replace(ANALYSIS, case=replace(CASE, **changes))  # type: ignore[arg-type]
