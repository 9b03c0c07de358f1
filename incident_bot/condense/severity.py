"""How bad a line sounds, judged once a template from the words that log writers share across tools and languages."""

from __future__ import annotations

import re

from incident_bot.condense.hints import REACH, Hint, hints_in
from incident_bot.condense.levels import Level, read_stated, stated_level
from incident_bot.condense.phrases import ERROR_WORDS, FATAL_WORDS, HARD_WORDS, LOCAL_WORDS, NEGATED, WARNING_WORDS
from incident_bot.patterns import compile_later

__all__ = ["Level", "grade", "is_ending", "states_level", "turns_to_failed"]

_REDIS = compile_later(r"^\d{1,7}:[A-Z] \d\d [A-Z][a-z]{2} \d{4} [\d:.]{8,15} #")
"""Redis marks its warnings with a `#` (loglevel in redis.conf)."""

_PASSED = compile_later(
    r"^\s*(?:\[[\w %]{1,12}\]\s{0,2}){0,2}(?:[✓✔√☑]|ok\b(?! \d+ - .*# (?:todo|fail))|pass(?:ed)?\b|\[ *(?:ok|pass(?:ed)?) *\])"
    r"|(?:\.{2,}|\s|:)(?:ok|pass(?:ed)?|PASSED|✓|✔|✓ passed)\s*(?:\([\d.]+ ?m?s\)|\[ *\d{1,3}%\])?$",
    re.IGNORECASE,
)
_SHELL_ECHO = compile_later(
    r"^\s*(?:\++ |\$ |\S{0,40}\$ |> [\w@./-]+@|if \[|then |echo |export |CC |LD |cc |gcc |g\+\+ |clang |libtool: |/bin/(?:ba)?sh )"
)
_REFUSAL = compile_later(r"([45])(?<!\w.)\d\d(?![\w.])")
_NAMES_STATUS = compile_later(
    r"""(?i)(?:"\s|(?:\b|_)status(?:_?code)?\b\W{1,4}|(?:\b|_)code\b\W{1,4}|\bHTTP/[\d.]{1,3}["\s]{1,2}|\bresponse\b\W{1,4}|\breturned\s|:\d\d \|\s{1,3})$"""
)
"""What stands before a number that is a status."""
_NAME_REACH = 32
_ANCHOR = compile_later(
    r"(?i)\bexit(?:ed|ing)?\b[^.]{0,40}?\b(?:with|code|status)\b[ :=]*(?:(?:exit )?(?:code|status)[ :=]*)?(?:[1-9]\d{0,2})\b|\*\*\* .{0,200}\berror \d+|"
    r"\b(?:build|job|command|tests?|make|compilation|task|step)\b[^.]{0,60}? (?:failed|failure|aborted)\b|\bnon-zero\b|\baborted!|\bfailed with (?:exit )?(?:code|status)\b"
)

_STATE_TURN = compile_later(
    r"\b(?:from (?:state )?\w{3,30} to|\w{3,30} ?(?:->|=>|\u2192)) '?(?:FAILED|FAILING|Failed|SyncFailed)\b"
    r"|\b(?:status|phase|state): '(?:SyncFailed|Failed)'"
)
"""How schedulers and operators tell, as information, that a task, a job or an application went over into a failed state."""


def grade(text: str, hints: int | None = None) -> int:
    """The level of one cleaned line: what it states about itself, else what its words say.

    `hints` are those of the line's words where a line with the same ones was looked at before.
    """
    head = text[:REACH]
    hints = hints_in(head) if hints is None else hints
    if not hints & ~Hint.CALM:
        return Level.INFO if any(map(str.isalnum, head)) else Level.QUIET
    # Without one of these hints a line states no level but a calm one, which matters only where its words are alarming.
    states = hints & (Hint.FIELD | Hint.WORD | Hint.KUBE | Hint.PRIORITY)
    stated = read_stated(head, hints) if states else None
    if stated is not None and stated >= Level.WARNING:
        return max(
            stated, Level.FATAL if stated >= Level.ERROR and hints & Hint.FATAL and FATAL_WORDS.search(head) else stated
        )
    if hints & Hint.PASS and _PASSED.search(head):
        return Level.QUIET
    least = Level.WARNING if hints & Hint.KUBE and _REDIS.match(head) else Level.INFO
    if not hints & (Hint.FATAL | Hint.ERROR | Hint.WARNING | Hint.STATUS_CODE):
        return least
    spoken = _spoken_level(NEGATED.sub(" ", head) if hints & (Hint.ERROR | Hint.FATAL) else head, hints)
    if spoken > Level.INFO and _SHELL_ECHO.match(head) and not is_ending(head):
        return Level.INFO
    if spoken > Level.NOTICE and not states:
        stated = read_stated(head, hints)
    # INFO with a failure's word is worth more than other INFO, but the writer did not call it an error.
    is_turn = spoken > Level.NOTICE and turns_to_failed(head)
    told = Level.ERROR if is_turn else min(spoken, Level.NOTICE)
    return max(least, spoken) if stated is None else told


def turns_to_failed(text: str) -> bool:
    """Whether a line says that something went over into a failed state, at whatever level."""
    return _STATE_TURN.search(text[:REACH]) is not None


def states_level(text: str) -> bool:
    """Whether a line gives itself a level, so that its words need not be judged."""
    return stated_level(text) is not None


def _spoken_level(head: str, hints: int) -> Level:
    """The level that the words of a line without one suggest."""
    if hints & Hint.FATAL and FATAL_WORDS.search(head):
        return Level.FATAL
    status = _refusal(head) if hints & Hint.STATUS_CODE else ""
    if status == "5":
        return Level.ERROR
    if hints & Hint.ERROR:
        if HARD_WORDS.search(head) or is_ending(head) or LOCAL_WORDS.search(head):
            return Level.ERROR
        if ERROR_WORDS.search(head):
            return Level.WARNING
    if status:
        return Level.WARNING
    return Level.NOTICE if hints & Hint.WARNING and WARNING_WORDS.search(head) else Level.INFO


def _refusal(head: str) -> str:
    """The first digit of the first status from 400 on; empty without one."""
    for number in _REFUSAL.finditer(head):
        at = number.start()
        if _NAMES_STATUS.search(head, max(0, at - _NAME_REACH), at):
            return number[1]
    return ""


def is_ending(text: str) -> bool:
    """Whether a line reports that something ended badly: its reason usually stands before it, not after."""
    return _ANCHOR.search(text[:REACH]) is not None
