"""Exceptions in a log: which one was the cause, in the languages that services are written in.

Most runtimes print the outermost error last and the innermost cause somewhere else: Java and .NET
after it, Python before it. Engines that run the failing code in a child process (vLLM's EngineCore,
TGI shards, TorchServe workers, torchelastic) print a wrapper last that says nothing: there the first
inner error counts (failure-modes.md, "Logs").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from incident_bot.diagnosis.complaints.search import find_complaint
from incident_bot.diagnosis.patterns import may_match
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.diagnosis.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrown:
    """One exception as printed: its language, type, message and the offset of its line in the text."""

    language: str
    type: str
    message: str
    offset: int
    is_cause: bool = False
    is_fatal: bool = False


FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (language, compile_later(pattern, re.MULTILINE))
    for language, pattern in (
        (
            "Python",
            r"^(?:[^\n]{0,160}?[|\]:] ?|\([^)\n]{1,60}\) |[ \t]{0,8})?(?P<type>Exception|(?:[a-z_]\w{0,60}\.){0,8}[A-Z]\w{0,80}(?:Error|Exception|Exit|Interrupt|Timeout|Refused|Failed|Failure|NotFound|Denied|Unavailable|Missing|Invalid|Exceeded|DoesNotExist|ImproperlyConfigured|Warning)\w{0,20}|(?:[a-z_]\w{0,60}\.){0,6}(?:errors?|exceptions?|exc)\.[A-Z]\w{0,80})(?:: (?P<message>[^\n]{0,600})|$)",
        ),
        (
            "Python",
            r"^(?P<frame> {4}[^\n]{1,400})\n(?P<type>(?:[a-z_]\w{0,60}\.){1,8}[A-Z]\w{2,80})(?:: (?P<message>[^\n]{0,600})|$)",
        ),
        ("Java", r"^(?:[^\n]{0,80}?Exception in thread \"[^\"\n]{1,80}\" |[ \t]{0,4})(?P<type>(?:[a-z_][\w$]{0,60}\.){1,12}[A-Z][\w$]{0,100}(?:Exception|Error|Throwable))(?:: (?P<message>[^\n]{0,600})|$)"),
        ("Java", r"^[ \t]{0,8}(?P<cause>Caused by): (?P<type>(?:[a-z_][\w$]{0,60}\.){0,12}[A-Z][\w$]{0,100})(?:: (?P<message>[^\n]{0,600})|$)"),
        ("Go", r"^(?P<type>panic|fatal error): (?P<message>[^\n]{1,600})"),
        ("Node", r"^(?:Uncaught )?(?P<type>(?:[A-Z]\w{0,60})?(?:Error|Exception)) ?(?:\[[A-Z_]{1,60}\])?: (?P<message>[^\n]{1,600})\n[ \t]{1,8}at "),
        ("Node", r"^[ \t]{0,12}\[?(?P<cause>cause)\]?: (?P<type>(?:[A-Z]\w{0,60})?Error): (?P<message>[^\n]{1,600})"),
        ("Rust", r"^(?:[^\n]{0,40})thread '[^'\n]{1,80}' (?:\(\d{1,10}\) )?panicked at (?:'(?P<message>[^'\n]{1,400})', \S+|[^\n]{1,200}:\n(?P<message2>[^\n]{1,600}))"),
        ("Rust", r"^Error: (?P<message>[^\n]{1,600})\n\n?Caused by:"),
        ("Rust", r"^(?P<cause>Caused by):\n[ \t]{1,8}(?:\d{1,3}: )?(?P<message>[^\n]{1,600})"),
        (".NET", r"^(?:[^\n]{0,60}?)Unhandled exception\. (?P<type>(?:\w{1,60}\.){0,10}\w{1,80}(?:Exception|Error)?): (?P<message>[^\n]{0,600})"),
        (".NET", r"^(?:[^\n]{0,200}?[\s|])?(?P<type>(?:[A-Z]\w{0,60}\.){1,8}[A-Z]\w{0,80}Exception)(?: \(0x[0-9A-Fa-f]{8}\))?: (?P<message>[^\n]{0,600})"),
        (".NET", r"^[ \t]{0,8}(?P<cause>---> )(?P<type>(?:\w{1,60}\.){0,10}\w{1,80}): (?P<message>[^\n]{0,600})"),
        ("C++", r"^terminate called after throwing an instance of '(?P<type>[^'\n]{1,160})'(?:\n[ \t]{0,8}what\(\):[ \t]{1,4}(?P<message>[^\n]{0,600}))?"),
        ("Ruby", r"^\S{1,160}\.rb:\d{1,6}:in [`'][^'\n]{1,120}': (?P<message>[^\n]{1,400}?) \((?P<type>[A-Z][\w:]{1,100})\)"),
        ("PHP", r"^(?:\[[^\]\n]{1,60}\] )?PHP Fatal error:  (?:Uncaught (?P<type>[\w\\]{1,100}): )?(?P<message>[^\n]{1,600})"),
        ("shell", r"^(?P<type>(?:/bin/)?(?:ba|da|z|a)?sh|\S{1,120}\.sh|\S{0,80}entrypoint\S{0,40}): (?:line )?(?:\d{1,6}: )?(?P<message>[^\n]{1,300}(?:not found|unbound variable|parameter not set|Permission denied|No such file or directory|syntax error[^\n]{0,100}|cannot open[^\n]{0,100}|bad substitution|is not set[^\n]{0,80}))$"),
        ("SQL", r"^(?:[^\n]{0,120}\b)?(?P<type>ERROR|FATAL|PANIC):  (?P<message>[^\n]{1,400})$(?:\n[^\n]{0,80}\bDETAIL:  (?P<detail>[^\n]{1,300})$)?"),
    )
)  # fmt: skip
_WRAPPERS = compile_later(
    r"See root cause above|Engine core initialization failed|EngineCore (?:failed|encountered)|EngineDeadError|ShardCannotStart|Shard \d+ failed to start"
    r"|ChildFailedError|WorkerInitializationException|Backend worker (?:process died|did not respond)|Worker failed with error|process \d+ terminated with|WorkerProc (?:failed|initialization failed)"
    r"|Application run failed|Application startup failed|BeanCreationException|Error creating bean|Unable to start web server|ApplicationContextException"
    r"|SystemExit|KeyboardInterrupt|RuntimeException: java\.|Task exception was never retrieved|ExceptionGroup|InvocationTargetException|ExecutionException|AggregateException|TypeInitializationException|TargetInvocationException"
)
_WORDS_OF_CHAIN = compile_later(
    r"^[^\n]{0,160}?(?:The above exception was the direct cause of the following exception|During handling of the above exception, another exception occurred)",
    re.MULTILINE,
)
_REACH = 600
_OWN_FAULTS = frozenset({"not-defined", "exception", "mismatch"})
_VAGUE = frozenset({"RuntimeError", "Exception", "Error", "SystemExit", "OSError", "ValueError", "AssertionError"})


def find_exceptions(text: str, lowered: Vocabulary) -> Iterator[Thrown]:
    """Every exception printed in a log's text, in order; `lowered` is the text in lower case, or its vocabulary."""
    found: dict[int, Thrown] = {}
    for language, pattern in FORMS:
        if not may_match(pattern.pattern, lowered):
            continue
        for count, match in enumerate(pattern.finditer(text)):
            if count >= 200:
                break
            thrown = _thrown(language, match)
            if thrown and thrown.offset not in found:
                found[thrown.offset] = thrown
    yield from (found[offset] for offset in sorted(found))


