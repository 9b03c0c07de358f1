"""Secrets that a sentence gives away: `using password x`, `the token is x`, `credentials: admin / x`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.extents import BARE, closing, trim
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise
from incident_bot.redaction.plain_words import is_given
from incident_bot.redaction.values import (
    is_code,
    is_phrase,
    is_prose_secret,
    is_prose_word,
    is_stand_in,
    looks_secret,
)

if TYPE_CHECKING:
    from incident_bot.redaction.secret_name import SecretName

_PROSE = compile_later(
    r"""["'`]?(?:(?:[ \t]+(?:is|was|lautet|ist|es|est|\xe8|\xe9|\xe4r|er|to|jest|\u662f|has|have|been|being|to|as|now|still|currently|code|ein|id|ID|d'[^\W\d_]{2,16}|set|re?set|changed|updated|generated|created|with|by|value|used|using|entered|typed|submitted|supplied|be|got|from
    |(?:for|of|del|de|do|da|della|von|van)(?:\ the)?(?:\ [a-z]{2,12})?\ ["']?[\w.@:/-]{1,96}["']?(?:\ account)?(?=[:,]|\ =|\ (?:is|es|was|to|has|changed|set|from|reset)\b))){0,6})(?:,[ ]new[ ](?:value|one)(?:[ ]is)?)?
    [ \t]*(?:[:=|→\uff1a]|-(?=[ ]))?[ \t]*(?:(?P<quote>["'`])|[\[(])?""",
    re.VERBOSE,
)
_CHANGE = compile_later(
    r"""["'`]?[ ](?:for[ ]\S{1,96}[ ])?(?P<verb>(?:was[ ]|has[ ]been[ ])?(?:re)?(?:changed|set|rotated|updated)[ ])?from[ ]["'`]?(?P<old>[^\s"'`]{1,128})["'`]?[ ]to[ ]["'`]?(?P<new>[^\s"'`,;]{1,128})"""
)
_CHANGES = compile_later(r"(?i:change|changed|changing|rotated|updated)[ ](?:[\w']{1,24}[ ]){0,2}$")
"""Before the name: `changed the root password from x to y`."""
_REFUSED_AFTER = compile_later(
    r"""["']?[^\n"'`]{0,64}\b(?:invalid|illegal|unexpected|converting|parsing|got|received)\b[^\n"'`]{0,32}["'`](?P<value>[^\s"'`]{6,128})["'`]"""
)
"""`argument --password: invalid choice: 'x'`: a program that refuses a setting shows its value."""
_REFUSED_BEFORE = compile_later(
    r"""(?:["'`]|\b(?:value|argument|input)[ ])(?P<value>[^\s"'`]{6,128})["'`]?[ ](?:(?:as|for|of|in|after)[ ])(?:(?:the|a|an|argument|option|flag|field|setting|variable|env|environment)[ ]){0,3}["'`]?-{0,2}$"""
)
"""`invalid value "x" for flag -password`, `"x" as password`."""
_TYPED_AS = re.compile(  # not later: `find_refused` asks which pattern matched
    r"""\b(?i:select|typed|entered|sent|gave|used|tried|passed|supplied|got|with)[ ]["'`](?P<value>[^\s"'`]{4,128})["'`][ ](?i:as|for)[ ](?:(?:the|a|his|her|my|new|old|user|admin)[ ]){0,2}$"""
)
"""`typed "x" as password`."""
_PARTED = compile_later(
    r"[ ]/{1,2}[ ]|(?:^|[ =])(?!(?:type|file|env|kind|mode|scheme|provider|method|source|realm|name|id|status|store|profile|default|helper|manager|backend|plugin|process|chain|cache|scope|rule|error|check|lookup)s?:)[\w.@+-]{2,64}:[^:]*$"
)
"""Between a user and a password, even a plain word: `app / x`, `app:x`."""
_SUPPLIED = compile_later(
    r"""(?:["'][ ]with[ ]|[^\n"'`]{0,80}\b(?:supplied|offered|presented|submitted|provided|entered|typed|tried|expected|but[ ]got|but[ ]was)[ :=]{1,2})b?["'`](?P<value>[^\s"'`]{4,128})["'`]"""
)
"""`password auth for app, supplied 'x'`."""
_UUID_CHARS = 36
_UUID = compile_later(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_QUALIFIED = compile_later(
    r"(?i:access|refresh|api|auth|client|activation|signing|encryption|webhook|shared|registration|join|acl|bearer|reset|secret|license|subscription|bot|deploy|server|service|admin|invite|hec|ingest|collector|snyk|heroku|consul|vault|nomad|netlify|postmark)[ _-](?i:token|key|secret|id)$"
)
"""What makes a uuid behind `token` more than an id."""
_CHECK_DIGITS = 3
"""Digits of a card's check value."""
_TRIED = re.compile(  # likewise
    r"""\b(?:try|tried|use|used|using|type|typed|enter|entered|set|log(?:ged|ging)?[ ]in[ ]with|to)[ ](?P<value>[^\s"'`]{4,64})[ ]as[ ](?:(?:the|a|an|your|his|her|my|new|old|user|admin|root|default)[ ]){0,3}$"""
)
"""`try x as the password`."""
_OF_ACCOUNT = compile_later(r"(?i:\b(?:account|user|client|authenticat\w{1,4}|log(?:ged|ging)?[ ]?in)\b)[^\n]*$")
_USES = compile_later(r"(?i:\b(?:using|with|tried|sent|got))[ ](?:[a-z]{2,12}[ ])?$")
_CLAUSE_ENDS = compile_later(r"[ \t]*(?:[.,;!)]|\r?\n|$|[ ]for[ ])")
_QUOTED_TIE = compile_later(r"""(?:["'`]|\b(?:value|argument|input)[ ]\S{6,64})[ ](?i:as|for|of|in|after)[ ]""")
_MAY_TIE = ('"', "'", "`", "value ", "argument ", "input ")
"""Without one of these there is no such tie: asked before the pattern is."""
_TIE_REACH = 64
"""What ties a value to the name behind it, and how far before the name it stands at most, with three words between."""
_BELOW = compile_later(
    r"[^\n:=]{0,80}[:.!][ \t]*\r?\n(?:[ \t]*\r?\n)?[ \t]*(?:[A-Z][a-z]{1,12} value:[ \t]+)?(?P<value>\S{6,128})[ \t]*(?:\r?\n|$)"
)
"""A sentence about a secret that ends in a colon, and the secret alone on the next line or the one after it."""
_TUPLE = compile_later(
    r"""[ \t]*[=:][ \t]*"[\w.@+-]{1,64}"[ ,]{1,2}"(?P<second>[^\s"]{4,128})"|[ \t]*[=:][ \t]*[(\[{][ \t]*["']?[\w.@+-]{1,64}["']?[ \t]*,[ \t]*(?P<quote>["']?)(?P<value>[^\s"'()\[\]{}]{4,128})(?P=quote)[ \t]*[)\]}]"""
)
_LOGIN = compile_later(
    r"(?:(?:[ ](?:found|accepted|used|tried))?[ \t]*(?:=>|->|[:=])|[ \t]+(?:are|is|were)|[ \t]+(?:for|of|to)[ \t]+(?:[\w./@-]{1,96}:[ \t]|(?:[\w./@-]{1,32}[ ]){1,4}(?:are|is):?[ ]))?[ \t]*[A-Za-z][\w.@+-]{0,63}(?:[ \t]?:[ \t]?|[ \t]+/{1,2}[ \t]+|(?P<glued>/))(?P<value>[^\s:/]{4,128})(?![:/])"
)
"""`admin / x` and `admin:x` behind `credentials`."""

_AUTH = compile_later(
    r"(?:[ ]?[=:][ ]?|[ ](?=[^\s:]{2,64}:[^\s]{0,64}[\d!@#$%^&*]))[\"']?(?!(?:type|mode|pam|ldap|saml|oidc|jwt|oauth2?|token|cert|tls|mtls|kerberos|krb5|ntlm|github|google|userpass|approle|aws|gcp|azure|kubernetes"
    r"|local|internal|external|static|none|file|env|header|headers|cookie|session|default|basic|bearer|digest|https?|method|provider|user|users|status|error|realm|path|url|key|scheme|plugin|module|service):)"
    r"[A-Za-z][\w.@+-]{1,63}:(?P<value>[^\s:/\"',;)}\]]{4,128})(?![:/@])"
)
"""`auth=app:x`: what a method of authentication is set to is no password."""


_WORD_REACH = 24
"""Characters in which a plain word ends."""
_LINE_REACH = 256
"""Characters in which a line's end is looked for; behind them the pattern is asked."""


def find_in_sentence(said: SecretName) -> Iterator[Finding]:
    """The value that follows the name within its sentence, or alone below it."""
    text, at, level = said.text, said.end, said.level
    if level > Promise.WEAK and _may_end(text, at) and (below := _BELOW.match(text, at)):
        if is_prose_secret(below["value"], level):
            yield Finding(below.start("value"), below.end("value"), said.kind)
        return
    if level in {Promise.STRONG, Promise.CODE} and (changed := _changed(said)):
        yield from changed
        return
    words = _PROSE.match(text, at)
    if not words or words.end() == at or ("|" in words[0] and _is_in_template(said)):
        return
    if quote := words["quote"]:
        stop = closing(text, words.end(), quote)
        if _counts_in_quotes(text[words.end() : stop], level):
            yield Finding(words.end(), stop, said.kind)
        return
    bare = _bare(text, words.end()) if level > Promise.WEAK else ""
    if not bare:
        return
    value = trim(bare)
    if bare == value + ":" and text[words.end() - 1] == "(" and value.isalnum():
        return  # an argument's name
    if (
        (
            level is Promise.CODE
            and (
                is_code(value)
                or (len(value) == _CHECK_DIGITS and said.name.lower().startswith("cv") and value.isdigit())
            )
        )
        or is_prose_secret(value, level)
        or (said.kind in {"credential", "secret"} and _is_used(said, value, words.end()))
        or (len(value) == _UUID_CHARS and _UUID.fullmatch(value) and _QUALIFIED.search(text, said.before(32), said.end))
    ):
        yield Finding(words.end(), words.end() + len(value), said.kind)


def _bare(text: str, at: int) -> str:
    """The unquoted value that starts there. Most are a plain word before a space, which no pattern need be asked about."""
    word = text[at : at + _WORD_REACH].partition(" ")[0]
    if len(word) < _WORD_REACH and word.isalpha():
        return word
    bare = BARE.match(text, at)
    return bare[0] if bare else ""


def _is_in_template(said: SecretName) -> bool:
    """Whether the name is one of an expression, whose value a function is handed: `{{ .password | quote }}`."""
    low = said.before(96)
    return said.text.rfind("{{", low, said.start) > said.text.rfind("}}", low, said.start)


def _is_used(said: SecretName, value: str, at: int) -> bool:
    """Whether the sentence ends with the credentials that it says were used."""
    if said.kind == "secret" and not _OF_ACCOUNT.search(said.text, said.before(96), said.start):
        return False  # Kubernetes mounts a volume with a Secret
    return (
        _CLAUSE_ENDS.match(said.text, at + len(value)) is not None
        and is_prose_secret(value, Promise.STRONG)
        and _USES.search(said.text, said.before(24), said.start) is not None
    )


def _may_end(text: str, at: int) -> bool:
    """Whether the line may end in a colon or full stop, soon enough for a value on the next: asked before a pattern is."""
    newline = text.find("\n", at, at + _LINE_REACH)
    return newline < 0 or text[at:newline].rstrip(" \t\r")[-1:] in {":", ".", "!"}


def _changed(said: SecretName) -> list[Finding]:
    """Both passwords of a change, even plain words."""
    change = _CHANGE.match(said.text, said.end)
    if not change or not (change["verb"] or _CHANGES.search(said.text, said.before(64), said.start)):
        return []
    return [
        Finding(change.start(side), change.end(side), said.kind)
        for side in ("old", "new")
        if len(change[side]) >= 4 and not is_stand_in(change[side])
    ]


def find_refused(said: SecretName) -> list[Finding]:
    """The quoted value of a password that a program complains about, before or behind the name."""
    if said.level is not Promise.STRONG:
        return []
    supplied = _SUPPLIED.match(said.text, said.end)
    if supplied and is_given(supplied["value"]):
        return [Finding(*supplied.span("value"), said.kind)]
    refused = _REFUSED_AFTER.match(said.text, said.end) or _named_before(said)
    if not refused or not (refused.re is _TYPED_AS or is_prose_secret(refused["value"], said.level)):
        stated = refused is not None and refused.re is _TRIED and _CLAUSE_ENDS.match(said.text, said.end)
        if not refused or not stated or not is_given(refused["value"]):
            return []
    return [Finding(refused.start("value"), refused.end("value"), said.kind)]


def _named_before(said: SecretName) -> re.Match[str] | None:
    """A value that a sentence names before it says what it is."""
    low, reach = said.before(240), said.before(_TIE_REACH)
    before = said.text[reach : said.start]
    found = None
    if any(tied in before for tied in _MAY_TIE) and _QUOTED_TIE.search(said.text, reach, said.start):
        found = _TYPED_AS.search(said.text, low, said.start) or _REFUSED_BEFORE.search(said.text, low, said.start)
    if found is None and " as " in before.lower():
        found = _TRIED.search(said.text, low, said.start)
    return found


def may_log_in(lowered: str, kind: str) -> bool:
    """Whether a name of this kind, in lower case, may have a user and a password for its value."""
    return lowered.endswith("auth") or _tells_of_both(lowered, kind)


def _tells_of_both(lowered: str, kind: str) -> bool:
    basic = lowered.endswith("auth") and ("basic" in lowered or "http" in lowered)
    return kind == "credential" or basic or ("user" in lowered and "pass" in lowered)


def find_login(said: SecretName) -> list[Finding] | None:
    """The second of two words behind `credentials` or `auth`: `auth=("app", "x")`, `credentials app / x`."""
    lowered = said.name.lower()
    if not may_log_in(lowered, said.kind):
        return None
    of_both = _tells_of_both(lowered, said.kind)
    pair = _TUPLE.match(said.text, said.end)
    if pair is None:
        pair = _LOGIN.match(said.text, said.end) if of_both else _AUTH.match(said.text, said.end)
    part = "second" if pair and pair.groupdict().get("second") else "value"
    if pair is None:
        return None
    quoted = bool(pair.groupdict().get("quote")) or part == "second"
    parted = _PARTED.search(pair[0]) is not None
    if not _is_password(pair[part], quoted=quoted) and not (parted and is_given(pair[part])):
        return None
    if pair.groupdict().get("glued") and not any(char.isupper() or char in "!@#$%^&*+~" for char in pair["value"]):
        return None  # names of Kubernetes are written so, too
    return [Finding(*pair.span(part), said.kind)]


def _counts_in_quotes(value: str, level: Promise) -> bool:
    # A space first: the quote closes the name (`"db-credentials" not found`) and opens nothing.
    if value[:1] != " " and looks_secret(value):
        return True
    if level is Promise.FIRM and is_prose_secret(value, Promise.STRONG) and value != value.lower() and " " not in value:
        return True
    return level is Promise.STRONG and 4 <= len(value) <= 128 and " " not in value and not is_stand_in(value)


def _is_password(value: str, *, quoted: bool) -> bool:
    """Whether the second of two words behind `credentials` is a password: any in quotes, none that is a plain word."""
    if is_stand_in(value) or value.isdigit():
        return False
    return quoted or is_phrase(value) or any(char.isdigit() or char in "!@#$%^&*+~" for char in value)


_DASHES = frozenset({"-", "\u2013", "\u2014"})
"""What sets a remark off from the value before it."""


_NEXT_LABEL = compile_later(
    r"[ \t]+(?:\((?:default|temporary|generated|initial|again|new|old)\)|(?:[A-Z][a-z]{1,16}[ ]){0,2}[A-Z][A-Za-z]{1,16}: )"
)
"""The next field of a line of fields, or a remark: `Password: x  Role: y`, `password: x (default)`."""


def is_rest_of_sentence(bare: re.Match[str], value: str, level: Promise) -> bool:
    """Whether what follows `name: ` is the rest of a sentence: a word, a count, the next part of an error."""
    if (
        bare[0].endswith(":")
        or (bare[0][0] == "(" and bare[0][1:].isalpha())
        or (value.isdigit() and len(value) < (3 if level is Promise.CODE else 4))
    ):
        return True
    followed = re.match(r"[ \t]+[^\s#})\]]", bare.string[bare.end() : bare.end() + 40])
    if followed and level is Promise.STRONG and is_given(value):
        rest = bare.string[bare.end() : bare.end() + 40]
        if followed[0].strip() in _DASHES or _NEXT_LABEL.match(rest):
            return False
    return is_prose_word(value) and (level < Promise.STRONG or followed is not None)
