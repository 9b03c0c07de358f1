"""Codes and answers that a person types in to get in, where a sentence brings them: `481516 is your login code`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.plain_words import is_telling_word
from incident_bot.redaction.values import is_code, is_stand_in, looks_random, looks_secret

_REACH = 160
_IS_YOURS = compile_later(r"(?<![\w.])(?:[A-Z]-)?(?P<value>\d{4,10})[ ]$")
_YOURS = compile_later(r"[\w.&' -]{0,40}?(?:code|pin|otp|passcode|password|tan)\b", re.IGNORECASE)
_USE = compile_later(
    r"[ ](?:code[ ])?(?P<value>\d{4,10})[ ](?:to|as|for)[ ](?:your|the|verify|confirm|log|sign|complete|reset|access|authenticate|finish|activate|unlock|validate)"
)
_IS = compile_later(
    r"""(?:[ ](?:used|entered|sent|accepted|rejected|consumed|redeemed|generated|issued|verified)){0,2}(?:[ ](?:by|for|from|to|of)[ ](?:(?:the[ ])?(?:account|user|customer|number|phone|device|mailbox|host|card)[ ](?:ending[ ](?:in[ ])?)?)?["']?(?!(?:account|user|customer|number|phone|device|mailbox|host|card)[ ])[\w.@+-]{1,96}["']?)?(?:[ ](?:is|est|es|ist|lautet|\xe8|\xe9))?[ ]?[:=]?[ ]["']?(?P<value>\d{4,10})(?!\w|[.:,-]\d|[ ]?(?:ms|s|secs?|seconds|minutes|bits|bytes|chars|characters|times|attempts|requests|users|of)\b)"""
)
_WHOSE = compile_later(
    r"(?i:\b(?:your|ihr|votre|su|tuo|seu|gate|entry|lock|alarm|door|pair|pairing|device|authenticator|e-?mail|verify|sms|enter|puk|access|2fa|mfa|t?otp|backup|recovery|emergency|verification|auth|login|unlock|security|confirmation|activation|combination|garage|reset|invite|one[- ]time|one-time|authenticator|safe|voicemail|building|entrance))$"
)
_IS_ANY = compile_later(
    r"""(?:[ ](?:is|was|entered|sent|used|received|typed|accepted|verified|consumed|lautet|ist|est|es|\xe8|\xe9)(?:[ ]now)?)?[ ]?[:=]?[ ]["'#]?(?P<value>\d{4,10})(?!\w|[.:,-]\d|:)"""
)
_OF_PLACE = compile_later(
    r"[ ](?:for|to|of)[ ](?:the|my|our)[ ](?:gate|door|safe|alarm|garage|lock|building|house|office|entrance|vault|bike)(?:[ ]is|:)[ ](?P<value>\d{4,10})(?!\w|[.:,-]\d)"
)
_TAKEN = compile_later(
    r"[ ](?:accepted|rejected|incorrect|invalid|verified|expired|used|wrong|changed|reset|entered|for)\b"
)
_DOES = compile_later(
    r"(?i:(?:confirm|verif|authenticat|log(?:ged|ging)?[ -]?in|sign(?:ed|ing)?[ -]?in|unlock|activat)\w{0,6}[ ](?:\S{1,24}[ ])?(?:with|using)|(?:sms|text(?:ed|ing)?|mail(?:ed|ing)?)(?:[ ]\S{1,24})?)$"
)
"""What one does with a code that lets someone in: programs end `with code 1000`, too."""
_EXPIRES = compile_later(
    r"(?:[ ]is)?:?[ ](?P<value>\d{4,8})(?=#|[ .,(]{1,2}(?:it )?(?:expires|valid for|valid until|g\xfcltig))"
)
_LIST = compile_later(r"[^\n:]{0,80}:(?:[ \t]*(?=\r?\n))?")
_ITEM = compile_later(
    r"(?:\r?\n|[ ,]{1,2})[ \t]*(?:\d{1,2}[.)][ ]?|[-*\u2022][ ])?(?P<value>[A-Za-z0-9]{4,12}(?:-[A-Za-z0-9]{4,12}){0,4}|[A-Za-z0-9_-]{8,64})(?=[ \t,]*(?:\r?\n|$|,|[ ]))"
)
_ANSWER = compile_later(
    r"""(?:[ ](?:for|of|to)(?:[ ][^\s:=]{1,64}){1,4})?(?:[ ]is|[ ]?[:=])[ ]?["']?(?P<value>[^\s"',;]{3,64})"""
)
_PHRASE = compile_later(
    r"""(?:[ ](?:for|of)[ ]\S{1,64})?(?:[ ]is|[ ]?[:=])[ ]?["'\[]?(?P<value>[a-z0-9]{3,64}(?:[ ,]{1,2}[a-z0-9]{3,16}){0,23})""",
    re.IGNORECASE,
)
_NESTED = compile_later(
    r"""["'.:=\]\[\w]{1,10}[ ]?[:=]?[ ]?(?:[{\[][^{}\n]{0,96}?["'](?:code|token|value|otp|pin|passcode|response)["'][ ]?:[ ]?)?["']?(?<!\d)(?P<value>\d{4,10})(?![\w.])"""
)
_CHECKED = compile_later(
    r"""[^\n]{0,80}?\b(?:code|otp|token|value|pin)["']?[ ]?[:=][ ]?["']?(?P<value>\d{4,10})(?![\w.])"""
)
"""The code that is checked, among the arguments or fields of a call."""
_ANSWERED = compile_later(
    r"""\banswer["']?[ ]?(?:is[ ]|was[ ]|[:=])[ ]?(?:["'](?P<quoted>[^"'\n]{2,64})["']|(?P<value>[^\s"',;{\[]{3,64}))"""
)
_ASKS = compile_later(
    r"(?i:security|secret|recovery|challenge|maiden|mother|childhood|first (?:pet|school|car|job)|born)[^\n]{0,120}$"
)
_LINKED = compile_later(r"(?:\d{1,24}/)?(?P<value>[\w~-]{16,256})(?=[\s\"'?#<>),.\\/]|$)")
_UUID = compile_later(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_FIRST_LINES = 16

SHORT = ("otp ", "totp ", "pin ", "pin: ")
"""Short names, which are parts of other words: they count where a word starts."""
THEN = {" code": r"[^\n]{0,28}[0-9]{4}", "code: ": "[0-9]{4}"} | dict.fromkeys(SHORT, r"[^\n]{0,48}[0-9]{4}")
"""What must follow `code`, one of the most frequent words."""
SENT = (
    "code: ",
    " code",
    " otp is",
    "geheimzahl",
    "safe combination",
    "lock combination",
    "one-time password",
    "one time password",
    "einmalpasswort",
    "c\xf3digo",
    "codice",
    "code d'acc\xe8s",
    "de acceso",
    "di accesso",
    "de acesso",
    "kod pin",
    "weryfikacyjny",
    "verifikasi",
    "is your ",
    " as your ",
    "to verify your",
    "recovery code ",
    "use code ",
    "code sent",
    "otp generated",
    "otp ",
    "totp ",
    "pin ",
    "pin: ",
    "de confirmation",
    "de confirmaci\xf3n",
    "di conferma",
    "de confirma\xe7\xe3o",
    "otp sent",
    "de s\xe9curit\xe9",
    "de seguridad",
    "de seguran\xe7a",
    "di sicurezza",
    "your code",
    "access code",
    "recovery codes",
    "backup codes",
)
NESTED = (
    "mfa=",
    "2fa=",
    "verify_otp",
    "verifyotp",
    "verify_code",
    "verifycode",
    "verify_mfa",
    "verify_totp",
    "verify_2fa",
    '"mfa"',
    "mfa.",
    "mfa:",
    "mfa[",
    "2fa:",
    '"2fa"',
    "twofactor",
    "two_factor",
    "two-factor",
    '"totp"',
)
"""What a code stands in or behind: `"mfa":{"code":"481516"}`."""
LINKS = (
    "/reset/", "/reset-password/", "/password-reset/", "/magic/", "/magic-link/", "/invite/", "/activate/", "/verify-email/", "/unlock/", "/hooks/", "/share/", "/shared/", "/ical/", "/join/", "/webhooks/", "/webhook/", "/confirm/", "/confirmation/", "/accept/", "/invitation/", "/unsubscribe/", "/hook/", "/password/reset/", "/recover/", "/sso/", "/one-time/",
)  # fmt: skip
"""Folders of links that let in whoever has them."""
_LETS_IN = frozenset({*LINKS[:10], "/ical/", "/unsubscribe/", "/password/reset/", "/recover/"})
"""Folders behind which a uuid or plain hex is such a link, too, and no object."""
QUESTIONS = ("security question", "secret question", "securityquestion", "security_question", "question=", '"answer"')
ANSWERS = ("safe word", "safeword", "security answer", "secret answer", "maiden name")
PHRASES = ("seed phrase", "recovery phrase", "seed words", "mnemonic phrase")


def find_nested_code(text: str, start: int, word: str) -> Iterator[Finding]:
    """The code in the object, or behind the name, of a second factor."""
    end = start + len(word)
    pattern = _CHECKED if word.startswith("verify") else _NESTED
    match = pattern.match(text, end - 1, end + _REACH)
    if match and is_code(match["value"]):
        yield Finding(*match.span("value"), "secret", spreads=False)


def find_linked(text: str, start: int, word: str) -> Iterator[Finding]:
    """The token of a link that lets in whoever opens it."""
    match = _LINKED.match(text, start + len(word))
    value = match["value"] if match else ""
    in_hex = word in _LETS_IN and looks_secret(value)
    if match and (looks_random(value) or in_hex or (word in _LETS_IN and word != "/hooks/" and _UUID.fullmatch(value))):
        yield Finding(*match.span("value"), "token")


def find_answered_question(text: str, start: int, word: str) -> Iterator[Finding]:
    """The answer that stands behind its question."""
    if word == '"answer"':
        if not _ASKS.search(text, max(0, start - _REACH), start):
            return
        match = _ANSWERED.match(text, start, start + _REACH)
    else:
        match = _ANSWERED.search(text, start + len(word), start + len(word) + _REACH)
        between = text[start : match.start()] if match else ""
        if "\n" in between or (word == "question=" and not _ASKS.search(between)):
            return
    if match:
        part = "quoted" if match["quoted"] else "value"
        if not is_stand_in(match[part]) and not is_telling_word(match[part]):
            yield Finding(*match.span(part), "secret")


def _may_do(before: str) -> bool:
    """Whether one of the words stands there that `_DOES` needs: asked before the pattern is, of ASCII, whose case is plain."""
    lowered = before.lower()
    return any(word in lowered for word in ("with", "using", "sms", "text", "mail")) or not before.isascii()


def find_code(text: str, start: int, word: str) -> Iterator[Finding]:
    """The code that the sentence with the words at `start` brings."""
    end = start + len(word)
    if word in {"is your ", " as your ", "to verify your"}:
        match = _IS_YOURS.search(text, max(0, start - 14), start + (word[0] == " "))
        if match and (word == "to verify your" or _YOURS.match(text, end)):
            yield Finding(*match.span("value"), "secret", spreads=False)
        return
    if word == "use code ":
        match = _USE.match(text, end - 1)
    elif word in {"recovery codes", "backup codes"}:
        yield from _listed(text, end)
        return
    elif word == "code: ":
        match = _EXPIRES.match(text, end - 2)
    elif word == " code":
        match = _OF_PLACE.match(text, end) or _EXPIRES.match(text, end)
        if (
            match is None
            and _may_do(text[max(0, start - 48) : start])
            and _DOES.search(text, max(0, start - 48), start)
        ):
            match = _IS.match(text, end)
        if match is None and _WHOSE.search(text, max(0, start - 16), start):
            match = _IS_ANY.match(text, end)
    else:
        match = _IS.match(text, end - 1 if word.endswith(" ") else end)
    if match and is_code(match["value"]) and not (word == "pin " and _is_of_chip(text, match)):
        yield Finding(*match.span("value"), "secret", spreads=False)


def _is_of_chip(text: str, match: re.Match[str]) -> bool:
    """Whether a number right behind `pin` may be one of a chip, as nothing says that somebody typed it."""
    return match[0].strip("\"' ") == match["value"] and not _TAKEN.match(text, match.end())


def _listed(text: str, at: int) -> Iterator[Finding]:
    head = _LIST.match(text, at)
    at = head.end() if head else 0
    for _ in range(_FIRST_LINES if head else 0):
        item = _ITEM.match(text, at)
        if not item or not any(map(str.isdigit, item["value"])):
            return
        yield Finding(*item.span("value"), "secret", spreads=False)
        at = item.end()


def find_answer(text: str, start: int, word: str) -> Iterator[Finding]:
    """The answer to a question that lets someone in, or the words a wallet is restored from."""
    pattern = _PHRASE if word in PHRASES else _ANSWER
    match = pattern.match(text, start + len(word), start + len(word) + _REACH * 2)
    if match and not is_stand_in(match["value"]) and not is_telling_word(match["value"]):
        yield Finding(*match.span("value"), "secret")
