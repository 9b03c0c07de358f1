"""Which commands only look, which change something, and which may never be suggested."""

from __future__ import annotations

import re
import shlex

_LOOKING_VERBS = frozenset(
    {
        "get",
        "describe",
        "logs",
        "top",
        "events",
        "explain",
        "version",
        "cluster-info",
        "api-resources",
        "api-versions",
        "diff",
    }
)
_LOOKING_PAIRS = frozenset(
    {
        ("rollout", "status"), ("rollout", "history"), ("auth", "can-i"), ("auth", "whoami"),
        ("config", "view"), ("config", "current-context"), ("config", "get-contexts"),
    }
)  # fmt: skip
_VALUE_OPTIONS = frozenset(
    {
        "-n",
        "--namespace",
        "--context",
        "--cluster",
        "--kubeconfig",
        "-s",
        "--server",
        "--user",
        "--request-timeout",
        "-v",
    }
)
_LOOKING_FILTERS = frozenset({"grep", "head", "tail", "sort", "uniq", "wc", "less", "cat", "cut", "jq", "base64"})


def is_read_only(command: str) -> bool:
    """Whether a shell command can only look: kubectl's looking verbs, piped into text filters at most.

    An allow-list: what is not known to be harmless is not. `kubectl get secret` with an output
    format is refused, because it prints what the redactor takes pains to hide.
    """
    if not command.strip():
        return True
    parts = _split_pipe(command)
    if parts is None or not all(parts):
        return False
    return _looks_only(parts[0]) and all(part[0] in _LOOKING_FILTERS for part in parts[1:])


def _split_pipe(command: str) -> list[list[str]] | None:
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        return None
    if "`" in command or "$(" in command or "\n" in command.strip():
        return None
    parts: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            parts.append([])
        elif word and set(word) <= set("|&;<>()"):
            return None
        else:
            parts[-1].append(word)
    return parts


def _looks_only(words: list[str]) -> bool:
    if words[0] not in {"kubectl", "oc"}:
        return False
    verbs = _positional(words[1:])
    if not verbs:
        return False
    if tuple(verbs[:2]) in _LOOKING_PAIRS:
        return True
    return verbs[0] in _LOOKING_VERBS and not _prints_secret(verbs, words)


def _positional(words: list[str]) -> list[str]:
    found: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _VALUE_OPTIONS
        else:
            found.append(word)
    return found


def _prints_secret(verbs: list[str], words: list[str]) -> bool:
    asks_secret = (
        verbs[0] == "get"
        and len(verbs) > 1
        and any(kind.partition("/")[0] in {"secret", "secrets"} for kind in verbs[1].split(","))
    )
    return asks_secret and any(word.startswith(("-o", "--output", "--template")) for word in words)


_DESTRUCTIVE = re.compile(
    r"\b(?:kubectl|oc)\b[^|;&\n]*?\s(?:"
    r"delete\s+(?:-\S+\s+\S*\s*)*(?:ns|namespaces?|nodes?|pv|pvc|persistentvolumes?|persistentvolumeclaims?|crds?|customresourcedefinitions?|statefulsets?|sts|deployments?|deploy|secrets?|all)\b"
    r"|delete\b[^|;&\n]*--all\b|drain\b[^|;&\n]*--(?:force|delete-emptydir-data)|replace\b[^|;&\n]*--force"
    r"|delete\b[^|;&\n]*(?:--force|--grace-period[= ]0)|exec\b)"
    r"|\brm\s+-\w*[rf]|\bmkfs\b|\bdd\s+if=|\bshutdown\b|\breboot\b|:\(\)\s*\{|\b(?:curl|wget)\b[^|\n]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b"
    r"|\b(?:helm|argocd\s+app)\s+(?:uninstall|delete)\b|\bterraform\s+destroy\b|\bDROP\s+(?:TABLE|DATABASE)\b|>\s*/dev/sd",
    re.IGNORECASE,
)


def is_destructive(command: str) -> bool:
    """Whether a command can lose data or evidence, or run code of others; such advice is dropped."""
    return bool(_DESTRUCTIVE.search(command))


_DELETES_POD = re.compile(r"\b(?:kubectl|oc)\b[^|;&\n]*\sdelete\b[^|;&\n]*\b(?:pods?|po)(?:/|\s)", re.IGNORECASE)


def deletes_pod(command: str) -> bool:
    """Whether a command deletes pods, and with them the logs of their previous run."""
    return bool(_DELETES_POD.search(command))
