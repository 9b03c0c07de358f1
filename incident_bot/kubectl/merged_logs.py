"""Logs of several pods in one file: what `stern`, `kubetail` and `kubectl logs --prefix` print, line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from incident_bot.kubectl.origin import is_pod_name
from incident_bot.kubectl.recognition import first_lines

_FORMS = _PREFIXED, _STERN, _BRACKETED, _COMPOSE = tuple(
    re.compile(pattern)
    for pattern in (
        # kubectl logs --prefix
        r"\[pod/(?P<pod>[a-z0-9.-]{1,253})/(?P<container>[a-z0-9-]{1,63})\] ?",
        # stern: pod and container (docs of stern, "--template"); with --all-namespaces the namespace first
        r"(?:[a-z0-9][a-z0-9-]{0,62} )?(?P<pod>[a-z0-9][a-z0-9.-]{1,252}) (?P<container>[a-z0-9][a-z0-9-]{0,62})(?: [|\u2502\u203a>])? ",
        # kubetail and stern's `{{.PodName}} {{.Message}}`
        r"\[(?P<pod>[a-z0-9][a-z0-9.-]{1,252})(?:[ :/](?P<container>[a-z0-9][a-z0-9-]{0,62}))?\] ?",
        # docker compose logs
        r"(?P<pod>[a-z0-9][a-z0-9._-]{0,100}) +\| ",
    )
)
_SAMPLE_LINES = 200
_MOST_SAMPLED = 10 * _SAMPLE_LINES
"""Of so many lines those that are not blank are looked at."""
_SHARE = 0.8
_MOST_LOGS = 40
"""Each log becomes an evidence of its own; a file of more is read as one."""

_COMPOSE_NEEDS = 2
"""`name | text` is a form of tables too: it takes two names, each with two lines."""


@dataclass(frozen=True, slots=True)
class MergedLog:
    """The lines of one container in a merged file; `lines` are 0-based."""

    pod: str
    container: str
    lines: tuple[int, ...]


def split_merged(lines: Sequence[str]) -> tuple[MergedLog, ...]:
    """The logs that a file merges; nothing when it is the log of one container, or of nobody that its lines name.

    A line without a prefix goes with the line before it: tools print the further lines of a message bare.
    """
    form = _form_of(lines)
    if form is None:
        return ()
    found: dict[tuple[str, str], list[int]] = {}
    current: list[int] | None = None
    for index, line in enumerate(lines):
        origin = _origin_in(form, line)
        if origin:
            current = found.setdefault(origin, [])
        if current is not None:
            current.append(index)
    if len(found) > _MOST_LOGS:
        return ()
    return tuple(MergedLog(pod, container, tuple(places)) for (pod, container), places in found.items())


def may_be_merged(text: str) -> bool:
    """Whether the first lines of a text name their pods, so that it is worth splitting."""
    return _form_of(first_lines(text, _MOST_SAMPLED)) is not None


def prefix_of(lines: Sequence[str]) -> str:
    """What stands before each message of a log whose lines name their pod; empty where most do not."""
    form = _form_of(lines)
    if form is None:
        return ""
    matches = (form.match(line) for line in lines if line.strip())
    return next((match[0] for match in matches if match), "")


def _form_of(lines: Sequence[str]) -> re.Pattern[str] | None:
    sample = [line for line in lines[:_MOST_SAMPLED] if line.strip()][:_SAMPLE_LINES]
    for form in _FORMS:
        origins = [origin for line in sample if (origin := _origin_in(form, line))]
        if len(origins) < max(2, _SHARE * len(sample)):
            continue
        if form is _COMPOSE and not _is_compose(origins):
            continue
        return form
    return None


def _is_compose(origins: Sequence[tuple[str, str]]) -> bool:
    counts = [origins.count(origin) for origin in set(origins)]
    return len(counts) >= _COMPOSE_NEEDS and min(counts) >= _COMPOSE_NEEDS


def _origin_in(form: re.Pattern[str], line: str) -> tuple[str, str] | None:
    match = form.match(line)
    if match is None:
        return None
    pod, container = match["pod"], match.groupdict().get("container") or ""
    # In ordinary logs words and names of threads stand there: only `--prefix` and compose mark theirs.
    if form is _STERN and not is_pod_name(pod):
        return None
    if form is _BRACKETED and not is_pod_name(pod, is_hashed=True):
        return None
    return ("", pod) if form is _COMPOSE else (pod, container)