def _thrown(language: str, match: re.Match[str]) -> Thrown | None:
    groups = match.groupdict()
    name = groups.get("type") or ("panic" if language == "Rust" else "")
    told = (groups.get("message") or groups.get("message2"), groups.get("detail"))
    message = ": ".join(text.strip() for text in told if text and text.strip())
    is_told = message or "Error" in name or "Exception" in name or groups.get("frame")
    if language == "Python" and (name.endswith("Warning") or not is_told):
        return None
    start = (
        match.start("message2")
        if groups.get("message2")
        else match.start("type")
        if groups.get("type")
        else match.start()
    )
    return Thrown(
        language=language,
        type=name,
        message=message,
        offset=start,
        is_cause=bool(groups.get("cause")),
        is_fatal=language in ("Go", "C++", "PHP")
        or "Unhandled exception" in match[0]
        or (groups.get("cause") is None and language == "Rust"),
    )


def find_root(thrown: list[Thrown], text: str) -> Thrown | None:
    """The exception of the last failure in the log that an engineer should read first.

    Within the last chain the most telling one: wrappers never; else the innermost. "Last chain" begins
    at the exception from which the chain words or causes lead to the end.
    """
    if not thrown:
        return None
    chain = _last_chain(thrown, text)
    plain = [item for item in chain if not _is_wrapper(item)]
    if not plain:
        plain = [item for item in thrown if not _is_wrapper(item)] or chain
        return plain[0]
    causes = [item for item in plain if item.is_cause]
    ordered = [*reversed(causes), *(item for item in plain if not item.is_cause)]
    return max(ordered, key=_telling)


def _last_chain(thrown: list[Thrown], text: str) -> list[Thrown]:
    start = _start_of_chain(thrown, len(thrown) - 1, text)
    if start < len(thrown) - 1:
        return thrown[start:]
    # Of a chain that came before, a condensed log shows only the lines that differ.
    for place in range(start - 1, -1, -1):
        if thrown[place].type == thrown[start].type:
            end = place
            while _start_of_chain(thrown, end + 1, text) < end + 1 < start:
                end += 1
            begin = _start_of_chain(thrown, end, text)
            return thrown[begin : end + 1] if begin < end else thrown[start:]
    return thrown[start:]


def _start_of_chain(thrown: list[Thrown], end: int, text: str) -> int:
    """Where the chain begins that ends with the exception at `end`."""
    start = end
    while start > 0:
        between = text[thrown[start - 1].offset : thrown[start].offset]
        linked = thrown[start].is_cause or _WORDS_OF_CHAIN.search(between) or _is_wrapper(thrown[start])
        if not linked:
            break
        start -= 1
    return start


def _is_wrapper(item: Thrown) -> bool:
    return bool(_WRAPPERS.search(f"{item.type}: {item.message}"))


def _names_a_cause(item: Thrown) -> bool:
    complaint = find_complaint(f"{item.type}: {item.message}"[:_REACH])
    return complaint is not None and not complaint.is_symptom and complaint.kind not in _OWN_FAULTS


def _telling(item: Thrown) -> int:
    """How much an exception says: a specific type, a message, and a name in it."""
    name = item.type.rpartition(".")[2]
    score = 2 * (name not in _VAGUE) + 2 * bool(item.message) + 4 * _names_a_cause(item)
    return score + bool(re.search(r"['\"`/]|:\d{2,5}\b|[A-Z]+_[A-Z]", item.message))
