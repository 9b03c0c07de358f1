"""What is compiled later is what is compiled at once."""

import re

import pytest

from incident_bot.patterns import compile_later

EXPRESSION = r"(?P<word>[a-z]+)(\d)?"
TEXT = "one1 TWO three"


@pytest.mark.parametrize("method", ["match", "search", "fullmatch"])
def test_finds_the_same(method: str) -> None:
    later, at_once = (getattr(make(EXPRESSION, re.IGNORECASE), method)(TEXT) for make in (compile_later, re.compile))
    assert (later and later.span()) == (at_once and at_once.span())


def test_cuts_and_replaces_the_same() -> None:
    later, at_once = compile_later(EXPRESSION), re.compile(EXPRESSION)
    assert later.findall(TEXT) == at_once.findall(TEXT)
    assert later.split(TEXT) == at_once.split(TEXT)
    assert later.sub("<\\g<word>>", TEXT) == at_once.sub("<\\g<word>>", TEXT)
    assert later.subn("", TEXT) == at_once.subn("", TEXT)
    assert [found.span() for found in later.finditer(TEXT, 3)] == [found.span() for found in at_once.finditer(TEXT, 3)]


def test_tells_of_itself_the_same() -> None:
    later, at_once = compile_later(EXPRESSION, re.IGNORECASE), re.compile(EXPRESSION, re.IGNORECASE)
    assert (later.pattern, later.flags, later.groups) == (at_once.pattern, at_once.flags, at_once.groups)
    assert later.groupindex == at_once.groupindex


def test_a_pattern_that_is_none_is_told_when_it_is_asked() -> None:
    wrong = compile_later("(")
    with pytest.raises(re.error):
        wrong.search("(")
