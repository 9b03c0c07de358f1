"""The model's answer: the shape asked for, the check of what came, and its way into a `Diagnosis`.

The schema is flat, without defaults, patterns or lengths, because the service refuses some of
those; what they would say is enforced here after parsing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from incident_bot.diagnosis.commands import is_destructive, is_read_only
from incident_bot.model import (
    Action,
    Case,
    Category,
    Cause,
    Citation,
    Diagnosis,
    Engine,
    Risk,
    SafeText,
    Verdict,
)
from incident_bot.report.sanitise import one_line, shorten

_CITATION = re.compile(r"\s*[\[(`]*(?P<id>E\d{1,4}):(?P<line>\d{1,9})[\])`]*\s?\|?\s?(?P<quote>.*)", re.DOTALL)

# What the prompt writes behind a line that stands for several.
_REMARK = re.compile(r"\s{1,4}\(and [\d,]{1,12} similar up to line \d{1,9}\)$")
_MIN_COPY_CHARACTERS = 12

# What an engineer may be handed to paste. Evidence can steer a model towards a command of an
# attacker's choice ("downgrade to package X"), so what fetches or runs foreign code is left out.
_TOOLS = frozenset(
    {
        "kubectl",
        "oc",
        "helm",
        "argocd",
        "crictl",
        "journalctl",
        "systemctl",
        "nvidia-smi",
        "gcloud",
        "aws",
        "az",
        "df",
        "free",
        "dmesg",
    }
)
_FOREIGN = re.compile(
    r"://|\$\(|`|\b(?:kubectl|oc)\b.*\s(?:exec|cp|run|attach|debug|proxy|port-forward|set\s+image|create\s+token|config\s+set\S*)\b"
    r"|\s(?:get|describe)\s+secrets?\b.*\s(?:-o|--output|--template)"
)


class AnswerError(ValueError):
    """The answer cannot be used; the message says why in words that the model can act on."""


class Hypothesis(BaseModel):
    """One possible root cause."""

    model_config = ConfigDict(extra="ignore")

    title: str
    explanation: str
    category: str
    confidence: float = Field(allow_inf_nan=False)
    citations: list[str]


class Step(BaseModel):
    """One thing to do."""

    model_config = ConfigDict(extra="ignore")

    step: str
    command: str
    why: str


class Answer(BaseModel):
    """The whole answer, in the order in which the model should write it."""

    model_config = ConfigDict(extra="ignore")

    verdict: Verdict
    summary: str
    category: str
    hypotheses: list[Hypothesis]
    impact: str
    actions: list[Step]
    prevention: list[str]
    do_not: list[str]
    ruled_out: list[str]


def answer_schema() -> dict[str, Any]:
    """JSON Schema to send: only types, properties, required and short enums."""
    text: dict[str, Any] = {"type": "string"}
    texts = {"type": "array", "items": text}
    category = {"type": "string", "enum": [category.value for category in Category]}
    hypothesis = {
        "title": text,
        "explanation": text,
        "category": category,
        "confidence": {"type": "number"},
        "citations": texts,
    }
    step = {"step": text, "command": text, "why": text}
    return _object(
        {
            "verdict": {"type": "string", "enum": [verdict.value for verdict in Verdict]},
            "summary": text,
            "category": category,
            "hypotheses": {"type": "array", "items": _object(hypothesis)},
            "impact": text,
            "actions": {"type": "array", "items": _object(step)},
            "prevention": texts,
            "do_not": texts,
            "ruled_out": texts,
        }
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def parse_answer(text: str) -> Answer:
    """The answer as an object. Raises `AnswerError` with the first thing that is wrong."""
    try:
        answer = Answer.model_validate(_load(text))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise AnswerError(f"`{place}`: {first['msg'].lower()}") from error
    if not answer.summary.strip():
        raise AnswerError("`summary` is empty")
    if answer.verdict is Verdict.FAILURE and not answer.hypotheses:
        raise AnswerError("`verdict` is failure but `hypotheses` is empty")
    return answer


def _load(text: str) -> object:
    """JSON from the answer, also where thoughts or a Markdown fence stand around it."""
    for candidate in (text, text[text.find("{") : text.rfind("}") + 1]):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    raise AnswerError("it is not valid JSON" if text.strip() else "it is empty")


def to_diagnosis(answer: Answer, case: Case) -> Diagnosis:
    """The answer as a diagnosis: lengths bounded, categories closed, severity from the alert.

    Citations are taken as given; `diagnosis.ground` checks them.
    """
    causes = tuple(_cause(rank, hypothesis, case) for rank, hypothesis in enumerate(answer.hypotheses[:3], start=1))
    if answer.verdict is Verdict.HEALTHY:
        causes = ()
    return Diagnosis(
        verdict=answer.verdict,
        summary=_bounded(answer.summary, 400),
        category=causes[0].category if causes else _category(answer.category),
        severity=case.incident.alert.severity,
        causes=causes,
        impact=_bounded(answer.impact, 1500),
        actions=tuple(_action(step) for step in answer.actions[:10] if step.step.strip()),
        prevention=_texts(answer.prevention, 6),
        do_not=_texts(answer.do_not, 5),
        ruled_out=_texts(answer.ruled_out, 6),
        engine=Engine.MODEL,
    )


def _cause(rank: int, hypothesis: Hypothesis, case: Case) -> Cause:
    found = (_citation(text, case) for text in hypothesis.citations[:8])
    return Cause(
        rank=rank,
        title=_bounded(hypothesis.title, 200) or "Unnamed",
        explanation=_bounded(hypothesis.explanation, 1500),
        category=_category(hypothesis.category),
        confidence=_probability(hypothesis.confidence),
        citations=tuple(citation for citation in found if citation),
        found_by=Engine.MODEL,
    )


def _probability(confidence: float) -> float:
    """Between 0 and 1; a number like 85 is a percentage."""
    scaled = confidence / 100 if 1 < confidence <= 100 else confidence
    return min(max(scaled, 0.0), 1.0)


def _citation(text: str, case: Case) -> Citation | None:
    """A citation of the form `E2:14| text`; None where the text has no such form.

    A copy of the line becomes the line itself, which is redacted text already. Any other quote, also
    none, is passed on for grounding to judge; it came out of a model that has only seen redacted
    text, and is sealed again before it leaves.
    """
    match = _CITATION.fullmatch(text[:2000])
    if not match:
        return None
    quote = SafeText(_REMARK.sub("", match["quote"].rstrip("`").strip()))
    evidence = case.find(match["id"])
    line = evidence.quote(int(match["line"])) if evidence else None
    if line is not None and _is_copy(quote, line):
        quote = line
    return Citation(evidence_id=match["id"], line=int(match["line"]), quote=quote)


def _is_copy(quote: str, line: str) -> bool:
    """Whether the quote is the line as the prompt showed it, or the beginning of it."""
    said, shown = one_line(quote).rstrip("…").rstrip(), one_line(line)
    return bool(said) and (said == shown or (len(said) >= _MIN_COPY_CHARACTERS and shown.startswith(said)))


def _category(text: str) -> Category:
    try:
        return Category(text.strip().lower().replace("_", "-"))
    except ValueError:
        return Category.UNKNOWN


def _action(step: Step) -> Action:
    command = vet_command(step.command)
    why = _bounded(step.why, 300)
    if step.command.strip() and not command:
        why = f"{why} (The command of the model was left out: only looking and well-known steps are shown.)".strip()
    return Action(
        step=_bounded(step.step, 400),
        command=command,
        risk=_risk(step, command),
        why=why,
    )


def _risk(step: Step, command: str) -> Risk:
    """By the command that was given, also where it is not shown: a step is not harmless for having lost it."""
    given = command or step.command
    return Risk.READ_ONLY if is_read_only(given) else Risk.CHANGES_STATE


def vet_command(command: str) -> str:
    """The command where it may be shown to be pasted, else an empty string. One line, of a known tool."""
    line = command.strip().strip("`").strip().removeprefix("$ ").strip()
    if not line or "\n" in line or len(line) > 600:
        return ""
    if line.split()[0] not in _TOOLS or _FOREIGN.search(line) or is_destructive(line):
        return ""
    return line


def _texts(texts: Iterable[str], limit: int) -> tuple[str, ...]:
    bounded = (_bounded(text, 400) for text in texts)
    return tuple(text for text in bounded if text)[:limit]


def _bounded(text: str, limit: int) -> str:
    return shorten(one_line(text), limit)
