"""Whose log a file is: from the command that printed it, kubectl's own remarks, and the file's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from incident_bot.kube_kinds import kind_of
from incident_bot.kubectl.blocks import command_of
from incident_bot.kubectl.journals import read_machine
from incident_bot.patterns import compile_later

Pods = Mapping[str, Iterable[str]]
"""Pods that other evidence names, each with its containers."""

_FLAGS_WITH_VALUE = frozenset(
    {"-n", "--namespace", "-c", "--container", "--context", "--kubeconfig", "--cluster", "--tail", "--since",
     "--since-time", "--limit-bytes", "-l", "--selector", "--max-log-requests", "--pod-running-timeout", "--as",
     "-o", "--output"}
)  # fmt: skip
_ENDS_COMMAND = frozenset({"|", ">", "2>&1", ">>", "--"})
_PREFIX = compile_later(r"\[pod/([a-z0-9.-]{1,253})/([a-z0-9-]{1,63})\] ")
_DEFAULTED = compile_later(r'Default(?:ed|ing) container(?: name)? (?:to )?"?([a-z0-9-]{1,63})"?')
_PREVIOUS = compile_later(r"(?:^|[-_. ])(?:previous|prev|last|crashed)(?=$|[-_. ])", re.IGNORECASE)
_EXTENSION = compile_later(r"(?:\.(?:log|logs|txt|out|err|text|md|markdown|gz|json|jsonl|\d))+$", re.IGNORECASE)
_LOG_WORD = compile_later(
    r"^(?:pod[-_.]?)?(?:kubectl[-_.])?logs?[-_. ]+|[-_. ]+(?:pod[-_.]?)?logs?$|^logs?$", re.IGNORECASE
)
_OF_STREAM = compile_later(
    r"(?<=[a-z0-9])[-_. ](?:current|now|stdout|stderr|console|access|errors?|gc|thread[-_]?dump|jstack|goroutines)$",
    re.IGNORECASE,
)
"""What of a program's output a file holds, where its name says more than whose it is: `api-current`, `api-threaddump`."""
_HASH = "[bcdfghjklmnpqrstvwxz2456789]"
_DEPLOYMENT_POD = compile_later(rf"([a-z0-9][a-z0-9.-]{{0,200}}-{_HASH}{{6,10}}-{_HASH}{{5}})(?:[-_.]+(.+))?")
_OTHER_POD = compile_later(rf"([a-z0-9][a-z0-9-]{{0,200}}-(?:{_HASH}{{5}}|\d{{1,4}}))(?:[-_.]+(.+))?")
_POD_SUFFIX = compile_later(rf"-(?:{_HASH}{{6,10}}-{_HASH}{{5}}|{_HASH}{{5}}|\d{{1,4}})")
_HASHED_NAME = compile_later(
    rf"[a-z0-9][a-z0-9.-]{{0,200}}-(?:[a-z0-9]{{6,10}}-[a-z0-9]{{5}}|(?=[a-z]*\d){_HASH}{{5}})"
)
_KUBELET_PATH = compile_later(r"([a-z0-9-]{1,63})_([a-z0-9.-]{1,253})_([0-9a-f-]{20,36})/([a-z0-9-]{1,63})/(\d+)\.log")
_KUBELET_LINK = compile_later(r"([a-z0-9.-]{1,253})_([a-z0-9-]{1,63})_([a-z0-9-]{1,63})-[0-9a-f]{64}\.log")
_GENERIC = frozenset(
    {
        "",
        "pod",
        "kubectl",
        "log",
        "logs",
        "output",
        "out",
        "stdout",
        "stderr",
        "current",
        "all",
        "container",
        "file",
        "last",
        "latest",
        "tail",
        "head",
    }
)
_NO_OUTPUT = compile_later(
    r"unable to retrieve container logs for \S+|failed to try resolving symlinks in path .*|"
    r"Error from server \(\w+\): .*|The connection to the server \S+ was refused.*|Unable to connect to the server: .*|"
    r"error: (?:container \S+ is not valid for pod|a container name must be specified|timed out waiting for|"
    r"You must be logged in to the server|the server doesn't have a resource type|unable to retrieve).*"
)


