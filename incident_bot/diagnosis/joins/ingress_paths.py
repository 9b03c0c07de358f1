"""Paths of an Ingress beside requests that were not found: what a rule routes, what a rewrite leaves of it, what a program knows.

The annotations are ingress-nginx's (kubernetes.github.io/ingress-nginx/examples/rewrite); path types are the API's
(kubernetes.io/docs/concepts/services-networking/ingress, "Path types").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from incident_bot.diagnosis.fieldpaths import find_values, first_value
from incident_bot.diagnosis.joins.join import ByKind, Join, Pair
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incident_bot.diagnosis.joins.join import Said

_REWRITE = "metadata.annotations[nginx.ingress.kubernetes.io/rewrite-target]"
_GROUP = re.compile(r"\$(\d)")
_REQUEST = compile_later(
    r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD)\b[\s\"':=\[]{1,4}(?P<path>/[^\s\"'?]{0,200})[^\s]{0,200}(?P<rest>.{0,60})",
    re.IGNORECASE,
)
_STATUS = compile_later(r"(?<![\d.:-])(?P<code>[1-5]\d\d)(?![\d.:-])")
_FEWEST = 3
_FEWEST_UNPROVEN = 8
"""Where nothing but the answers says that nobody takes the prefix off."""
_MOST_OF = 0.8
_LEAST_OF_ALL = 0.2
_MOST_LINES = 1000


@dataclass(frozen=True, slots=True)
class _Request:
    path: str
    code: str
    line: str
    count: int


@dataclass(frozen=True, slots=True)
class _Route:
    """A path that an Ingress routes, where it stands, and what the path is rewritten to."""

    pair: Pair
    place: str
    path: str
    kind: str
    target: str

    @property
    def prefix(self) -> str:
        """The fixed beginning of the path: what stands before a group or a wildcard."""
        return re.split(r"[(\[*?^$\\]", self.path.lstrip("^"))[0].rstrip("/")


def find_lost_paths(by_kind: ByKind, logs: Sequence[Said]) -> Iterator[Join]:
    """Routes beneath which nearly all requests are not found, and whose own words say why; one an Ingress at most."""
    routes = list(_read_routes(by_kind))
    requests = [request for said in logs for request in _read_requests(said)] if routes else []
    done: set[str] = set()
    for route in routes:
        for find in (_rewritten_away, _exact_only, _unknown_prefix, partial(_context_taken, logs)):
            join = find(route, requests, routes) if route.pair[0].name not in done else None
            if join is not None:
                done.add(route.pair[0].name)
                yield join


def _read_routes(by_kind: ByKind) -> Iterator[_Route]:
    for pair in by_kind.get("Ingress", ()):
        target = str(first_value(pair[0].body, _REWRITE) or "")
        for place, item in find_values(pair[0].body, "spec.rules[].http.paths[]|spec.backends[]"):
            path = str(first_value(item, "path") or "")
            if path.startswith(("/", "^/")):
                yield _Route(pair, place, path, str(first_value(item, "pathType") or ""), target)


def _read_requests(said: Said) -> Iterator[_Request]:
    for line, count in zip(said.text.splitlines()[:_MOST_LINES], said.counts, strict=False):
        match = _REQUEST.search(line[:_REACH])
        status = _STATUS.search(match["rest"]) if match else None
        if match and status:
            yield _Request(match["path"], status["code"], line, count)


_REACH = 1000


def _tally(requests: Sequence[_Request]) -> tuple[int, float]:
    """How many were not found, and their share of all."""
    lost = sum(request.count for request in requests if request.code == "404")
    return lost, lost / max(sum(request.count for request in requests), 1)


def _below(route: _Route, requests: Sequence[_Request]) -> list[_Request]:
    return [request for request in requests if route.prefix and request.path.startswith(f"{route.prefix}/")]


def _are_lost(requests: Sequence[_Request], fewest: int = _FEWEST) -> bool:
    lost, share = _tally(requests)
    return lost >= fewest and share >= _MOST_OF


def _are_many(lost: Sequence[_Request], requests: Sequence[_Request]) -> bool:
    """Whether requests are more of all than strangers who try paths."""
    return _tally(lost)[0] >= _LEAST_OF_ALL * sum(request.count for request in requests)


def _first_lost(requests: Sequence[_Request]) -> _Request:
    return next(request for request in requests if request.code == "404")


def _rewritten_away(route: _Route, requests: Sequence[_Request], routes: Sequence[_Route]) -> Join | None:  # noqa: ARG001 - one shape
    """A target that names a group which the path has not, or none at all: whatever is asked below becomes one path."""
    groups = max((int(number) for number in _GROUP.findall(route.target)), default=0)
    is_fixed = bool(route.target) and not groups and route.kind != "Exact"
    below = _below(route, requests)
    if not (groups > route.path.count("(") or is_fixed) or not _are_lost(below) or not _are_many(below, requests):
        return None
    item, relation = route.pair
    left = _GROUP.sub("", route.target) or "/"
    return Join(
        name="ingress-rewrite-loses-path",
        subject=item,
        relation=relation,
        path=_REWRITE,
        value=route.target,
        other=item,
        other_path=f"{route.place}.path",
        shown=(_first_lost(below).line,),
        groups={"ingress": item.name, "route": route.path, "target": route.target, "lost": left},
    )


def _exact_only(route: _Route, requests: Sequence[_Request], routes: Sequence[_Route]) -> Join | None:
    """Requests below a path that only matches as a whole, and that no other route takes."""
    others = [item for item in routes if item is not route and item.kind != "Exact"]
    below = [
        item for item in _below(route, requests) if not any(item.path.startswith(other.prefix) for other in others)
    ]
    if route.kind != "Exact" or not _are_lost(below) or not _are_many(below, requests):
        return None
    item, relation = route.pair
    lost = _first_lost(below)
    return Join(
        name="ingress-path-exact",
        subject=item,
        relation=relation,
        path=f"{route.place}.pathType",
        value=route.path,
        shown=(lost.line,),
        groups={"ingress": item.name, "route": route.path, "asked": lost.path},
    )


def _unknown_prefix(route: _Route, requests: Sequence[_Request], routes: Sequence[_Route]) -> Join | None:  # noqa: ARG001 - one shape
    """Requests that reach the program with the route's prefix, which nobody takes off, and of which it finds none."""
    below = _below(route, requests)
    if route.target or route.kind == "Exact" or not _are_lost(below, _FEWEST_UNPROVEN):
        return None
    item, relation = route.pair
    lost = _first_lost(below)
    return Join(
        name="ingress-prefix-unknown",
        subject=item,
        relation=relation,
        path=f"{route.place}.path",
        value=route.path,
        shown=(lost.line,),
        groups={"ingress": item.name, "route": route.prefix, "asked": lost.path},
    )


