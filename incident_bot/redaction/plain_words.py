"""Passwords that are plain words, where a sentence leaves no doubt that it gives one away.

`the password is meadow`, `logged in with password rocket from 10.0.3.8`, `[sudo] password for app: meadow`. What makes
the difference to `the password is required` is what the word may be: no verb form, no adjective that tells about
passwords, no noun that goes with one, and nothing may follow it but the end or a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise
from incident_bot.redaction.values import is_prose_secret, is_stand_in

if TYPE_CHECKING:
    from incident_bot.redaction.secret_name import SecretName

_WORD = r"""["'`\u201c\u00ab]?(?P<value>[^\s"'`,;()\[\]{}<>:=][^\s"'`,;()\[\]{}<>:]{3,63}?)["'`\u201d\u00bb]?"""
_ENDS = r"(?=[ \t]*(?:[.,;!)\]}](?:\s|$)|\r?(?:\n|$)|[ ][\u2014\u2013-][ ]|[ ][(\[]|[ ](?:if|please|but|und|ya|btw|instead|again|until|so|now|today|for now)\b))"
_OWNER = r"""(?:[ ]\([^()\n]{1,40}\))?(?:[ ](?:for|of|to|on|at|in|del|de|do|da|di|della|dell'|von|für|van|för|av|af|du|pour|para|per|pro|dla|til|voor)(?:[ ](?:the|user|usuario|utilisateur|utente|Benutzer|account|demo|den|dem|das|die|der|le|la|el|il|o|het)){0,2}[ ]["']?[\w.@:/~-]{1,96}["']?(?:[ ]account|[ ]user)?)?"""
_STATED = compile_later(
    rf"""(?:[ ](?!for|of|to|is|was|has|set)[a-z]{{2,12}}){{0,3}}{_OWNER}(?:
        [ ](?:is|was|lautet|ist|es|est|\xe8|\xe9|jest|heter|blir|\xe4r|er)(?:[ ](?:now|still|currently|nun|jetzt|noch|ahora|maintenant))?:?
      | (?:[ ](?:is|was|has[ ]been))?(?:[ ](?:re)?set|[ ]changed|[ ]updated|[ ]rotated|[ ]resolve[sd]|[ ]evaluate[sd]|[ ]expand(?:s|ed)|[ ]default(?:s|ed)|[ ]overridden)(?:[ ]to|[ ]as):?
      | [ ](?:equals|remains|reads|used[ ]to[ ]be|turned[ ]out[ ]to[ ]be)
      | 's
      | ,?[ ](?:with[ ]|has[ ])?value(?:[ ]is)?
    )[ \t]{{1,4}}{_WORD}{_ENDS}""",
    re.VERBOSE | re.IGNORECASE,
)
_ANSWERED = compile_later(
    rf"[ ](?:for|of|di|de|da|do|von|van|pour|para|för|für|til)(?:[ ](?:the|user|key|account|demo)){{0,2}}[ ][\"']?[\w.@:/~-]{{1,128}}[\"']?(?:[ ]account|[ ]user)?:[ \t]{{1,4}}{_WORD}[ \t]*(?:\r?(?:\n|$)|[ ]\()"
)
_GIVEN = compile_later(
    rf"[ \t]{{1,4}}{_WORD}(?=[ \t]*(?:[.,;!)\]}}](?:\s|$)|\r?(?:\n|$)|[ ](?:from|on|to|at|in|for|against|and|accepted|rejected|worked|works|matched|still|does|did|found|cannot|can't|could|can|instead|btw|again|until|is|was|expired|failed|refused|against|but|matches)\b|:[ ]too\b))"
)
_WITH = compile_later(
    r"""(?<![A-Za-z])(?:
        (?i:with|using|and|try|tries|tried|trying|typed|entered|sent|use|uses|failed|checking|check|checks|expected|got|received|verifying|comparing|hashing|testing|validating|luks|wi-?fi|wpa2?|cleartext|plaintext|plain|raw|actual|real|correct|default|rejected|guessed|cracked|runas)(?:[ ](?i:the|his|her|my|this|old|new|wrong|same|default|initial|temporary|admin|root))?
      | (?i:user|username|login|account|connect|identity)[ =:]{1,2}["']?[\w.@:/-]{1,96}["']?[ ,]{1,2}(?:and[ ](?:the[ ])?)?
      | (?i:put|set|store)[ ][\w./:-]{0,64}
      | ^(?:enable|line)
    )[ ]?\Z""",
    re.VERBOSE | re.MULTILINE,
)
_OWNED = compile_later(
    r"(?i:(?<![\w-])(?:admin|root|postgres|mysql|elastic|redis|sudo|p12|pfx|keystore|truststore|vpn|guest|ldap|db|database|smtp|imap|ftp|owner|archive|found|initial|temporary|default))[ ](?:clear(?:text)?[ -])?\Z"
)
_CHANGES_IT = compile_later(
    r"(?i:\b(?:change|changing|reset|resetting|update|forgot|forgotten|set|setting|rotate|rotating|enter|invalid|wrong|missing|no|without|empty|for|retype|confirm|expected|provide|require[sd]?)\b[^\n]{0,24}\Z)"
)
_ALONE = compile_later(rf"[ ]{_WORD}[ \t]*(?:\r?\n|\Z)")
"""`admin password x` at the end of a line."""
_LABELLED = compile_later(
    rf"[ ](?:hint|mismatch|generated|used|tried|now|reset|created|attempt|entered|typed|detected|sent)(?:[ ][a-z]{{2,10}}|[ ]\d{{1,3}}|[ ](?:by|for|from)[ ][\w.@-]{{1,64}})?:[ \t]{{1,4}}(?:got[ ])?{_WORD}(?=[ \t]*(?:[,;!)\]}}]|\r?(?:\n|$)|[ ](?:!=|<>)[ ]))"
)
_NOTED = compile_later(
    rf"(?P<words>(?:[ ][a-z]{{2,12}}){{1,3}})(?:[ ](?:of|for)[ ](?:the[ ])?(?=[\"']))?(?::[ ]|[ ](?=[\"']))(?:(?:input|got|value|given|actual|received)[=:][ ]?)?{_WORD}(?=[ \t]*(?:[,;!)\]}}:]|\r?(?:\n|$)|[ ](?:returned|is|was|failed|passed)\b))"
)
"""`password too short: x`, `password strength of "x": weak`: a plain word only behind words that announce it."""
_ANNOUNCES = frozenset(
    "given entered typed tried sent used supplied received provided submitted was is input short long weak".split()
)
_JUDGED = compile_later(rf"[ \t]{_WORD}[ ](?:is|was)[ ](?:too|very)[ ](?:weak|short|long|simple|common)")
_BELOW = compile_later(rf":[ \t]*\r?\n[ \t]*{_WORD}[ \t]*(?:\r?\n[ \t]*(?:\r?\n|$)|$)")

_HEX = compile_later("[0-9a-fA-F]{32,128}")
_NUMBERED = compile_later(r"[a-z]{3,16}[-.][a-z]{4,16}\d{2,6}")
"""Two words and a number, as people make passwords longer."""
_LETTERS = compile_later(r"[^\W\d_]+(?:[-_.][^\W\d_]+)*")
_MODAL = compile_later(rf"{_OWNER}[ ](?:should|must|will|has[ ]to|ought[ ]to)[ ]be:?[ ]{_WORD}{_ENDS}", re.VERBOSE)
"""Behind these plain words say what a password has to be like."""
_SET_TO = compile_later(
    rf"\}}{{0,2}}{_OWNER}[ ](?:to|as|=|->):?[ ]{_WORD}(?:{_ENDS}|(?=[ ](?:this|today|yesterday|tonight|now|on|at|because|so|last)\b))",
    re.VERBOSE,
)
_SETS = compile_later(
    r"(?i:\b(?:set|changed?|changing|reset|resetting|updated?|rotated?|resolv\w{1,3}|expand\w{0,3}|decrypt\w{0,3}|evaluat\w{1,3}|substitut\w{1,3}))(?:[ ][\w']{1,16}){0,3}[ ][$%]?\{{0,2}[ ]?$"
)
_IS_IT = compile_later(
    r"""(?:^|[\s"'`(])(?P<value>[^\s"'`,;()\[\]{}<>:=]{4,64})["'`]?[ ]is[ ](?:my|the|your|his|her|our|a)(?:[ ](?:new|old|current|root|admin|right|correct|default|actual|real)){0,2}[ ]\Z""",
    re.MULTILINE,
)
"""`x is the new password`."""
_IT_ENDS = compile_later(r"[ \t]*(?:[.,;!)]|\r?\n|$|[ ](?:for|of|on)[ ])")
_DIRECTIVE = compile_later(r"[ \t]{1,16}[\"']?(?P<value>[^\s\"';(){}]{4,64})[\"']?[ ]?;")
_APPOSED = compile_later(rf",[ ]{_WORD}(?=,[ ])")
_DIGEST = compile_later(
    r"(?:[ ](?:hash|digest|sha-?\d{1,3}|md5|ntlm)(?:[ ]hash)?(?:[ ]is)?[ ]?[:=]?[ ]|\)[ ]?[:=][ ]?)(?P<value>[0-9a-fA-F]{32,128})(?![\w-])"
)
"""A password's digest is worth a dictionary attack."""
_BRACKETED = compile_later(
    r"[ ]?[\[(](?P<value>[^\s\[\]()\"'=]{4,64})[\])](?:[ ](?:does|did|is|was|invalid|incorrect|rejected|wrong|too|failed)\b|[ ](?:from|for|by|on)[ ]\S)"
)
SENT_BEFORE = compile_later(r"(?i:command|cmd|request|received|sent|recv)[ :]{1,2}\[$")
"""`Command [pass] [x]` of a server; test runners print `[pass] [suite]`, and usages `[user] [password]`."""
_IN_BRACKETS = compile_later(r"\][ ]?(?::[ ]|=[ ]?)?\[(?P<value>[^\s\[\]]{4,64})\]")
"""`[password] [x]`."""
_IT_IS = compile_later(
    rf"""(?:[ ][a-z']{{2,12}}){{0,3}}[,;.]?[ ](?:and[ ]|but[ ])?(?:(?:it|the[ ]new[ ]one|new[ ]one|that)(?:[ ]is|'s|[ ]was)(?:[ ](?:now|still|just|simply))?|(?:which[ ]is|still|now)):?[ ]{_WORD}{_ENDS}""",
    re.VERBOSE | re.IGNORECASE,
)
"""What a clause behind the name says: `I reset your password, it is now x`, `hasn't changed, still x`."""
_TAGGED = compile_later(
    r"""(?:(?:'s|[ ]is|[ ]was|[=:]|\buse|\btry|\bnow|\bstill)[ ]|^)["'`]?(?P<value>[^\s"'`,;()\[\]{}<>:=]{4,64})["'`]?[ ][(\[](?:(?:the|new|old|temp|temporary|root|admin|login|decrypted|plain|cleartext|plaintext)[ ]){0,2}\Z""",
    re.IGNORECASE | re.MULTILINE,
)
"""Before a name in parentheses: `it's x (password)`."""
_COLUMN = compile_later(r"(?:[ ]{2,40}|\t{1,4})(?P<value>[^\s:=,;\"'\[\](){}<>]{4,64})[ \t]*\r?(?:\n|$)")
_AHEAD = frozenset({"}", " ", "\t", ",", "'", ".", "!", "\n", "\r", "", "[", ")", "]", ";"})
"""What may stand behind the name."""
_PRONOUNS = frozenset(
    "this that here there what which where your their mine hers such none everything nothing something anything".split()
)
_LAST_LATIN = "\u024f"
_IN_OTHER_LETTERS = compile_later(
    r"""(?:[^\W\d_a-zA-Z]{0,8}(?:[ ][^\W\d_a-zA-Z]{1,16}){0,3}(?:[ ][\w.@-]{1,64}(?=[ ]?[:\uff1a=]))?[ ]?(?P<tie>[:\uff1a=\u2014\u2013-]|\u306f|\u304c|\u3092|\ub294|\uc740|\uc774|\u4e3a|\u70ba|\u662f|\u8bbe\u4e3a|\u6539\u4e3a|\u044d\u0442\u043e|[ ]\u043d\u0430|\u03b5\u03af\u03bd\u03b1\u03b9|\u05d4\u05d9\u05d0|\u05d4\u05d5\u05d0|\u0647\u064a|\u0647\u0648|\u062a\u0645|\u0627\u0633\u062a|\u0434\u043b\u044f [\w.@-]{1,64}:?)|[^\W\d_a-zA-Z]{0,8}(?:[ ][^\W\d_a-zA-Z]{1,16}){0,2})
    [ ]?(?:[:\uff1a=][ ]?)?[\u300c\u300e"'\u201c\u00ab]?(?P<value>[!#-&(-+\--9;-~]{4,64}?)(?=[.!]?[\u300d\u300f"'\u201d\u00bb]|\u3067\u3059|[.,!]?[ ]?[^!-~]|[.,!]?\s|[.,!]?$)""",
    re.VERBOSE,
)
"""Behind a name in other letters: `パスワードはxです`; a plain word needs something that ties it to the name."""
_FORMS = compile_later(
    r".*(?:ed|ing|able|ible|ful|ous|less|[^f]ly|tion|sion|ment|ness|ity|ism|sensitive|text|only|ad[ao]|id[ao]|t[oó]ri[ao]|ect[ao]|\xe9e?|lich|laufen|ig)",
    re.IGNORECASE,
)
_TELLING = frozenset(
    # What a password is said to be.
    "requires needs takes expects accepts conflicts required weak strong short long wrong correct incorrect invalid valid empty blank null none missing mandatory optional expired unknown"
    " broken forgotten chosen taken given written forbidden stolen different relevant important redundant persistent consistent sufficient insufficient  known safe secure insecure plain same different identical equal good okay fine right public private present absent visible"
    " active inactive ready gone live back verlopen vergeten felaktigt utgånget secret encrypted hashed stored due stale fresh simple complex unset default hidden masked redacted"
    # Words of grammar that may follow.
    " and from with when while that this which what where have will would could should must shall does been being were your their"
    " there here then than into onto over under after before because since until unless though although only also just even never always"
    " once again still already later soon more most less much many some each every both either neither such very case"
    # Nouns that go with it.
    " authentication authorization auth login logon file files flow grant hash hashing hashes prompt policy policies protection manager managers"
    " expiry expiration reset change changes rotation store storage stores field fields form page link email mail parameter parameters"
    " variable option options value values variables property properties attribute attributes key keys token tokens secret secrets"
    " database backend plugin provider providers helper helpers callback method methods mode type types length strength entropy history"
    " encryption encoding format complexity generator generation input output string strings credentials credential name names"
    " username user users hint hints rule rules check checks checker validator validators validation verification verify recovery"
    " vault attempt attempts failure failures error errors mismatch entry entries table column columns column resource resources"
    " dialog screen sync agent caching cache rules service services module modules argument arguments stdin stdout stderr"
    # Answers of programs.
    " denied failed failure accepted rejected refused success successful sorry welcome login bye error done passed"
    " expire continue unlock proceed instead anyway too sign log enter confirm change reset resume finish complete begin start stop access permission try again last please enter retype confirm confirmation current warning notice info debug"
    " lookup setup backup update upgrade cleanup refresh panel box script job task step test tests gen wizard utility library dictionary list lists leak breach spray attack cracker count age ttl falsch richtig korrekt correcto correcta correto correta corretta juist riktigt riktig ung\xfcltig g\xfcltig leer schwach stark erforderlich notwendig gesperrt incorrecte requise requis vide invalide valide faible manquant"
    " inv\xe1lida inv\xe1lido v\xe1lida vac\xeda d\xe9bil corta vazia fraca errata errato scaduta scaduto onjuist ongeldig vereist verkeerd fel ogiltigt"
    " nieprawid\u0142owe nieprawid\u0142owy wymagane b\u0142\u0119dne \u0161patn\u00e9 via yet now and/or"
    # Other kinds of words that a program prints in the place of one.
    " set reset undefined nil true false string text object array number integer boolean bytes char varchar".split()
)


def find_plain_word(said: SecretName) -> Iterator[Finding]:
    """The plain word behind a name of which any value counts."""
    text, end = said.text, said.end
    ahead = text[end : end + 1]
    match: re.Match[str] | None
    if said.name[:1] > _LAST_LATIN and (told := _IN_OTHER_LETTERS.match(text, end)):
        tied = told["tie"] or text[end : told.start("value")].strip(" \u300c\u300e\"'\u201c\u00ab") == ""
        value = told["value"]
        if value.isdigit() or (is_given(value) if tied else is_prose_secret(value, Promise.STRONG)):
            yield Finding(*told.span("value"), said.kind)
        return
    if ahead == ":":
        match = _BELOW.match(text, end) if said.name[:1].isupper() and _starts_line(said) else None
        match = match if match and match["value"].islower() else None
    elif ahead not in _AHEAD:
        return
    elif " is " in text[said.before(32) : said.start] and _IT_ENDS.match(text, end):
        match = _IS_IT.search(text, said.before(112), said.start)
        match = match if match and match["value"].lower() not in _PRONOUNS else None
    else:
        match = _told(said)
    if match and is_given(match["value"]):
        yield Finding(*match.span("value"), said.kind)


def _told(said: SecretName) -> re.Match[str] | None:
    text, end = said.text, said.end
    match = (
        _beside(said)
        or _STATED.match(text, end)
        or _ANSWERED.match(text, end)
        or _LABELLED.match(text, end)
        or _noted(said)
        or _JUDGED.match(text, end)
        or _DIGEST.match(text, end)
        or _BRACKETED.match(text, end)
        or (_may_go_on(text[end : end + 64]) and _IT_IS.match(text, end))
        or None
    )
    if match:
        return match
    if (
        _starts_line(said)
        and said.name.islower()
        and (match := _COLUMN.match(text, end) or _DIRECTIVE.match(text, end))
    ):
        return match
    if (match := _MODAL.match(text, end)) and not match["value"].isalpha():
        return match
    if (match := _SET_TO.match(text, end)) and _SETS.search(text, said.before(64), said.start):
        return match
    if (match := _ALONE.match(text, end)) and _OWNED.search(text, said.before(32), said.start):
        return None if _CHANGES_IT.search(text, said.before(48), said.start) else match
    match = _GIVEN.match(text, end)
    # What the word is costs less to ask than what stands before its name.
    given = match is not None and is_given(match["value"])
    return match if given and _WITH.search(text, said.before(128), said.start) else None


def _noted(said: SecretName) -> re.Match[str] | None:
    rest = said.text[said.end : said.end + 48]
    match = _NOTED.match(said.text, said.end) if ":" in rest or '"' in rest or "'" in rest else None
    if not match:
        return None
    announced = not _ANNOUNCES.isdisjoint(match["words"].split())
    shown = any(mark in match[0] for mark in "\"'=") and is_prose_secret(match["value"], Promise.STRONG)
    return match if announced or shown else None


def _may_go_on(rest: str) -> bool:
    """Whether a clause may follow that says what it is: asked before a pattern is."""
    return " still " in rest or " now " in rest or " it" in rest or " new one" in rest or " that" in rest


def _beside(said: SecretName) -> re.Match[str] | None:
    ahead = said.text[said.end : said.end + 1]
    if ahead == "]" and said.text[said.start - 1 : said.start] == "[":
        match = _IN_BRACKETS.match(said.text, said.end)
        sent = match and (not match["value"].islower() or SENT_BEFORE.search(said.text, said.before(24), said.start))
        return match if sent else None
    if ahead in {")", "]"}:
        before = said.text[said.before(96) : said.start]
        opens = " (" in before or " [" in before
        return _TAGGED.search(said.text, said.before(96), said.start) if opens else None
    apposed = _APPOSED.match(said.text, said.end) if ahead == "," else None
    return apposed if apposed and not apposed["value"].isalpha() else None


def _starts_line(said: SecretName) -> bool:
    return said.start == 0 or said.text[said.start - 1] == "\n"


def is_telling_word(word: str) -> bool:
    """Whether the word tells about a password: that it is wrong, or what belongs to it."""
    return word.lower() in _TELLING


def tells_by_its_form(word: str) -> bool:
    """Whether the word is a form of a verb or an adjective, as sentences about passwords are full of."""
    return _FORMS.fullmatch(word) is not None


def is_given(word: str) -> bool:
    """Whether the word is the password and tells nothing about it."""
    if not _LETTERS.fullmatch(word):
        chosen = _HEX.fullmatch(word) or _NUMBERED.fullmatch(word)
        return chosen is not None or is_prose_secret(word, Promise.STRONG)
    parts = re.split("[-_.]", word.lower())
    # A word of two and more, or a capital in its middle, is no word of a sentence; its last part may still tell: `case-sensitive`.
    return not (
        parts[-1] in _TELLING or parts[0] in _TELLING or _FORMS.fullmatch(parts[-1]) is not None or is_stand_in(word)
    )
