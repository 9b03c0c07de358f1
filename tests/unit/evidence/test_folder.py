"""How much a folder holds, told before it is read."""

from pathlib import Path

from incident_bot.evidence.folder import holds_at_least


def test_counts_what_lies_in_folders_below_too(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("a" * 60)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "b.log").write_text("b" * 40)
    assert holds_at_least(tmp_path, 100)
    assert not holds_at_least(tmp_path, 101)


def test_counts_a_packed_file_as_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "a.log.gz").write_bytes(b"a" * 60)
    assert holds_at_least(tmp_path, 500)


def test_counts_nothing_that_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "large.log").write_text("a" * 4000)
    (tmp_path / "case" / "linked").symlink_to(tmp_path)
    (tmp_path / "case" / ".hidden").write_text("a" * 4000)
    assert not holds_at_least(tmp_path / "case", 1000)
    assert not holds_at_least(tmp_path / "missing", 1)
