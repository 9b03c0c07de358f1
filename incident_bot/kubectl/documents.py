"""YAML and JSON into trees that remember their lines.

Neither `yaml.load` nor `json.loads` can be used here: both forget where a value stood, both
give up on a file that was cut in the middle, and YAML's aliases can blow a small file up to
gigabytes. Both syntaxes are read as a stream of tokens instead; what came before an error
is kept.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from incident_bot import libyaml
from incident_bot.patterns import compile_later

MAX_DEPTH = 64
"""Deeper nesting than this is nobody's Kubernetes object; reading stops there."""

_MAX_NODES = 300_000
"""About 12 MB of `get -o json`; keeps memory below 100 MB."""

_PLACEHOLDER = compile_later(r"\[(REDACTED:[\w.-]{1,40}:[0-9a-fA-F]{1,16})\]")
_STAND_IN = compile_later("\ue000(REDACTED:[\\w.:-]{1,60})\ue001")
# Characters that libyaml refuses, and those it takes for line ends although `grep -n` does not.
_UNREADABLE = compile_later("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_INTEGER = compile_later(r"-?(?:0|[1-9]\d{0,17})")
_FLOAT = compile_later(r"-?\d{1,17}\.\d{0,17}(?:[eE][+-]?\d{1,3})?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None, "True": True, "False": False}


class Node(NamedTuple):
    """A value and its 1-based line. Containers hold nodes: `dict[str, Node]` or `list[Node]`."""

    value: Any
    line: int


class _Stop(Exception):  # noqa: N818 - control flow of this module, not an error for anyone
    """The text stops making sense here."""


class _Tree:
    """Builds nodes from a stream of open, close and scalar tokens; containers are attached when they open."""

    def __init__(self) -> None:
        self.roots: list[Node] = []
        self._stack: list[Any] = []
        self._keys: list[tuple[str, int] | None] = []
        self._skipped_depth = 0
        self._count = 0

    @property
    def expects_key(self) -> bool:
        if self._skipped_depth:
            return False
        return bool(self._stack) and isinstance(self._stack[-1], dict) and self._keys[-1] is None

    @property
    def depth(self) -> int:
        return len(self._stack) + self._skipped_depth

    def scalar(self, value: Any, line: int, text_line: int) -> None:
        if self._skipped_depth:
            return
        if self.expects_key:
            self._keys[-1] = (str(value), line)
            return
        self._attach(value, line, text_line)

    def open(self, container: Any, line: int) -> None:
        if self.depth >= MAX_DEPTH or self.expects_key:
            raise _Stop
        if self._skipped_depth or self._is_ignored():
            self._skipped_depth += 1
            return
        self._attach(container, line, line)
        self._stack.append(container)
        self._keys.append(None)

    def close(self) -> None:
        if self._skipped_depth:
            self._skipped_depth -= 1
            if not self._skipped_depth:
                self._keys[-1] = None
            return
        if not self._stack:
            raise _Stop
        self._stack.pop()
        self._keys.pop()

    def _is_ignored(self) -> bool:
        """Which fields a manager set is half of `get -o json` and says nothing that the object does not; when it did does."""
        key = self._keys[-1] if self._keys else None
        return key is not None and key[0] == "fieldsV1"

    def _attach(self, value: Any, line: int, text_line: int) -> None:
        self._count += 1
        if self._count > _MAX_NODES:
            raise _Stop
        if not self._stack:
            self.roots.append(Node(value, line))
            return
        parent = self._stack[-1]
        if isinstance(parent, list):
            parent.append(Node(value, line))
            return
        key = self._keys[-1] or ("", line)
        self._keys[-1] = None
        parent[key[0]] = Node(value, key[1] if text_line == line else text_line)


def read_yaml(text: str, first_line: int = 1) -> list[Node]:
    """The documents of a YAML text, as far as it can be read. Anchors are read, aliases of mappings are left out."""
    import yaml

    hidden = _UNREADABLE.sub(" ", _PLACEHOLDER.sub("\ue000\\1\ue001", text))
    tree = _Tree()
    anchors: dict[str, Any] = {}
    try:
        for event in libyaml.parse(hidden):
            _take_yaml(tree, event, anchors, first_line)
    except (yaml.YAMLError, _Stop):
        pass
    return tree.roots


def _take_yaml(tree: _Tree, event: Any, anchors: dict[str, Any], first_line: int) -> None:
    kind = type(event).__name__
    if kind == "ScalarEvent":
        line = event.start_mark.line + first_line
        value = _resolve(event.value, plain=not event.style and event.implicit[0])
        if event.anchor:
            anchors[event.anchor] = value
        tree.scalar(value, line, line + 1 if event.style in ("|", ">") and event.value else line)
    elif kind == "MappingStartEvent":
        tree.open({}, event.start_mark.line + first_line)
    elif kind == "SequenceStartEvent":
        tree.open([], event.start_mark.line + first_line)
    elif kind in ("MappingEndEvent", "SequenceEndEvent"):
        tree.close()
    elif kind == "AliasEvent":
        line = event.start_mark.line + first_line
        tree.scalar(anchors.get(event.anchor), line, line)


def _resolve(text: str, *, plain: bool) -> Any:
    """YAML 1.2's core types only: `no`, dates and octal numbers stay the text that kubectl printed."""
    if not plain:
        return _STAND_IN.sub(r"[\1]", text) if "\ue000" in text else text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return _STAND_IN.sub(r"[\1]", text) if "\ue000" in text else text


_JSON_TOKEN = compile_later(
    r"""(?P<string>"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+")
    | (?P<placeholder>\[REDACTED:[\w.-]{1,40}:[0-9a-fA-F]{1,16}\])
    | (?P<mark>[{}\[\],:])
    | (?P<newline>\n)
    | (?P<space>[^\S\n]++)
    | (?P<word>[-+\w.]++)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


def read_json(text: str, first_line: int = 1) -> list[Node]:
    """The JSON values of a text, one after another, as far as it can be read."""
    tree = _Tree()
    with contextlib.suppress(_Stop):
        _take_json(tree, _JSON_TOKEN.finditer(text), first_line)
    return tree.roots


def _take_json(tree: _Tree, tokens: Iterator[re.Match[str]], line: int) -> None:
    for token in tokens:
        kind = token.lastgroup
        if kind == "newline":
            line += 1
        elif kind == "string":
            tree.scalar(_unquote(token["string"]), line, line)
        elif kind == "mark":
            _take_mark(tree, token["mark"], line)
        elif kind == "word":
            tree.scalar(_json_word(token["word"]), line, line)
        elif kind == "placeholder":
            tree.scalar(token["placeholder"], line, line)
        elif kind == "other":
            raise _Stop


def _take_mark(tree: _Tree, mark: str, line: int) -> None:
    if mark == "{":
        tree.open({}, line)
    elif mark == "[":
        tree.open([], line)
    elif mark in "}]":
        tree.close()


def _json_word(word: str) -> Any:
    value = _resolve(word, plain=True)
    if isinstance(value, str) and not re.fullmatch(r"-?[\d.eE+-]{1,40}", value):
        raise _Stop
    return value


def _unquote(token: str) -> str:
    inner = token[1:-1]
    if "\\" not in inner:
        return inner
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return inner


def plain_of(node: Node) -> Any:
    """The node's value without lines."""
    if isinstance(node.value, dict):
        return {key: plain_of(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain_of(child) for child in node.value]
    return node.value


def lines_of(node: Node) -> dict[str, int]:
    """Dotted path -> line of everything below a node; the path "" is the node itself."""
    lines = {"": node.line}
    _collect_lines(node, "", lines)
    return lines


def _collect_lines(node: Node, path: str, lines: dict[str, int]) -> None:
    if isinstance(node.value, dict):
        prefix = f"{path}." if path else ""
        for key, child in node.value.items():
            child_path = prefix + key[:200]
            lines.setdefault(child_path, child.line)
            if isinstance(child.value, (dict, list)):
                _collect_lines(child, child_path, lines)
    elif isinstance(node.value, list):
        seen: dict[str, int] = {}
        for index, child in enumerate(node.value):
            label = _label(child, index)
            seen[label] = seen.get(label, 0) + 1
            child_path = f"{path}[{_numbered(label, seen[label])}]"
            lines.setdefault(child_path, child.line)
            if isinstance(child.value, (dict, list)):
                _collect_lines(child, child_path, lines)


def _numbered(label: str, count: int) -> str:
    """What the n-th item of one name is called in a path: two mounts of one volume have the same name, and lines of their own."""
    return label if count == 1 else f"{label}#{count}"


def _label(node: Node, index: int) -> str:
    if isinstance(node.value, dict):
        for field in ("name", "type", "key"):
            named = node.value.get(field)
            if named is not None and isinstance(named.value, str) and named.value:
                return named.value[:200]
    return str(index)
