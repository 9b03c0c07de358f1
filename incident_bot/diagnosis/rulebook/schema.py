"""The form of a rule file, checked when rules are written, tested or loaded from a user's folder.

The engine itself works on `rules.Rule`; this module turns YAML into it and is the only one
that needs pydantic, so that a run on the shipped rules does not pay for importing it.
How to write a rule, key by key: docs/writing-rules.md.
"""

from __future__ import annotations

import difflib
import re
import string
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from incident_bot.diagnosis.commands import deletes_pod, is_destructive, is_read_only
from incident_bot.diagnosis.joins.search import JOINS
from incident_bot.diagnosis.patterns import check_pattern
from incident_bot.errors import ConfigurationError
from incident_bot.model import Category, Risk
from incident_bot.outputs.signs import AREAS, load_signs

Scalar = bool | int | float | str
Role = Literal["main", "init", "sidecar", "ephemeral"]

TARGET_FIELDS = frozenset(
    {
        "namespace", "pod", "container", "workload", "workload_kind", "node", "cluster", "alert",
        "image", "exit_code", "restarts", "memory_limit", "memory_needed", "memory_suggested", "memory_request", "cpu_limit",
        "claim", "cronjob", "count", "quote", "peer", "resource", "path",
    }
)  # fmt: skip
"""Names that every template may use without capturing them (docs/writing-rules.md, "Templates")."""


def _checked_pattern(value: str) -> str:
    check_pattern(value)
    return value


Pattern = Annotated[str, Field(min_length=1)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)

    @model_validator(mode="before")
    @classmethod
    def _suggest_keys(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        known = {field.alias or name for name, field in cls.model_fields.items()}
        for key in value:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, n=1)
                advice = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(sorted(known))}"
                raise ValueError(f"unknown key `{key}`; {advice}")
        return value


class EventForm(_Form):
    """A Kubernetes event; all given parts have to hold for the same event."""

    reason: Pattern | None = None
    message: Pattern | None = None
    kind: Pattern | None = None
    type: Literal["Normal", "Warning"] | None = None
    min_count: int = Field(default=1, ge=1)

    _patterns = field_validator("reason", "message", "kind")(lambda value: value and _checked_pattern(value))

    @model_validator(mode="after")
    def _say_something(self) -> EventForm:
        if not (self.reason or self.message):
            raise ValueError("give `reason` or `message` (regular expressions)")
        return self


class FieldForm(_Form):
    """A value in an object, by dotted path; alternatives are separated by `|`, the first that exists is read."""

    field: str = Field(min_length=1)
    pattern: Pattern | None = None
    equals: Scalar | list[Scalar] | None = None
    above: float | str | None = None
    below: float | str | None = None
    at_least: float | str | None = None
    at_most: float | str | None = None
    older_than_s: float | None = None
    younger_than_s: float | None = None
    exists: bool | None = None

    _patterns = field_validator("pattern")(lambda value: value and _checked_pattern(value))

    @model_validator(mode="after")
    def _one_comparison(self) -> FieldForm:
        tests = (
            "pattern",
            "equals",
            "above",
            "below",
            "at_least",
            "at_most",
            "older_than_s",
            "younger_than_s",
            "exists",
        )
        if not any(getattr(self, name) is not None for name in tests):
            raise ValueError(f"`{self.field}` is not compared with anything; give one of {', '.join(tests)}")
        return self


class ContainerForm(FieldForm):
    """A field of a container's status (`state.waiting.reason`) or, below `spec.`, of its specification."""

    role: list[Role] = []
    name: Pattern | None = None


class ObjectForm(FieldForm):
    """A field of any other object in the evidence."""

    kind: Pattern

    _kinds = field_validator("kind")(lambda value: value and _checked_pattern(value))


class WorkloadForm(FieldForm):
    """A field of the controlling object: ReplicaSet, Deployment, StatefulSet, DaemonSet, Job, CronJob."""

    kind: Pattern | None = None

    _kinds = field_validator("kind")(lambda value: value and _checked_pattern(value))


class ExitCodeForm(_Form):
    """How a container ended: its current end, else its last one."""

    code: int | list[int]
    role: list[Role] = []


