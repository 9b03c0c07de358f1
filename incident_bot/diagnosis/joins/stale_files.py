"""Files that a pod was given from a ConfigMap by `subPath`: what the pod still reads beside what the ConfigMap says now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.config import last_change, started_before
from incident_bot.diagnosis.joins.join import ByKind, Join, same_namespace
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.joins.join import Said
    from incident_bot.kubectl import KubeObject

_FEWEST_LINES = 4
_MOST_LINES = 1000
_SAME_SHARE = 0.6
"""Of the lines of both: the same file in two states, not two files."""


def find_stale_files(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """Files mounted by `subPath`, printed from the pod, that differ from their ConfigMap in a line.

    Kubelet renews what it mounts from ConfigMaps, except a single file mounted by `subPath`.
    """
    for pod, relation in by_kind.get("Pod", ()):
        for path, mount in find_values(pod.body, "spec.containers[].volumeMounts[]"):
            source, name = _source_of(pod, mount, by_kind), str(first_value(mount, "subPath") or "")
            data = source.body.get("data") if source else None
            stored = data.get(name) if isinstance(data, dict) else None
            if source is None or not isinstance(stored, str):
                continue
            for printed in (said.text for said in logs):
                change = _changed_line(stored, printed)
                if change is not None:
                    yield Join(
                        name="mounted-file-stale",
                        subject=pod,
                        relation=relation,
                        path=f"{path}.subPath",
                        value=name,
                        other=source,
                        other_path=f"data.{name}",
                        groups={"file": name, "map": source.name, "old": change[0], "new": change[1]},
                    )
                    break


def find_asked_files(by_kind: ByKind, notes: Sequence[str]) -> Iterator[Join]:
    """Files mounted by `subPath` whose ConfigMap was changed since the container started, where a note misses the change."""
    asked = [note for note in notes if _WITHOUT_EFFECT.search(note) and not _SETTLED.search(note)]
    for pod, relation in by_kind.get("Pod", ()) if asked else ():
        for path, mount in find_values(pod.body, "spec.containers[].volumeMounts[]"):
            source = _source_of(pod, mount, by_kind)
            changed = last_change(source) if source else None
            if source is None or changed is None or not any(source.name in note for note in asked):
                continue
            if started_before(pod, changed[1]):
                name = str(first_value(mount, "subPath"))
                yield Join(
                    name="mounted-file-older",
                    subject=source,
                    relation=relation,
                    path=changed[0],
                    value=name,
                    other=pod,
                    other_path=f"{path}.subPath",
                    groups={
                        "user": pod.name,
                        "file": name,
                        "map": source.name,
                        "changed": f"{changed[1]:%Y-%m-%d %H:%M} UTC",
                    },
                )


_WITHOUT_EFFECT = compile_later(
    r"\b(?:still|yet|old|(?:no|without) (?:any )?effect|ignor\w*|not (?:\w+ )?(?:taken|picked|appl\w+|reload\w*|chang\w*))\b",
    re.IGNORECASE,
)
_SETTLED = compile_later(
    r"\b(?:closed|resolved|solved|works (?:now|again)|all (?:is )?(?:fine|well|good))\b", re.IGNORECASE
)


def _source_of(pod: KubeObject, mount: object, by_kind: ByKind) -> KubeObject | None:
    """The ConfigMap whose one file a mount shows; None for other mounts and for maps that were not read."""
    if not first_value(mount, "subPath"):
        return None
    volume = first_value(pod.body, f"spec.volumes[{first_value(mount, 'name')}].configMap.name")
    maps = (item for item, _ in by_kind.get("ConfigMap", ()) if same_namespace(item, pod))
    return next((item for item in maps if item.name == volume), None)


def _changed_line(stored: str, printed: str) -> tuple[str, str] | None:
    """What a printed file says and its source does not, and what that says instead: two lines about the same setting."""
    here, there = (_lines_of(text) for text in (printed, stored))
    same = here & there
    if len(there) < _FEWEST_LINES or len(same) < _SAME_SHARE * max(len(here), len(there)):
        return None
    pairs = ((old, new) for old in sorted(here - there) for new in sorted(there - here))
    return next((pair for pair in pairs if _setting(pair[0]) == _setting(pair[1])), None)


def _lines_of(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines()[:_MOST_LINES] if line.strip()}


def _setting(line: str) -> str:
    """What a line of a configuration sets: `proxy_read_timeout 15s;`, `pool.size = 20`, `retries: 3`."""
    return line.replace("=", " ").replace(":", " ").split()[0]
