"""Secrets that a command prints on the line below it, or reads from the lines below: `kubectl get secret -o jsonpath=...`, heredocs, expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incident_bot.patterns import compile_later
from incident_bot.redaction.finding import Finding
from incident_bot.redaction.names import Promise
from incident_bot.redaction.plain_words import is_given
from incident_bot.redaction.values import is_prose_secret, is_stand_in, looks_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incident_bot.redaction.secret_name import SecretName

_TELLS = r"(?i:passw|secret|token|api.?key|private.?key|credential|cred)"
PRINTING = {
    "jsonpath": rf"[^\n]{{0,48}}{_TELLS}|[^\n]{{0,24}}\.data",
    "go-template": rf"[^\n]{{0,48}}{_TELLS}|[^\n]{{0,24}}\.data",
    "base64 -d": "",
    "base64 --decode": "",
    "get-secret-value": "",
    "get-parameter": "[^\\n]{0,48}decrypt",
    "versions access": "",
    "keyvault secret show": "",
    "kv get ": "[^\\n]{0,48}-field",
    "vault read ": "[^\\n]{0,48}-field",
    "op read ": "",
    "output -raw": rf"[^\n]{{0,48}}{_TELLS}",
    "print-access-token": "",
    "print-identity-token": "",
    "get-access-token": "",
    "auth token": r"[ \t]{0,4}\n",
    "create token ": "",
    "openssl rand ": "",
    "pwgen ": "",
    "apg -": "",
    "wg genkey": "",
    "wg genpsk": "",
    "printenv ": rf"\w{{0,40}}{_TELLS}",
    "echo $": rf"\{{?\w{{0,40}}{_TELLS}",
    'echo "$': rf"\{{?\w{{0,40}}{_TELLS}",
    "config:get ": rf"\w{{0,40}}{_TELLS}",
    "cat ": rf"[\w./~-]{{0,48}}{_TELLS}",
    "pass show ": "",
    "find-generic-password": "",
}
"""Commands that print a secret and nothing else, and what must follow their words."""
FED = {
    "passwd ": r"[^\n|;]{0,40}<<",
    "chpasswd": r"[^\n|;]{0,40}<<",
    "-stdin": r"[^\n|;]{0,40}<<",
    "sudo -s": r"[^\n|;]{0,40}<<",
    "smbpasswd": r"[^\n|;]{0,40}<<",
    "kinit ": r"[^\n|;]{0,40}<<",
}
"""Commands that read a password from the lines below, where these are part of the script."""
SENT = ('send "', 'send -- "', "<(echo ", "<(printf ")
"""How a script answers a question, or hands a command a file that holds a secret."""

_COMMAND_REACH = 240
_TYPED = compile_later(
    r"(?:^|\n)[^\n]{0,64}?(?:[$#>%\u276f]|\+{1,3}|(?i:run|command|cmd|exec\w{0,6}):?)[ ]?[^\n]{0,240}$"
)
"""A prompt, a shell's trace or a runner's word before the command: no sentence."""
_BELOW = compile_later(r"[^\n]{0,240}\n(?P<value>[!-~]{6,4096})[ \t]*(?:\r?\n|$)")
_CLEAN = frozenset("+$#>/-{[<(")
"""What a further command, a path, a list or a document begins with."""
_HEREDOC = compile_later(
    r"""[^\n|;]{0,128}<<-?[ ]?\\?["']?(?P<end>\w{1,16})["']?[^\n]{0,64}\n[>+ \t]{0,4}(?:[\w.-]{1,64}:)?(?P<value>[^\s:]{4,256})[ \t]*\r?\n"""
)
_EXPECTED = compile_later(
    r"(?i:passw|assword|passphrase|assphrase|passcode|\bpin\b|one-time|otp)[^\n]{0,48}(?:\n[^\n]{0,48})?$"
)
_ANSWER = compile_later(r"""(?P<value>[^"\n]{4,256}?)(?:\\r|\\n){0,2}["]""")
_FILE_OF = compile_later(rf"(?:{_TELLS}|(?i:pass|auth|login|key))[^\n]{{0,80}}$")
_ECHOED = compile_later(
    r"""\b(?:echo|printf)[ ](?:-n[ ]|-e[ ]|["']?%s(?:\\n)?["']?[ ]){0,2}(?P<quote>["']?)(?P<value>[^\s"'|;&]{4,256})(?P=quote)[ ]?>{1,2}[ ]?["']?[\w./~$-]{0,64}$"""
)
_WRITTEN = compile_later(
    r"""["']?(?:-n[ ])?(?:%s[ ])?(?:[\w.@-]{1,64}(?:\\n|:))?(?P<value>[^\s"'\\)]{4,256})(?:\\n)?["']?\)"""
)


def find_written(said: SecretName) -> list[Finding]:
    """What `echo x >` writes into a file with the name."""
    if ">" not in said.text[said.before(24) : said.start]:
        return []
    written = _ECHOED.search(said.text, said.before(_COMMAND_REACH), said.start)
    return [Finding(*written.span("value"), said.kind)] if written and not is_stand_in(written["value"]) else []


def find_printed(text: str, start: int, end: int) -> Iterator[Finding]:
    """The line below the command with the words at `text[start:end]`, where it is a single word and no further command."""
    alone = start == 0 or text[start - 1] == "\n"
    if not alone and not _TYPED.search(text, max(0, start - _COMMAND_REACH), start):
        return
    below = _BELOW.match(text, end)
    if below is None or below["value"][0] in _CLEAN or is_stand_in(below["value"]):
        return
    value = below["value"]
    if value.endswith((":", ",")) or "://" in value:
        return
    if looks_secret(value) or is_prose_secret(value, Promise.STRONG) or (is_given(value) and not alone):
        yield Finding(*below.span("value"), "secret")


def find_fed(text: str, start: int) -> Iterator[Finding]:
    """The password in the heredoc of the command at `start`."""
    heredoc = _HEREDOC.match(text, start)
    if heredoc is None or heredoc["value"] == heredoc["end"] or is_stand_in(heredoc["value"]):
        return
    value, again = heredoc["value"], heredoc.end()
    yield Finding(*heredoc.span("value"), "password")
    if text.startswith(value + "\n", again):  # `passwd` asks twice
        yield Finding(again, again + len(value), "password")


def find_sent(text: str, start: int, end: int) -> Iterator[Finding]:
    """What a script sends where a password is asked, or writes where a file with one is."""
    low = max(0, start - _COMMAND_REACH // 2)
    if text[start] == "<":
        written = _WRITTEN.match(text, end) if _FILE_OF.search(text, low, start) else None
        match = written
    else:
        match = _ANSWER.match(text, end) if _EXPECTED.search(text, low, start) else None
    if match and not is_stand_in(match["value"]):
        yield Finding(*match.span("value"), "password")
