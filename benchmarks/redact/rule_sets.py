"""Our recall on credentials made from a maintained rule set's own patterns, rule by rule.

    .venv/bin/python benchmarks/redact/rule_sets.py --rules FILE.toml [--worst 40]

FILE holds `[[rules]]` with `id` and `regex`, as gitleaks and its successors write them. It is not part of this
repository: fetch it from the project whose knowledge you want to compare. Values are drawn from each pattern and put
into the surroundings of source code, configuration and logs, under names that begin with the rule's first word;
what a pattern describes without any name beside it is also put into surroundings that name nothing.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from fakes.pattern_samples import Sampler
from incident_bot.redaction import Redactor

_NAMED = r"""
{n}_api_token="{v}"
{n}Token = {v}
{N}_TOKEN={v}
export {N}_KEY='{v}'
{"{n}_secret":"{v}","debug":true}
"{n}Token" : "{v}",
{"msg":"{\"{n}_token\":\"{v}\"}"}
{n}_token: {v}
  {n}-api-key: "{v}"
{n}_token = "{v}"
<{n}Token>{v}</{n}Token>
<{n}Token>\n    {v}\n</{n}Token>
string {n}Token = "{v}";
var {n}Token = "{v}"
{n}Token := "{v}"
{n}Token := `{v}`
String {n}Token = "{v}";
System.setProperty("{N}_TOKEN", "{v}")
val {n}Token: String = "{v}"
${n}Token .= "{v}"
'{n}_token' => '{v}'
{N}_TOKEN ::= "{v}"
{N}_TOKEN ?= "{v}"
{N}_TOKEN := {v}
cfg["{n}_token"] = "{v}"
--{n}-token {v} --verbose
--{n}-token={v}
x-{n}-token: {v}
GET /v1/x?page=2&{n}_token={v}&z=1 HTTP/1.1
      {N}_API_KEY:  {v}
- name: {N}_TOKEN\n  value: "{v}"
level=warn msg=retry {n}_token={v} attempt=2
map[{n}_token:{v} region:eu]
"""
"""Surroundings: `{n}` a name's beginning, `{N}` in capitals, `{v}` the value."""
_PLAIN = """
2026-03-01T10:00:00Z WARN {n} refused {v}: denied
['{v}', 3]
{"arg":"{v}"}
upstream said ({v})
x={v}
{v}
"""
"""Surroundings that name nothing."""
_NO_SECRETS = r"-(?:url|host|domain|username|repository|(?:account|cloud|token)-name)(?:\.\d)?$"
"""Rules for what stands beside a secret, so that it can be tried out."""


def read_rules(path: Path) -> Iterator[tuple[str, str]]:
    """The (id, pattern) of every rule that has a pattern, in the syntax of `re`."""
    for rule in tomllib.loads(path.read_text(encoding="utf-8"))["rules"]:
        if rule.get("regex"):
            yield rule["id"], _translated(rule["regex"])


def _translated(pattern: str) -> str:
    """A pattern of Go's syntax in Python's: flags in the middle hold to the end of their group."""
    pattern = pattern.replace("[[:alnum:]]", "[A-Za-z0-9]").replace(r"\z", r"\Z")
    at = pattern.find("(?i)", 1)
    while at > 0:
        end = _group_end(pattern, at + 4)
        pattern = f"{pattern[:at]}(?i:{pattern[at + 4 : end]}){pattern[end:]}"
        at = pattern.find("(?i)", 1)
    return pattern


def _group_end(pattern: str, at: int) -> int:
    depth, in_class = 0, False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char == "(":
            depth += 1
        elif char == ")":
            if not depth:
                return at
            depth -= 1
        at += 1
    return at


def samples(rule: str, pattern: str, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """(surroundings, value, text) of one rule."""
    sampler = Sampler(pattern, rng)
    name = re.split(r"[-_.]", rule)[0]
    name = name if name[0].isalpha() else f"x{name}"
    for template in _NAMED.strip("\n").split("\n"):
        value = sampler.draw()[1].strip("\"' ")
        yield template, value, _filled(template, name, value)
    text, value = sampler.draw()
    if len(text) > len(value) + 2:
        return  # the pattern needs a name beside the value
    for template in _PLAIN.strip("\n").split("\n"):
        value = sampler.draw()[1].strip("\"' ")
        yield template, value, _filled(template, name, value)


def _filled(template: str, name: str, value: str) -> str:
    template = template.replace("\\n", "\n")
    return template.replace("{n}", name).replace("{N}", name.upper()).replace("{v}", value)


def main() -> None:
    """Prints recall over all rules, the rules and the surroundings that leak most."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rules", type=Path, required=True, help="a TOML file of rules")
    parser.add_argument("--worst", type=int, default=30, help="rules that leak which are shown")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--skip", default=_NO_SECRETS, help="pattern of rule ids that describe no secret")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    made: Counter[str] = Counter()
    leaked: Counter[str] = Counter()
    where: Counter[str] = Counter()
    example: dict[str, str] = {}
    for rule, pattern in read_rules(options.rules):
        if re.search(options.skip, rule):
            continue
        for surroundings, value, text in samples(rule, pattern, rng):
            made[rule] += 1
            if value in Redactor(b"benchmark").redact(text):
                leaked[rule] += 1
                where[surroundings] += 1
                example.setdefault(rule, text)
    total, lost = sum(made.values()), sum(leaked.values())
    print(f"rules {len(made)}, samples {total}, recall {100 * (total - lost) / total:.2f} %")
    print(f"rules without a leak {len(made) - len(leaked)}")
    for rule, count in leaked.most_common(options.worst):
        print(f"  {rule:44}{count:4}/{made[rule]:<4} {example[rule][:160]!r}")
    for surroundings, count in where.most_common(12):
        print(f"  {surroundings:44}{count:4}")


if __name__ == "__main__":
    sys.exit(main())
