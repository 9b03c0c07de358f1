"""Permanence: complaints whose own words say that no time and no second try will heal them.

A refused connection may be accepted in the next second, and takes repetition to be believed. A column that does not
exist, a task that nobody registered or a key that expired stays so until somebody changes something, and one request
that ended on it is as good as a thousand. This is the one table of such words; whether a line of a log counts is
judged in `causes/permanence.py`.
"""

from __future__ import annotations

import re
from functools import cache

from incident_bot.diagnosis.complaints.complaint import Complaint
from incident_bot.diagnosis.complaints.own import OWN
from incident_bot.diagnosis.complaints.remote import REMOTE
from incident_bot.diagnosis.patterns import PatternIndex, compile_pattern, split_branches
from incident_bot.model import Category

_HISTORY = ("See whether it began with a rollout", "kubectl -n {namespace} rollout history {workload_kind|deployment}/{workload}")  # fmt: skip
_DESCRIBE = ("See the image, settings and mounts of the pod", "kubectl -n {namespace} describe pod {pod}")
_LOG = ("Read the lines around it", "kubectl -n {namespace} logs {pod} -c {container} --tail=200")
_USAGE = ("Compare use and limit", "kubectl -n {namespace} top pod {pod} --containers")

_THING = r"(?:column|relation|table|(?:materialized )?view|schema|database|function|operator|sequence|procedure|index|collection|keyspace|measurement|partition)"
_STORE = r"(?:bucket|queue|topic|stream|exchange|v ?host|channel|template|tenant|keyspace|secret|parameter|log ?group|dataset|feature view|mailbox|subscription|consumer group|hosted zone|workspace)"
_NAMED = r"\\?[\"'`«\[]?[\w.$:/#-]{1,120}\\?[\"'`»\]]?"