_CONTEXT = compile_later(
    r"\b(?:context[ -]?path|contextPath|base[ _-]?(?:path|url|href)|url[ _-]?prefix|root[ _-]?path|script_name|mounted (?:at|on|under)|serving (?:at|under|on))\b[ =:]{0,3}[\"'\[]{0,2}(?P<path>/[\w./-]{1,100})",
    re.IGNORECASE,
)


def _context_taken(
    logs: Sequence[Said],
    route: _Route,
    requests: Sequence[_Request],
    routes: Sequence[_Route],  # noqa: ARG001 - one shape
) -> Join | None:
    """A prefix that the rewrite takes off, while the program says that it lives below it and finds nothing without it."""
    asked = [item for item in requests if not item.path.startswith(route.prefix)]
    if not route.target or not route.prefix or not _are_lost(asked):
        return None
    line = next(
        (
            line
            for said in logs
            for line in said.text.splitlines()[:_MOST_LINES]
            if (match := _CONTEXT.search(line[:_REACH])) and match["path"].rstrip("/.") == route.prefix
        ),
        "",
    )
    if not line:
        return None
    item, relation = route.pair
    lost = _first_lost(asked)
    return Join(
        name="ingress-strips-context",
        subject=item,
        relation=relation,
        path=_REWRITE,
        value=route.target,
        shown=(line, lost.line),
        groups={"ingress": item.name, "route": route.prefix, "target": route.target, "asked": lost.path},
    )
