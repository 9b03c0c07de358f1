"""Where kubectl output begins and ends in a text: tables, tables of events, descriptions, YAML and JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from incident_bot.kubectl.events import MAX_FURTHER_LINES, is_event_header, is_event_row
from incident_bot.kubectl.fragments import is_description_rest
from incident_bot.kubectl.headerless import is_bare_row
from incident_bot.kubectl.releases import end_of_rollout, end_of_status, is_rollout_line, is_status_start
from incident_bot.kubectl.tables import columns_of, is_header, is_row
from incident_bot.patterns import compile_later


class Form(StrEnum):
    """The shape of one block of output."""

    TABLE = "table"
    EVENTS = "events"
    DESCRIBE = "describe"
    YAML = "yaml"
    JSON = "json"
    RELEASE = "release"
    ROLLOUT = "rollout"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `first` to `end - 1` (0-based indices) of one form."""

    form: Form
    first: int
    end: int


_LOOK_AHEAD = 12
_DESCRIBE_FIELD = compile_later(
    r"(?:Namespace|Priority|Priority Class Name|Roles|Labels|Annotations|CreationTimestamp|Selector|StorageClass|Node|"
    r"Finalizers|Provisioner|Service Account|Schedule|Address|Reference|API Version|Kind|Type|IsDefaultClass|"
    r"Image pull secrets|Status|Capacity|Allocatable|Conditions|Containers|Resource {2,}Used):?(?:\s|$)"
)
_PROMPT = compile_later(
    r"(?:(?:[\w.~:/@()\[\] -]{0,80}?[$#>%\u276f+] ?)|)(?:sudo )?((?:kubectl|oc|kubecolor|k) (?:-\S+ (?:[^-\s]\S* )?)*"
    r"(?:get|describe|logs?|top|events?|rollout|version|cluster-info|config|auth|explain|api-resources|exec|debug)\b.*"
    r"|(?:helm|flux|argocd) (?:-\S+ (?:[^-\s]\S* )?)*(?:history|status|list|ls|get|app (?:get|list|sync|wait|history))\b.*)"
)
_BANNER = compile_later(
    r"\s*(?:={3,}|-{3,}|#{2,}|\*{3,}|>{3,})\s*(\S.{0,200}?)\s*(?:={3,}|-{3,}|#{2,}|\*{3,}|<{3,})?\s*"
)
_YAML_START = compile_later(r"(?:- )?(?:apiVersion|kind): ?[\w\"'./-]+\s*|items:\s*|---\s*(?:#.*)?")
_YAML_LINE = compile_later(r"\s|-|#|[\w\"'./-]{1,100}:(?:\s|$)|\.\.\.\s*$|[}\]]")
_JSON_KEY = compile_later(r'"(?:kind|apiVersion)"\s*:')


def command_of(line: str) -> str:
    """The kubectl command when a line is a shell prompt with one, else an empty string."""
    match = _PROMPT.fullmatch(line.rstrip()) if len(line) < 1_000 else None
    return match[1] if match else ""


def banner_of(line: str) -> str:
    """The title of a line such as `=== events ===` or `--- logs`, else an empty string."""
    match = _BANNER.fullmatch(line) if len(line) < 300 else None
    title = match[1].strip("=-#*<> ") if match else ""
    return title if any(char.isalnum() for char in title) else ""


def find_blocks(lines: Sequence[str]) -> Iterator[Block]:
    """The blocks of a text in order. Lines outside of every block are not kubectl output."""
    index = 0
    while index < len(lines):
        form = form_at(lines, index)
        if form is None:
            index += 1
            continue
        end = _ENDS[form](lines, index)
        yield Block(form, index, end)
        index = end


def form_at(lines: Sequence[str], index: int) -> Form | None:
    """The form of the block that begins exactly at this line, or None."""
    found = _form_of_start(lines, index)
    if found is None and _may_be_cut_yaml(lines, index) and _is_opening(lines, index):
        return Form.YAML
    if found is None and lines[index][:1].isalnum() and _is_opening(lines, index) and is_bare_row(lines[index]):
        return Form.TABLE
    if (
        found is None
        and lines[index][:1] in _MAY_GO_ON
        and _is_opening(lines, index)
        and is_description_rest(lines, index)
    ):
        return Form.DESCRIBE
    return found