PERMANENT: tuple[Complaint, ...] = (
    Complaint(
        kind="absent",
        category=Category.DEPENDENCY,
        patterns=(
            rf"\b{_THING} {_NAMED} (?:of relation \S{{1,80}} )?(?:does not|doesn't|do not) exist",
            rf"\b(?:specified |requested |given )?{_STORE} (?:{_NAMED} )?(?:does not|doesn't|do not) exist",
            rf"\b{_STORE} {_NAMED} (?:was |is |could )?not (?:be )?(?:found|defined|there)\b|\b{_STORE}_not_found\b|\bno {_STORE} '[^'\n]{{1,120}}'|\bno such (?:table|column|collection|queue|bucket|index|stream|exchange)\b",
            r"UndefinedColumn|UndefinedTable|UndefinedFunction|ORA-00904|ORA-00942|Unknown (?:column|table|database) '|Invalid (?:object|column) name '|index_not_found_exception|unconfigured table",
            r"NoSuchBucket|NonExistentQueue|QueueDoesNotExist|ResourceNotFoundException|TemplateDoesNotExist|TemplateNotFound|Error resolving template|Could not resolve view with name|missing template\b|template: .{1,80} not defined",
            r"\bNo such (?:price|plan|coupon|product|webhook|domain|index|repository|image|model)\b|(?:FileNotFound|NoSuchFile)\w*\b[^\n]{0,80}(?:/app|/etc|/opt|/usr|/srv|/var/lib|/config|/secrets?)/|\b(?:/app|/etc|/opt|/usr|/srv|/config|/secrets?)/[\w./-]{1,120}[\"']?: [Nn]o such file or directory|No such file or directory: '(?:/app|/etc|/opt|/usr|/srv|/config|/secrets?)/",
            r"(?:pending|unapplied|missing|not yet applied) migrations?\b|Migrations? (?:is|are) (?:pending|missing)|PendingMigrationError",
        ),
        title="{container} asks for what does not exist: {says}",
        hint="Compare the name, the account and the region with what is there; see what was renamed, or not yet migrated.",
        impact="What needs it fails every time until it is made; the rest goes on.",
        steps=(_DESCRIBE, _HISTORY),
        prevention=("Make what a release needs before it is rolled out, and check at start that it is there.",),
    ),
    Complaint(
        kind="unknown-to-program",
        category=Category.APPLICATION,
        patterns=(
            r"\bunregistered (?:task|job|type|class|activity|workflow|handler)|celery\.exceptions\.NotRegistered|\b(?:task|job|workflow|activity|handler|type|class|command|event|subject|model|plugin)s? (?:\S{1,120} )?(?:is|are|was|were|has) not (?:been )?registered\b",
            r"\bno (?:\w+ ){0,2}(?:handler|serializer|deserializer|converter|codec|resolver|processor|bean|encoder|decoder|mapper|mapping|strategy|driver|dialect|formatter|template|renderer|parser)s? (?:is |was |are |has been )?(?:registered|found|configured|defined|declared|mapped|exists?|known)\b|\bno suitable driver\b|\bcould not find (?:a )?(?:codec|serializer|converter|handler|driver|renderer)\b",
            r"cannot find (?:manifest )?class|ClassNotFoundException|NoClassDefFoundError|NoSuchMethodError|NoSuchFieldError|AbstractMethodError|UnsatisfiedLinkError|UnsupportedClassVersionError|NoSuchBeanDefinition|uninitialized constant|\bundefined (?:method|local variable)\b|Call to undefined (?:function|method)|Class \"[^\"\n]{1,120}\" not found",
            r"No module named |cannot import name|Cannot find (?:module|package) '|ERR_MODULE_NOT_FOUND|cannot load library|cannot open shared object|Could not load file or assembly|DllNotFoundException|undefined symbol|Library not loaded|error loading shared librar|cannot load such file|could not locate the Query Engine|executable file not found|\bENOENT\b.{0,20}\bspawn\b|\bspawn \S{1,80} ENOENT",
            r"\b(?:unknown|unrecogni[sz]ed|unsupported|unmapped) (?:job|task|message|event|activity|workflow|enum|payload|record|document|schema|codec|column|field|property|attribute|element|currency|queue|topic|channel|exchange|procedure|class|serializer|discriminator|time ?zone|template|tenant|signing key|key id|file format|file type)\b(?: type| name| id| version| value)?",
            r"\bcode = Unimplemented\b|\bUNIMPLEMENTED: |\bno such (?:method|procedure|service) \S",
            r"\bunknown (?:encoding|charset|character set|collation|dialect|algorithm|driver)\b|No time zone found|MissingResourceException|Can't find bundle for base name|\bUnknown(?:TimeZone|Encoding|Driver)\w*",
            r"No enum constant|UnrecognizedProperty|Could not resolve type id|has no (?:member|attribute) '|is not a (?:known|registered) (?:type|class|task|job|handler|queue)",
        ),
        title="{container} does not know what its work needs: {says}",
        hint="Compare the image and its version with what this work needs; see who sends what it does not know.",
        impact="Work of that kind fails every time, or is dropped; the rest goes on.",
        steps=(_HISTORY, _DESCRIBE),
        prevention=("Roll out whoever understands a new kind of work before whoever sends it.",),
    ),
    Complaint(
        kind="shape",
        category=Category.APPLICATION,
        patterns=(
            r"\b(?:field|property|attribute|column|key) '[^'\n]{1,80}' is required for type|MissingFieldException|missing (?:required )?creator property|MismatchedInputException|InvalidDefinitionException|cannot unmarshal \w{1,20} into Go|cannot deserialize|could not deserialize|unknown magic byte|NotSerializableException|InvalidClassException|AvroTypeException|SchemaParseException|\bdimension(?:s|ality)?\b[^\n]{0,60}\b(?:expected|mismatch)[^\n]{0,60}\d",
            r"\b(?:schema|wire|protocol|format|migration|database|api|snapshot|index|file|on-disk|data)\b[^\n]{0,20} version \S{1,20} (?:is (?:not supported|newer|older|too old|too new)|does not match|but expected)|\bincompatible (?:schema|version|format|snapshot)|\bschema (?:version )?(?:mismatch|is (?:incompatible|not compatible))|\b(?:was|has been) (?:modified|changed) (?:since|after) (?:it was )?(?:applied|generated|created)|checksum mismatch for migration",
            r"invalid byte sequence for encoding|Incorrect string value|has no equivalent in encoding|violates (?:not-null|check) constraint|NOT NULL constraint failed|CHECK constraint failed|Column '[^'\n]{1,80}' cannot be null|cannot be cast to|type mismatch\b",
            r"\bmissing (?:required )?(?:column|field|property|header)s?:? [\"'`\[][\w.-]{2,80}|\b(?:required|mandatory) (?:column|field|property) [\"'`][\w.-]{2,80}[\"'`] (?:is |was )?(?:missing|absent|not (?:present|found))",
        ),
        title="{container} is given data of another shape: {says}",
        hint="Compare both sides' versions or schemas; see which of them changed last.",
        impact="What has that shape is refused every time; the rest goes on.",
        steps=(_LOG, _HISTORY),
        prevention=("Check in CI that both sides of an interface fit before either is rolled out.",),
    ),
    Complaint(
        kind="not-allowed",
        category=Category.DEPENDENCY,
        patterns=(
            r"is not authorized to perform|AuthorizationFailed\b|UnauthorizedOperation|permission denied (?:for|to|on) (?:table|relation|schema|database|sequence|function|view|column|topic|bucket)|does not have (?:\S{1,80} ){0,4}(?:permission|access|privilege)|cannot (?:get|list|watch|create|update|patch|delete) resource \"|(?:Topic|Group|Cluster|TransactionalId)AuthorizationException|(?:TOPIC|GROUP|CLUSTER)_AUTHORIZATION_FAILED|insufficient (?:privileges|permissions?|scopes?)\b|Permission '[\w.]{3,80}' denied|not_in_channel|\[Errno (?:13|30)\]|\bEACCES\b|\bEROFS\b|java\.nio\.file\.AccessDeniedException|Sender address rejected|(?:domain|address|sender) is not verified|redirect_uri_mismatch|\binvalid (?:issuer|audience)\b|missing_scope\b|access to (?:the )?(?:bucket|queue|topic|stream|secret|key) \S{1,120} (?:is |was )?denied",
            r"\bNOAUTH\b|\bNOPERM\b|\bWRONGPASS\b|password authentication failed for user|Access denied for user '|Login failed for user '|ORA-01017|ORA-28001|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidClientTokenId|UnrecognizedClientException|invalid_client|unauthorized_client|AADSTS\d{5,7}|(?:invalid|incorrect|unknown|revoked) (?:(?:de|en)cryption key|master key|api[ _-]?key|client secret|access key|service account|signing key)|invalid_api_key|bad decrypt\b|Username and Password not accepted|Unable to locate credentials|NoCredentialsError|could not find default credentials",
            r"SASL authentication failed; server \S|\b535[ -](?:5\.7\.\d )?(?:authentication|username)",
            r"\b(?:certificate|credential|client secret|api[ _-]?key|access key|signing key|licen[cs]e|subscription|service account key)s?\b[^\n]{0,60}\b(?:has |have |is |are |was )?expired|CERT_HAS_EXPIRED|x509: certificate (?:has expired|signed by unknown|is valid for|is not valid)|PKIX path building failed|unable to (?:find valid certification path|get (?:local )?issuer)|self[- ]signed certificate|certificate verify failed|hostname mismatch",
            r"\bno matching key|\b(?:unknown|no) (?:kid|signing key)\b|unable to find a signing key|signing key not found|no key (?:found )?(?:for|with) (?:the )?(?:kid|id)\b|signature (?:verification failed|does not match|mismatch)",
        ),
        title="{container} is refused for its own credential or permission: {says}",
        hint="Compare the account, key or role that it uses with what the other side grants now.",
        impact="What needs that right fails every time until it is granted or renewed.",
        steps=(_DESCRIBE, _HISTORY),
        prevention=("Alert on refusals by name, and a month before anything expires.",),
    ),
    Complaint(
        kind="over-a-limit",
        category=Category.CONFIG,
        patterns=(
            r"request entity too large|PayloadTooLarge|RecordTooLarge|MessageSizeTooLarge|MaxUploadSizeExceeded|SizeLimitExceeded|FileTooLarge|max_allowed_packet|larger than max|larger than the (?:maximum|configured|limit)|(?:size|length|bytes|body|payload|message|batch|header|file|document|name|upload|request|count)\b[^\n]{0,60}\bexceed(?:s|ed) (?:the )?(?:maximum|max|limit|configured|allowed|permitted)|value too long for type|Data too long for column|String or binary data would be truncated|field limit of|Limit of total fields",
            r"maximum number of running instances|\btime limit \(\d|TimeLimitExceeded|Maximum execution time|maximum recursion depth|Maximum call stack|exceeded the configured (?:maximum|limit)|memory quota of the (?:function|task)|\bmax_execution_time\b",
            r"\b(?:maximum|max|per-user|per-tenant|global)[ _-](?:\w+[ _-]){0,3}(?:series|streams?|shards|fields|labels|partitions|databases|tenants|objects)\b[^\n]{0,40}\blimit\b[^\n]{0,20}\b(?:exceeded|reached)|\bmax-[\w-]{1,60} limit exceeded|\bmaximum (?:normal )?shards open|\bmax(?:imum)? (?:size|length|number|count|depth)(?! of (?:retr|attempt))\b[^\n]{0,60}\bexceeded\b",
        ),
        title="{container} meets a limit that is set: {says}",
        hint="Compare what the work needs with the limit, and see which of them changed.",
        impact="What is larger or longer fails every time; the rest goes on.",
        steps=(_LOG, _HISTORY),
        prevention=("Alert at 80 % of a limit, and test with the largest input that is allowed.",),
    ),
    Complaint(
        kind="not-configured",
        category=Category.CONFIG,
        patterns=(
            r"\b(?:HTTP_HOST header|blocked hosts?)\b[^\w\n]{1,6}(?:[a-z\d-]{1,63}\.){1,6}[a-z]{2,24}\b",
            r"config(?:uration)? property \S{1,120} is required|application secret has not been set|Required services that are not installed|missing/unsatisfied dependenc|Could not resolve placeholder|(?:environment variable|env var|setting|option|configuration key) [\"'`]?[\w.-]{2,80}[\"'`]? (?:is |was )?(?:not set|missing|required|undefined|not configured)",
            r"\b(?:feature|api|module|plugin|extension|dialect|mechanism|algorithm|cipher|backend|integration|billing|account|function|trigger|schedule)\b[^\n]{0,60}\b(?:is|was|has been) (?:disabled|not enabled|not activated|not implemented)\b|has not been used in project|is pending deletion|KMSInvalidState|NotImplementedError|\bUnsupported (?:SASL )?mechanism\b",
            r"\bannotation cannot be used\b|\b(?:directives?|annotations?|snippets?|extensions?|scripts?)\b[^\n]{0,40}\b(?:are|is|have been|has been) (?:disabled|not allowed|forbidden) by\b",
        ),
        title="{container} lacks a setting or feature that its work needs: {says}",
        hint="Compare the settings of this environment with those of one where it works.",
        impact="What needs it fails every time until it is set.",
        steps=(_DESCRIBE, _HISTORY),
        prevention=("Check required settings at start, and name the missing ones in the error.",),
    ),
    Complaint(
        kind="no-writes",
        category=Category.STORAGE,
        patterns=(
            r"\b(?:working|running|operating|serving) in read-?only(?: mode)?\b|\bFORBIDDEN/\d{1,2}/index read-only|MDB_MAP_FULL|\bmapsize limit reached|\bdatabase space exceeded|\balarm raised NOSPACE\b|\betcdserver: no space\b",
        ),
        title="{container} takes no writes any more: {says}",
        hint="Compare what the store holds with its own limit and with the volume; many stores have to be told when there is space again.",
        impact="Every write to it fails; reads go on.",
        steps=(_LOG, _DESCRIBE),
        prevention=("Alert at 80 % of the store's own limit, not only of the volume's.",),
    ),
    Complaint(
        kind="restricted",
        category=Category.RESOURCES,
        patterns=(
            r"\b(?:publishers?|producers?|writers?|writes|clients|connections|consumers|message production|ingestion|allocation)\b[^\n]{0,30}\b(?:will be|are|is|were|was|being) (?:blocked|paused|suspended|stopped|refused)\b[^\n]{0,40}\buntil\b|\b[Bb]locking (?:message production|publishers?|producers?|writes|ingestion|connections)\b",
            r"\b(?:resource limit|disk|memory|quota|watermark)\b[^\n]{0,20}\balarm (?:is |was |has been )?(?:set|raised|triggered)\b",
        ),
        title="{container} holds back those who write to it: {says}",
        hint="The line or the one before it says which limit was met: see what fills it, and what should empty it.",
        impact="Whoever writes waits until the limit is left; those who read go on.",
        steps=(_LOG, _USAGE),
        prevention=("Alert on the limit at 80 %, and on the age of the oldest message.",),
    ),
    Complaint(
        kind="lost-position",
        category=Category.DEPENDENCY,
        patterns=(
            r"\b(?:binlog|wal|oplog|change ?log|segment|lsn|scn|resume (?:token|point))\b[^\n]{0,240}\b(?:no longer (?:be )?(?:available|in the|on the|there)|has already been removed|(?:was|has been|have been) purged)\b|ChangeStreamHistoryLost",
        ),
        title="{container} wants to go on where the source has nothing any more: {says}",
        hint="The source keeps its log for a shorter time than the reader was away: a new snapshot is needed, or a longer retention.",
        impact="Nothing is read from that source until it starts from a snapshot.",
        steps=(_LOG, _HISTORY),
        prevention=("Keep the source's log longer than the longest absence of a reader, and alert on readers that lag.",),
    ),
    Complaint(
        kind="not-loaded",
        category=Category.CONFIG,
        patterns=(
            r"\bunknown RR type\b|\bzone \S{1,120}: (?:loading from \S{1,40} file \S{1,200} failed|not loaded due to errors)|\(zone not loaded\)",
            r"\b(?:rule group|dashboard|vhost|pipeline|policy|listener|data ?source) \S{1,120} (?:was |is |were )?not loaded\b",
        ),
        title="{container} did not load what it should serve: {says}",
        hint="The line says which file and why; see what was changed in it last.",
        impact="Whatever asks for that part gets an error; the rest is served.",
        steps=(_LOG, _HISTORY),
        prevention=("Check such files with the server's own tool (named-checkzone, nginx -t, promtool) before they are rolled out.",),
    ),
    Complaint(
        kind="leak",
        category=Category.APPLICATION,
        patterns=(
            r"connection leak|leak detection triggered|\bLEAK: ",
        ),
        title="{container} does not give back what it takes: {says}",
        hint="Read the frames below the line: they show who took it.",
        impact="What it holds runs out in time, and then everything that needs it waits.",
        steps=(_LOG, _HISTORY),
        prevention=("Close what is opened in the same scope, and run with leak detection in CI.",),
    ),
    Complaint(
        kind="child-killed",
        category=Category.RESOURCES,
        patterns=(
            r"(?:worker|work-?horse|child|process|subprocess|job|converter|executor|renderer|browser)\b[^\n]{0,60}\b(?:terminated|died|exited|ended) (?:unexpectedly|abruptly)|\(signal 9\)|signal: killed|\bSIGKILL\b|WorkerLostError|BrokenProcessPool|\bexit(?:ed)?(?: with)?(?: code| status)?[ =:]{1,2}137\b|returned non-zero exit status|died with <Signals|\bkilled by (?:signal|SIG)",
        ),
        title="A child process of {container} was killed: {says}",
        hint="Signal 9 without a restart of the container is most often its memory limit: compare use and limit, and the size of that piece of work.",
        impact="That piece of work is lost, and the next one of its size as well.",
        steps=(_USAGE, _LOG),
        prevention=("Watch container_oom_events_total: it counts kills that no restart shows.",),
    ),
    Complaint(
        kind="stuck",
        category=Category.APPLICATION,
        patterns=(
            r"Java-level deadlock|goroutines are asleep - deadlock|thread starvation|(?:thread|worker|pool)\w*\b[^\n]{0,40}\bdeadlocked",
        ),
        title="{container} waits for itself: {says}",
        hint="Take a thread dump: it shows who holds what the others wait for.",
        impact="Whatever needs those threads never ends; a restart helps until the next time.",
        steps=(_LOG,),
        prevention=("Take locks in one order, and give waiting a limit.",),
    ),
    Complaint(
        kind="done-twice",
        category=Category.APPLICATION,
        patterns=(
            r"recovered by another (?:instance|node)|\b(?:executed|processed|charged|started|ran) (?:twice|a second time|more than once)\b|split[- ]brain",
        ),
        title="{container} does work that another one does too: {says}",
        hint="Compare the clocks of the machines and the lock that should keep them apart.",
        impact="What is sent, charged or written comes twice.",
        steps=(_LOG, _HISTORY),
        prevention=("Give every piece of work a key, and let the database refuse the second one.",),
    ),
)  # fmt: skip
"""Words of the standards, runtimes, databases, brokers and clouds for what is so until somebody changes it."""

_REACH = 2000


def find_permanence(text: str) -> Complaint | None:
    """Why what a text complains of does not heal by itself; None where it may."""
    found = _find(text)
    return found[0] if found else None


def quote_permanence(text: str) -> str:
    """The words that say so, and what stands about them: what is named there is what is missing."""
    found = _find(text)
    return found[1].string[max(0, found[1].start() - _AROUND) : found[1].end() + _AROUND] if found else ""


_AROUND = 80


def _find(text: str) -> tuple[Complaint, re.Match[str]] | None:
    patterns, index = _index()
    line = text[:_REACH].replace('\\"', '"')
    for number in index.fit(line.lower()):
        pattern, complaint = patterns[number]
        match = compile_pattern(pattern).search(line)
        if match:
            return complaint, match
    return None


@cache
def _index() -> tuple[list[tuple[str, Complaint]], PatternIndex]:
    patterns = [
        (branch, complaint)
        for complaint in (*PERMANENT, *(item for item in (*REMOTE, *OWN) if item.is_permanent))
        for pattern in complaint.patterns
        for branch in split_branches(pattern)
    ]
    return patterns, PatternIndex([pattern for pattern, _ in patterns])
