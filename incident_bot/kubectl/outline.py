"""The indented outline that every `kubectl describe` prints, whatever the kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

NONE_WORDS = frozenset({"<none>", "<unset>", "<unknown>", "<nil>", "<default>", ""})
_KEY_END = re.compile(r":(?=\s|$)")
_MESSAGE_LINES = 160
"""A termination message holds 4 KiB at most (kubelet), of which the last 80 lines of a log are the usual content."""


@dataclass(slots=True)
class Field:
    """One line and what is indented below it. `key` is empty where the line is no `Key: value`."""

    key: str
    value: str
    line: int
    indent: int
    text: str
    children: list[Field] = field(default_factory=list)

    def get(self, *keys: str) -> Field | None:
        """The first child with one of these keys."""
        return next((child for child in self.children if child.key in keys), None)

    def value_of(self, *keys: str) -> str:
        """The text of a child; empty for `<none>`, `<unset>` and for no such child."""
        found = self.get(*keys)
        return "" if found is None or found.value in NONE_WORDS else found.value

    def line_of(self, *keys: str) -> int:
        """The line of a child, else of this field."""
        found = self.get(*keys)
        return found.line if found else self.line

    def named(self) -> Iterator[Field]:
        """The children that are `Key: value`."""
        return (child for child in self.children if child.key)

    def entries(self) -> Iterator[tuple[str, int]]:
        """The texts of a list whose first entry stands beside the key and the others below it."""
        if self.value not in NONE_WORDS:
            yield self.value, self.line
        for child in self.children:
            yield child.text, child.line


def read_outline(lines: Sequence[tuple[int, str]]) -> Field:
    """The outline of numbered lines as one root field."""
    root = Field("", "", lines[0][0] if lines else 1, -1, "")
    stack = [root]
    index = 0
    while index < len(lines):
        number, line = lines[index]
        index += 1
        text = line.strip()
        if not text:
            continue
        indent = len(line) - len(line.lstrip())
        key, value = split_field(text)
        if key == "Message":
            index, value = _join_message(lines, index, indent, value)
        while len(stack) > 1 and stack[-1].indent >= indent:
            stack.pop()
        added = Field(key, value, number, indent, text)
        stack[-1].children.append(added)
        if len(stack) < 40:
            stack.append(added)
    return root


def split_field(text: str) -> tuple[str, str]:
    """Key and value of `Key:   value`; no key where no colon ends a word."""
    match = _KEY_END.search(text)
    return (text[: match.start()].strip()[:200], text[match.end() :].strip()) if match else ("", "")


def _join_message(lines: Sequence[tuple[int, str]], index: int, indent: int, value: str) -> tuple[int, str]:
    """A message with line breaks is printed raw: its other lines stand at column 0, up to `Exit Code`."""
    following = lines[index : index + _MESSAGE_LINES]
    for offset, (_, line) in enumerate(following):
        text = line.strip()
        if text.startswith("Exit Code:") and len(line) - len(line.lstrip()) == indent:
            return index + offset, "\n".join([value, *(line for _, line in following[:offset])]).rstrip()
        if text.startswith(("Message:", "Restart Count:", "Last State:", "Name:")):
            break
    return index, value


def table_below(parent: Field, lines: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines of a table indented below a field: its header and rows, without the rule of dashes.

    `lines` are the consecutive lines that the outline was made of.
    """
    if not parent.children:
        return []
    collected = []
    for number, line in lines[parent.children[0].line - lines[0][0] :]:
        if line.strip() and not line[0].isspace():
            break
        if line.strip(" -\t"):
            collected.append((number, line))
    return collected
