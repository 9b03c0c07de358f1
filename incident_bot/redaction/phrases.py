"""Passwords of several words, the words that a wallet is restored from, and drawn passwords full of marks that a sentence holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise
from incident_bot.redaction.plain_words import is_telling_word, tells_by_its_form
from incident_bot.redaction.values import is_stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.redaction.secret_name import SecretName

WALLET = ("wallet restored", "wallet from", "wallet imported", "import wallet", "restore wallet", "wallet words", "bip39", "bip-39", " words: ", " words are", "seed words", "seed phrase", "mnemonic", "recovery phrase", "recovery words", "backup phrase")  # fmt: skip
"""What the words of a wallet stand behind (BIP 39: 12 to 24 words of 3 to 8 letters)."""
_WALLET_REACH = 320
_WALLET_WORDS = compile_later(r"(?<![\w-])[a-z]{3,8}(?:[ ,]{1,2}(?:\d{1,2}[.)] ?)?[a-z]{3,8}){11,23}(?![\w-])")
_GRAMMAR = frozenset(
    "the and for with from not are was were has have had this that which will would must should into onto your our their his her its been being but than then"
    " there here when while because please cannot could can't don't too only after before until since without within against between is be to of in on at or an a no it as by if so"
    " der die das und ist mit von f\xfcr auf nicht le la les des est pour avec el los las por con una il di che per non".split()
)
"""Words of sentences, of which no list of words is made."""
_TIED = compile_later(
    r"""(?:["']?[ ]?(?:[:=]|->|=>)[ ]?|(?:[ ](?:for|of)[ ](?:the[ ])?["']?[\w.@/-]{1,64}["']?)?[ ](?:is|was|lautet|ist|set to|changed to|reset to)[ :]{1,2}|[ ])"""
    r"""(?P<quote>["'`\[(]?)(?P<value>[a-zA-Z]{3,12}(?:[ ][a-zA-Z]{3,12}){2,11})(?=["'`\])]|[ ]?(?:\r?\n|$|[.,;#]))"""
)
_USES = compile_later(r"(?i:with|using|and|use|the|diceware|typed|entered|tried|luks|gpg)[ ]$")
_GENERATED = compile_later(
    r"[ ](?P<value>[a-z]{3,12}(?:[ ][a-z]{3,12}){2,11})[ ](?=generated|rejected|accepted|created)"
)
_TANGLED = compile_later(
    r"""(?:[ \t:=]{1,3}|[ ](?:is|was|to|set to|reset to|changed to)[ :]{1,2}|(?:[ ][a-z]{2,12}){0,3}[ ]?(?:(?:for|of)[ ]\S{1,64})?:[ ]|[ ]?[\[(]["']?)(?P<value>[^\s]{8,64})"""
)
_MADE = compile_later(
    r"(?:[ ][a-z]{2,12}){0,3}(?:[ ](?:for|of)[ ]\S{1,96})?:[ ](?P<value>\S{8,64})(?=[ \t]*(?:\r?\n|$))"
)
_MAKES = compile_later(r"(?i:generated|temporary|temp|initial|new|random|default)[ ](?:\w{1,12}[ ]){0,2}$")
"""`A temporary password is generated for root@localhost: x`."""
_TIES = frozenset(" :=\"'-\t[(")
_LINE_REACH = 160
_MARK = compile_later(r"[!$%^&*#@~{}+?|0-9]")
"""Without a mark or a digit in the line, no value in it was drawn."""
_MARKS = frozenset("!\"#$%&'()*+<>?@[]^{|}~\\")
_LOOKS_LIKE_CODE = compile_later(
    r"""://|=["']|["'][:,)\]}]|\(\)|\)\{|[=-]>|</|\$\{|\{\{|%[sdv]|^[<\[({]|\w\(\w|[{(,]["']|\[REDACTED"""
)
_LEAST_MARKS = 3


def find_wallet_words(text: str, start: int) -> Iterator[Finding]:
    """The words in the line of the word at `start`."""
    newline = text.find("\n", start, start + _WALLET_REACH)
    if newline >= 0 and text[newline - 1] in ":\r":  # they stand below
        newline = text.find("\n", newline + 4, start + _WALLET_REACH)
    for words in _WALLET_WORDS.finditer(text, start, newline if newline >= 0 else start + _WALLET_REACH):
        listed = [word for word in re.split(r"[^a-z]+", words[0]) if word]
        first = next((place for place, word in enumerate(listed) if word not in _WALLET_TALK), 0)
        if len(listed) - first >= _LEAST_WORDS and _GRAMMAR.isdisjoint(listed[first:]):
            at = text.index(listed[first], words.start())
            yield Finding(at, words.end(), "secret")


_LEAST_WORDS = 12
_WALLET_TALK = frozenset(
    "restored from words seed phrase mnemonic recovery wallet backup your imported loaded generated are secret".split()
)


def find_phrase(said: SecretName) -> list[Finding]:
    """Several words behind a name that any value may follow, or a run of letters, digits and marks."""
    text, end = said.text, said.end
    if said.level is not Promise.STRONG or text[end : end + 1] not in _TIES:
        return []
    newline = text.find("\n", end, end + _LINE_REACH)
    line = text[end : newline if newline >= 0 else end + _LINE_REACH]
    found = _several_words(said) if line.count(" ") > 1 else []
    return found or (_drawn(said) if _MARK.search(line) else [])


def _several_words(said: SecretName) -> list[Finding]:
    match = _TIED.match(said.text, said.end)
    if match and (
        not match[0].startswith(" ") or match["quote"] or " is " in match[0] or " was " in match[0] or _is_used(said)
    ):
        return _phrase(match, said)
    match = _GENERATED.match(said.text, said.end)
    return _phrase(match, said) if match else []


def _drawn(said: SecretName) -> list[Finding]:
    made = _MADE.match(said.text, said.end)
    if (
        made
        and any(not char.isalpha() for char in made["value"])
        and not is_stand_in(made["value"])
        and (" gener" in made[0] or _MAKES.search(said.text, said.before(24), said.start))
    ):
        return [Finding(*made.span("value"), said.kind)]
    tangled = _TANGLED.match(said.text, said.end)
    value = tangled["value"].rstrip(".,;:)]") if tangled else ""
    start = tangled.start("value") if tangled else 0
    return [Finding(start, start + len(value), said.kind)] if _is_tangled(value) else []


def _is_used(said: SecretName) -> bool:
    return _USES.search(said.text, said.before(24), said.start) is not None


def _phrase(match: re.Match[str], said: SecretName) -> list[Finding]:
    words = match["value"].lower().split()
    sentence = not _GRAMMAR.isdisjoint(words) or any(is_telling_word(word) or tells_by_its_form(word) for word in words)
    return [] if sentence else [Finding(*match.span("value"), said.kind)]


def _is_tangled(value: str) -> bool:
    marks = sum(char in _MARKS for char in value)
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    return marks >= _LEAST_MARKS and letters and digits and not _LOOKS_LIKE_CODE.search(value)
