"""A name, its value and nothing else on a line: directives, settings, `.netrc`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise
from incident_bot.redaction.plain_words import is_given
from incident_bot.redaction.values import counts, is_prose_word

if TYPE_CHECKING:
    from incident_bot.redaction.secret_name import SecretName

_ALONE_ON_LINE = compile_later(r"[ \t]+(?P<value>[^\s\"'`=:]{1,512})[ \t]*\r?(?:\n|$)")
_DECLARED = compile_later(
    r"(?:^|\n)[ \t]*(?:ENV|ARG|SETENV|setenv|SetEnv|fastcgi_param|uwsgi_param|config set|setx|set[ ]-g?x|set[ ]-U?x)[ \t]+$"
)
_NEIGHBOUR_NAMES = r"(?:login|user|username|host|hostname|machine|account|auth|server|port|protocol|line vty|from|identity|database|schema)"
_NEIGHBOUR = compile_later(
    rf"(?:^|\n)[ \t]*{_NEIGHBOUR_NAMES}[ \t]+[\w.@/-]{{1,64}}(?:[ ]\w{{1,16}}){{0,2}}[ \t]*\r?\n$"
)
_NEIGHBOUR_BELOW = compile_later(rf"\n[ \t]*{_NEIGHBOUR_NAMES}(?:[ \t]+[\w.@/-]{{1,64}})?[ \t]*(?:\r?\n|$)")
_LINE_START = compile_later(r"(?:^|\n)[ \t]*$")


def find_alone_on_line(said: SecretName) -> list[Finding] | None:
    """`requirepass x`, `ENV DB_PASSWORD x`: a name, a value and nothing else."""
    lone = _ALONE_ON_LINE.match(said.text, said.end)
    if not lone:
        return None
    if said.level is Promise.STRONG and said.name.islower() and is_given(lone["value"]) and _is_in_block(said):
        return [Finding(*lone.span("value"), said.kind)]
    directive = said.name in {"requirepass", "masterauth", "bindpw", "rootpw"}
    declared = directive or _DECLARED.search(said.text, said.before(40), said.start) is not None
    if not declared and not (is_setting(said.name) and _LINE_START.search(said.text, said.before(40), said.start)):
        return None
    value = lone["value"]
    in_column = said.level is Promise.STRONG and (
        said.text[said.end : lone.start("value")] != " " or ("." in said.name and is_given(value))
    )
    if counts(value, said.level, quoted=declared) and (declared or in_column or not is_prose_word(value)):
        return [Finding(lone.start("value"), lone.end("value"), said.kind)]
    return []


def _is_in_block(said: SecretName) -> bool:
    """Whether the line beside this one names a user or a host, as in `.netrc` and the settings of mail clients and routers."""
    starts = _LINE_START.search(said.text, said.before(40), said.start)
    return starts is not None and (
        _NEIGHBOUR.search(said.text, said.before(160), starts.start() + 1) is not None
        or _NEIGHBOUR_BELOW.match(said.text, said.text.find("\n", said.end)) is not None
    )


def is_setting(name: str) -> bool:
    """Whether a name is one of a configuration file, and no word of a sentence."""
    return "_" in name or "." in name or re.search("[a-z][A-Z]", name) is not None