def read_log_origin(name: str, text: str, pods: Pods | None = None) -> tuple[str, str, bool]:
    """Pod, container and whether the log is of the previous run; empty strings where nothing says so.

    `name` is the path in the folder. A command line or the prefixes of `kubectl logs --prefix`
    in the text are believed first, then the names of `pods`, then the patterns of pod names.
    """
    head = text[:4_000].split("\n")[:5]
    for line in head:
        command = command_of(line)
        if " logs " in f"{command} " or " log " in f"{command} ":
            return origin_of_command(command)
    prefixed = _from_prefixes(head)
    if prefixed:
        return *prefixed, bool(_PREVIOUS.search(name))
    if read_machine(text[:_MACHINE_CHARS].split("\n")) is not None:
        return "", "", False
    path = _KUBELET_PATH.search(name)
    if path:
        return path[2], path[4], False
    link = _KUBELET_LINK.search(name)
    if link:
        return link[1], link[3], False
    pod, container, previous = _from_name(name, pods or {})
    defaulted = _DEFAULTED.search("\n".join(head))
    return pod, container or (defaulted[1] if defaulted else ""), previous


_MACHINE_CHARS = 12_000


def _from_prefixes(head: list[str]) -> tuple[str, str] | None:
    """What all first lines agree on; None when one of them has no prefix."""
    found = [_PREFIX.match(line) for line in head if line]
    if not found or None in found:
        return None
    pods, containers = {match[1] for match in found if match}, {match.groups() for match in found if match}
    return pods.pop() if len(pods) == 1 else "", containers.pop()[1] if len(containers) == 1 else ""


def is_pod_name(text: str, *, is_hashed: bool = False) -> bool:
    """Whether a word has the form of a controlled pod's name; `is_hashed`: a StatefulSet's ordinal is not enough."""
    return bool(_HASHED_NAME.fullmatch(text) or (not is_hashed and _OTHER_POD.fullmatch(text)))


_OF_A_POD = frozenset({"logs", "log", "exec", "attach", "debug"})
"""Commands that print what runs in the pod that they name; all others tell of objects."""


def origin_of_command(command: str) -> tuple[str, str, bool]:
    """The same from `kubectl logs POD [CONTAINER] [-c CONTAINER] [--previous]`."""
    named, flags = _read_command(command)
    if not named or named[0] not in _OF_A_POD:
        return "", "", False
    container = flags.get("-c") or flags.get("--container", "")
    previous = any(flags.get(flag, "false") != "false" for flag in ("-p", "--previous"))
    kind, slash, name = named[1].rpartition("/") if len(named) > 1 else ("", "", "")
    pod = name if not slash or kind in ("pod", "pods", "po") else ""
    return pod, container or (named[2] if len(named) > 2 else ""), previous


def subject_of_command(command: str) -> tuple[str, str, str]:
    """Namespace, kind and name that a kubectl command names; empty strings where it names none, or several."""
    named, flags = _read_command(command)
    namespace = flags.get("-n") or flags.get("--namespace", "")
    if len(named) < 2 or named[0] != "describe":
        return namespace, "", ""
    kind, slash, name = named[1].partition("/")
    if not slash:
        name = named[2] if len(named) == 3 else ""
    return namespace, kind_of(kind) if name else "", name


def kind_asked_for(command: str) -> str:
    """The kind that `kubectl get` lists; an empty string for another command, several kinds and `all`."""
    named, _ = _read_command(command)
    word = named[1].partition("/")[0] if len(named) > 1 and named[0] == "get" else ""
    kind = kind_of(word)
    is_plural = kind.lower() == word.partition(".")[0].lower() and kind.endswith("s") and not kind.endswith("ss")
    return "" if "," in word or word == "all" else kind.removesuffix("s") if is_plural else kind


def is_selective(command: str) -> bool:
    """Whether a command lists objects by name or by what they have in common, so that others may be left out."""
    named, flags = _read_command(command)
    return len(named) > 2 or "/" in " ".join(named[1:2]) or bool(_SELECTORS & flags.keys()) or "|" in command


_SELECTORS = frozenset({"-l", "--selector", "--field-selector"})


def _read_command(command: str) -> tuple[list[str], dict[str, str]]:
    """What a kubectl command names, and its flags with their values, up to a pipe or a redirection."""
    words = iter(command.split()[1:])
    named: list[str] = []
    flags: dict[str, str] = {}
    for word in words:
        flag, _, value = word.partition("=")
        if flag in _FLAGS_WITH_VALUE:
            flags[flag] = value or next(words, "")
        elif word in _ENDS_COMMAND:
            break
        elif word.startswith("-"):
            flags[flag] = value
        else:
            named.append(word)
    return named, flags