class LogForm(_Form):
    """A regular expression over the distinct lines of a log; it may span lines."""

    pattern: Pattern
    role: list[Role] = []
    container: Pattern | None = None
    previous: bool | None = None
    min_count: int = Field(default=1, ge=1)
    occurrence: Literal["first", "last"] = "first"

    _patterns = field_validator("pattern", "container")(lambda value: value and _checked_pattern(value))


class AlertForm(_Form):
    """The alert itself."""

    name: Pattern | None = None
    labels: dict[str, Pattern] = {}
    text: Pattern | None = None


class JoinForm(_Form):
    """What two objects say about each other; `value` is a pattern for what does not fit."""

    name: str
    value: Pattern | None = None

    @field_validator("name")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in JOINS:
            raise ValueError(f"unknown join `{name}`; known: {', '.join(sorted(JOINS))}")
        return name

    _patterns = field_validator("value")(lambda value: value and _checked_pattern(value))


class OutputForm(_Form):
    """What the output of a tool shows (`outputs/signs/`); `thing` and `figure` name the values that it gives the texts."""

    sign: str
    thing: str = "thing"
    figure: str = "figure"

    @field_validator("sign")
    @classmethod
    def _is_known(cls, sign: str) -> str:
        known = {item.name for area in AREAS for item in load_signs(area)} - {""}
        if sign not in known:
            raise ValueError(f"unknown sign `{sign}`; known: {', '.join(sorted(known))}")
        return sign


class ConditionForm(_Form):
    """One condition: exactly one source, and how much it weighs."""

    event: EventForm | None = None
    container: ContainerForm | None = None
    pod: FieldForm | None = None
    workload: WorkloadForm | None = None
    node: FieldForm | None = None
    object: ObjectForm | None = None
    exit_code: ExitCodeForm | None = None
    log: LogForm | None = None
    alert: AlertForm | None = None
    join: JoinForm | None = None
    output: OutputForm | None = None
    strength: Literal["decisive", "supporting"] = "decisive"
    id: str | None = None
    after: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> ConditionForm:
        given = [name for name in SOURCES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a condition has exactly one source of {', '.join(SOURCES)}; here: {given or 'none'}")
        return self


SOURCES = ("event", "container", "pod", "workload", "node", "object", "exit_code", "log", "alert", "join", "output")


class MatchForm(_Form):
    """All of `all`, at least one decisive of `any` (when given) and none of `none`, about one container or pod."""

    all: list[ConditionForm] = []
    any: list[ConditionForm] = []
    none: list[ConditionForm] = []

    @model_validator(mode="after")
    def _decides(self) -> MatchForm:
        if not any(condition.strength == "decisive" for condition in (*self.all, *self.any)):
            raise ValueError("no decisive condition in `all` or `any`: the rule could never fire")
        ids = {condition.id for condition in (*self.all, *self.any) if condition.id}
        for condition in (*self.all, *self.any, *self.none):
            if condition.after and condition.after not in ids:
                raise ValueError(f"`after: {condition.after}` names no condition; give that condition an `id`")
        return self


class ActionForm(_Form):
    """One step; `command` is a template."""

    step: str = Field(min_length=1)
    command: str = ""
    risk: Risk = Risk.READ_ONLY
    why: str = ""

    @model_validator(mode="after")
    def _risk_is_honest(self) -> ActionForm:
        command = re.sub(r"\{\w+(?:\|[^{}]*)?\}", "NAME", self.command)
        if is_destructive(command) or deletes_pod(command):
            raise ValueError(
                f"`{self.command}` can lose data or the previous run's logs; say it in words, or better not"
            )
        if self.risk is Risk.READ_ONLY and not is_read_only(command):
            raise ValueError(f"`{self.command}` is not known to be read-only; add `risk: changes-state`")
        return self


class SampleForm(_Form):
    """A small bundle: what the rule is tried on. See docs/writing-rules.md, "Samples"."""

    why: str = ""
    log: str = ""
    previous_log: str = ""
    init_log: str = ""
    events: list[str] | str = []
    container: dict[str, Any] | None = None
    init_container: dict[str, Any] | None = None
    pod: dict[str, Any] | str | None = None
    objects: list[dict[str, Any]] = []
    describe: str = ""
    note: str = ""
    alert: dict[str, Any] | None = None
    says: list[str] = []


class SamplesForm(_Form):
    """What the rule has to fire on, and what it has to stay silent on."""

    fires: list[SampleForm] = Field(min_length=1)
    silent: list[SampleForm] = Field(min_length=1)


class RuleForm(_Form):
    """One failure mode."""

    id: str = Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=64)
    title: str = Field(min_length=8, max_length=160)
    category: Category
    specificity: Literal[1, 2, 3]
    noise: bool = False
    permanent: bool = False
    said_once: bool = False
    match: MatchForm
    captures: dict[str, str] = {}
    explains: list[str] = []
    explanation: str = Field(min_length=20)
    impact: str = ""
    actions: list[ActionForm] = Field(min_length=1)
    prevention: list[str] = []
    do_not: list[str] = []
    references: list[str] = []
    samples: SamplesForm

    @model_validator(mode="after")
    def _templates_are_known(self) -> RuleForm:
        known = TARGET_FIELDS | self.captures.keys() | _named_groups(self.match)
        texts = [("title", self.title), ("explanation", self.explanation), ("impact", self.impact)]
        texts += [
            (f"actions[{index}]", f"{action.step} {action.command} {action.why}")
            for index, action in enumerate(self.actions)
        ]
        texts += [("prevention", line) for line in self.prevention] + [("do_not", line) for line in self.do_not]
        for where, text in texts:
            for name in template_names(text, where):
                if name not in known:
                    near = difflib.get_close_matches(name, known, n=1)
                    advice = (
                        f"did you mean `{near[0]}`?" if near else "capture it with a named group or under `captures`"
                    )
                    raise ValueError(f"{where}: `{{{name}}}` is not known; {advice} (write {{{{ and }}}} for braces)")
        return self

    @model_validator(mode="after")
    def _captures_have_paths(self) -> RuleForm:
        for name, path in self.captures.items():
            if path.partition(".")[0] not in {"container", "pod", "workload", "node"}:
                raise ValueError(f"captures.{name}: `{path}` has to start with container., pod., workload. or node.")
        return self


