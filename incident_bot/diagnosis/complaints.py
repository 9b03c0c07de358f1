"""What programs complain about, whatever they are written in: refused, not found, denied, full, expired.

A plain table: kind, category, pattern, and what to say. Kinds are stable words; they end up in
`rule_id` as `log-<kind>` when no rule of its own explains the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from incident_bot.model import Category

Names = Literal["address", "path", "setting", "quoted", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One kind of complaint. `title` may use {container} and {what}; `names` says what {what} is."""

    kind: str
    category: Category
    pattern: str
    title: str
    names: Names
    fallback: str
    hint: str
    words: tuple[str, ...]

    def search(self, line: str) -> re.Match[str] | None:
        """Where the line complains in this way."""
        lowered = line.lower()
        if not any(word in lowered for word in self.words):
            return None
        return _compiled(self.pattern).search(line)


_CACHE: dict[str, re.Pattern[str]] = {}


def _compiled(pattern: str) -> re.Pattern[str]:
    if pattern not in _CACHE:
        _CACHE[pattern] = re.compile(pattern, re.IGNORECASE)
    return _CACHE[pattern]


COMPLAINTS: tuple[Complaint, ...] = (
    Complaint(
        kind="certificate-expired",
        category=Category.NETWORK,
        pattern=r"certificate (?:has |is )?expired|certificate has expired or is not yet valid|CERT_HAS_EXPIRED|NotAfter|CertificateExpiredException",
        words=("expired", "notafter"),
        title="{container} meets an expired certificate at {what}",
        names="address",
        fallback="a TLS endpoint",
        hint="Look at the certificate's dates, and at the clock of the node.",
    ),
    Complaint(
        kind="tls",
        category=Category.NETWORK,
        pattern=r"x509: |certificate verify failed|unable to get local issuer|self[- ]signed certificate|PKIX path building failed|SSLHandshakeException|tls: (?!.{0,20}ok)|SSL routines|UNABLE_TO_VERIFY_LEAF_SIGNATURE|DEPTH_ZERO_SELF_SIGNED_CERT|hostname mismatch|WRONG_VERSION_NUMBER",
        words=("x509", "certificate", "ssl", "tls", "pkix", "unable_to_verify", "wrong_version"),
        title="{container} cannot set up TLS with {what}",
        names="address",
        fallback="its peer",
        hint="Compare the certificate's issuer and names with what the client trusts and dials.",
    ),
    Complaint(
        kind="name-resolution",
        category=Category.NETWORK,
        pattern=r"no such host|name or service not known|temporary failure in name resolution|ENOTFOUND|EAI_AGAIN|UnknownHostException|could not (?:resolve|translate) host|failed to resolve|server misbehaving|nodename nor servname|Name does not resolve|\[Errno -[235]\]|dns error|SERVFAIL|NXDOMAIN",
        words=(
            "host",
            "name",
            "notfound",
            "eai_again",
            "resolve",
            "misbehaving",
            "errno -",
            "dns",
            "servfail",
            "nxdomain",
        ),
        title="{container} cannot resolve the name {what}",
        names="address",
        fallback="of a dependency",
        hint="Check that the Service exists under that name and namespace, then the cluster's DNS.",
    ),
    Complaint(
        kind="connection-refused",
        category=Category.DEPENDENCY,
        pattern=r"connection refused|ECONNREFUSED|actively refused|ConnectException|Connection to \S+ refused|connect\(\) failed \(111",
        words=("refused", "connectexception", "(111"),
        title="{container} is refused by {what}: nothing listens there",
        names="address",
        fallback="a dependency",
        hint="See whether the Service has ready endpoints and the port is right.",
    ),
    Complaint(
        kind="connection-timeout",
        category=Category.DEPENDENCY,
        pattern=r"connect(?:ion)? time(?:d)?[ -]?out|i/o timeout|ETIMEDOUT|ESOCKETTIMEDOUT|ConnectTimeout|SocketTimeoutException|ReadTimeout|no route to host|EHOSTUNREACH|network is unreachable|timed out (?:after|waiting)|(?:request|operation|query|read|write) timed out|deadline exceeded|DEADLINE_EXCEEDED|waiting for (?:a )?connection from pool|timeout (?:expired|exceeded|waiting)",
        words=("time", "unreach", "route to host", "deadline", "pool"),
        title="{container} gets no answer in time from {what}",
        names="address",
        fallback="a dependency",
        hint="See whether the dependency is slow, overloaded, or cut off by a NetworkPolicy.",
    ),
    Complaint(
        kind="connection-lost",
        category=Category.DEPENDENCY,
        pattern=r"connection reset by peer|ECONNRESET|broken pipe|EPIPE|server closed the connection|unexpected EOF|connection (?:was )?(?:aborted|closed unexpectedly|lost|dropped)|lost connection to|Communications link failure|socket hang up|upstream (?:prematurely closed|connect error)",
        words=("reset", "pipe", "closed", "eof", "lost", "aborted", "link failure", "hang up", "upstream", "dropped"),
        title="{container} loses its connection to {what}",
        names="address",
        fallback="a dependency",
        hint="Look at the other end's log at the same time: it closed the connection.",
    ),
    Complaint(
        kind="login-failed",
        category=Category.DEPENDENCY,
        pattern=r"password authentication failed|authentication failed|access denied for user|login failed|invalid (?:password|credentials|username|api key|token|access key|client secret)|WRONGPASS|NOAUTH|\b401\b.{0,40}unauthori[sz]ed|unauthenticated|InvalidAccessKeyId|SignatureDoesNotMatch|SASL authentication|ExpiredToken|token (?:has |is )?expired|could not find default credentials|Unable to locate credentials|InvalidClientTokenId",
        words=(
            "auth",
            "denied for user",
            "login failed",
            "invalid",
            "wrongpass",
            "401",
            "signature",
            "token",
            "credentials",
            "accesskey",
        ),
        title="{container} is not let in by {what}: wrong or expired credentials",
        names="address",
        fallback="a dependency",
        hint="Compare the secret that is mounted with the account at the other end; look for a rotation.",
    ),
    Complaint(
        kind="forbidden",
        category=Category.DEPENDENCY,
        pattern=r"\b403\b.{0,40}forbidden|is forbidden: |AccessDenied|access denied|PERMISSION_DENIED|permission denied for (?:table|relation|schema|database|sequence|function)|not authorized to perform|insufficient (?:permissions|privileges)|\bforbidden\b.{0,60}(?:user|account|token)|does not have (?:\S+ )?(?:permission|access)",
        words=("forbidden", "denied", "not authorized", "insufficient", "does not have"),
        title="{container} is denied access to {what}",
        names="quoted",
        fallback="something it needs",
        hint="Compare the identity the pod uses with what that resource allows.",
    ),
    Complaint(
        kind="quota",
        category=Category.DEPENDENCY,
        pattern=r"too many requests|\b429\b(?! ?ms)|rate limit(?:ed)? ?(?:exceeded|reached|hit)?|quota exceeded|exceeded (?:your |the )?(?:current )?quota|RESOURCE_EXHAUSTED|ThrottlingException|SlowDown|insufficient_quota|RequestLimitExceeded|ProvisionedThroughputExceeded",
        words=(
            "too many requests",
            "429",
            "rate limit",
            "quota",
            "resource_exhausted",
            "throttl",
            "slowdown",
            "limitexceeded",
            "throughputexceeded",
        ),
        title="{container} is over the quota or rate limit of {what}",
        names="address",
        fallback="an upstream service",
        hint="Look at the upstream's limits and at what raised the request rate.",
    ),
    Complaint(
        kind="connections-exhausted",
        category=Category.DEPENDENCY,
        pattern=r"too many (?:clients|connections)|remaining connection slots|max(?:imum)? (?:number of )?connections? (?:reached|exceeded)|connection pool (?:is )?(?:exhausted|full|timed? ?out)|QueuePool limit|HikariPool.{0,60}(?:timed out|not available)|max number of clients reached|pool exhausted|no available connection",
        words=("too many c", "slots", "max", "pool", "no available connection"),
        title="{container} finds no free connection to {what}",
        names="address",
        fallback="its database",
        hint="Count connections at the database by client; look for a leak or more replicas than planned.",
    ),
    Complaint(
        kind="disk-full",
        category=Category.STORAGE,
        pattern=r"no space left on device|ENOSPC|disk (?:is )?full|disk quota exceeded|EDQUOT|not enough (?:free )?(?:disk )?space|DiskFull|could not extend file|insufficient (?:disk|storage) space|storage full|flood[- ]stage",
        words=("space", "enospc", "disk", "edquot", "extend file", "storage full", "flood"),
        title="{container} has no disk space left{what}",
        names="path",
        fallback="",
        hint="See which volume holds that path and what fills it.",
    ),
    Complaint(
        kind="read-only",
        category=Category.STORAGE,
        pattern=r"read-only file ?system|EROFS|attempt to write a readonly database",
        words=("read-only", "erofs", "readonly"),
        title="{container} cannot write to a read-only file system{what}",
        names="path",
        fallback="",
        hint="Mount an emptyDir or volume where the program writes.",
    ),
    Complaint(
        kind="port-in-use",
        category=Category.NETWORK,
        pattern=r"address already in use|EADDRINUSE|port \d+ (?:is|was) already in use|bind\(\) to \S+ failed|Only one usage of each socket address|failed to bind",
        words=("in use", "eaddrinuse", "bind", "socket address"),
        title="{container} cannot listen on {what}: the port is taken",
        names="address",
        fallback="its port",
        hint="See which other container of the pod, or process before it, holds the port.",
    ),
    Complaint(
        kind="setting-missing",
        category=Category.CONFIG,
        pattern=r"(?:environment|env)(?:ironment)? ?var(?:iable)?s?\b.{0,80}(?:not set|missing|required|undefined|empty|not found|must be)|(?:missing|required|undefined|unset)\b.{0,30}(?:env(?:ironment)?(?: ?var(?:iable)?)?|setting|config(?:uration)?(?: key| value| property)?|option|parameter)s?\b|(?-i:\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b)[\"'`]? (?:is |was |must be |has )?(?:not (?:been )?set|not (?:been )?defined|not provided|unset|undefined|required|missing|empty)|(?-i:KeyError: '[A-Z][A-Z0-9_]+')|unbound variable|parameter not set|could not resolve placeholder|Field required|ImproperlyConfigured",
        words=(
            "env",
            "missing",
            "required",
            "undefined",
            "not set",
            "not defined",
            "not provided",
            "unset",
            "keyerror",
            "unbound",
            "placeholder",
            "improperly",
            "empty",
        ),
        title="{container} misses the setting {what}",
        names="setting",
        fallback="it needs",
        hint="Compare the container's env and envFrom with what this release reads.",
    ),
    Complaint(
        kind="configuration-invalid",
        category=Category.CONFIG,
        pattern=r"(?:invalid|malformed|bad|illegal|unknown|unsupported|unrecogni[sz]ed) (?:\w+ ){0,2}(?:config(?:uration)?|setting|option|flag|argument|value|key|field|directive|property|format)\b|config(?:uration)? (?:error|file .{1,80} (?:invalid|not found)|validation)|(?:failed|unable|cannot|could not|error) (?:to )?(?:pars|load|read|unmarshal|decod)\w* (?:the )?(?:\w+ ){0,2}(?:config|settings|yaml|json|toml|manifest)|yaml: |toml: |mapping values are not allowed|JSONDecodeError|unknown (?:flag|option|command|directive)|unrecognized arguments|flag provided but not defined|no configuration file|validation error",
        words=(
            "config",
            "invalid",
            "malformed",
            "unknown",
            "unsupported",
            "unrecog",
            "illegal",
            "bad ",
            "yaml",
            "toml",
            "mapping values",
            "jsondecode",
            "flag provided",
            "validation error",
            "settings",
            "manifest",
        ),
        title="{container} rejects its configuration{what}",
        names="quoted",
        fallback="",
        hint="Compare the mounted configuration with what this version accepts; look at the last change.",
    ),
    Complaint(
        kind="file-missing",
        category=Category.APPLICATION,
        pattern=r"no such file or directory|FileNotFoundError|FileNotFoundException|NoSuchFileException|ENOENT|file (?:does not exist|not found)|cannot (?:find|open|access|stat) (?:file |path )?['\"/]|The system cannot find the (?:file|path)|Could not find (?:file|a part of the path)|command not found|executable file not found",
        words=(
            "no such file",
            "filenotfound",
            "nosuchfile",
            "enoent",
            "not exist",
            "not found",
            "cannot ",
            "could not find",
        ),
        title="{container} misses the file {what}",
        names="path",
        fallback="it needs",
        hint="See whether the image or the mounted volume should hold it.",
    ),
    Complaint(
        kind="permission",
        category=Category.STORAGE,
        pattern=r"permission denied(?! for)|EACCES|EPERM|operation not permitted|PermissionError|UnauthorizedAccessException|AccessDeniedException: /",
        words=("permission", "eacces", "eperm", "not permitted", "unauthorizedaccess", "accessdeniedexception"),
        title="{container} may not use {what}: permission denied",
        names="path",
        fallback="a file or port",
        hint="Compare owner and mode of the path with runAsUser and fsGroup of the pod.",
    ),
    Complaint(
        kind="leader-election",
        category=Category.APPLICATION,
        pattern=r"leader ?election lost|lost (?:the )?(?:leader|lease|leadership)|failed to renew lease|stopped leading|no longer (?:the )?leader|not (?:the )?leader|no leader|NotLeaderForPartition|election timeout|failed to acquire lease",
        words=("leader", "lease", "leading", "election"),
        title="{container} lost its leadership ({what})",
        names="quoted",
        fallback="lease not renewed in time",
        hint="Look at the API server's or quorum's latency and at CPU throttling of the container.",
    ),
    Complaint(
        kind="schema",
        category=Category.DEPENDENCY,
        pattern=r"relation \"[^\"]{1,120}\" does not exist|no such (?:table|column)|Unknown (?:column|table|database)|column \"?[^\"\s]{1,120}\"? (?:of relation \S+ )?does not exist|Table '[^']{1,120}' doesn't exist|ORA-00942|Invalid object name|duplicate (?:key|column)|violates (?:foreign key|unique|not-null|check) constraint|pending migrations?|migration .{1,80} failed|database \"[^\"]{1,120}\" does not exist|role \"[^\"]{1,120}\" does not exist",
        words=(
            "relation",
            "no such",
            "unknown",
            "column",
            "table",
            "ora-",
            "invalid object",
            "duplicate",
            "violates",
            "migration",
            "does not exist",
        ),
        title="{container} and its database disagree about the schema ({what})",
        names="quoted",
        fallback="see the line",
        hint="See whether the migration of this release ran, and on which database.",
    ),
    Complaint(
        kind="lock",
        category=Category.DEPENDENCY,
        pattern=r"deadlock detected|Deadlock found|lock wait timeout|could not obtain lock|database is locked|LockNotAvailable|lock timeout|resource temporarily unavailable.{0,40}lock|unable to lock",
        words=("lock",),
        title="{container} waits for a lock that it does not get ({what})",
        names="quoted",
        fallback="see the line",
        hint="Find who holds the lock; a second replica or a long transaction is usual.",
    ),
    Complaint(
        kind="memory",
        category=Category.RESOURCES,
        pattern=r"out of memory|OutOfMemory|cannot allocate memory|MemoryError|bad_alloc|heap out of memory|GC overhead limit|ENOMEM|std::bad_alloc|memory (?:limit )?exhausted|Allowed memory size",
        words=("memory", "bad_alloc", "gc overhead", "enomem"),
        title="{container} ran out of memory{what}",
        names="none",
        fallback="",
        hint="Compare the heap or arena limit of the runtime with the container's memory limit.",
    ),
    Complaint(
        kind="descriptors",
        category=Category.RESOURCES,
        pattern=r"too many open files|EMFILE|ENFILE|fork: (?:retry: )?resource temporarily unavailable|can't start new thread|unable to create (?:new )?native thread|pthread_create failed",
        words=("open files", "emfile", "enfile", "fork", "thread"),
        title="{container} ran out of file descriptors, processes or threads{what}",
        names="none",
        fallback="",
        hint="Count open files and threads; a leak or a low ulimit or pids limit.",
    ),
    Complaint(
        kind="module-missing",
        category=Category.APPLICATION,
        pattern=r"No module named '?[\w.]+|Cannot find (?:module|package) '[^']+'|ClassNotFoundException|NoClassDefFoundError|cannot open shared object file|Could not load file or assembly|undefined symbol|cannot load such file|MODULE_NOT_FOUND|Library not loaded|symbol not found|version `[^']+' not found",
        words=(
            "no module",
            "cannot find",
            "classnotfound",
            "noclassdef",
            "shared object",
            "assembly",
            "undefined symbol",
            "cannot load",
            "module_not_found",
            "not loaded",
            "symbol not found",
            "not found",
        ),
        title="{container} misses a library of its own: {what}",
        names="quoted",
        fallback="see the line",
        hint="Compare the image with the last one that ran: a dependency was not built in.",
    ),
    Complaint(
        kind="upstream-error",
        category=Category.DEPENDENCY,
        pattern=r"\b(?:500 internal server error|502 bad gateway|503 service (?:temporarily )?unavailable|504 gateway time-?out)|(?:status(?:_?code)?|returned|responded with|code)\W{1,4}5\d\d\b|UNAVAILABLE: |no healthy upstream|circuit ?breaker (?:is )?open|service unavailable",
        words=("500", "501", "502", "503", "504", "50", "52", "unavailable", "upstream", "circuit"),
        title="{container} gets server errors from {what}",
        names="address",
        fallback="an upstream service",
        hint="Look at the upstream's own pods and log at that time.",
    ),
    Complaint(
        kind="not-defined",
        category=Category.APPLICATION,
        pattern=r"is (?:not defined|undefined|not a function)|(?:object|reference) (?:reference )?not set to an instance|nil pointer dereference|NullPointerException|Cannot read propert(?:y|ies) of (?:undefined|null)|'NoneType' object|undefined method|null value|AttributeError|NameError|TypeError|IndexError|index out of (?:range|bounds)|division by zero|unwrap\(\)`? on (?:a|an) ",
        words=(
            "not defined",
            "undefined",
            "not a function",
            "instance",
            "nil pointer",
            "nullpointer",
            "nonetype",
            "attributeerror",
            "nameerror",
            "typeerror",
            "index",
            "division",
            "unwrap",
            "null value",
            "propert",
        ),
        title="{container} fails on a bug of its own: {what}",
        names="quoted",
        fallback="a missing value",
        hint="Read the stack trace; compare with the last release.",
    ),
)
"""Specific before general: the first that fits a line names it."""
