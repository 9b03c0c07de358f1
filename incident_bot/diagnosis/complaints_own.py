"""Complaints about the program's own surroundings: settings, files, disk, memory, libraries, its own code."""

from __future__ import annotations

from incident_bot.diagnosis.complaints import Complaint
from incident_bot.model import Category

_HISTORY = ("See whether it began with a rollout", "kubectl -n {namespace} rollout history {workload_kind|deployment}/{workload}")  # fmt: skip
_DESCRIBE = ("See the volumes, settings and limits of the pod", "kubectl -n {namespace} describe pod {pod}")
_PREVIOUS = ("Read what it was doing before", "kubectl -n {namespace} logs {pod} -c {container} --previous --tail=100")
_LOG = ("Read the frames around the line", "kubectl -n {namespace} logs {pod} -c {container} --tail=200")

OWN: tuple[Complaint, ...] = (
    Complaint(
        kind="disk-full",
        category=Category.STORAGE,
        patterns=(
            r"no space left on device|ENOSPC|disk (?:is )?full|disk quota exceeded|EDQUOT|not enough (?:free )?(?:disk )?space|DiskFull|could not extend file|insufficient (?:disk|storage|free) space|storage full|flood[- ]stage|There is not enough space on the disk|Out of diskspace|database or disk is full",
            r"kein Speicherplatz mehr verfügbar|Aucun espace disponible|No queda espacio|Não há espaço|не осталось (?:свободного )?места|设备上没有空间|空き領域がありません",
        ),
        title="{container} has no disk space left at {what}",
        names="path",
        otherwise="{container} has no disk space left: {says}",
        hint="See which volume holds that path and what fills it.",
        impact="Whatever it writes there is lost from now on.",
        steps=(_DESCRIBE, ("See the claims and their size", "kubectl -n {namespace} get pvc")),
        prevention=("Alert at 80 % of the volume, and rotate or expire what fills it.",),
    ),
    Complaint(
        kind="read-only",
        category=Category.STORAGE,
        patterns=(r"read-only file ?system|EROFS|attempt to write a readonly database|readonly database|Das Dateisystem ist nur lesbar|Système de fichiers en lecture seulement|Sistema de archivos de solo lectura",),
        title="{container} cannot write to {what}: its file system is read-only",
        names="path",
        otherwise="{container} cannot write to a read-only file system: {says}",
        hint="Mount an emptyDir or volume where the program writes.",
        impact="It cannot write there; programs that need to at start do not start.",
        steps=(_DESCRIBE,),
        prevention=("Run the image in CI with readOnlyRootFilesystem, as production does.",),
    ),
    Complaint(
        kind="port-in-use",
        category=Category.NETWORK,
        patterns=(r"address already in use|EADDRINUSE|port \d+ (?:is|was) already (?:in use|allocated)|bind\(\) to \S+ failed|Only one usage of each socket address|failed to bind|\beaddrinuse\b|Die Adresse wird bereits verwendet|Adresse déjà utilisée|La dirección ya se está usando",),
        title="{container} cannot listen on {what}: the port is taken",
        names="address",
        otherwise="{container} cannot listen, the port is taken: {says}",
        hint="See which other container of the pod, or process before it, holds the port.",
        impact="It does not start to serve.",
        steps=(_DESCRIBE,),
        prevention=("Give each container of a pod its own port, and check it where the manifest is reviewed.",),
    ),
    Complaint(
        kind="setting-missing",
        category=Category.CONFIG,
        patterns=(
            r"(?:environment|env)(?:ironment)? ?var(?:iable)?s?\b.{0,80}(?:not set|missing|required|undefined|empty|not found|must be|not present)|(?:missing|required|undefined|unset)\b.{0,30}(?:env(?:ironment)?(?: ?var(?:iable)?)?|setting|config(?:uration)?(?: key| value| property)?|option|parameter)s?\b",
            r"(?-i:\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b)[\"'`]? (?:is |was |must be |has |are )?(?:not (?:been )?set|not (?:been )?defined|not provided|not configured|unset|undefined|required|missing|empty|not found in (?:the )?env)|(?-i:(?:KeyError: |key not found: |missing env(?:ironment)?(?: var(?:iable)?)?:? )[\"']?[A-Z][A-Z0-9_]+[\"']?)",
            r"unbound variable|parameter not set|parameter null or not set|could not resolve placeholder|Field required|ImproperlyConfigured|environment variable not found|VarError|NotPresent\b|System\.fetch_env|could not fetch environment variable",
            r"(?:section|key|setting|property|option|parameter|value|connection ?string|variable|field) [\"'`][^\"'`\n]{1,80}[\"'`] (?:is |was |has )?(?:not (?:been )?(?:found|set|defined|configured|provided|initialized|present)|missing|required|empty)|missing (?:required )?(?:key|setting|property|value|field|argument|flag)s?:? [\"'`]?[\w.-]{2,80}",
            r"\bno (?:\w+ ){0,3}(?:key|token|password|credentials?|secret|certificate|dsn|url|endpoint|hostname|connection string) (?:has been |was |were |is |are )?(?:specified|configured|provided|set|given|found|supplied)|(?:secret_key_base|api[ _-]?key|dsn|connection string|access token|database url) (?:is |must be |must not be |cannot be )?(?:missing|required|not (?:set|configured)|empty|null|set)",
        ),
        title="{container} misses the setting {what}",
        names="setting",
        otherwise="{container} misses a setting: {says}",
        hint="Compare the container's env and envFrom with what this release reads.",
        impact="It does not start, or what needs that setting fails.",
        steps=(_DESCRIBE, _HISTORY),
        prevention=("Check all required settings at once at start, and name the missing ones in the error.",),
    ),
    Complaint(
        kind="configuration-invalid",
        category=Category.CONFIG,
        patterns=(
            r"(?:invalid|malformed|bad|illegal|unknown|unsupported|unrecogni[sz]ed) (?:\w+ ){0,2}(?:config(?:uration)?|setting|option|flag|argument|value|key|field|directive|property|format)\b|config(?:uration)? (?:error|file .{1,80} (?:invalid|not found)|validation)|(?:configuration|config) (?:is |file is )?(?:invalid|broken)",
            r"(?:failed|unable|cannot|could not|error) (?:to )?(?:pars|load|read|unmarshal|decod|initializ)\w* (?:the )?(?:\w+ ){0,2}(?:config|settings|yaml|json|toml|manifest)|yaml: |toml: |mapping values are not allowed|JSONDecodeError|unknown (?:flag|option|command|directive)|unrecognized arguments|flag provided but not defined|no configuration file|validation error",
            r"unexpected (?:token|character|end of (?:file|input|JSON|stream)).{0,60}(?:config|json|yaml|toml|\.conf)|\b(?:yaml|toml|json|xml)\S{0,20}(?:Error|Exception): |while (?:parsing|scanning) a|Bad configuration option|fatal: bad config|ConfigException|ConfigurationException|is not a valid (?:value|integer|boolean|url|port|duration)|invalid literal for int",
        ),
        title="{container} rejects its configuration: {says}",
        hint="Compare the mounted configuration with what this version accepts; look at the last change.",
        impact="It does not start with that configuration; replicas that still run keep the old one.",
        steps=(("See the ConfigMaps and when they were made", "kubectl -n {namespace} get configmaps"), _HISTORY),
        prevention=("Let CI start the image with the production configuration in a check mode.",),
    ),
    Complaint(
        kind="module-missing",
        category=Category.APPLICATION,
        patterns=(
            r"No module named '?[\w.]+|Cannot find (?:module|package) '[^']+'|ClassNotFoundException|NoClassDefFoundError|cannot open shared object file|Could not load file or assembly|undefined symbol|cannot load such file|MODULE_NOT_FOUND|ERR_MODULE_NOT_FOUND|Library not loaded|symbol not found|version `[^']+' not found",
            r"Can't locate \S{1,120} in @INC|module '[^']{1,80}' not found|Error loading shared library|error while loading shared libraries|Class \"[^\"]{1,120}\" not found|could not find or load main class|Could not find gem|Bundler::GemNotFound|UnsupportedClassVersionError|Could not find module|package \S{1,80} is not in (?:std|GOROOT)|NoSuchMethodError|DllNotFoundException|Failed opening required|Unable to load dynamic library",
        ),
        title="{container} misses a library of its own: {what}",
        names="quoted",
        otherwise="{container} misses a library of its own: {says}",
        hint="Compare the image with the last one that ran: a dependency was not built in.",
        impact="It does not start, or fails when it first needs the library.",
        steps=(_HISTORY, _DESCRIBE),
        prevention=("Start the built image once in CI before it may be deployed.",),
    ),
    Complaint(
        kind="file-missing",
        category=Category.APPLICATION,
        patterns=(
            r"no such file or directory|FileNotFoundError|FileNotFoundException|NoSuchFileException|ENOENT|file (?:does not exist|not found)|cannot (?:find|open|access|stat) (?:file |path )?['\"/]|The system cannot find the (?:file|path)|Could not find (?:file|a part of the path)|command not found|executable file not found|: not found$",
            r"(?:invalid|missing|unknown) (?:path|file)(?: path)?:? ['\"]?/|(?:unable|failed|cannot|could not) (?:to )?(?:read|open|load|find) (?:the )?(?:\w+ ){0,2}(?:from |file |at |in )?['\"]?/[\w.]|(?:path|directory|folder) ['\"]?/\S{1,200} (?:does not exist|not found|is missing)|\benoent\b",
            r"Datei oder Verzeichnis nicht gefunden|Aucun fichier ou dossier|No existe el (?:archivo|fichero)|Arquivo ou diretório (?:não encontrado|inexistente)|Нет такого файла|没有那个文件|そのようなファイル",
        ),
        title="{container} misses the file {what}",
        names="path",
        otherwise="{container} misses a file: {says}",
        hint="See whether the image or the mounted volume should hold it.",
        impact="It does not start, or what needs the file fails.",
        steps=(_DESCRIBE, _HISTORY),
        prevention=("Check the paths of a release's settings when the image is built and where volumes are mounted.",),
    ),
    Complaint(
        kind="permission",
        category=Category.STORAGE,
        patterns=(r"permission denied(?! (?:for|to) (?:table|relation))|EACCES|\bEPERM\b|operation not permitted|PermissionError|UnauthorizedAccessException|AccessDeniedException: /|Keine Berechtigung|Permission non accordée|Permiso denegado|Permissão negada|Отказано в доступе|权限不够|許可がありません",),
        title="{container} may not use {what}: permission denied",
        names="path",
        otherwise="{container} lacks a permission: {says}",
        hint="Compare owner and mode of the path with runAsUser and fsGroup of the pod.",
        impact="It cannot use that path or port; programs that need it at start do not start.",
        steps=(_DESCRIBE,),
        prevention=("Run the image in CI with the user and file modes of production.",),
    ),
    Complaint(
        kind="memory",
        category=Category.RESOURCES,
        patterns=(r"out of memory|OutOfMemory|cannot allocate memory|MemoryError|bad_alloc|heap out of memory|GC overhead limit|ENOMEM|memory (?:limit )?exhausted|Allowed memory size|failed to allocate memory|NoMemoryError|memory allocation of \d+ bytes failed|eheap_alloc|not enough memory|Nicht genügend (?:Arbeits)?[Ss]peicher|Impossible d'allouer de la mémoire|No se puede asignar memoria",),
        title="{container} ran out of memory: {says}",
        hint="Compare the heap or arena limit of the runtime with the container's memory limit.",
        impact="The process ends or refuses work until it has more memory.",
        steps=(("See what it uses now", "kubectl -n {namespace} top pod {pod} --containers"), _DESCRIBE),
        prevention=("Size the runtime's heap from the container's limit, and alert at 90 % of it.",),
    ),
    Complaint(
        kind="descriptors",
        category=Category.RESOURCES,
        patterns=(r"too many open files|EMFILE|ENFILE|fork: (?:retry: )?resource temporarily unavailable|can't start new thread|unable to create (?:new )?(?:native )?thread|pthread_create failed|Cannot fork|\bemfile\b|Zu viele offene Dateien|Trop de fichiers ouverts",),
        title="{container} ran out of file descriptors, processes or threads: {says}",
        hint="Count open files and threads; a leak or a low ulimit or pids limit.",
        impact="It accepts no more connections and starts no more work.",
        steps=(_DESCRIBE, _PREVIOUS),
        prevention=("Export the number of open files as a metric, and alert well below the limit.",),
    ),
    Complaint(
        kind="assertion",
        category=Category.APPLICATION,
        patterns=(r"\bassertion\b.{0,200}\bfailed|AssertionError|assert(?:ion)? failed|CHECK failed|Check failed: |invariant (?:violation|violated|failed)|(?-i:ASSERT):",),
        title="{container} stops at a check of its own: {says}",
        hint="Its own code found a state it rules out: compare with the last release and with the data it was given.",
        impact="The process or the request ends there.",
        steps=(_PREVIOUS, _HISTORY),
        prevention=("Keep the input that led there as a test.",),
    ),
)  # fmt: skip

VAGUE: tuple[Complaint, ...] = (
    Complaint(
        kind="upstream-error",
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
        kind="slow",
        category=Category.APPLICATION,
        patterns=(
            r"slow (?:query|request|operation|consumer|response|log|statement|sql)|(?:latency|duration|response time|took|lag)\b.{0,60}(?:exceed|above|over|threshold|too (?:high|long))|exceed(?:s|ed|ing)? (?:the |its )?(?:\w+ ){0,2}(?:threshold|budget|slo|deadline)\b|falling behind|queue (?:is )?full|backpressure|circuit breaker (?:opened|tripped)|consumer lag|(?:event loop|main thread) (?:is )?(?:blocked|delay|stalled)|took too long|long[- ]running (?:query|transaction)|GC pause|Full GC|starvation|saturated|backlog",
        ),
        title="{container} is too slow: {says}",
        hint="Compare with the time before; look at CPU throttling, locks and the dependency it waits for.",
        impact="Callers wait; some run into their own time-outs.",
        steps=(("See whether it is short of CPU or memory", "kubectl -n {namespace} top pod {pod} --containers"), _HISTORY),
        prevention=("Alert on latency against its objective, and keep slow queries in review.",),
    ),
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
