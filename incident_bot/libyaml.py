"""YAML by libyaml; where PyYAML was built without it (its wheels are not) by PyYAML itself, ten times slower.

Untrusted text may be given to all three: none of them makes anything but strings, numbers, lists and mappings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def _loader(name: str) -> Any:
    import yaml

    return getattr(yaml, f"C{name}", None) or getattr(yaml, name)


def load(text: str) -> Any:
    """The value of a document. Raises `yaml.YAMLError`."""
    import yaml

    return yaml.load(text, Loader=_loader("SafeLoader"))  # noqa: S506 - a safe one


def load_text(text: str) -> Any:
    """The same, but every scalar stays the text that it is: times and numbers too. Raises `yaml.YAMLError`."""
    import yaml

    return yaml.load(text, Loader=_loader("BaseLoader"))  # noqa: S506 - strings, lists and mappings only


def explain(error: Exception) -> str:
    """Where a text is no YAML and why, on one line: `line 3, column 5: did not find expected ',' or ']'`."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None or not problem:
        return " ".join(str(error).split())[:200]
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}"


def parse(text: str) -> Iterator[Any]:
    """The events of a text, whatever its documents. Raises `yaml.YAMLError` where it stops making sense."""
    import yaml

    return yaml.parse(text, Loader=_loader("SafeLoader"))