def _may_be_cut_yaml(lines: Sequence[str], index: int) -> bool:
    """Whether a manifest stands here that was cut out of a list, indented, or of which only the status was kept."""
    if lines[index].rstrip() == "status:":
        return _YAML_FIELD.match("".join(lines[index + 1 : index + 2])) is not None
    if lines[index][:1] != " ":
        return False
    line = lines[index].strip()
    head = [item.strip() for item in lines[index : index + _LOOK_AHEAD]]
    return _YAML_START.fullmatch(line) is not None and _is_yaml_start(head, 0)


_YAML_FIELD = compile_later(r"  [a-z][A-Za-z]{1,40}:(?: \S.{0,200})?\s*$")
_MAY_GO_ON = frozenset(" ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _is_opening(lines: Sequence[str], index: int) -> bool:
    """Whether only blank lines stand between the text's first line, or a prompt or banner, and this one."""
    place = index - 1
    while place >= 0 and not lines[place].strip():
        place -= 1
    is_next_table = 0 <= place < index - 1 and is_bare_row(lines[place])
    return place < 0 or is_next_table or bool(command_of(lines[place]) or banner_of(lines[place]))


def _form_of_start(lines: Sequence[str], index: int) -> Form | None:
    line = lines[index]
    first = line[:1]
    if first in ("{", "["):
        return Form.JSON if _is_json_start(lines, index) else None
    if first.isupper():
        return _form_of_upper(lines, index)
    if (first.islower() or first == "-") and _YAML_START.fullmatch(line):
        return Form.YAML if _is_yaml_start(lines, index) else None
    if first in _ROLLOUT_INITIALS and is_rollout_line(line):
        return Form.ROLLOUT
    return Form.EVENTS if (first.isalnum() or first == " ") and is_event_row(line) else None


_ROLLOUT_INITIALS = "edsp"


def _form_of_upper(lines: Sequence[str], index: int) -> Form | None:
    line = lines[index]
    if line.rstrip() == "Events:":
        return Form.DESCRIBE if _has_describe_events(lines, index) else None
    if is_status_start(lines, index):
        return Form.RELEASE
    if is_rollout_line(line):
        return Form.ROLLOUT
    if is_header(line) and not is_event_header(line):
        return Form.TABLE
    if is_event_header(line) or is_event_row(line):
        return Form.EVENTS
    is_cut = index > 0 and _SECTION.match(line) and "describe" in command_of(lines[index - 1]).split()
    return Form.DESCRIBE if is_cut or is_describe_start(lines, index) else None


_SECTION = compile_later(r"[A-Z][A-Za-z ()-]{2,40}:(?:\s|$)")
"""`kubectl describe node n1 | grep -A8 Conditions` prints no name."""


def is_describe_start(lines: Sequence[str], index: int) -> bool:
    """Whether an object's description begins here: `Name:` with a field of kubectl's header soon after it."""
    if not re.match(r"Name:\s+\S", lines[index]):
        return False
    following = lines[index + 1 : index + _LOOK_AHEAD]
    return any(_DESCRIBE_FIELD.match(line) for line in following)


def _has_describe_events(lines: Sequence[str], index: int) -> bool:
    following = lines[index + 1 : index + 2]
    return bool(following) and re.match(r"\s+(?:Type\s+Reason|FirstSeen|LastSeen)\s", following[0]) is not None


def _is_json_start(lines: Sequence[str], index: int) -> bool:
    """An object's `{`, or a list's: kubectl puts apiVersion or kind into the first lines."""
    line = lines[index].rstrip()
    if len(line) > 2:
        return bool(_JSON_KEY.search(line)) and '"metadata"' in line
    return any(_JSON_KEY.search(ahead[:500]) for ahead in lines[index + 1 : index + 10])


def _end_of_json(lines: Sequence[str], index: int) -> int:
    opened = lines[index].rstrip()
    if len(opened) > 2:
        return _end_of_dense_json(lines, index)
    closing = "}" if opened[0] == "{" else "]"
    for end in range(index + 1, len(lines)):
        if lines[end][:1] == closing:
            return end + 1
    return len(lines)


_JSON_STRING = compile_later(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?')


def _end_of_dense_json(lines: Sequence[str], index: int) -> int:
    """The end of a document that begins with more than its bracket: a line, or several that were broken by hand."""
    depth = 0
    for end in range(index, len(lines)):
        # The next document begins: this one was cut. It is never read twice, so the whole text takes linear time.
        if end > index and lines[end][:1] in ("{", "[") and _is_json_start(lines, end):
            return end
        bare = _JSON_STRING.sub("", lines[end])
        depth += bare.count("{") + bare.count("[") - bare.count("}") - bare.count("]")
        if depth <= 0:
            return end + 1
    return len(lines)


def _is_yaml_start(lines: Sequence[str], index: int) -> bool:
    """A document, or a list of documents, that says `apiVersion` and what it holds within its first lines."""
    keys = {line.removeprefix("- ").split(":", 1)[0].strip() for line in lines[index : index + _LOOK_AHEAD]}
    return "apiVersion" in keys and bool({"kind", "items", "metadata", "data"} & keys)


def _end_of_yaml(lines: Sequence[str], index: int) -> int:
    for end in range(index + 1, len(lines)):
        line = lines[end]
        if not line.strip() or line[0] in " -#":
            continue
        if not _YAML_LINE.match(line) or is_describe_start(lines, end) or command_of(line):
            return end
    return len(lines)


def _end_of_table(lines: Sequence[str], index: int) -> int:
    if not columns_of(lines[index]):
        return _end_of_bare_rows(lines, index)
    return _end_of_rows(lines, index, further_lines=0)


def _end_of_bare_rows(lines: Sequence[str], index: int) -> int:
    return next((end for end in range(index + 1, len(lines)) if not is_bare_row(lines[end])), len(lines))


def _end_of_events(lines: Sequence[str], index: int) -> int:
    return _end_of_rows(lines, index, further_lines=MAX_FURTHER_LINES)


def _end_of_rows(lines: Sequence[str], index: int, *, further_lines: int) -> int:
    """The end of a table: a blank line, other output, or more lines in a row than a broken message may have."""
    header = columns_of(lines[index])
    strays = 0
    for end in range(index + 1, len(lines)):
        line = lines[end]
        if not line.strip() or command_of(line) or columns_of(line) or form_at(lines, end) in _NOT_ROWS:
            return end
        fits = is_row(line, header) if header else is_event_row(line)
        strays = 0 if fits else strays + 1
        if strays > further_lines:
            return end + 1 - strays
    return len(lines)


_NOT_ROWS = (Form.TABLE, Form.DESCRIBE, Form.YAML, Form.JSON, Form.RELEASE, Form.ROLLOUT)


def _end_of_describe(lines: Sequence[str], index: int) -> int:
    for end in range(index + 1, len(lines)):
        line = lines[end]
        if line[:1].isalpha() and (
            is_describe_start(lines, end)
            or (is_header(line) and not line.startswith(_RESOURCES_BELOW))
            or is_event_header(line)
            or _is_object_start(lines, end)
        ):
            return end
        if line[:1] in "$#>%[" and line and command_of(line):
            return end
    return len(lines)


_RESOURCES_BELOW = "GROUP "
"""`argocd app get` ends with a table of the application's resources."""


def _is_object_start(lines: Sequence[str], index: int) -> bool:
    return lines[index].startswith("apiVersion:") and _is_yaml_start(lines, index)


_ENDS = {
    Form.TABLE: _end_of_table,
    Form.EVENTS: _end_of_events,
    Form.DESCRIBE: _end_of_describe,
    Form.YAML: _end_of_yaml,
    Form.JSON: _end_of_json,
    Form.RELEASE: end_of_status,
    Form.ROLLOUT: end_of_rollout,
}
