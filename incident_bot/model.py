"""The nouns that every room shares: frozen values, no behaviour that needs the outside world.

Times are aware UTC datetimes, durations are seconds (`_s`), sizes are bytes (`_bytes`).
Line numbers are 1-based and always those of the original text: redaction keeps the
number of lines and condensing keeps each line's number, so a citation made anywhere
resolves everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

SafeText = NewType("SafeText", str)
"""Text that went through the redaction gate. Only `incident_bot.redaction` makes it."""

NO_TEXT = SafeText("")
"""The one safe text that needs no gate."""


class Severity(StrEnum):
    """How bad the alert says it is; decided by the alert and configuration, never by a model."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class AlertStatus(StrEnum):
    """Alertmanager's two states of an alert."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Verdict(StrEnum):
    """What the evidence says about the workload."""

    FAILURE = "failure"
    RECOVERED = "recovered"
    HEALTHY = "healthy"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"


class Category(StrEnum):
    """The closed list of cause categories; each becomes the label `cause/<category>`."""

    APPLICATION = "application"
    CONFIG = "config"
    DEPENDENCY = "dependency"
    GPU_ML = "gpu-ml"
    IMAGE = "image"
    JOB = "job"
    NETWORK = "network"
    NODE = "node"
    POLICY = "policy"
    PROBE = "probe"
    RESOURCES = "resources"
    ROLLOUT = "rollout"
    SCHEDULING = "scheduling"
    STORAGE = "storage"
    UNKNOWN = "unknown"


class EvidenceKind(StrEnum):
    """What form a piece of evidence has, which decides its reader."""

    ALERT = "alert"
    """An Alertmanager webhook body or the options of a manual run, as JSON."""
    OBJECT = "object"
    """One or more Kubernetes objects as YAML or JSON (`kubectl get -o yaml|json`)."""
    DESCRIBE = "describe"
    """`kubectl describe` text of any object."""
    EVENTS = "events"
    """A table of events (`kubectl get events` in any column layout)."""
    TABLE = "table"
    """Any other kubectl table (`get`, `top`, `rollout history`)."""
    LOG = "log"
    """A container's log."""
    NOTE = "note"
    """Prose that somebody put beside the evidence."""


class Engine(StrEnum):
    """Who found a cause."""

    RULES = "rules"
    MODEL = "model"
    BOTH = "both"


class Risk(StrEnum):
    """Whether a command only looks or changes something."""

    READ_ONLY = "read-only"
    CHANGES_STATE = "changes-state"


