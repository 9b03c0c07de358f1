"""Personal data: e-mail addresses, payment cards, IBANs; on request IP addresses, phone and national numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding

PERSONAL_KINDS = ("email", "card", "iban", "ip", "phone", "national-id")
DEFAULT_PERSONAL_KINDS = frozenset({"email", "card", "iban"})

_LOCAL = compile_later(r"[A-Za-z0-9.!#$%&*+/=?^_{|}~-]{1,64}")
_DOMAIN = compile_later(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}([A-Za-z]{2,24})(?![\w@(-]|\.[A-Za-z0-9])"
)
_NO_MAIL_TLD = frozenset(
    "service socket timer mount target slice scope device path swap local internal lan localdomain svc txt json yaml yml html lock java".split()
)
_COUNTRIES = frozenset(
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch"
    " ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl"
    " gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz"
    " la lb lc li lk lr ls lt lu lv ly ma mc me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np"
    " nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw qa re ro ru rw sa sb sc sd se sg si sk sl sm sn so sr ss st su sv"
    " sx sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw".split()
)
"""Two-letter domains (ISO 3166-1 as delegated by IANA), without those that files end in: `md`, `py`, `rs`, `sh`."""
_NODE_LOCAL = compile_later(
    r"(?:rabbit(?:mq)?|rabbitmqcli-.*|ejabberd|emqx(?:_edge)?|vernemq|couchdb|riak|mongooseim|(?:babysitter_of_)?ns_1|nonode)(?:[-_]?\d{1,3})?"
)
"""Names that Erlang programs give their nodes, as their documentation has them: `rabbit@node-1.mq.example.com` is no mail address."""
_NODE_BEFORE = compile_later(r"""\b(?:[Nn]odes?|nodedown|nodeup|-s?name|RABBITMQ_NODENAME)[\s"'=:,({\[<]{1,4}$""")
_MAIL_HOSTS = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com yahoo.com icloud.com proton.me protonmail.com gmx.de gmx.net web.de".split()
)
_NO_MAIL_HOSTS = ("openssh.com", "libssh.org", "gserviceaccount.com")
"""Algorithms of SSH are named so (RFC 4251, 6: `chacha20-poly1305@openssh.com`), and accounts of Google's services."""
_MACHINE_LOCALS = frozenset(
    "git hg svn root ubuntu ec2-user runner postgres deploy noreply no-reply donotreply do-not-reply mailer-daemon postmaster".split()
)
"""Logins of machines, and addresses that no person reads (RFC 5321, 4.5.1 for `postmaster`)."""
_UUID = compile_later(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
"""Machines and messages have such addresses, and no person."""
_MESSAGE_ID = compile_later(r"\d{1,20}\.(?:[0-9A-F]{8,20}|\d{1,12}(?:\.\d{1,20}){1,3})")
"""How Postfix and Python number messages: `<20250603140211.8A7B6C5D4E@mail.example.org>` is no address (RFC 5322, 3.6.4)."""

_CLASSES = bytes(
    ord("0") if 48 <= byte <= 57 else ord("-") if byte in b" -" else ord("A") if 65 <= byte <= 90 else byte
    for byte in range(256)
)
_CARD_MARK, _PARTED_MARKS = b"0" * 13, (b"0000-0000-0000-0000", b"0000-000000-00000")
_CARD = compile_later(
    r"(?<![\w.])(?:[3-6]\d{12,18}|[2-6]\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|3[47]\d\d([ -])\d{6}\2\d{5})(?![\w.]\d|\w)"
)
_ISSUER = compile_later(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01]|720)\d{12,13}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12,15}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|50\d{10,17}|5[6-8]\d{10,17}|63\d{10,17}|67\d{10,17}"
)
_IBAN = compile_later(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?(?![A-Za-z0-9])")
_IBAN_MARK = re.compile(b"AA00")
"""As a pattern: `re` skips to the first capital, `bytes.find` does not."""
_IBAN_LENGTH = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28, "CH": 21,
    "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27,
    "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24,
    "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29,
    "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SV": 28, "TN": 24, "TR": 26, "UA": 29,
    "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
_IP = compile_later(
    r"(?<![\w.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\w.])|(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![\w:])"
)
_PHONE = compile_later(
    r"(?<![\w.])\+[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){1,4}(?![\w])|(?<![\w.-])\(\d{3}\) ?\d{3}-\d{4}(?!\w)|(?<![\w.-])\d{3}-\d{3}-\d{4}(?![\w-])"
)
_NATIONAL_ID = compile_later(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")


def find_email(text: str, at: int, floor: int = 0) -> Iterator[Finding]:
    """The address around the `@` at `at`; machine logins (`git@host`) and unit names are none."""
    domain = _DOMAIN.match(text, at + 1)
    if not domain:
        return
    top = domain[1].lower()
    if top in _NO_MAIL_TLD or (len(top) == 2 and top not in _COUNTRIES):
        return
    before = _LOCAL.match(text[max(floor, at - 64) : at][::-1])
    if not before:
        return
    start = at - before.end()
    local = text[start:at]
    cut = max(local.rfind(mark) for mark in "=/{|")
    start, local = start + cut + 1, local[cut + 1 :]
    if (
        not any(map(str.isalnum, local))
        or local.lower() in _MACHINE_LOCALS
        or _UUID.fullmatch(local)
        or domain[0].lower().endswith(_NO_MAIL_HOSTS)
        or (text[start - 1 : start] == "<" and _MESSAGE_ID.fullmatch(local))
        or (text[max(0, start - 1) : start] in {":", "/"} and text[max(0, start - 3) : start] == "://")
    ):
        return
    if domain[0].lower() not in _MAIL_HOSTS and (
        _NODE_LOCAL.fullmatch(local) or _NODE_BEFORE.search(text, max(floor, start - 32), start)
    ):
        return
    yield Finding(start, domain.end(), "email")


StartFinder = Callable[[bytes], list[int]]
"""Where cards and IBANs may start in a text that is read as bytes: everywhere where one does, and in few other places."""


def fastest_starts() -> StartFinder:
    """The automaton's where the `fast` extra is installed, else `find_starts`."""
    try:
        from incident_bot.redaction.automaton import AutomatonNumbers
    except ImportError:
        return find_starts
    return AutomatonNumbers().find


def find_starts(raw: bytes) -> list[int]:
    """Where cards and IBANs may start, found through the text's character classes."""
    classes = raw.translate(_CLASSES)
    starts = [mark.start() for mark in _IBAN_MARK.finditer(classes)]
    at = classes.find(_CARD_MARK)
    while at >= 0:
        starts.append(at)
        end = at + len(_CARD_MARK)
        while classes[end : end + 1] == b"0":
            end += 1
        at = classes.find(_CARD_MARK, end)
    for mark in _PARTED_MARKS:
        at = classes.find(mark)
        while at >= 0:
            starts.append(at)
            at = classes.find(mark, at + mark.index(b"-"))
    starts.sort()
    return starts


def find_numbers(text: str, raw: bytes, kinds: frozenset[str], starts: StartFinder = find_starts) -> Iterator[Finding]:
    """Cards and IBANs, where `starts` says that they may start, and the kinds that are off by default.

    `raw` is the text as the prefilter reads it, a byte a character.
    """
    if kinds & {"card", "iban"}:
        passed = 0
        for at in starts(raw):
            if at >= passed and (found := _number_at(text, at, kinds)):
                yield found
                passed = found.end
    for kind, pattern in (("ip", _IP), ("phone", _PHONE), ("national-id", _NATIONAL_ID)):
        if kind in kinds:
            yield from (Finding(match.start(), match.end(), kind) for match in pattern.finditer(text))


def _number_at(text: str, at: int, kinds: frozenset[str]) -> Finding | None:
    if "A" <= text[at] <= "Z":
        match = _IBAN.match(text, at) if "iban" in kinds else None
        length = _iban_length(match[0]) if match else 0
        return Finding(at, at + length, "iban") if length else None
    match = _CARD.match(text, at) if "card" in kinds else None
    return Finding(at, match.end(), "card") if match and _is_card(match[0]) else None


def _is_card(written: str) -> bool:
    """Issuer prefix, length and the Luhn check digit (ISO/IEC 7812-1)."""
    digits = written.replace(" ", "").replace("-", "")
    if not _ISSUER.fullmatch(digits) or len(set(digits)) < 3:
        return False
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _iban_length(written: str) -> int:
    """Characters of the written IBAN, by its country's length and the mod-97 check of ISO 13616; 0 when it is none."""
    want = _IBAN_LENGTH.get(written[:2], 0)
    compact, used = "", 0
    while used < len(written) and len(compact) < want:
        compact += written[used].strip()
        used += 1
    if not want or len(compact) != want:
        return 0
    number = "".join(str(int(char, 36)) for char in compact[4:] + compact[:4])
    return used if int(number) % 97 == 1 else 0
