"""Values of prepared statements: they stand in a list of their own, behind the statement or before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import kind_of, promise
from incident_bot.redaction.values import counts, is_stand_in

if TYPE_CHECKING:
    from incident_bot.redaction.secret_name import SecretName

_REACH = 4096
"""Characters around a statement in which numbered values are looked for."""
_STATEMENT_REACH = 400
"""Characters of a statement, and behind it, in which a list of values is looked for."""
_COMPARED = compile_later(r"""["`]?[ ]{0,2}(?:=|<>)[ ]{0,2}(?:\w{1,16}\()?\$(\d{1,3})""")
_PLACE = compile_later(
    r"""["`\])]{0,2}[ ]{0,2}(?:=|<>|like)[ ]{0,2}(?:\w{1,16}\()?(?:(?P<mark>\?|%s)|%\((?P<python>\w{1,32})\)s|[:@](?P<named>[A-Za-z]\w{0,31}))""",
    re.IGNORECASE,
)
_MARK = compile_later(r"\?|%s")
_LIST = compile_later(
    r"""(?i:param(?:eter)?s?|bind(?:ing)?s?|bind variables|bind values|args|values|arguments|with)["']?[ ]?[:=]?[ ]?["']?(?P<open>[\[({])(?!%s|\?|\d{1,3}:[A-Z]{3,24}\))"""
)
_ITEM = compile_later(
    r"""\s{0,4}(?:[urbN]?(?P<quote>["'])(?P<quoted>[^"'\n]{0,256})(?P=quote)|(?P<bare>[^,()\[\]{}"'\n]{0,128}))\s{0,4}(?P<stop>[,)\]]|$)"""
)
_HANDED = compile_later(r"\([^()\n]{0,128}\$(\d{1,3})[^()$\n]{0,64}\)")


def find_bound(said: SecretName) -> list[Finding]:
    """The value of the parameter of a prepared statement that a password is compared with, or that its function is handed."""
    ahead = said.text[said.end : said.end + 6]
    if "=" not in ahead and "(" not in ahead and "<>" not in ahead and "ike" not in ahead.lower():
        return []
    number = _COMPARED.match(said.text, said.end) or _HANDED.match(said.text, said.end)
    if number:
        return list(find_numbered(said.text, said.start, number[1], said.kind))
    place = _PLACE.match(said.text, said.end)
    if not place:
        return []
    if name := place["python"] or place["named"]:
        return list(_by_name(said.text, said.end, name, said.kind))
    low = said.text.rfind("\n", said.before(_STATEMENT_REACH), said.start) + 1 or said.before(_STATEMENT_REACH)
    place_of = len(_MARK.findall(said.text, low, said.start))
    return list(find_in_order(said.text, (low, place.end()), place_of, said.name))


def _by_name(text: str, at: int, name: str, kind: str) -> Iterator[Finding]:
    """The value of a parameter in a dictionary behind the statement."""
    pattern = re.compile(rf"""["']?\b{name}["']?[ ]?[:=][ ]?[urbN]?(["'])([^"'\n]{{1,256}})\1""")
    value = pattern.search(text, at, at + _STATEMENT_REACH)
    if value and not is_stand_in(value[2]):
        yield Finding(*value.span(2), kind)


def find_in_order(text: str, span: tuple[int, int], place: int, name: str) -> Iterator[Finding]:
    """The value of this name at a place of the list behind the statement, or within the span before it."""
    low, high = span
    behind = _LIST.search(text, high, high + _STATEMENT_REACH)
    opening = behind or _LIST.search(text, low, high)
    at = opening.end() if opening else -1
    for number in range(place + 1 if opening else 0):
        item = _ITEM.match(text, at)
        if not item:
            return
        part = "quoted" if item["quote"] else "bare"
        if number == place and counts(item[part], promise(name), quoted=part == "quoted"):
            yield Finding(*item.span(part), kind_of(name))
        if item["stop"] != ",":
            return
        at = item.end()


def find_numbered(text: str, at: int, number: str, kind: str) -> Iterator[Finding]:
    """The value of a parameter with a number, `$2 = 'x'`, behind the statement at `at`."""
    for value in re.finditer(
        rf"\${number} = '((?:[^'\n]|''){{1,512}})'", text[max(0, at - _REACH // 8) : at + _REACH // 2]
    ):
        low = max(0, at - _REACH // 8)
        yield Finding(low + value.start(1), low + value.end(1), kind)
