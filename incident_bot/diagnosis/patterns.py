"""Regular expressions of rules: how they are compiled, and the words without which they cannot match.

All patterns are searched (not matched) with IGNORECASE and MULTILINE, so `^` and `$` are line ends.
Hundreds of patterns meet the digest of a long log; `required_words` lets nearly all of them be
skipped by a plain substring test. Reading the words out of a pattern takes longer than searching a log for
them, so those of the patterns of this package lie in a file (`rules/words.json`, made by `shipped_patterns`).
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.vocabulary import Vocabulary

FLAGS = re.IGNORECASE | re.MULTILINE
_MIN_WORD = 3
_MAX_WORDS = 160


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile on first use: most patterns are never needed in a run."""
    return re.compile(pattern, FLAGS)


class PatternIndex:
    """Many patterns and the words that they require: which of them are worth searching in a text."""

    def __init__(self, patterns: Sequence[str]) -> None:
        words: dict[str, set[int]] = {}
        for number, pattern in enumerate(patterns):
            # Under the empty word, which every text holds, are those of which no word is known.
            for word in required_words(pattern) or ("",):
                words.setdefault(word, set()).add(number)
        self._words: Words = {word: frozenset(numbers) for word, numbers in words.items()}

    def narrow(self, lowered: Vocabulary) -> Words:
        """The words in a lower-case text, or a vocabulary of it, for `fit` on parts of it."""
        return {word: numbers for word, numbers in self._words.items() if word in lowered}

    def fit(self, lowered: Vocabulary, words: Words | None = None) -> list[int]:
        """The numbers, in order, of the patterns that may match a text with this lower-case form."""
        among = self._words if words is None else words
        fitting = [numbers for word, numbers in among.items() if word in lowered]
        return sorted(frozenset().union(*fitting))


Words = Mapping[str, frozenset[int]]
"""Numbers of patterns by a word that they require."""


def check_pattern(pattern: str) -> None:
    """Raise ValueError when `pattern` is not a regular expression, or one that can take superlinear time."""
    try:
        re.compile(pattern, FLAGS)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    if _NESTED_REPEAT.search(pattern):
        raise ValueError("a repeat inside a repeat, such as (a+)+, can hang on hostile text; write it without")


_NESTED_REPEAT = re.compile(r"\((?:\?:)?(?:\\.|\[[^\]]*\]|[^()\\\[])?[+*]\)[+*]")


WORDS_NAME = "words.json"


@cache
def _stored() -> Mapping[str, tuple[tuple[str, ...], bool]]:
    """Required words by pattern, and whether it stays within a line. What is not there is read from the pattern."""
    try:
        plain = json.loads(Path(__file__).with_name("rules").joinpath(WORDS_NAME).read_bytes())
    except FileNotFoundError:
        return {}
    return {pattern: (tuple(words), is_single) for pattern, words, is_single in plain}


@lru_cache(maxsize=4096)
def required_words(pattern: str) -> tuple[str, ...]:
    """Lower-case texts of which at least one is in every text that `pattern` matches; empty when none is known."""
    known = _stored().get(pattern)
    return known[0] if known else read_words(pattern)


@lru_cache(maxsize=4096)
def is_single_line(pattern: str) -> bool:
    """Whether no match of `pattern` can hold a line break; False when that is not known."""
    known = _stored().get(pattern)
    return known[1] if known else read_single_line(pattern)


def read_words(pattern: str) -> tuple[str, ...]:
    """What `required_words` gives, from the pattern itself.

    Read from the parse tree of the standard library's own `re`, so that it cannot disagree with what
    `re` matches. That parser is not a public interface: where it is missing, nothing is known and
    every pattern is simply searched.
    """
    try:
        parser: Any = importlib.import_module("re._parser")
        tree = parser.parse(pattern, FLAGS)
    except (ImportError, AttributeError):
        return ()
    words = _of_sequence(tree)
    return tuple(sorted(words)) if words and len(words) <= _MAX_WORDS else ()


@cache
def split_branches(pattern: str) -> tuple[str, ...]:
    """The alternatives of a pattern, of which each can be skipped by words of its own; itself where it has no others.

    A text is matched by one of them when, and only when, the pattern matches it.
    """
    if _FLAGGED.match(pattern) or _NUMBERED.search(pattern):
        return (pattern,)
    depth = 0
    parts = [""]
    for sign in _SIGN.findall(pattern):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return tuple(parts)