class FiledAction(StrEnum):
    """What the tracker did with a draft."""

    CREATED = "created"
    UPDATED = "updated"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert, from Alertmanager, a GitHub event or the command line.

    `labels` and `annotations` are as received (untrusted, not yet redacted);
    `fingerprint` is Alertmanager's 16 hex digits, or empty for a manual run.
    """

    name: str
    severity: Severity = Severity.WARNING
    status: AlertStatus = AlertStatus.FIRING
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    fingerprint: str = ""
    generator_url: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the alert points at. Empty strings mean "not said"; `container` narrows, never excludes."""

    cluster: str = ""
    namespace: str = ""
    workload_kind: str = ""
    workload: str = ""
    pod: str = ""
    container: str = ""
    node: str = ""

    @property
    def name(self) -> str:
        """The shortest name that a person would use: the pod, else the workload, else what is left."""
        return self.pod or self.workload or self.node or self.namespace or "cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An alert, its target, and the key under which its one issue lives.

    `key` is 16 hex digits (`intake.incident_key`); `also` are further alerts of the same key
    that arrived in the same body; `gaps` are what intake had to leave out (truncated alerts,
    labels that name nothing in Kubernetes) and go into the case's gaps.
    """

    key: str
    alert: Alert
    target: Target
    also: tuple[Alert, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEvidence:
    """Text as it came from outside: not redacted, so it may go nowhere but into `redaction`.

    `name` is its file name in a bundle; `source` is for people ("log of server, previous run").
    `pod`, `container` and `previous` are set for logs where known. `cut` says what the source
    itself left out, in words, e.g. "older lines: only the newest 8 MiB were read".
    """

    id: str
    kind: EvidenceKind
    name: str
    source: str
    text: str
    pod: str = ""
    container: str = ""
    previous: bool = False
    cut: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A redacted `RawEvidence`: same lines, same numbers. Line n is `lines[n - 1]`."""

    id: str
    kind: EvidenceKind
    name: str
    source: str
    lines: tuple[SafeText, ...]
    pod: str = ""
    container: str = ""
    previous: bool = False
    cut: str = ""

    def quote(self, line: int) -> SafeText | None:
        """The text of a 1-based line, or None when there is no such line."""
        return self.lines[line - 1] if 1 <= line <= len(self.lines) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that could not be read, asked or done, with its remedy: data, never an exception.

    `kind` is a short stable word for code and counting: "forbidden", "not-found", "timeout",
    "unreachable", "cut", "model", "leak", "invalid", "unsupported".
    """

    kind: str
    what: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything known before anyone thinks: the incident, its evidence and its gaps."""

    incident: Incident
    evidence: tuple[Evidence, ...]
    gaps: tuple[Gap, ...] = ()
    redactions: Mapping[str, int] = field(default_factory=dict)
    """Values replaced, by kind; printed in the issue."""
    collected_at: datetime | None = None
    """When a cluster was asked; None for plain kubectl output, which does not say when it was taken."""

    def find(self, evidence_id: str) -> Evidence | None:
        """The evidence with this id, or None."""
        return next((item for item in self.evidence if item.id == evidence_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """A line that survived condensing. `count` similar lines ended with line `last`."""

    line: int
    text: SafeText
    count: int = 1
    last: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What was kept of one piece of evidence, in its order, and how much there was."""

    evidence_id: str
    kept: tuple[KeptLine, ...]
    total_lines: int
    cut: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One line of evidence. `quote` is that line's redacted text, or a verbatim part of it."""

    evidence_id: str
    line: int
    quote: SafeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A ranked hypothesis. Without a valid citation it is `conjecture` and its confidence capped."""

    rank: int
    title: str
    explanation: str
    category: Category
    confidence: float
    citations: tuple[Citation, ...] = ()
    found_by: Engine = Engine.RULES
    rule_id: str = ""
    conjecture: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One step for the engineer; `command` may be empty where nothing is to be typed."""

    step: str
    command: str = ""
    risk: Risk = Risk.READ_ONLY
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One dated fact, written by code from evidence."""

    at: datetime
    text: str
    citation: Citation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the model call cost; zero where no model was asked."""

    input_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0
    cost_usd: float | None = None
    """None when the model's price is not configured: unknown is not free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What broke, why, who is hurt, what to do, and what could not be known."""

    verdict: Verdict
    summary: str
    category: Category
    severity: Severity
    causes: tuple[Cause, ...] = ()
    impact: str = ""
    actions: tuple[Action, ...] = ()
    prevention: tuple[str, ...] = ()
    do_not: tuple[str, ...] = ()
    ruled_out: tuple[str, ...] = ()
    disagreement: str = ""
    gaps: tuple[Gap, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    engine: Engine = Engine.RULES
    model: str = ""
    prompt_version: str = ""
    prompt_sha256: str = ""
    usage: Usage = field(default_factory=Usage)
    timings_s: Mapping[str, float] = field(default_factory=dict)

    def with_gaps(self, *gaps: Gap) -> Diagnosis:
        """The same diagnosis, knowing of more gaps."""
        return replace(self, gaps=(*self.gaps, *gaps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A finished triage before publishing: what `diagnose --out` writes and `publish` reads."""

    case: Case
    excerpts: tuple[Excerpt, ...]
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDraft:
    """An issue ready to be filed: redacted, sanitised, within GitHub's limits.

    `key` is the incident's; `marker` is the HTML comment in the body that carries it.
    """

    key: str
    title: SafeText
    body: SafeText
    labels: tuple[str, ...]
    marker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Where the draft ended. `number` is 0 and `url` a path or empty for trackers without them."""

    action: FiledAction
    number: int
    url: str
