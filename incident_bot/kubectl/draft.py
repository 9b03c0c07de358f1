"""An API-shaped body under construction, with the line of every path."""

from __future__ import annotations

from typing import Any

from incident_bot.kube_kinds import CLUSTER_SCOPED
from incident_bot.kubectl.reading import KubeObject


class Draft:
    """A mapping somewhere in a body. `lines` is shared by the whole body; `path` is where this mapping is."""

    def __init__(self, line: int) -> None:
        self.body: dict[str, Any] = {}
        self.lines: dict[str, int] = {"": line}
        self.path = ""

    def put(self, key: str, value: Any, line: int) -> None:
        """Set a field; empty text, which kubectl prints as a blank, sets nothing."""
        if value is None or value == "":
            return
        self.body[key] = value
        self.lines.setdefault(self._join(key), line)

    def child(self, key: str, line: int) -> Draft:
        """The mapping under a key, made when it is not there yet."""
        return self._at(self._join(key), self.body.setdefault(key, {}), line)

    def item(self, key: str, name: str, line: int, *, field: str = "name") -> Draft:
        """The list item of this name under a key, made when it is not there yet."""
        items: list[dict[str, Any]] = self.body.setdefault(key, [])
        self.lines.setdefault(self._join(key), line)
        path = f"{self._join(key)}[{name}]"
        known = path in self.lines
        found = next((item for item in items if item.get(field) == name), None) if known else None
        if found is None:
            found = {field: name}
            items.append(found)
        item = self._at(path, found, line)
        self.lines.setdefault(f"{path}.{field}", line)
        return item

    def next_item(self, key: str, name: str, line: int) -> Draft:
        """A further item of a list whose items may share a name, as mounts of one volume do; the second is `key[name#2]`."""
        items: list[dict[str, Any]] = self.body.setdefault(key, [])
        self.lines.setdefault(self._join(key), line)
        count = 1 + sum(item.get("name") == name for item in items)
        items.append({"name": name})
        return self._at(f"{self._join(key)}[{name if count == 1 else f'{name}#{count}'}]", items[-1], line)

    def unnamed_item(self, key: str, line: int) -> Draft:
        """The first item of a list whose items the text does not name; its path is `key[0]`."""
        items: list[dict[str, Any]] = self.body.setdefault(key, [])
        if not items:
            items.append({"name": ""})
        return self._at(f"{self._join(key)}[0]", items[0], line)

    def _at(self, path: str, body: dict[str, Any], line: int) -> Draft:
        draft = Draft.__new__(Draft)
        draft.body, draft.lines, draft.path = body, self.lines, path
        self.lines.setdefault(path, line)
        return draft

    def _join(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def finish(self, evidence_id: str, kind: str, name: str, namespace: str) -> KubeObject:
        """The object, named; its identity is written into the body as the API has it."""
        line = self.lines[""]
        self.body.setdefault("kind", kind)
        metadata = self.child("metadata", line)
        metadata.put("name", name, line)
        inside = "" if kind in CLUSTER_SCOPED else namespace
        metadata.put("namespace", inside, line)
        return KubeObject(
            evidence_id=evidence_id, kind=kind, name=name, namespace=inside, body=self.body, lines=self.lines
        )
