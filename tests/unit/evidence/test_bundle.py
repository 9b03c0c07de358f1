"""Our own bundles there and back, and the ways in which one may be wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes.cases import make_incident
from incident_bot.errors import UsageError
from incident_bot.evidence.bundle import read_bundle, write_bundle
from incident_bot.model import Case, Evidence, EvidenceKind, Gap, SafeText


def evidence(number: int, name: str, *lines: str, **changes: object) -> Evidence:
    given: dict[str, object] = {
        "id": f"E{number}", "kind": EvidenceKind.LOG, "name": name, "source": "log of server",
        "lines": tuple(SafeText(line) for line in lines),
    }  # fmt: skip
    return Evidence(**(given | changes))  # type: ignore[arg-type]


def make_case(*items: Evidence) -> Case:
    gap = Gap(kind="forbidden", what="nodes", reason="403", remedy="grant get nodes")
    return Case(incident=make_incident(), evidence=items, gaps=(gap,), redactions={"token": 3})


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    write_bundle(folder, make_case(evidence(1, "server.log", "one", "two")))
    return folder


def change_manifest(folder: Path, **fields: object) -> None:
    path = folder / "bundle.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def test_a_case_comes_back_as_it_was_written(tmp_path: Path) -> None:
    case = make_case(
        evidence(1, "describe.txt", "Name:  x", "", "Events:  <none>", kind=EvidenceKind.DESCRIBE, source="describe"),
        evidence(
            2, "logs/server.log", "one", "größer\u2028", "", pod="p", container="server", previous=True, cut="older"
        ),
    )
    write_bundle(tmp_path / "b", case)
    content = read_bundle(tmp_path / "b")

    assert case.incident == content.incident
    assert case.gaps == content.collected.gaps
    assert case.redactions == content.redactions
    assert case.incident.target == content.collected.target
    assert [
        (
            item.id,
            item.kind,
            item.name,
            item.source,
            item.pod,
            item.container,
            item.previous,
            item.cut,
            "\n".join(item.lines),
        )
        for item in case.evidence
    ] == [
        (item.id, item.kind, item.name, item.source, item.pod, item.container, item.previous, item.cut, item.text)
        for item in content.collected.items
    ]


@pytest.mark.parametrize(
    "line", ["\x00\x01\x02" * 50, "\x7fELF", "PK\x03\x04", "\ufeffstart", "\x1b[31mred", "\ufffd\ufffd"]
)
def test_whatever_a_container_wrote_comes_back(tmp_path: Path, line: str) -> None:
    """What the collector could keep must not stop the step that reads its bundle."""
    write_bundle(tmp_path / "b", make_case(evidence(1, "server.log", line, "end")))

    assert [f"{line}\nend"] == [item.text for item in read_bundle(tmp_path / "b").collected.items]


def test_names_that_collide_or_escape_get_safe_files_and_keep_their_names(tmp_path: Path) -> None:
    names = ("a/server.log", "b/server.log", "../../etc/passwd", "SERVER.LOG", "bundle.json", "...", "x" * 300)
    case = make_case(*(evidence(number, name, f"text {number}") for number, name in enumerate(names, start=1)))
    write_bundle(tmp_path / "b", case)
    files = {path.name for path in (tmp_path / "b").iterdir()}

    assert len(names) + 1 == len(files) == len({name.lower() for name in files})
    assert {"b"} == {path.name for path in tmp_path.iterdir()}
    assert [(name, f"text {number}") for number, name in enumerate(names, start=1)] == [
        (item.name, item.text) for item in read_bundle(tmp_path / "b").collected.items
    ]


def test_a_bundle_may_be_written_over_a_bundle_but_over_nothing_else(tmp_path: Path, bundle: Path) -> None:
    write_bundle(bundle, make_case(evidence(1, "server.log", "three")))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("mine")

    assert ["three"] == [item.text for item in read_bundle(bundle).collected.items]
    with pytest.raises(UsageError, match="is no bundle"):
        write_bundle(tmp_path / "home", make_case())
    with pytest.raises(UsageError, match="is no bundle"):
        write_bundle(tmp_path / "home" / "thesis.txt", make_case())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"schema_version": 2}, "`schema_version` is 2, this version reads 1"),
        ({"schema_version": None}, "`schema_version` is None"),
        ({"key": 3}, "`key`"),
        ({"items": [{"id": "E1"}]}, r"`items\.0\.kind`"),
        ({"alert": {"name": "A", "severity": "loud"}}, r"`alert\.severity`"),
    ],
)
def test_a_manifest_that_is_wrong_names_the_field(bundle: Path, fields: dict[str, object], message: str) -> None:
    change_manifest(bundle, **fields)

    with pytest.raises(UsageError, match=message) as caught:
        read_bundle(bundle)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000, "\x00\x01\x02" * 100])
def test_a_manifest_that_is_no_json_object_is_refused(bundle: Path, text: str) -> None:
    (bundle / "bundle.json").write_text(text)

    with pytest.raises(UsageError):
        read_bundle(bundle)


@pytest.mark.parametrize(
    "file", ["../secret.txt", "/etc/hostname", "a/../../secret.txt", "..\\secret.txt", "a\0b", "link.txt"]
)
def test_an_item_outside_of_the_bundle_is_refused(tmp_path: Path, bundle: Path, file: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (bundle / "link.txt").symlink_to(tmp_path / "secret.txt")
    item = {"id": "E1", "kind": "log", "name": "x", "source": "x", "file": file}
    change_manifest(bundle, items=[item])

    with pytest.raises(UsageError, match="outside of the bundle"):
        read_bundle(bundle)


def test_a_link_inside_of_the_bundle_is_refused_too(bundle: Path) -> None:
    (bundle / "link.txt").symlink_to(bundle / "server.log")
    change_manifest(bundle, items=[{"id": "E1", "kind": "log", "name": "x", "source": "x", "file": "link.txt"}])

    with pytest.raises(UsageError, match="not a plain file of at most 64 MiB"):
        read_bundle(bundle)


def test_a_missing_file_and_a_double_id_are_named(bundle: Path) -> None:
    item = {"id": "E1", "kind": "log", "name": "x", "source": "x", "file": "server.log"}
    change_manifest(bundle, items=[item, item])
    with pytest.raises(UsageError, match="'E1' is used twice"):
        read_bundle(bundle)

    change_manifest(bundle, items=[item])
    (bundle / "server.log").unlink()
    with pytest.raises(UsageError, match=r"'server\.log' is missing"):
        read_bundle(bundle)


def test_the_bundle_in_the_documentation_is_a_bundle(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "bundles.md").read_text(encoding="utf-8")
    manifest = text.split("```json\n")[1].split("```")[0]
    (tmp_path / "bundle.json").write_text(manifest)
    (tmp_path / "server-previous.log").write_text("out of memory\n")
    content = read_bundle(tmp_path)

    assert content.incident is not None
    assert "ModelPodOOMKilled" == content.incident.alert.name
    assert ["server"] == [item.container for item in content.collected.items]
    assert ["forbidden"] == [gap.kind for gap in content.collected.gaps]
