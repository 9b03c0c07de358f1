"""Volumes that a program may not write to, because it runs as a common user and nothing gives the volume its group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import TEMPLATED, ByKind, Join
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.joins.join import Said

_REFUSED = compile_later(r"permission denied|EACCES|Errno 13|AccessDeniedException|UnauthorizedAccess", re.IGNORECASE)
_MOST_LINES = 1000
_REACH = 1000


def find_unwritable(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """Mounted claims below which a log is refused, of pods that run as another user than root and set no fsGroup.

    A new filesystem belongs to root. Kubelet gives a volume to `fsGroup` when it mounts it, and to nobody without one
    (kubernetes.io/docs/tasks/configure-pod-container/security-context).
    """
    refused = [line for said in logs for line in said.text.splitlines()[:_MOST_LINES] if _REFUSED.search(line[:_REACH])]
    for kind in ("Pod", *sorted(TEMPLATED)) if refused else ():
        for item, relation in by_kind.get(kind, ()):
            spec = first_value(item.body, "spec" if kind == "Pod" else "spec.template.spec")
            root = "spec" if kind == "Pod" else "spec.template.spec"
            if first_value(spec, "securityContext.fsGroup") is not None:
                continue
            for path, mount in find_values(item.body, f"{root}.containers[].volumeMounts[]"):
                volume, place = first_value(mount, "name"), str(first_value(mount, "mountPath") or "").rstrip("/")
                claim = first_value(spec, f"volumes[{volume}].persistentVolumeClaim.claimName")
                container = path.partition("[")[2].partition("]")[0]
                user = _user_of(spec, container)
                line = next((line for line in refused if place and _is_below(place, line)), "")
                if claim and user and line and first_value(mount, "readOnly") is not True:
                    yield Join(
                        name="volume-not-writable",
                        subject=item,
                        relation=relation,
                        path=f"{root}.securityContext",
                        value=place,
                        other=item,
                        other_path=f"{path}.mountPath",
                        said=(line,),
                        groups={"held": str(claim), "place": place, "user": user, "refused": container},
                    )
                    break


def _user_of(spec: object, container: str) -> str:
    """As whom a container runs: a number, or that it is not root; empty for root and where nothing says it."""
    paths = (f"containers[{container}].securityContext", "securityContext")
    number = next((found for path in paths if (found := first_value(spec, f"{path}.runAsUser")) is not None), None)
    if number is not None:
        return "" if str(number) == "0" else f"user {number}"
    return "another user than root" if any(first_value(spec, f"{path}.runAsNonRoot") is True for path in paths) else ""


def _is_below(place: str, line: str) -> bool:
    return re.search(rf"(?<![\w/]){re.escape(place)}(?![\w-])", line) is not None