def template_names(text: str, where: str = "template") -> tuple[str, ...]:
    """The names that a template uses: `{name}` or `{name|fallback}`. Raises ValueError on a lone brace."""
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"{where}: {error} (write {{{{ and }}}} for braces)") from error
    return tuple(name.partition("|")[0] for _, name, _, _ in parsed if name is not None)


def _named_groups(match: MatchForm) -> set[str]:
    names: set[str] = set()
    for condition in (*match.all, *match.any):
        form = next(getattr(condition, source) for source in SOURCES if getattr(condition, source) is not None)
        for key in ("pattern", "message", "reason", "text"):
            pattern = getattr(form, key, None)
            if pattern:
                names |= set(re.compile(pattern).groupindex)
        if isinstance(form, ObjectForm | EventForm):
            names.add("object")
        if isinstance(form, JoinForm):
            names |= JOINS[form.name]
        if isinstance(form, OutputForm):
            names |= {form.thing, form.figure}
    return names


def read_rule(plain: object, origin: str) -> RuleForm:
    """Check one rule file's content.

    Raises `ConfigurationError` naming the file, the field and what to do about it.
    """
    if not isinstance(plain, dict):
        raise ConfigurationError(
            f"{origin}: a rule file holds one mapping", hint="Begin with `id: ...`; see docs/writing-rules.md."
        )
    try:
        rule = RuleForm.model_validate(plain)
    except ValidationError as error:
        raise ConfigurationError(
            f"{origin}: " + "; ".join(_say(problem) for problem in error.errors(include_url=False)[:3]),
            hint="docs/writing-rules.md explains every key.",
        ) from error
    return rule


def _say(problem: Any) -> str:
    place = ".".join(str(part) for part in problem["loc"]) or "rule"
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "missing":
        message = "is required"
    given = problem.get("input")
    shown = (
        f" (got {str(given)[:60]!r})" if isinstance(given, str | int | float) and problem["type"] != "missing" else ""
    )
    return f"`{place}` {message}{shown}"
