"""Keywords of calls, of commands shown word by word and of sessions, with what is asked where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from incident_bot.redaction import arguments, argv, pairs, phrases, printed, sessions
from incident_bot.redaction.prefilter import Keyword

if TYPE_CHECKING:
    from incident_bot.redaction.finding import Finding

_NEAR_QUOTE = r"[^\n]{0,8}[\"'\n]"
"""What must follow the beginning of a list of words."""


class Reading(Protocol):
    """A stretch of text that is being read."""

    text: str
    listed_until: int
    """How far the lists of words have been read."""


Asked = Callable[["Reading", int, int], Iterable["Finding"]]


def probes(scan: Callable[[str], list[Finding]]) -> dict[Keyword, Asked]:
    """What each keyword asks; `scan` finds the secrets of a command line."""

    def in_list(reading: Reading, start: int, end: int) -> Sequence[Finding]:
        if start < reading.listed_until:
            return ()
        listed, reading.listed_until = argv.find_in_list(reading.text, end, scan)
        return listed

    def numbered(reading: Reading, start: int, end: int) -> Sequence[Finding]:
        if start < reading.listed_until:
            return ()
        listed, reading.listed_until = argv.find_numbered(reading.text, end, scan)
        return listed

    found: dict[Keyword, Asked] = {
        Keyword(word, any_case=True, then=then or _NEAR_QUOTE): in_list for word, then in argv.LISTS.items()
    }
    found |= {Keyword(word, any_case=True, then=arguments.THEN): _called for word in arguments.CALLS}
    for word, then in arguments.LISTS.items():
        keyword = Keyword(word, any_case=True, then=then)
        found[keyword] = _both(found[keyword], _listed) if keyword in found else _listed
    for group, asked in ((pairs.SURE | pairs.LIKELY, _paired), (printed.PRINTING, _printed), (printed.FED, _fed)):
        found |= {
            Keyword(word, any_case=True, starting=word[0].isalpha(), then=then): asked for word, then in group.items()
        }
    found |= {Keyword(word): _sent for word in printed.SENT}
    found |= {Keyword(word, any_case=True, then=then): _session for word, then in sessions.WORDS.items()}
    found |= {Keyword(word, any_case=True): _wallet for word in phrases.WALLET}
    found[Keyword(argv.NUMBERED, any_case=True)] = numbered
    found[Keyword(argv.TITLE)] = lambda reading, _start, end: argv.find_title(reading.text, end, scan)
    return found


def _both(one: Asked, other: Asked) -> Asked:
    return lambda reading, start, end: [*one(reading, start, end), *other(reading, start, end)]


def _called(reading: Reading, start: int, end: int) -> Iterable[Finding]:
    return arguments.find_called(reading.text, start, end)


def _listed(reading: Reading, start: int, end: int) -> Iterable[Finding]:
    return arguments.find_listed(reading.text, start, end)


def _paired(reading: Reading, start: int, end: int) -> Iterable[Finding]:
    return pairs.find_pair(reading.text, start, end)


def _printed(reading: Reading, start: int, end: int) -> Iterable[Finding]:
    return printed.find_printed(reading.text, start, end)


def _fed(reading: Reading, start: int, _end: int) -> Iterable[Finding]:
    return printed.find_fed(reading.text, start)


def _sent(reading: Reading, start: int, end: int) -> Iterable[Finding]:
    return printed.find_sent(reading.text, start, end)


def _wallet(reading: Reading, start: int, _end: int) -> Iterable[Finding]:
    return phrases.find_wallet_words(reading.text, start)


def _session(reading: Reading, _start: int, end: int) -> Iterable[Finding]:
    return sessions.find_session(reading.text, end)
