"""The prompt: instructions from `prompts/`, then the evidence as fenced, numbered data.

Templates come from files and outside text is only ever a variable of them. A name that a
template uses and nobody gave is an error, never an empty string.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from incident_bot.errors import ConfigurationError
from incident_bot.report.sanitise import one_line, shorten, visible

if TYPE_CHECKING:
    from incident_bot.model import Case, Evidence, Excerpt, Gap, KeptLine, SafeText

_LINE_CHARACTERS = 800
_FACT_CHARACTERS = 300
_FRONT_MATTER = re.compile(r"---\nversion: (?P<version>[a-z0-9-]{1,40})\n---\n")
_NONCE = re.compile(r"[A-Za-z0-9]{12,64}")
_NONCE_STAND_IN = "NONCE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What is sent. `sha256` is of both texts with the random word blanked: equal evidence, equal hash."""

    system: SafeText
    user: SafeText
    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One piece of evidence as the template shows it."""

    id: str
    kind: str
    source: str
    amount: str
    lines: tuple[str, ...]


def build_prompt(case: Case, excerpts: Sequence[Excerpt], *, nonce: str, seal: Callable[[str], SafeText]) -> Prompt:
    """Both messages of a triage.

    `nonce` is a random word (12 to 64 letters and digits) that marks where evidence begins and ends;
    evidence that happens to hold it loses it. The caller chose excerpts that fit the model. Raises `LeakError` from `seal`.
    """
    if not _NONCE.fullmatch(nonce):
        raise ValueError(f"nonce must be 12 to 64 letters and digits, got {len(nonce)} characters")
    kept = {excerpt.evidence_id: excerpt for excerpt in excerpts}
    system, version = _render("triage.system.md.j2", {})
    user, _ = _render(
        "triage.user.md.j2",
        {
            "nonce": nonce,
            "facts": _facts(case, nonce),
            "gaps": tuple(_data(_gap(gap), nonce, _LINE_CHARACTERS) for gap in case.gaps),
            "evidence": tuple(_item(item, kept[item.id], nonce) for item in case.evidence if item.id in kept),
        },
    )
    digest = hashlib.sha256(f"{system}\0{user.replace(nonce, _NONCE_STAND_IN)}".encode()).hexdigest()
    return Prompt(system=seal(system), user=seal(user), version=version, sha256=digest)


def _facts(case: Case, nonce: str) -> tuple[tuple[str, str], ...]:
    alert, target = case.incident.alert, case.incident.target
    facts = {
        "alert": alert.name,
        "severity": alert.severity.value,
        "firing since": alert.starts_at.isoformat() if alert.starts_at else "",
        "cluster": target.cluster,
        "namespace": target.namespace,
        "workload": f"{target.workload_kind} {target.workload}".strip(),
        "pod": target.pod,
        "container": target.container,
        "node": target.node,
        "summary": alert.summary or alert.annotations.get("summary", ""),
        "description": alert.annotations.get("description", ""),
    }
    return tuple((name, _data(value, nonce, _FACT_CHARACTERS)) for name, value in facts.items() if value)


def _gap(gap: Gap) -> str:
    return f"{gap.what}: {gap.reason}"


def _data(text: str, nonce: str, limit: int) -> str:
    """One visible line of outside text that does not hold the marker word."""
    return shorten(one_line(text), limit).replace(nonce, "")


def _item(item: Evidence, excerpt: Excerpt, nonce: str) -> _Item:
    return _Item(
        id=_data(item.id, nonce, 20),
        kind=item.kind.value,
        source=_data(item.source or item.name, nonce, 200),
        amount=f"{len(excerpt.kept):,} of {len(item.lines):,} lines"
        + (f" · {_data(item.cut, nonce, 200)}" if item.cut else ""),
        lines=tuple(_numbered(item.id, kept, nonce) for kept in excerpt.kept),
    )


def _numbered(evidence_id: str, kept: KeptLine, nonce: str) -> str:
    text = shorten(visible(kept.text).rstrip(), _LINE_CHARACTERS).replace(nonce, "")
    similar = f"  (and {kept.count - 1:,} similar up to line {kept.last})" if kept.count > 1 else ""
    return f"{_data(evidence_id, nonce, 20)}:{kept.line}| {text}{similar}"


def _render(name: str, values: dict[str, object]) -> tuple[str, str]:
    """A template filled in, and its version."""
    from jinja2 import Environment, StrictUndefined

    text = _template(name)
    match = _FRONT_MATTER.match(text)
    if not match:
        raise ConfigurationError(
            f"prompt {name} does not begin with its version", hint="Begin it with the lines ---, version: NAME, ---."
        )
    # autoescape writes HTML entities; the result is read by a model, not by a browser.
    environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701
    return environment.from_string(text[match.end() :]).render(values), match["version"]


@cache
def _template(name: str) -> str:
    """A template of the installed package, or of the repository that we run from."""
    packaged = resources.files("incident_bot") / "prompts" / name
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    in_repository = Path(__file__).parents[2] / "prompts" / name
    try:
        return in_repository.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"prompt {name} is missing", hint="Install incident-bot again.") from error
