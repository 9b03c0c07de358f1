"""Secrets whose names are not English: there an adjective stands behind the name, `mot de passe temporaire : x`, `klucz API: x`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise
from incident_bot.redaction.patterns import compile_later
from incident_bot.redaction.plain_words import is_given, is_telling_word
from incident_bot.redaction.values import counts

if TYPE_CHECKING:
    from incident_bot.redaction.announcement import Announcement

_LATIN = (
    "passe mdp contrase senha passwort kennwort wachtwoord losenord adgangskod passord kodeord salasana haslo heslo jelsz parol lozinka geslo"
    " clave clé chave chiave schluessel sleutel nyckel klucz llave jeton geheim avain anahtar kunci sandi kulcs klic cheie kljuc clef cle"
).split()
_VALUE = compile_later(
    r"""(?P<words>(?:[ ](?:d'|l')?[^\W\d_]{2,16}\.?){0,3})(?:[ ]?[:=\uff1a][ ]?|[ ](?:je|este|adalah|l\xe0|on|to|jest|es|est|\xe9|\xe8|\xe4r|er|is|ist)[ ])["'\xab]?(?P<value>[!#-&(-+\--9;-~]{4,128}?)["'\xbb]?(?=[ \t]*(?:[.,;!)](?:\s|$)|\r?\n|$))"""
)


def find_in_other_language(said: Announcement) -> list[Finding]:
    """The value behind a name and its adjectives."""
    if said.level < Promise.FIRM or not _is_foreign(said.name):
        return []
    match = _VALUE.match(said.text, said.end)
    if not match or any(map(is_telling_word, match["words"].split())):
        return []
    value = match["value"]
    if not (is_given(value) if said.level is Promise.STRONG else counts(value, said.level, quoted=False)):
        return []
    return [Finding(*match.span("value"), said.kind)]


@lru_cache(maxsize=2048)
def _is_foreign(name: str) -> bool:
    lowered = name.lower()
    return not name.isascii() or any(word in lowered for word in _LATIN)
