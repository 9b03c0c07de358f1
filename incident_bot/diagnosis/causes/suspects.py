"""Lines that may answer what a colleague asks, although no program calls them an error: suspects by the question.

An engineer who is told that no money arrives looks for lines that name what is asked about, and among them for one that
tells something: nothing was found, it was skipped, it goes to a sandbox, a limit is reached. Each of these is a number in
`WEIGHTS`; a line's sum says how well it answers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from incident_bot.condense.severity import Level, grade
from incident_bot.diagnosis.causes.candidates import Candidate, cited_lines
from incident_bot.diagnosis.causes.confidence import bound
from incident_bot.diagnosis.causes.notes import find_unread, is_asked_about
from incident_bot.diagnosis.causes.oddities import ODD, find_oddities
from incident_bot.diagnosis.causes.questions import read_question
from incident_bot.diagnosis.causes.ranking import MAX_CAUSES
from incident_bot.diagnosis.causes.signs import read_lines, read_signs
from incident_bot.diagnosis.causes.stride import is_ordinary
from incident_bot.diagnosis.facts import Fact, read_log_time
from incident_bot.diagnosis.logs.access_lines import read_answer
from incident_bot.diagnosis.logs.findings import Finding
from incident_bot.diagnosis.logs.messages import read_text, tidy
from incident_bot.diagnosis.logs.outcome import Outcome, outcome_of
from incident_bot.diagnosis.logs.sentences import shorten_about
from incident_bot.diagnosis.logs.titles import subject_of
from incident_bot.diagnosis.targets import stem_of
from incident_bot.model import Category, Verdict
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from incident_bot.diagnosis.causes.questions import Question
    from incident_bot.diagnosis.causes.signs import Line, Sign
    from incident_bot.diagnosis.health.judgement import Health
    from incident_bot.diagnosis.scene import Scene

WEIGHTS: Mapping[str, float] = {
    "names a word of the question": 0.6,
    "names an id, path or number of the question": 1.0,
    "stands beside a line that does": 0.8,
    "names nothing that is asked about": -0.4,
    "names what the question calls well": -0.4,
    "tells": 1.0,
    "tells in two ways": 0.4,
    "does not fit the others": 0.5,
    "is only of another kind": -0.2,
    "calls itself a warning": 0.3,
    "calls itself an error": 0.5,
    "is rare": 0.3,
    "goes on to the end": 0.4,
    "is an answer without a fault": -0.5,
}
"""By feature; words of the question count by how few lines have them, up to two of them."""

_SURE = 1.2
_LEAD = 0.25
_WORTH_TELLING = 0.8
_MOST_WORDS = 2.0
_RARE_SHARE = 0.2
_COMMON_SHARE = 0.6
_FEWEST_TO_COMPARE = 3
_BESIDE_LINES = 2
_AGAIN = 3
_TAIL_SHARE = 0.2
_FAULT = 400


@dataclass(frozen=True, slots=True)
class Suspect:
    """A line, the sign that it gives, and how well it answers the question. `count` says how many are like it."""

    line: Line
    sign: Sign
    score: float
    count: int


def find_suspects(question: Question, scene: Scene) -> list[Suspect]:
    """The lines that may answer a question, best first, each kind of line once."""
    lines = read_lines(scene)
    common = Counter(stem for line in lines for stem in line.stems & (question.words | question.works))
    question = replace(
        question, works=frozenset(stem for stem in question.works if common[stem] <= _COMMON_SHARE * len(lines))
    )
    own = [_weigh_names(line, question, common, len(lines)) for line in lines]
    named = [max(weight, _weigh_beside(place, lines, own)) for place, weight in enumerate(own)]
    shapes = Counter(line.shape for line in lines)
    lasts = {line.shape: line for line in lines}
    told = list(_read_signs(lines, own, question, scene))
    zeros = Counter(lines[place].shape for place, signs in told if signs[0].name == "nothing")
    places = {id(line): place for place, line in enumerate(lines)}
    odd = ((places[id(line)], (sign,)) for line, sign in find_oddities(lines, question, scene))
    found: dict[str, Suspect] = {}
    for place, signs in (*told, *odd):
        line = lines[place]
        if signs[0].name == "nothing" and zeros[line.shape] < shapes[line.shape] and named[place] < _NAMED:
            # Counts that are 0 now and then: `logs/emptied.py` says when that is a failure.
            continue
        beside = signs[0].beside
        naming = max(named[place], own[places[id(beside)]] if beside else 0.0)
        names = _features(line, signs, question, shapes, lasts, is_named=naming >= _NAMED)
        score = naming + sum(WEIGHTS[name] for name in names)
        if line.shape not in found or score > found[line.shape].score:
            found[line.shape] = Suspect(line, signs[0], round(score, 2), shapes[line.shape])
    ranked = (_with_score_of_first(found.values(), item) for item in found.values())
    return sorted(ranked, key=lambda item: (-item.score, item.line.log.evidence_id, item.line.number))


_NAMED = 0.3
_MOST_KINDS = 800
_MINORITY_SHARE = 0.4


def _read_signs(
    lines: Sequence[Line], own: Sequence[float], question: Question, scene: Scene
) -> Iterator[tuple[int, tuple[Sign, ...]]]:
    """The lines, by their places, that give signs which the log itself does not take back."""
    read: dict[tuple[str, bool], tuple[Sign, ...]] = {}
    judged: dict[tuple[str, bool], bool] = {}
    shapes = Counter(line.shape for line in lines)
    for place, line in enumerate(lines):
        is_named = own[place] > 0
        is_about = is_named or (
            not line.stems.isdisjoint(question.words) and shapes[line.shape] <= _MINORITY_SHARE * len(lines)
        )
        kind = (line.kind, is_about)
        if kind not in read:
            read[kind] = read_signs(line.text, is_named=is_about) if len(read) < _MOST_KINDS else ()
        shape = (line.shape, is_named)
        if read[kind] and shape not in judged:
            judged[shape] = _is_judged(line, scene, is_named=is_named)
        if read[kind] and not judged[shape]:
            yield place, read[kind]


def _weigh_beside(place: int, lines: Sequence[Line], own: Sequence[float]) -> float:
    near = (
        own[other]
        for other in range(max(0, place - _BESIDE_LINES), min(len(lines), place + _BESIDE_LINES + 1))
        if other != place and lines[other].log is lines[place].log
    )
    return WEIGHTS["stands beside a line that does"] * max(near, default=0.0)


def _is_judged(line: Line, scene: Scene, *, is_named: bool) -> bool:
    """Whether a loud line was read as any other, and is over; where it names nothing that is asked about, also if it came to nothing."""
    if grade(line.text) < Level.WARNING:
        return False
    kept = line.log.kept
    place = max(0, bisect_right(kept, line.number, key=lambda item: item.line) - 1)
    outcome = outcome_of(place, line.log, scene, count=kept[place].count)
    if is_named:
        return outcome is Outcome.OVERCOME
    return outcome is not Outcome.OPEN or is_ordinary(kept[place], line.log)


def _features(
    line: Line,
    signs: Sequence[Sign],
    question: Question,
    shapes: Counter[str],
    lasts: Mapping[str, Line],
    *,
    is_named: bool,
) -> Iterator[str]:
    """The names of what holds of a line, without how much it names."""
    yield "tells"
    names = {sign.name for sign in signs}
    if len(names) > 1:
        yield "tells in two ways"
    if names & ODD - _WEAKLY_ODD:
        yield "does not fit the others"
    if names <= _OF_ANOTHER_KIND:
        yield "is only of another kind"
    if line.stems & question.works:
        yield "names what the question calls well"
    level = grade(line.text)
    if level >= Level.WARNING and is_named:
        yield "calls itself an error" if level >= Level.ERROR else "calls itself a warning"
    last = lasts[line.shape]
    is_rare = shapes[line.shape] <= max(1, _RARE_SHARE * shapes.total())
    goes_on = not is_rare and shapes[line.shape] >= _AGAIN and last.number >= (1 - _TAIL_SHARE) * last.log.total_lines
    if is_rare or goes_on:
        yield "is rare" if is_rare else "goes on to the end"
    if not (is_named or goes_on or names & _PLAIN):
        yield "names nothing that is asked about"
    answer = read_answer(line.text)
    if answer is not None and answer.status < _FAULT and not names & _OF_GOOD_ANSWERS:
        yield "is an answer without a fault"


_PLAIN = ODD | {"full", "body", "scan", "behind", "elsewhere", "mode", "removed"}
"""Signs that calm logs hardly ever give: they tell although the line names nothing that is asked about."""
_OF_ANOTHER_KIND = frozenset({"other", "id"})
_WEAKLY_ODD = frozenset({"contrast", "changed", "stale", "other", "remark", "id", "turned-away"})
_OF_GOOD_ANSWERS = ODD | {"elsewhere", "body", "limit"}


def _with_score_of_first(others: Collection[Suspect], item: Suspect) -> Suspect:
    """Of counts of nothing in a row the first one is the reason of the others: it takes their score."""
    later = [
        other.score + _FIRST_OF_A_ROW
        for other in others
        if other.sign.name == item.sign.name == "nothing"
        and other.line.log is item.line.log
        and 0 < other.line.number - item.line.number <= _BESIDE_LINES
    ]
    return replace(item, score=max([item.score, *later]))


_FIRST_OF_A_ROW = 0.3


def _weigh_names(line: Line, question: Question, common: Counter[str], total: int) -> float:
    """How much a line names what is asked about: words count the more, the fewer lines have them."""
    shared = sum(
        max(0.0, 1 - common[stem] / (_COMMON_SHARE * total)) if total >= _FEWEST_TO_COMPARE else 1.0
        for stem in line.stems & question.words
    )
    lowered = line.text.lower()
    is_coded = any(re.search(rf"(?<![\w.]){re.escape(code)}(?!\w)", lowered) for code in question.codes)
    weight = WEIGHTS["names a word of the question"] * min(shared, _MOST_WORDS)
    return weight + WEIGHTS["names an id, path or number of the question"] * is_coded


def answer_question(
    verdict: Verdict, causes: Sequence[Candidate], scene: Scene, health: Health
) -> tuple[Verdict, tuple[Candidate, ...]] | None:
    """What a note that complains of a trouble is told instead of "no failure found", or of too little evidence.

    A line that clearly stands out is the cause; otherwise the evidence is insufficient, and the lines that come nearest
    are told. None where status shows a failure, or no note complains: then the verdict stands. A pod that fails for no
    known reason and that the note does not name is no answer to it, and stands behind a line that is.
    """
    is_open = verdict in (Verdict.HEALTHY, Verdict.INSUFFICIENT_EVIDENCE)
    question = read_question(scene) if is_open and not find_unread(scene) else None
    if question is None or _is_failure_asked(question.text, scene, health):
        return None
    found = _choose_suspects(question, scene)
    if found and _stands_out(found):
        told = [_write(item, scene, bound(_MOST_CONFIDENT - _BELOW * place)) for place, item in enumerate(found)]
        return Verdict.FAILURE, (*told, *_of_other_lines(causes, told))[:MAX_CAUSES]
    if health.failing:
        return None
    told = [_write(item, scene, bound(_DOUBTFUL - _BELOW * place)) for place, item in enumerate(found)]
    return Verdict.INSUFFICIENT_EVIDENCE, (*told, *_of_other_lines(causes, told))[:MAX_CAUSES]


def _is_failure_asked(question: str, scene: Scene, health: Health) -> bool:
    """Whether a note asks about what fails: by its name, by how pods fail, or because that is what all is about."""
    return bool(health.failing) and (
        _OF_PODS.search(question) is not None
        or any(
            not item.pod or stem_of(item.pod) == scene.target.workload or is_asked_about(stem_of(item.pod), scene)
            for item in health.failing
        )
    )


_OF_PODS = compile_later(
    r"\b(?:restart\w*|crash\w*|kill\w*|evict\w*|pods?|containers?|pending|images?|(?:does|do|will|did)(?: not|n't) start|come up)\b",
    re.IGNORECASE,
)


_MOST_CONFIDENT = 0.55
_DOUBTFUL = 0.4
_BELOW = 0.1


def _choose_suspects(question: Question, scene: Scene) -> list[Suspect]:
    """The best, and what says another thing than those before it."""
    chosen: list[Suspect] = []
    for item in find_suspects(question, scene):
        if item.score < _WORTH_TELLING or len(chosen) == MAX_CAUSES:
            break
        if not any(_is_alike(item, other) for other in chosen):
            chosen.append(item)
    return chosen


def _is_alike(one: Suspect, other: Suspect) -> bool:
    """Whether two lines say the same about different things, or stand together in one record and tell the same."""
    words, others = one.line.stems, other.line.stems
    is_together = (
        one.sign.name == other.sign.name
        and one.line.log is other.line.log
        and abs(one.line.number - other.line.number) <= _BESIDE_LINES
    )
    return is_together or len(words & others) >= _SAME_SHARE * min(len(words), len(others))


_SAME_SHARE = 0.7


def _stands_out(found: Sequence[Suspect]) -> bool:
    """Whether the first is clearly the best: another line of the same sign agrees, and a count of nothing follows from it."""
    first = found[0]
    rivals = [
        item
        for item in found[1:]
        if item.sign.name != "nothing"
        and (item.sign.name != first.sign.name or item.sign.name == "refused")
        and (item.sign.name not in _WEAKLY_ODD or first.sign.name in _WEAKLY_ODD)
    ]
    return first.score >= _SURE and all(first.score - item.score >= _LEAD for item in rivals)


def _of_other_lines(causes: Sequence[Candidate], told: Sequence[Candidate]) -> list[Candidate]:
    lines = {line for item in told for line in cited_lines(item)}
    return [item for item in causes if not cited_lines(item) & lines]


_SAID_CHARS = 140
_WEIGHT = 0.5


def _write(item: Suspect, scene: Scene, confidence: float) -> Candidate:
    line, sign, log = item.line, item.sign, item.line.log
    said = tidy(read_text(line.text))
    if not sign.pattern.search(said):
        said = " ".join(line.text.split())
    # Of a chain the last link is the reason.
    place = max((match.start() for match in sign.pattern.finditer(said)), default=-1)
    quote = shorten_about(said, place, _SAID_CHARS)
    index = max(0, bisect_right(log.kept, line.number, key=lambda kept: kept.line) - 1)
    finding = Finding(
        kind=f"asked-{sign.name}",
        category=Category.APPLICATION,
        title=sign.title.replace("{who}", subject_of(log)).replace("{said}", quote),
        hint=sign.hint,
        index=index,
        offset=log.offsets[index],
        weight=_WEIGHT,
        count=item.count,
    )
    return Candidate(
        id=f"log-{finding.kind}",
        title=finding.title,
        category=finding.category,
        specificity=2,
        pod=log.pod,
        container=log.container,
        relation=log.relation,
        facts=(_fact_of(line, scene, count=item.count),),
        supporting=(_fact_of(sign.beside, scene),) if sign.beside else (),
        finding=finding,
        confidence=confidence,
    )


def _fact_of(line: Line, scene: Scene, *, count: int = 1) -> Fact:
    log = line.log
    return Fact(
        source="log",
        relation=log.relation,
        citation=scene.cite(log.evidence_id, line.number, line.text),
        pod=log.pod,
        container=log.container,
        role=log.role,
        kind="Log",
        name=log.container,
        field=str(line.number),
        value=line.text,
        at=read_log_time(line.text),
        count=count,
    )
