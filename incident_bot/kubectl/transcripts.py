"""Files that hold the output of several commands, one after another, below prompts or banners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from incident_bot.kubectl.blocks import banner_of, command_of
from incident_bot.kubectl.recognition import first_lines, recognise
from incident_bot.model import EvidenceKind
from incident_bot.patterns import compile_later

_PREAMBLE_LINES = 3
_ANNOUNCES = compile_later(
    r"(?:kubectl|get|describe|pods?|events?|nodes?|deploy\w*|replicasets?|rs|sts|statefulsets?|jobs?|pvcs?|volumes?|"
    r"services|svc|hpa|ingress|logs?|previous|top|yaml|manifests?|rollout)\b|.*\b(?:pods?|events?|logs?|describe|yaml)\)?$"
)
"""What the first banner of collected output speaks of; a program's own log opens with other words."""

_MAX_PARTS = 60
_OPENING_LINES = 50
_DUMPED_LOG = compile_later(r"START logs for container (\S{1,63}) of pod [^\s/]{1,63}/(\S{1,253})")
"""`kubectl cluster-info dump` writes all logs of a pod into one file, between such banners."""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines `first` to `end - 1` (0-based) below one prompt or banner; `title` is that command or banner."""

    kind: EvidenceKind
    first: int
    end: int
    title: str


def split_transcript(name: str, lines: Sequence[str]) -> tuple[Part, ...]:
    """The parts of a transcript; nothing when the text is the output of one command or a program's log.

    A transcript shows a command or a banner within its first lines. A log that contains a
    prompt later, because a script echoed its commands, stays one log.
    """
    starts = _starts(lines)
    if not starts or len(starts) > _MAX_PARTS:
        return ()
    bounds = [index for index, _ in starts] + [len(lines)]
    parts = tuple(
        Part(
            _kind_of(f"{name}.txt" if _command_in(lines[start]) else name, title, lines[start + 1 : end]),
            start + 1,
            end,
            title,
        )
        for (start, title), end in zip(starts, bounds[1:], strict=True)
        if any(line.strip() for line in lines[start + 1 : end])
    )
    if not any(command_of(title) or banner_of(lines[start]) for start, title in starts):
        return ()
    structured = any(part.kind not in (EvidenceKind.LOG, EvidenceKind.NOTE) for part in parts)
    prompted = bool(command_of(starts[0][1]) or _command_in(lines[starts[0][0]]))
    announced = _ANNOUNCES.match(starts[0][1].lower()) is not None
    return parts if parts and (prompted or (structured and announced)) else ()


def may_be_transcript(text: str) -> bool:
    """Whether the first lines of a text show a command or a banner: nothing else has parts, however long it is."""
    return _first_title(first_lines(text, _OPENING_LINES)) is not None


def _starts(lines: Sequence[str]) -> list[tuple[int, str]]:
    opening = _first_title(lines)
    if opening is None:
        return []
    banners = bool(banner_of(lines[opening]))
    starts = []
    for index in range(opening, len(lines)):
        title = _command_in(lines[index]) or (_banner_title(lines[index]) if banners else "")
        if title:
            starts.append((index, title))
    return starts


_SHELL_COMMAND = compile_later(r"(?:[\w.~:/@()\[\]-]{0,80}\$|\$) ([a-z][\w.-]{1,40}(?: .*)?)")


def _command_in(line: str) -> str:
    """The command of a prompt: kubectl's in any style of prompt, another program's only behind a dollar sign."""
    match = _SHELL_COMMAND.fullmatch(line.rstrip()) if len(line) < 1_000 else None
    return command_of(line) or (match[1] if match else "")


def _banner_title(line: str) -> str:
    title = banner_of(line) if line[:1] in "=-#*>" else ""
    dumped = _DUMPED_LOG.fullmatch(title)
    return f"kubectl logs {dumped[2]} -c {dumped[1]}" if dumped else title


def _first_title(lines: Sequence[str]) -> int | None:
    seen = 0
    for index, line in enumerate(lines[:_OPENING_LINES]):
        if not line.strip():
            continue
        if _command_in(line) or _banner_title(line):
            return index
        seen += 1
        if seen > _PREAMBLE_LINES:
            return None
    return None


def _kind_of(name: str, title: str, lines: Sequence[str]) -> EvidenceKind:
    """A `logs` command prints a log, whatever it looks like; of anything else the content decides."""
    words = title.lower().split()
    if "logs" in words or "log" in words:
        return EvidenceKind.LOG
    if command_of(title) and lines and all(_NOT_THERE.match(line) for line in lines if line.strip()):
        return EvidenceKind.TABLE
    return recognise(
        name, "\n".join([title, *lines]) if "describe" in words and command_of(title) else "\n".join(lines)
    )


_NOT_THERE = compile_later(r"Error from server \(NotFound\): |No resources found")
"""What `kubectl get` says of an object that is not there follows from something else, and is no program's error."""
_FENCE = compile_later(r"\s{0,3}(?:```|~~~)\s*([\w+-]{0,20})\s*")
_OUTPUT_TAGS = frozenset(
    {"", "text", "txt", "log", "logs", "console", "shell", "output", "plain", "plaintext", "bash", "sh", "terminal"}
)
_LOG_MARK = compile_later(
    r"\d\d:\d\d:\d\d|\b(?:ERROR|FATAL|WARN(?:ING)?|INFO|PANIC|CRITICAL|error|fatal|panic|exception)\b|\w(?:Error|Exception)\b|Traceback \("
)


def split_fences(lines: Sequence[str]) -> tuple[Part, ...]:
    """The kubectl output and logs that a note in Markdown holds between its fences, whole transcripts included.

    What is neither (commands to type, code, a manifest that somebody proposes) stays a part of the note.
    """
    parts: list[Part] = []
    opened: tuple[int, str] | None = None
    for index, line in enumerate(lines):
        match = _FENCE.fullmatch(line) if "```" in line or "~~~" in line else None
        if match is None:
            continue
        if opened is None:
            opened = index, match[1].lower()
            continue
        first, tag = opened
        opened = None
        if tag in _OUTPUT_TAGS and len(parts) < _MAX_PARTS:
            parts += _fenced(lines, first + 1, index)
    return tuple(parts)


def _fenced(lines: Sequence[str], first: int, end: int) -> list[Part]:
    block = lines[first:end]
    within = split_transcript("block.txt", block)
    if within:
        return [
            Part(part.kind, first + part.first, first + part.end, part.title)
            for part in within
            if part.kind in _FACTUAL and (part.kind is not EvidenceKind.LOG or _is_log(block[part.first : part.end]))
        ]
    kind = recognise("block.txt", "\n".join(block))
    if kind not in _FACTUAL or (kind is EvidenceKind.LOG and not _is_log(block)):
        return []
    return [Part(kind, first, end, "")]


_FACTUAL = frozenset(
    {EvidenceKind.OBJECT, EvidenceKind.DESCRIBE, EvidenceKind.EVENTS, EvidenceKind.TABLE, EvidenceKind.LOG}
)


def _is_log(block: Sequence[str]) -> bool:
    return any(_LOG_MARK.search(line[:400]) for line in block)
