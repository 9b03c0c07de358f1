"""What stands between a name and its value in languages other than English: `mot de passe temporaire : x`, `klucz API: x`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise
from incident_bot.redaction.plain_words import is_given, is_telling_word
from incident_bot.redaction.values import counts

if TYPE_CHECKING:
    from incident_bot.redaction.secret_name import SecretName

_LATIN = (
    "passe mdp contrase senha passwort kennwort wachtwoord losenord adgangskod passord kodeord salasana haslo heslo jelsz parol lozinka geslo"
    " clave clé chave chiave schluessel sleutel nyckel klucz llave jeton geheim avain anahtar kunci sandi kulcs klic cheie kljuc clef cle"
).split()
_VALUE = compile_later(
    r"""(?P<words>(?:[ ](?:d'|l')?[^\W\d_]{2,16}\.?){0,3})(?:[ ]?[:=\uff1a][ ]?|[ ](?:je|este|adalah|l\xe0|on|to|jest|es|est|\xe9|\xe8|\xe4r|er|is|ist)[ ])["'\xab]?(?P<value>[!#-&(-+\--9;-~]{4,128}?)["'\xbb]?(?=[ \t]*(?:[.,;!)](?:\s|$)|\r?\n|$))"""
)

_OWNED = r"(?:[ ](?:f\xfcr|von|des|der|de|du|d'|del|do|da|di|dell'utente|dell'|van|voor|f\xf6r|for|til|dla|u\u017cytkownika|u\u017eivatele|pour|para|per)(?:[ ](?:den|dem|das|die|der|le|la|el|il|het|Benutzer|Nutzer|usuario|usu\xe1rio|utente|utilisateur|gebruiker)){0,2}[ ]?[\w.@/-]{1,64}|[ ](?:u\u017cytkownika|u\u017eivatele|dell')[ ]?[\w.@-]{1,64})?"
_GIVEN = r"[\"'\xab\u201e]?(?P<value>[!#-&(-+\--9;-~]{4,128}?)[\"'\xbb\u201c]?"
_GIVEN_TOO = _GIVEN.replace("<value>", "<after>")
_GIVEN_LAST = _GIVEN.replace("<value>", "<last>")
_ENDS = r"(?=[ \t]*(?:[.,;!)](?:\s|$)|\r?\n|$)|[ ]\()"
_CHANGED = compile_later(
    rf"""{_OWNED}(?:
        [ ](?:ge\w{{2,12}}|zur\xfcckgesetzt)[ ]auf[ ]{_GIVEN_LAST}{_ENDS}
      | [ ](?:wurde[ ]|ist[ ])?auf[ ]{_GIVEN}[ ](?:ge\w{{2,12}}|zur\xfcck\w{{2,12}}|fest\w{{2,12}})\b
      | (?:[ ](?:a|\xe9t\xe9|est|fue|ha|sido|foi|\xe8|stat[ao]|is|er|blev|ble|har|byl[oa]?|zosta\u0142o)){{0,3}}
        [ ](?:r\xe9initialis|chang|modifi|cambi|actualiz|restablec|alter|redefin|atualiz|mud|impost|reimpost|aggiorn|gewijzigd|ingesteld|veranderd|\xe4ndra|bytt|endre|\xe6ndre|zmien|zm\u011bn|nastaven)\w{{0,8}}
        [ ](?:en|\xe0|a|para|por|in|con|naar|op|till|til|na)[ ]{_GIVEN_TOO}{_ENDS}
    )""",
    re.VERBOSE,
)
"""`Passwort wurde auf x ge\xe4ndert`, `senha alterada para x`."""
_WITH = compile_later(
    r"(?i:\b(?:mit|avec|con|com|met|med|z|s|und|et|y|e|en|och|og|ed|mais)(?:[ ](?:dem|der|le|la|el|il|a|o|het|son|sa|seu|su))?(?:[ ]mot)?)[ ]$"
)
_HANDED = compile_later(
    rf"[ ]{_GIVEN}(?:{_ENDS}|(?=[ ][^\W\d_]{{3,20}}(?:[ ][^\W\d_]{{2,20}})?[ \t]*(?:[.,;!)]|\r?\n|$)))"
)
_LABELLED = compile_later(
    rf"(?:[ ](?!f\xfcr|von|des|der|de|du|del|do|da|di|van|voor|til|dla|pour|para|per)[^\W\d_]{{4,16}}){{0,2}}{_OWNED}(?:[ ]?[:=\uff1a][ ]?|[ ](?:lautet|ist|est|es|\xe8|\xe9|is|er|\xe4r|je|jest|to)[ ]){_GIVEN}{_ENDS}"
)
_ITALIAN = compile_later("[ ](?:cambia|impost|reimpost|aggiorn|dell')")
_VERBS = frozenset(
    "anmelden einloggen eingeben vergessen speichern wiederholen best\xe4tigen entrar iniciar ingresar accedere inloggen logga successo \xe9xito exito sucesso succ\xe8s succes success connecter falsch errata anfrage wunsch antrag nachfrage basis grund petici\xf3n requ\xeate demande verzoek".split()
)
"""What one does with a password."""
_PARTICIPLE = compile_later(
    r"(?:\w{0,9}ge|ver|be|ent|ont|er|ab|an|aus|ein|zu)\w{2,14}(?:t|d|en)|\w{3,16}(?:igt|erad|eret|ert)"
)


def find_in_non_english_wording(said: SecretName) -> list[Finding]:
    """The value behind a name and its adjectives."""
    if said.level < Promise.FIRM or not (_is_non_english(said.name) or _goes_on_in_italian(said)):
        return []
    match = _VALUE.match(said.text, said.end) if _is_non_english(said.name) else None
    if match and any(map(is_telling_word, match["words"].split())):
        match = None
    if match is None and said.level is Promise.STRONG:
        match = _CHANGED.match(said.text, said.end) or _LABELLED.match(said.text, said.end)
        if match is None and _WITH.search(said.text, said.before(24), said.start):
            match = _HANDED.match(said.text, said.end)
    part = match.lastgroup if match else None
    return [Finding(*match.span(part), said.kind)] if match and part and _is_value(match[part], said.level) else []


def _goes_on_in_italian(said: SecretName) -> bool:
    """Italian has no other word for `password`."""
    return _ITALIAN.match(said.text, said.end) is not None


def _is_value(value: str, level: Promise) -> bool:
    if level is not Promise.STRONG:
        return counts(value, level, quoted=False)
    return is_given(value) and value.lower() not in _VERBS and _PARTICIPLE.fullmatch(value) is None


@lru_cache(maxsize=2048)
def _is_non_english(name: str) -> bool:
    lowered = name.lower()
    return not name.isascii() or any(word in lowered for word in _LATIN)
