"""Recall of the redactor on shapes that were written where nobody sees it, and what it touches that is no secret.

    .venv/bin/python benchmarks/redact/shapes.py FILE... [--show] [--seed N] [--times N]

Each FILE is a Python module, best from outside the tree, so that nothing of it can be learned by accident: `SHAPES`
is a list of (template, kind of secret), `BENIGN` a list of texts without a secret, and `fill(template, kind, rng)`
returns a text and the forms of the secret in it, none of which may survive. Without --show only totals are printed.
Personal data, such as a mail address, is no secret, and to replace it is what the policy asks by default: benign texts of
which nothing else was replaced are counted apart.
"""

from __future__ import annotations

import argparse
import random
import runpy
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from incident_bot.redaction import Redactor
from incident_bot.redaction.policy import DEFAULT_POLICY, Policy
from incident_bot.redaction.values import PLACEHOLDER

Fill = Callable[[str, str, random.Random], tuple[str, Sequence[str]]]


class Score(NamedTuple):
    """What became of a module's shapes and benign texts."""

    filled: Counter[str]
    """Texts by the kind of their secret."""
    missed: Counter[str]
    """Those of them in which a form of it survived."""
    leaks: dict[str, tuple[int, str]]
    """How often a template leaked, and its first leak as it would have left."""
    benign: int
    touched: list[tuple[str, str]]
    """Benign texts that changed although nothing personal stands in them, before and after."""
    personal: int
    """Benign texts that changed only where personal data stood."""

    @property
    def recall(self) -> float:
        """Per cent of the filled texts without a leak."""
        return 100 - 100 * self.missed.total() / max(1, self.filled.total())


_SECRETS_ONLY = Policy(personal=frozenset())


def redact(text: str, policy: Policy = DEFAULT_POLICY) -> str:
    """The text as a run of its own would print it."""
    return Redactor(b"benchmark", policy).redact(text)


def score(
    shapes: Sequence[tuple[str, str]], benign: Sequence[str], fill: Fill, *, seed: int = 1, times: int = 5
) -> Score:
    """Fills every shape so many times, always alike for a seed, and looks for its secrets in the redacted text."""
    filled, missed = Counter[str](), Counter[str]()
    leaks: dict[str, tuple[int, str]] = {}
    for place, (template, kind) in enumerate(shapes):
        for turn in range(times):
            text, needles = fill(template, kind, random.Random(f"{seed} {place} {turn}"))
            left = redact(text)
            filled[kind] += 1
            if any(needle in PLACEHOLDER.sub("\0", left) for needle in needles):
                missed[kind] += 1
                count, first = leaks.get(template, (0, left))
                leaks[template] = count + 1, first
    touched = [(text, left) for text in benign if (left := redact(text, _SECRETS_ONLY)) != text]
    changed = sum(redact(text) != text for text in benign)
    return Score(filled, missed, leaks, len(benign), touched, changed - len(touched))


def rows(result: Score) -> Iterator[str]:
    """The totals, then one row for each kind of secret."""
    share = 100 * len(result.touched) / max(1, result.benign)
    personal = 100 * result.personal / max(1, result.benign)
    yield (
        f"recall {result.recall:.1f} % of {result.filled.total()}, benign touched {share:.1f} % of {result.benign},"
        f" and {personal:.1f} % where only personal data stands"
    )
    for kind, total in sorted(result.filled.items()):
        yield f"  {kind:12}{100 - 100 * result.missed[kind] / total:7.1f} % of {total}"


def main() -> None:
    """Prints the score of each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--show", action="store_true", help="print what leaked and what was touched")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=5, help="how often each shape is filled")
    options = parser.parse_args()
    for path in options.files:
        module = runpy.run_path(str(path))
        result = score(module["SHAPES"], module["BENIGN"], module["fill"], seed=options.seed, times=options.times)
        print(path.name, *rows(result), sep="\n")
        if options.show:
            for template, (count, left) in result.leaks.items():
                print(f"  LEAK {count}/{options.times} {template!r}\n        {left!r}")
            for before, after in result.touched:
                print(f"  TOUCHED {before!r}\n       -> {after!r}")


if __name__ == "__main__":
    main()