_SIGN = re.compile(r"[^\\\[()|]+|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
"""What divides nothing, an escape, a class of characters, or one character."""
_FLAGGED = re.compile(r"\(\?[a-zA-Z]+\)")
_NUMBERED = re.compile(r"\\[1-9]|\(\?\(")
"""What refers to a group by its number, which other alternatives count for."""


def may_match(pattern: str, lowered: Vocabulary) -> bool:
    """Whether it is worth searching a text whose lower-case form, or the vocabulary of it, is `lowered`."""
    words = required_words(pattern)
    return not words or any(word in lowered for word in words)


def read_single_line(pattern: str) -> bool:
    """What `is_single_line` gives, from the pattern itself."""
    if _DOT_ALL.search(pattern):
        return False
    try:
        parser: Any = importlib.import_module("re._parser")
        return not any(
            _matches_break(str(operator), argument) for operator, argument in _walk(parser.parse(pattern, FLAGS))
        )
    except (ImportError, AttributeError):
        return False


_DOT_ALL = re.compile(r"\(\?[a-zA-Z]*s")
_BREAK = ord("\n")


def _walk(tree: Any) -> Iterator[tuple[Any, Any]]:
    for operator, argument in tree:
        yield operator, argument
        for inner in _inner(str(operator), argument):
            yield from _walk(inner)


def _inner(operator: str, argument: Any) -> tuple[Any, ...]:
    if operator == "BRANCH":
        return tuple(argument[1])
    if operator == "SUBPATTERN":
        return (argument[3],)
    if operator == "ATOMIC_GROUP":
        return (argument,)
    if operator.endswith("_REPEAT"):
        return (argument[2],)
    return (argument[1],) if operator.startswith("ASSERT") else ()


def _matches_break(operator: str, argument: Any) -> bool:
    if operator == "LITERAL":
        return bool(argument == _BREAK)
    if operator == "NOT_LITERAL":
        return bool(argument != _BREAK)
    if operator != "IN":
        return operator in ("CATEGORY", "GROUPREF", "GROUPREF_EXISTS")
    is_negated = str(argument[0][0]) == "NEGATE"
    return is_negated != any(_holds_break(str(kind), value) for kind, value in argument)


_WITH_BREAK = ("CATEGORY_SPACE", "CATEGORY_NOT_WORD", "CATEGORY_NOT_DIGIT")


def _holds_break(kind: str, value: Any) -> bool:
    if kind == "LITERAL":
        return bool(value == _BREAK)
    if kind == "RANGE":
        return bool(value[0] <= _BREAK <= value[1])
    return kind == "CATEGORY" and str(value) in _WITH_BREAK


def _of_sequence(tree: Any) -> frozenset[str] | None:
    best: frozenset[str] | None = None
    run: list[str] = []
    for operator, argument in [*tree, (None, None)]:
        if str(operator) == "LITERAL":
            run.append(chr(argument))
            continue
        best = _better(best, _as_words(run))
        run = []
        best = _better(best, _of_item(str(operator), argument))
    return best


def _of_item(operator: str, argument: Any) -> frozenset[str] | None:
    if operator == "SUBPATTERN":
        return _of_sequence(argument[3])
    if operator == "ATOMIC_GROUP":
        return _of_sequence(argument)
    if operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _of_sequence(argument[2]) if argument[0] else None
    if operator == "BRANCH":
        return _of_branches(argument[1])
    return None


def _of_branches(branches: Any) -> frozenset[str] | None:
    found: set[str] = set()
    for branch in branches:
        words = _of_sequence(branch)
        if not words:
            return None
        found |= words
    return frozenset(found)


def _as_words(run: list[str]) -> frozenset[str] | None:
    word = "".join(run).lower()
    # Two letters of Chinese or Japanese are a word, and as rare; so are a letter and a digit.
    is_plain = word.isascii() and not any(map(str.isdigit, word))
    return frozenset([word]) if len(word) >= (_MIN_WORD if is_plain else _MIN_WORD - 1) else None


def _better(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if not one or not other:
        return one or other
    return max(one, other, key=lambda words: (min(map(len, words)) - len(words), sorted(words)))
