"""The one way in which text becomes numbered lines, the same for every room."""

from __future__ import annotations


def split_lines(text: str) -> list[str]:
    r"""Lines numbered as `grep -n` numbers them.

    Only "\n" ends a line and one trailing "\r" is dropped; form feeds, U+2028 and the like
    stay inside their line, where `str.splitlines` would break it and shift every later number.
    A final "\n" ends the last line and does not start an empty one.
    """
    if not text:
        return []
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines] if "\r" in text else lines