def explain_no_output(text: str) -> str:
    """What kubectl or the kubelet said when a text is one of their errors and the command at most, else an empty string.

    `kubectl logs` prints `unable to retrieve container logs for containerd://...` with exit code 0.
    A program's own `error: ...` is a log.
    """
    lines = [line.strip() for line in text[:4_000].splitlines() if line.strip()]
    said = [line for line in lines if not command_of(line)]
    if len(said) != 1 or not _NO_OUTPUT.fullmatch(said[0]):
        return ""
    # Who pastes the command as well shows what came of it; that the API server met trouble on its way is a finding.
    return "" if len(lines) > 1 and said[0].startswith("Error from server: ") else said[0]


def _from_name(name: str, pods: Pods) -> tuple[str, str, bool]:
    folder, _, base = name.replace("\\", "/").rpartition("/")
    whole = _EXTENSION.sub("", base)
    previous = bool(_PREVIOUS.search(whole))
    whole = _PREVIOUS.sub("", whole).strip("-_. ")
    stem = _OF_STREAM.sub("", _LOG_WORD.sub("", whole).strip("-_. "))
    parent = _LOG_WORD.sub("", folder.rpartition("/")[2]).strip("-_. ")
    known = _from_pods(whole, parent, pods) or _from_pods(stem, parent, pods)
    if known is None and stem != whole:
        # The word in front says that a file is a log: what follows is split only where no workload is called so.
        known = _from_workload(stem, pods)
    # Where pods are known and none is called so, a pod of half a name would be nobody's.
    pod, container = known or _from_patterns(stem, parent, split=stem != whole and not any(pods))
    return pod, container, previous


def _from_pods(stem: str, parent: str, pods: Pods) -> tuple[str, str] | None:
    """A pod whose name is in the file's name or its folder's; the rest must be one of its containers."""
    for pod in sorted(filter(None, pods), key=len, reverse=True):
        containers = set(pods[pod])
        if pod == parent:
            return pod, stem if stem in containers else _only(stem, containers)
        if pod in stem:
            rest = stem.replace(pod, "", 1).strip("-_. ")
            if rest and rest not in containers:
                rest = _LOG_WORD.sub("", rest).strip("-_. ")
                if rest.lower() in _GENERIC:
                    return pod, next(iter(containers)) if len(containers) == 1 else ""
            return pod, rest if rest in containers or not containers else _only(rest, containers)
    return _from_containers(stem, pods)


def _from_workload(stem: str, pods: Pods) -> tuple[str, str] | None:
    """The first pod of the workload that a file is called after: `kubectl logs deployment/X` takes one of them, too."""
    own = [pod for pod in pods if stem and pod.startswith(f"{stem}-") and _POD_SUFFIX.fullmatch(pod, len(stem))]
    if not own:
        return None
    containers = list(pods[own[0]])
    return own[0], containers[0] if len(containers) == 1 else ""


def _from_containers(stem: str, pods: Pods) -> tuple[str, str] | None:
    """A container whose name only one pod has; for `previous.log` the only container of the only pod."""
    owners = [(pod, container) for pod, named in pods.items() for container in named]
    matching = [
        (pod, name) for pod, name in owners if name == stem or stem.endswith((f"-{name}", f".{name}", f"_{name}"))
    ]
    if matching:
        longest = max(len(container) for _, container in matching)
        best = [(pod, container) for pod, container in matching if len(container) == longest]
        return best[0] if len(best) == 1 else ("", best[0][1])
    if len(pods) == 1:
        pod, containers = next((pod, list(named)) for pod, named in pods.items())
        if stem.lower() in _GENERIC:
            return pod, containers[0] if len(containers) == 1 else ""
        begun = [container for container in containers if container.startswith(f"{stem}-")]
        if stem and len(begun) == 1:
            return pod, begun[0]
    return None


def _only(rest: str, containers: Iterable[str]) -> str:
    return next((container for container in sorted(containers, key=len, reverse=True) if container in rest), "")


def _from_patterns(stem: str, parent: str, *, split: bool) -> tuple[str, str]:
    for pattern in (_DEPLOYMENT_POD, _OTHER_POD):
        for text, other in ((stem, ""), (parent, stem)):
            if match := pattern.fullmatch(text):
                container = match[2] or other
                return match[1], "" if container in _GENERIC else container
    for separator in (".", "__", "_"):
        pod, found, container = stem.partition(separator)
        if found and pod and container:
            return ("", container) if pod in _GENERIC else (pod, container)
    if split and "-" in stem:
        pod, _, container = stem.rpartition("-")
        if container.isdigit():
            return "", stem  # of a Job, which its CronJob numbered
        return "" if pod.lower() in _GENERIC else pod, container
    return "", "" if stem.lower() in _GENERIC else stem
