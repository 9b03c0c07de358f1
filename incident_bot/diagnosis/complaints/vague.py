"""Complaints that say that something is wrong and leave open what: they yield to all others."""

from __future__ import annotations

from incident_bot.diagnosis.complaints.complaint import Complaint
from incident_bot.model import Category

_HISTORY = ("See whether it began with a rollout", "kubectl -n {namespace} rollout history {workload_kind|deployment}/{workload}")  # fmt: skip
_PREVIOUS = ("Read what it was doing before", "kubectl -n {namespace} logs {pod} -c {container} --previous --tail=100")
_LOG = ("Read the frames around the line", "kubectl -n {namespace} logs {pod} -c {container} --tail=200")

SLOW = Complaint(
    kind="slow",
    is_symptom=True,
    category=Category.APPLICATION,
    patterns=(
        r"\bduration: \d{4,9}\.\d{1,3} ms|\bQuery_time: [1-9]|\btook \d{4,9} ?ms\b|slow (?:query|request|operation|consumer|response|log|statement|sql)|(?:latency|duration|response time|took|lag)\b.{0,60}(?:exceed|above|over|threshold|too (?:high|long))|exceed(?:s|ed|ing)? (?:the |its )?(?:\w+ ){0,2}(?:threshold|budget|slo|deadline)\b|falling behind|(?:replay|replica\w*|replication|slave|standby|secondary)\b.{0,60}\bbehind\b|replication lag|queue (?:is )?full|backpressure|circuit breaker (?:opened|tripped)|consumer lag|(?:event loop|main thread) (?:is )?(?:blocked|delay|stalled)|took too long|long[- ]running (?:query|transaction)|GC pause|Full GC|starvation|saturated|backlog",
    ),
    title="{container} is too slow: {says}",
    hint="Compare with the time before; look at CPU throttling, locks and the dependency it waits for.",
    impact="Callers wait; some run into their own time-outs.",
    steps=(("See whether it is short of CPU or memory", "kubectl -n {namespace} top pod {pod} --containers"), _HISTORY),
    prevention=("Alert on latency against its objective, and keep slow queries in review.",),
)  # fmt: skip
"""Also of what only figures tell."""

VAGUE: tuple[Complaint, ...] = (
    Complaint(
        kind="mismatch",
        category=Category.APPLICATION,
        patterns=(
            r"\bexpected\b[^\n]{1,80}?\b(?:but )?(?:got|found|received|was)\b|not compatible with|\bincompatible\b|(?:version|dimension|shape|size|schema|type|protocol|digest|signature|features?)\w*(?: names?)? (?:does not match|do not match|mismatch)|mismatched? (?:version|dimension|shape|size|schema|type)|\binequivalent arg\b|unsupported (?:version|protocol|format|codec|encoding)|could not be (?:deserialized|decoded)|(?:de)?serialization (?:error|failed)|Error (?:de)?serializing",
        ),
        title="{container} is given what it does not accept: {says}",
        hint="Compare both sides' versions, shapes or schemas; look at which of them changed last.",
        impact="What is of the other kind is refused; the rest goes on.",
        steps=(_HISTORY, _LOG),
        prevention=("Check in CI that both sides of an interface fit before either is rolled out.",),
    ),
    Complaint(
        kind="upstream-error",
        is_symptom=True,
        category=Category.DEPENDENCY,
        patterns=(
            r"\b(?:500 internal server error|502 bad gateway|503 service (?:temporarily )?unavailable|504 gateway time-?out)|(?:status(?:[_ ]?code)?|returned|responded with|response|answered|code|got|HTTP)\W{1,4}5\d\d\b|UNAVAILABLE: |no healthy upstream|no live upstreams|circuit ?breaker .{0,30}\b(?:is )?open\b|CallNotPermittedException|service unavailable|BadGateway",
        ),
        title="{container} gets server errors from {what}",
        names="address",
        otherwise="{container} gets server errors from an upstream service: {says}",
        hint="Look at the upstream's own pods and log at that time.",
        impact="Requests that need that service fail.",
        steps=(("See whether the other service's pods are ready", "kubectl get pods -A -o wide"),),
        prevention=("Alert on the error rate of the service itself, not only on its callers.",),
    ),
    Complaint(
        kind="circuit-open",
        is_symptom=True,
        category=Category.DEPENDENCY,
        patterns=(
            r"circuit[ -]?breaker\b.{0,60}\b(?:is |now |has )?(?:open(?:ed)?|trip(?:ped|s))\b|\bcircuit (?:\S+ )?(?:is )?(?:now )?open(?:ed)?\b|BrokenCircuitException|CallNotPermittedException|CircuitBreakerOpen\w*|CircuitOpen\w*Exception|\bbreaker (?:is )?open\b|does not permit further calls|HystrixRuntimeException.{0,80}short-circuited",
        ),
        title="{container} calls {what} no more: its circuit breaker is open",
        names="address",
        otherwise="{container} has stopped calling a dependency, its circuit breaker is open: {says}",
        hint="The breaker opened on errors that came before: read the first of them.",
        impact="Requests that need that dependency fail at once until the breaker closes again.",
        steps=(_LOG,),
        prevention=("Log with the breaker's opening the error that opened it, and alert on its state.",),
    ),
    SLOW,
    Complaint(
        kind="not-defined",
        category=Category.APPLICATION,
        patterns=(
            r"is (?:not defined|undefined|not a function|not iterable)|(?:object|reference) (?:reference )?not set to an instance|nil pointer dereference|NullPointerException|NullReferenceException|Cannot read propert(?:y|ies) of (?:undefined|null)|'NoneType' object|undefined (?:method|local variable|index|array key|variable|function)|null value|AttributeError|NameError|TypeError|IndexError|KeyError",
            r"index out of (?:range|bounds)|IndexOutOfBounds|division by zero|divide by zero|unwrap\(\)`? on (?:a|an) |no method matching|attempt to (?:index|call|perform arithmetic on|compare|concatenate) .{0,60}\bnil\b|no function clause matching|\bfunction_clause\b|\bbadmatch\b|no match of right hand side|case_clause|undef\b.{0,20}function|NoMethodError|Call to (?:a member function|undefined)|UnboundLocalError|uninitialized constant|ClassCastException|InvalidCastException|not-a-function|type mismatch|object has no attribute",
        ),
        title="{container} fails on a bug of its own: {says}",
        hint="Read the stack trace; compare with the last release.",
        impact="Requests that take this path fail; the rest goes on unless the process ends.",
        steps=(_LOG, _HISTORY),
        prevention=("Keep the input that led there as a test, and roll out to a few replicas first.",),
    ),
)  # fmt: skip

UNKNOWN_EXCEPTION = Complaint(
    kind="exception",
    category=Category.APPLICATION,
    patterns=(r"(?!)",),
    title="",
    hint="",
    impact="Requests that take this path fail; where nothing catches it, the process ends.",
    steps=(_LOG, _PREVIOUS, _HISTORY),
    prevention=("Keep the input that led there as a test, and roll out to a few replicas first.",),
)
"""What to type about an exception that is of no known kind."""
