"""What a value looks like: a secret, a stand-in for one, or something an engineer needs to read."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

from incident_bot.patterns import compile_later
from incident_bot.redaction.names import Promise, promise

PLACEHOLDER = compile_later(r"\[REDACTED:[a-z0-9][a-z0-9-]{0,40}:[0-9a-f]{6}\]")

_STAND_IN_WORDS = frozenset(
    """
    none null nil output computed undefined true false yes no on off empty unset na n/a required optional missing
    string str int integer bool boolean bytes object any secretstr text value unknown default
    enabled disabled invalid valid expired incorrect wrong ok done passed success succeeded complete completed failed
    denied rejected refused error set not is in redacted hidden masked filtered removed secure secret password token key
    confirm minimo m\xednimo minimum mindestens generated rotated refreshed managed updated changed unchanged created
    deleted configured provided supplied loaded accepted mismatch
    protected encrypted hashed stored inherited revoked files compat chauthtok
    """.split()
)
_STAND_IN = compile_later(
    r"""
    (?: \(?(?:empty|unset|none|null|nil|redacted|hidden|sensitive|known|set|not\ set)\)?
      | (?:env|file|vault|ssm|op|keyring|awskms)[:+].* | ENC\[.*
      | @(?:p\d{1,2} | \w{0,32}(?:pass|pwd|pw|secret|token)\w{0,32}) | @[a-z][\w-]{1,32}(?:\.[\w-]{1,32}){1,6}@
      | \*{2,}[A-Za-z]{1,16}\*+ | \*{3,}[A-Za-z]{1,16} | S-1-\d{1,3}(?:-\d{1,10}){1,8}
      | [*xX.•#_-]{2,}                                            # masked already
      | \W{1,3}
      | \*{3,}.{0,4} | .{0,4}\*{3,}
      | \[[^\]\s]{0,40}\]?                                         # [FILTERED], [REDACTED], [secure]
      | <.{0,200}                                                 # <password>, <set to the key 'x' in secret 'y'>
      | \$\d{1,3}\W* | \$\{\{?.* | \$\(.* | \$(?-i:[A-Z_][A-Z0-9_]*|[a-z_][a-z0-9_]*|[A-Za-z][a-z]+(?:[A-Z][a-z]+)*\d*)\W* | \{\{.* | \{[\w.:!]*\}\W* | %[sdrvq]\W* | %\(\w+\)s\W* | %\w+%
      | (?:your|insert|replace|enter)[-_ ].{0,60}
      | (?:self|cls|this|os|var|local|module|each|process|settings|config|cfg|conf|env|args|opts|options|ctx|req|request|params|kwargs|data|props|state)[.\[].{1,200}
      | (?:[A-Za-z_]\w{0,64}::){0,6}[A-Za-z_][\w.]*\((?:.{0,200}\)\W{0,3}|[^~^%\#!*?|<>;@&]{0,200})  # a call, whole or cut at a quote
      | :\w+ | \.{0,2}/\w[\w./-]*                                        # a symbol, a path
      | map\[.* | VALUE_SPECIFIED_IN_NO_LOG_PARAMETER | (?-i:CHANGE_?ME|TODO|FIXME|TBD)(?:_\w{1,32})?
      | argon2(?:id|[id])? | bcrypt | scrypt | pbkdf2(?:-\w{1,16})? | sha-?\d{1,3} | md5 | blake(?:2[bs]?|3) | aes-?(?:128|192|256)(?:-[a-z]{3})?
      | (?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\w{1,16})\s{1,4}AAAA.*    # a public key
      | DATA\+OMITTED | \$ANSIBLE_VAULT;.* | import\.meta\..* | [a-z]{2,16}(?:_[a-z0-9]{2,16}){1,5}(?:\.[a-z][a-z0-9_]{0,40}){2}  # Terraform: random_password.db.result
      | .{0,12}\*{4,}.{0,8} | \*{3}\ \((?:before|after)\) | (?:[-+]{4,}|REDACTED)\ \#\ \(\d{1,6}\ bytes\)  # as kubectl diff and helm-diff mask
      | [a-z_]{2,32}\d{1,3}_\d{1,3}_                                # a column's alias of Hibernate
      | secretKeyRef\W* | valueFrom\W* | configMapKeyRef\W*
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SHORTEST_DIGITS = 10
"""Digits alone that may be a key; shorter ones are counts and ports."""
_TALK = frozenset(
    "is are must be can't cannot should field required your contain contains enter please this not password may least too".split()
)
"""Words of a sentence, and hardly of a pass phrase."""
_SHORTEST_CODE = 4
_CALL = compile_later(r"[^()]*\w\(|\(")
_SHORTEST_CHECK = 3
_SHORTEST_HEX = 24
"""Hex digits that are a key; a shorter one may be a word."""
_LONGEST_CODE = 10
_NUMBERED_WORDS = compile_later(r"[a-z]{4,16}(?:[-.][a-z]{4,16})*[-.][a-z]{4,16}\d{3,6}")
"""Two words and more, and a long number behind them, as people make passwords longer; names of hosts count to two digits."""
_PHRASE = compile_later(r"[a-z]{4,}(?:-[a-z]{4,}){2,}")
"""Three words and more, as people choose passwords."""
_LOOKED_AT = 512
"""Characters of a value that are judged; the rest of a longer one is no different."""

_UUID = compile_later(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HEX = compile_later(r"(?:0x)?[0-9a-fA-F]+")
_BASE64 = compile_later(r"[A-Za-z0-9+/]{30,512}={0,2}")
_BASE64_PART = compile_later(r"[A-Za-z0-9+/]{20,512}={0,2}")
"""Base64 may hold slashes; no path is as mixed."""
_ADDRESS = compile_later("0x[0-9a-fA-F]{1,16}")
_PATH = compile_later(r"(?:[A-Za-z]:\\|\.{0,2}/|~/)[\w./\\@+-]*|[\w.-]+(?:/[\w.@-]+)+(?:\.\w{1,8})?|\w+://.*")
_FOLDER = r"[a-z]{2,24}\d{0,3}(?:[-_.][a-z]{1,24}\d{0,3}){0,6}"
_FOLDERS = compile_later(
    rf"[a-z]+(?:-[a-z]+)*(?:/[a-z]+(?:-[a-z]+)*)+|{_FOLDER}(?:/{_FOLDER}){{1,8}}(?:-[A-Za-z0-9]{{6}})?"
)
"""A path in a store of secrets; that of AWS adds six letters to it."""
_NUMBER = compile_later(r"[-+]?[\d.,:_]+(?:[a-zA-Z%]{1,3})?")
_CLOCK = compile_later(r"\d{4}-?\d\d-?\d\d[T_ ]?[\d:.]*(?:Z|[+-]\d\d:?\d\d)?")
_VERSION = compile_later(r"v?\d+(?:\.\d+)+(?:[-+.][\w.+-]*)?")
_RANGE = compile_later(r"[~^<>=]{0,2}v?\d{1,6}(?:\.\d{1,6}){1,3}(?:-(?:alpha|beta|rc|dev|next)[.\d]{0,8})?")
"""A version, or the least of those that a package asks for: `"jsonwebtoken": "^9.0.2"`."""
_SEPARATED = compile_later(r"[-_./:=+~]+")
_CHANGE = compile_later(r"(?<=\d)(?=\D)|(?<=\D)(?=\d)|(?<=[^\dA-Z])(?=[A-Z])")
_CHOICE = compile_later("[a-z]{2,16}(?:[:=][a-z]{2,16})+(?::[0-9]{1,12})?|[a-z_]{2,16}[=:][0-9]{1,12}")
"""What a setting chooses, `type:basic`, the next field of an error, `code=403`, or the rest of a cache's key, `user:4711`."""
_VARIABLE = compile_later("[A-Z]{2,}(?:_[A-Z]{2,})+")
"""The name of a variable of the environment: `ENV["SECRET_KEY"]`."""
_DIGEST = compile_later(r"(?:sha\d{1,3}|md5)[:=-].*|.*@sha256:.*", re.IGNORECASE)


def is_stand_in(value: str) -> bool:
    """Whether the value only stands where a secret would: empty, masked, a variable, a type, a call."""
    if value[:1] == "/" and 24 <= len(value) <= _LOOKED_AT and _BASE64.fullmatch(value) and _is_mixed(value):
        return False  # base64 that begins like a path
    return not value or value.lower() in _STAND_IN_WORDS or _STAND_IN.fullmatch(value) is not None


def entropy_bits(value: str) -> float:
    """Shannon entropy in bits a character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values()) if total else 0.0


def is_identifier(value: str) -> bool:
    """Whether the value is one that engineers trace by: uuid, digest, SHA, time, number, version, path."""
    if any(shape.fullmatch(value) for shape in (_UUID, _HEX, _NUMBER, _CLOCK, _VERSION, _DIGEST)):
        return True
    return _PATH.fullmatch(value) is not None and not (_BASE64_PART.fullmatch(value) and _is_mixed(value))


def _changes(segment: str) -> int:
    """How often the segment changes between lower case, upper case and digit; random text does at every second character."""
    # A capital that starts a word is no change of its own: `camelCaseName` is not random.
    return len(_CHANGE.findall(segment))


def looks_random(value: str, *, length: int = 16, bits: float = 3.2) -> bool:
    """Whether the value is long, mixed and disordered enough to be generated.

    The bounds are those of the project's context-entropy measurements: 16 characters with a digit
    and 3.2 bits, or 20 with mixed case and 3.7 bits.
    """
    return len(value) >= length and _is_random(value[:_LOOKED_AT], bits)


@lru_cache(maxsize=1024)
def _is_random(value: str, bits: float) -> bool:
    """Cheap signs first: of the words in a log almost none get as far as their entropy."""
    longest = max(_SEPARATED.split(value), key=len)
    changes = _changes(longest)
    if len(longest) < 8 or changes * 7 < len(longest) or _HEX.fullmatch(longest):
        return False
    generated = changes >= 3 and any(map(str.isdigit, value)) and entropy_bits(value) >= bits
    if not generated:
        mixed = longest != longest.lower() and longest != longest.upper()
        generated = mixed and len(value) >= 20 and changes * 4 >= len(longest) and entropy_bits(value) >= 3.7
    return generated and not is_identifier(value)


def looks_secret(value: str) -> bool:
    """Whether a value under a weak name is a secret: generated, or short but of mixed kinds."""
    return looks_random(value, length=12, bits=2.8) or bool(
        len(value) >= _SHORTEST_HEX and _HEX.fullmatch(value) and len(value) % 2 == 0 and not value.isdigit()
    )


def is_phrase(value: str) -> bool:
    """Whether the value is made of three words and more, as people choose passwords and hardly any sentence."""
    return _PHRASE.fullmatch(value) is not None


def is_prose_word(value: str) -> bool:
    """Whether the value is an ordinary word of letters, perhaps hyphenated."""
    return (
        not is_phrase(value)
        and re.fullmatch(
            r"[A-Z]?[a-z]+(?:[-_'][a-z]+)*[.,:;!?]*|[A-Z]{2,20}[.,:;!?]*|[A-Z][a-z]+(?:[A-Z][a-z]+)+", value
        )
        is not None
    )


def counts(value: str, level: Promise, *, quoted: bool) -> bool:
    """Whether a value under a name of this promise is a secret."""
    if is_stand_in(value) or "[REDACTED:" in value:
        return False
    if level is Promise.STRONG:
        return not _talks(value) and not (value.isdigit() and len(value) < _SHORTEST_CHECK)
    if looks_secret(value):
        return True
    if level is Promise.CODE and value.isdigit():
        return len(value) >= _SHORTEST_CHECK
    if level is Promise.SURE and value.isdigit():
        return len(value) >= _SHORTEST_DIGITS
    return level >= Promise.FIRM and _is_firm_value(value, quoted=quoted)


def _talks(value: str) -> bool:
    """Whether a text under `password` is a label of a form or says what is wrong with one: it names passwords itself."""
    if " " not in value:
        one_word = value.isalpha() and (value[1:].islower() or value.isupper())
        return one_word and promise(value) is Promise.STRONG
    return not _TALK.isdisjoint(value.lower().replace(".", " ").split())


def _is_firm_value(value: str, *, quoted: bool) -> bool:
    """Under `token` or `api_key`: anything but words, numbers, paths, code and Kubernetes names."""
    if _BASE64.fullmatch(value) and _is_mixed(value):
        return True
    if len(value) < 6 or value.isdigit() or value.startswith(("/", "./", "http", "~/")) or value[1:3] == ":\\":
        return False
    if _ADDRESS.fullmatch(value) or _FOLDERS.fullmatch(value) or _RANGE.fullmatch(value):
        return False
    if " " in value or is_prose_word(value) or _CHOICE.fullmatch(value) or _VARIABLE.fullmatch(value):
        return False
    if re.fullmatch(r"[a-z]+(?:[-_.][a-z0-9]+)*", value) and ("-" in value or "." in value or "_" in value):
        return looks_secret(value) or any(_is_drawn(segment) for segment in _SEPARATED.split(value))
    return quoted or any(char.isdigit() for char in value) or any(not char.isalnum() for char in value)


def _is_mixed(value: str) -> bool:
    """Whether base64 that begins like a path is none: no path changes between cases and digits at every fourth character."""
    kinds = (str.isupper, str.islower, str.isdigit)
    return all(any(map(kind, value)) for kind in kinds) and len(_CHANGE.findall(value)) * 4 >= len(value)


def _is_drawn(segment: str) -> bool:
    """Whether one part of a name is longer and more mixed than any that Kubernetes appends."""
    return len(segment) >= 20 and len(_CHANGE.findall(segment)) >= 4


_LONG_ENOUGH = 12
"""Characters of a value in which a mixed beginning before `=` is no name of a setting."""


def _is_tangled(value: str) -> bool:
    """Whether a value that holds `=` or `:` has too many other marks to be a setting or an address."""
    if "//" in value or not any(map(str.isdigit, value)):
        return False
    key = value.partition("=")[0]
    mixed = any(map(str.isupper, key)) and any(map(str.islower, key)) and len(value) >= _LONG_ENOUGH
    return mixed or any(char in "!#$%^*~?+" for char in value)


_ENDS_SENTENCE = frozenset("!?*&")


def _is_symbolic(value: str) -> bool:
    """Whether a word mixes letters, digits and marks that neither names nor numbers hold."""
    ends = value[:-1] if value[-1:] in _ENDS_SENTENCE else value
    marks = sum(char in "!#$^&*@" for char in ends)
    return marks > 0 and len(value) >= 8 and any(map(str.isdigit, value)) and sum(map(str.isalpha, value)) >= 4


def is_code(value: str) -> bool:
    """Whether the value is one of the codes that people type in."""
    return value.isdigit() and _SHORTEST_CODE <= len(value) <= _LONGEST_CODE


def is_prose_secret(value: str, level: Promise) -> bool:
    """Whether a bare word in a sentence is a secret."""
    plain = len(value) < _SHORTEST_HEX and value.isascii() and value.isalpha() and value.islower()
    assigns = "=" in value.rstrip("=") or ":" in value
    may_assign = level > Promise.WEAK and _is_tangled(value)
    if plain or len(value) < 6 or is_stand_in(value) or _CALL.match(value) or (assigns and not may_assign):
        return False
    if looks_secret(value) or (_BASE64.fullmatch(value) and _is_mixed(value)):
        return True
    if level is not Promise.STRONG:
        drawn = len(value) >= 20 and value.isalnum() and not value.isdigit() and sum(map(str.isdigit, value)) >= 2
        return drawn or _is_symbolic(value)
    return is_phrase(value) or _NUMBERED_WORDS.fullmatch(value) is not None or _is_no_word(value)


def _is_no_word(value: str) -> bool:
    if value.isalpha() and not value.isascii():
        cased = any(map(str.isupper, value)) and any(map(str.islower, value))
        return cased and not value.istitle()  # many scripts know no case
    if value.isalpha():
        # Letters only: no word, and no CamelCase name, changes case in its middle.
        return re.fullmatch(r"[A-Z]?[a-z]+(?:[A-Z][a-z]{2,})*|[A-Z]+s?", value) is None
    letters = any(char.isalpha() for char in value)
    digits = any(char.isdigit() for char in value)
    marks = any(char in "!@#$%^&*+~" for char in value)
    return (
        letters
        and (digits or marks)
        and re.fullmatch(r"v?\d+(?:\.\d+)+\w*|v?[\d.]+[a-z]{0,2}|[a-z]+(?:[-.][a-z0-9]+)+", value) is None
    )
