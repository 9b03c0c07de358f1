"""Rows of `kubectl get` that lost their header: `| grep web`, `--no-headers`, or what somebody copied.

The kind of a table is told by its header otherwise; here the forms of all cells of a row have to agree with the
columns that kubectl prints for one kind (kubernetes, pkg/printers/internalversion/printers.go).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from incident_bot.kubectl.tables import Row, Table

_START = r"(?:(?P<NAMESPACE>[a-z0-9][a-z0-9-]{0,62}) +)?(?P<NAME>(?:[a-z]{1,40}(?:\.[a-z0-9.]{1,80})?/)?[a-z0-9][a-z0-9.-]{0,252}) +"
_AGE = r"(?P<AGE>(?:\d{1,6}[smhdy]){1,3}|<unknown>|<invalid>)"
_SPAN = r"(?:(?:\d{1,6}[smhdy]){1,3}|<none>|<unknown>)"
_NUMBER = r"\d{1,6}"
_WIDE = r"(?: {2,}\S.{0,2000})?"
_POD_WORD = (
    r"(?:Pending|Running|Succeeded|Failed|Unknown|Completed|Terminating|NotReady|Evicted|Error|SchedulingGated"
    r"|Init:[\w/:]{1,60}|[A-Z][A-Za-z]{2,60}(?:Error|Off|Killed|Creating|Initializing|Pull|Backoff|BackOff|Neverpull|Name|Lost|Exceeded|Affinity|Shutdown|Unknown|Ran?|Run)"
    r"|(?:ExitCode|Signal):\d{1,3}|OutOf\w{2,40}|Unexpected\w{2,60})"
)
_FORMS: tuple[tuple[str, str], ...] = (
    (
        "Pod",
        (
            rf"(?P<READY>\d{{1,3}}/\d{{1,3}}) +(?P<STATUS>{_POD_WORD}) +(?P<RESTARTS>\d{{1,6}}(?: \(\S{{1,12}} ago\))?) +{_AGE}"
            r"(?: +(?P<IP>[\d.]{7,15}|[0-9a-f:]{4,39}|<none>) +(?P<NODE>[a-z0-9][a-z0-9.-]{0,252}|<none>)(?: +\S+ +\S+)?)?(?: {2,}(?P<LABELS>\S{1,2000}=\S{0,2000}))?"
        ),
    ),
    (
        "Node",
        rf"(?P<STATUS>(?:Ready|NotReady|Unknown)(?:,[A-Za-z]{{4,40}})?) +(?P<ROLES><none>|[a-z0-9][a-z0-9,.-]{{0,80}}) +{_AGE} +(?P<VERSION>v\d\.\d{{1,2}}\S{{0,60}}){_WIDE}",
    ),
    (
        "Job",
        rf"(?:(?P<STATUS>Complete|Failed|Running|Suspended|Terminating|FailureTarget|SuccessCriteriaMet) +)?(?P<COMPLETIONS>\d{{1,6}}/\d{{1,6}}(?: of \d{{1,6}})?) +(?P<DURATION>{_SPAN}) +{_AGE}{_WIDE}",
    ),
    ("StatefulSet", rf"(?P<READY>\d{{1,6}}/\d{{1,6}}) +{_AGE}{_WIDE}"),
    (
        "Deployment",
        rf"(?P<READY>\d{{1,6}}/\d{{1,6}}) +(?P<UPTODATE>{_NUMBER}) +(?P<AVAILABLE>{_NUMBER}) +{_AGE}{_WIDE}",
    ),
    (
        "DaemonSet",
        (
            rf"(?P<DESIRED>{_NUMBER}) +(?P<CURRENT>{_NUMBER}) +(?P<READY>{_NUMBER}) +(?P<UPTODATE>{_NUMBER}) +(?P<AVAILABLE>{_NUMBER}) +"
            rf"(?P<NODESELECTOR>\S{{1,400}}) +{_AGE}{_WIDE}"
        ),
    ),
    ("ReplicaSet", rf"(?P<DESIRED>{_NUMBER}) +(?P<CURRENT>{_NUMBER}) +(?P<READY>{_NUMBER}) +{_AGE}{_WIDE}"),
    (
        "CronJob",
        (
            r"(?P<SCHEDULE>@\w{3,10}(?: \S{1,10})?|(?:[\d*,/?LW#-]{1,60}|[A-Z,-]{3,30})(?: (?:[\d*,/?LW#-]{1,60}|[A-Z,-]{3,30})){4}) +"
            rf"(?:(?P<TIMEZONE><none>|[A-Z][\w/+-]{{2,40}}) +)?(?P<SUSPEND>True|False) +(?P<ACTIVE>{_NUMBER}) +(?P<LASTSCHEDULE>{_SPAN}) +{_AGE}{_WIDE}"
        ),
    ),
    ("Namespace", rf"(?P<STATUS>Active|Terminating) +{_AGE}"),
    (
        "PersistentVolumeClaim",
        (
            rf"(?P<STATUS>Bound|Pending|Lost|Terminating) +(?:(?P<VOLUME>[a-z0-9][a-z0-9.-]{{2,252}}) +(?P<CAPACITY>\d[\d.]{{0,12}}[A-Za-z]{{0,2}}) +(?P<ACCESSMODES>[RWXOP,]{{3,20}}) +)?"
            rf"(?:(?P<STORAGECLASS>[a-z0-9][a-z0-9.-]{{0,252}}) +)?(?:<unset> +)?{_AGE}{_WIDE}"
        ),
    ),
    (
        "PersistentVolume",
        (
            r"(?P<CAPACITY>\d[\d.]{0,12}[A-Za-z]{0,2}) +(?P<ACCESSMODES>[RWXOP,]{3,20}) +(?P<RECLAIMPOLICY>Retain|Delete|Recycle) +(?P<STATUS>Available|Bound|Released|Failed|Pending|Terminating) +"
            rf"(?:(?P<CLAIM>[a-z0-9-]{{1,63}}/\S{{1,253}}) +)?(?:(?P<STORAGECLASS>[a-z0-9][a-z0-9.-]{{0,252}}) +)?(?:<unset> +)?(?:[A-Z]\w{{3,60}} +)?{_AGE}{_WIDE}"
        ),
    ),
    (
        "Service",
        (
            r"(?P<TYPE>ClusterIP|NodePort|LoadBalancer|ExternalName) +(?P<CLUSTERIP>[\d.]{7,15}|[0-9a-f:]{4,39}|None|<none>) +(?P<EXTERNALIP>\S{1,400}) +"
            rf"(?P<PORTS>(?:\d{{1,5}}(?::\d{{1,5}})?/[A-Z]{{3,4}},?){{1,40}}|<none>) +{_AGE}(?: {{2,}}(?P<SELECTOR>\S{{1,600}}))?"
        ),
    ),
    (
        "HorizontalPodAutoscaler",
        rf"(?P<REFERENCE>[A-Z]\w{{2,40}}/[a-z0-9.-]{{1,253}}) +(?P<TARGETS>\S.{{0,300}}?) +(?P<MINPODS>{_NUMBER}|<unset>) +(?P<MAXPODS>{_NUMBER}) +(?P<REPLICAS>{_NUMBER}) +{_AGE}",
    ),
    (
        "PodDisruptionBudget",
        rf"(?P<MINAVAILABLE>\d{{1,6}}%?|N/A) +(?P<MAXUNAVAILABLE>\d{{1,6}}%?|N/A) +(?P<ALLOWEDDISRUPTIONS>{_NUMBER}) +{_AGE}",
    ),
    (
        "Endpoints",
        rf"(?P<ENDPOINTS>(?:[\d.]{{7,15}}(?::\d{{1,5}})?,?){{1,20}}(?: \+ \d{{1,6}} more\.\.\.)?|<none>) +{_AGE}",
    ),
    (
        "EndpointSlice",
        rf"(?P<ADDRESSTYPE>IPv4|IPv6|FQDN) +(?P<PORTS>\S{{1,200}}) +(?P<ENDPOINTS>\S.{{0,400}}?) +{_AGE}",
    ),
    (
        "Ingress",
        rf"(?P<CLASS>[a-z0-9][a-z0-9.-]{{0,252}}|<none>) +(?P<HOSTS>\*|[a-z0-9*][\w.*,+ -]{{2,400}}?) +(?:(?P<ADDRESS>[\w.,-]{{4,400}}) +)?(?P<PORTS>80(?:, 443)?) +{_AGE}",
    ),
    ("", rf"(?P<READY>True|False|Unknown) +(?P<SECRET>[a-z0-9][a-z0-9.-]{{2,252}}) +{_AGE}"),
    (
        "",
        rf"(?:(?P<STORETYPE>(?:Cluster)?SecretStore) +)?(?P<STORE>[a-z0-9][a-z0-9.-]{{0,252}}) +(?P<REFRESHINTERVAL>(?:\d{{1,6}}(?:\.\d)?[smhdy]){{1,4}}\d{{0,2}}s?) +(?P<STATUS>Secret\w{{4,30}}) +(?P<READY>True|False|Unknown)(?: +{_AGE})?{_WIDE}",
    ),
    (
        "",
        r"(?P<SYNCSTATUS>Synced|OutOfSync|Unknown) +(?P<HEALTHSTATUS>Healthy|Degraded|Progressing|Missing|Suspended|Unknown)(?: {2,}\S.{0,400})?",
    ),
    ("", rf"{_AGE} +(?P<READY>True|False|Unknown) +(?P<STATUS>\S.{{0,2000}})"),
    ("PodMetrics", r"(?P<CPU>\d{1,9}m) +(?P<MEMORY>\d{1,9}[KMG]i)"),
    (
        "NodeMetrics",
        r"(?P<CPU>\d{1,9}m) +(?P<CPUPERCENT>\d{1,4}%) +(?P<MEMORY>\d{1,9}[KMG]i) +(?P<MEMORYPERCENT>\d{1,4}%)",
    ),
)
"""The first whose whole row fits; its columns tell the kind where none is given, as below a header (cert-manager,
External Secrets, Argo CD, and what Flux prints for each of its kinds)."""
_NAMES = {
    "UPTODATE": "UP-TO-DATE", "NODESELECTOR": "NODE SELECTOR", "LASTSCHEDULE": "LAST SCHEDULE", "ACCESSMODES": "ACCESS MODES",
    "RECLAIMPOLICY": "RECLAIM POLICY", "CLUSTERIP": "CLUSTER-IP", "EXTERNALIP": "EXTERNAL-IP", "PORTS": "PORT(S)",
    "MINAVAILABLE": "MIN AVAILABLE", "MAXUNAVAILABLE": "MAX UNAVAILABLE", "ALLOWEDDISRUPTIONS": "ALLOWED DISRUPTIONS",
    "REFRESHINTERVAL": "REFRESH INTERVAL", "SYNCSTATUS": "SYNC STATUS", "HEALTHSTATUS": "HEALTH STATUS", "CPU": "CPU(cores)", "MEMORY": "MEMORY(bytes)", "CPUPERCENT": "CPU%", "MEMORYPERCENT": "MEMORY%",
}  # fmt: skip
_MAX_LINE = 4_000
_ROW = re.compile(r"[a-z0-9][a-z0-9./-]{0,320} +\S")


def is_bare_row(line: str) -> bool:
    """Whether a line is a row of a table of `kubectl get`, told by its cells alone."""
    return _match(line) is not None


def read_bare_rows(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[str, Table]]:
    """The tables of numbered lines, each with its kind (empty for a custom resource of which only conditions are told)."""
    found = [(number, line, match) for number, line in lines if (match := _match(line))]
    for place, rows in groupby(found, key=lambda row: row[2][0]):
        read = [_row_of(number, line, match[1]) for number, line, match in rows]
        columns = tuple(dict.fromkeys(name for row in read for name in row.cells))
        yield _FORMS[place][0], Table(columns=columns, line=read[0].line, rows=tuple(read))


def _row_of(number: int, line: str, match: re.Match[str]) -> Row:
    cells = {_NAMES.get(name, name): cell.strip() for name, cell in match.groupdict().items() if cell is not None}
    return Row(line=number, cells=cells, text=line)


def _match(line: str) -> tuple[int, re.Match[str]] | None:
    """The form that a line has, by its place, and its cells."""
    if len(line) > _MAX_LINE or not _ROW.match(line):
        return None
    line = line.rstrip().replace("\t", "  ")
    return next(((place, match) for place, form in enumerate(_forms()) if (match := form.fullmatch(line))), None)


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_START + form) for _, form in _FORMS)
