"""What a log line talks about: host and port, URL, database, file, environment name, certificate.

The name of the dependency is what an engineer wants in the title; these readers find it in free
text of any logger.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from incident_bot.diagnosis.patterns import PatternIndex, compile_pattern
from incident_bot.patterns import compile_later

if TYPE_CHECKING:
    from collections.abc import Iterator

_REACH = 2000
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?){0,8}"
_IPV4 = r"\d{1,3}(?:\.\d{1,3}){3}"

# In order of how surely the match is the remote end.
ADDRESSES = (
    # Go: dial tcp 10.0.0.1:5432: connect: connection refused; lookup db on 10.96.0.10:53: no such host
    rf"\blookup (?P<host>{_HOST}) on \S+:",
    rf"\blookup (?P<host>{_HOST}): (?:no such host|i/o timeout|server misbehaving|Temporary failure)",
    # Envoy's name of a cluster
    rf"\boutbound\|(?P<port>\d{{1,5}})\|[\w-]{{0,63}}\|(?P<host>{_HOST})",
    # nginx says of each request who was to answer it
    rf"\bupstream: \"[a-z]{{1,10}}://(?P<host>{_HOST})(?::(?P<port>\d{{1,5}}))?",
    # Go's net.OpError: the remote end stands behind the arrow
    rf"\b(?:read|write) (?:tcp|udp)[46]? \S{{1,60}}->(?P<host>{_HOST}):(?P<port>\d{{1,5}})",
    rf"\bdial (?:tcp|udp|unix)[46]? (?:\d{{1,3}}\S*->)?(?:lookup )?(?P<host>{_HOST}):(?P<port>\d{{1,5}})",
    # Python: HTTPConnectionPool(host='x', port=80); connection to server at "db" (10.0.0.1), port 5432; asyncio
    rf"host='(?P<host>{_HOST})', port=(?P<port>\d{{1,5}})",
    rf"\('(?P<host>{_HOST})', (?P<port>\d{{1,5}})(?:, \d+, \d+)?\)",
    rf"\bFailed to resolve '(?P<host>{_HOST})'",
    # Rust's url::Url, and gRPC's sub-channels
    rf"\bDomain\(\"(?P<host>{_HOST})\"\)\)?(?:, port: Some\((?P<port>\d{{1,5}})\))?",
    rf"\bipv[46]:(?:%5B|\[)?(?P<host>{_IPV4}|::1):(?P<port>\d{{1,5}})",
    # PHP: php_network_getaddresses: getaddrinfo for x failed
    rf"\bgetaddrinfo for (?P<host>{_HOST}) failed",
    # Java's InetSocketAddress: name/10.0.0.1:6379
    rf"(?<![\w./-])(?P<host>[A-Za-z][\w.-]{{0,120}})/(?:{_IPV4}|<unresolved>):(?P<port>\d{{1,5}})",
    rf"server at \"(?P<host>{_HOST})\"(?: \([^)]{{1,45}}\))?, port (?P<port>\d{{1,5}})",
    rf"\bhost(?:name)? [\"']?(?P<host>{_HOST})[\"']? (?:\([^)]{{1,45}}\) )?(?:and accepting TCP/IP connections )?(?:on )?port (?P<port>\d{{1,5}})",
    rf"Can't connect to (?:MySQL )?server on '(?P<host>{_HOST})(?::(?P<port>\d{{1,5}}))?'",
    # Node: connect ECONNREFUSED 10.0.0.1:6379; getaddrinfo ENOTFOUND redis
    rf"\bE(?:CONNREFUSED|CONNRESET|TIMEDOUT|HOSTUNREACH)\b:? (?P<host>{_HOST}|{_IPV4}|::1):(?P<port>\d{{1,5}})",
    rf"\bgetaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?P<host>{_HOST})",
    # Java: UnknownHostException: x; Connect to x:443 failed; Connection to x:5432 refused
    rf"UnknownHostException: (?P<host>{_HOST})",
    rf"\bconnect(?:ion|ing)? to (?:\w{{1,20}} )?(?:at )?[\"'\[]?(?P<host>{_HOST})[\"']?(?:/[\d.]{{7,15}})?(?::(?P<port>\d{{1,5}}))",
    rf"\b[a-z][a-z0-9+.-]{{1,20}}://(?:[^\s/@\"']{{1,200}}@)?(?P<host>{_HOST})(?::(?P<port>\d{{1,5}}))?",
    rf"could not translate host name \"(?P<host>{_HOST})\"",
    rf"could not resolve (?:host|proxy): ?[\"']?(?P<host>{_HOST})",
    rf"\bhost not found in upstream \"(?P<host>{_HOST})(?::(?P<port>\d{{1,5}}))?\"",
    # Erlang, and objects that JavaScript prints
    rf"\bhost(?:name)?: ?(?:~c)?[\"'](?P<host>{_HOST})[\"'](?:,? port: (?P<port>\d{{1,5}}))?",
    rf"\b(?:host|hostname|addr|address|server|broker|endpoint|upstream|target|peer|node|remote|url)[\"']?\s?[=:]\s?[\"']?(?P<host>{_HOST}):(?P<port>\d{{2,5}})\b",
)
_LOOSE_ADDRESSES = tuple(
    (compile_later(hint, re.IGNORECASE), compile_later(pattern, re.IGNORECASE))
    for hint, pattern in (
        (
            r":\d\d",
            rf"(?<![\w.:/@-])(?P<host>(?:{_IPV4}|[a-z][a-z0-9-]{{1,62}}(?:\.[a-z0-9-]{{1,63}}){{0,8}})):(?P<port>\d{{2,5}})(?!\w|[.:]\w)",
        ),
        (
            r"\.(?:svc|com|net|org|io|internal|local|cloud)(?![\w-])",
            r"(?<![\w.:/-])(?<!request\.host=)(?P<host>[a-z][a-z0-9-]{1,62}(?:\.[a-z0-9-]{1,63}){0,6}\.(?:svc(?:\.cluster\.local)?|com|net|org|io|internal|local|cloud))(?![\w-]|\.\w)",
        ),
    )
)
"""What any name of the form may be, beside the ending without which it cannot: names begin at every word of a line."""
_FILE_LIKE = compile_later(
    r"\.(?:py|go|js|ts|java|rs|rb|c|cc|cpp|h|cs|kt|scala|php|mjs|cjs|sh|log|json|ya?ml)$", re.IGNORECASE
)


@lru_cache(maxsize=256)
def find_address(text: str) -> str:
    """The remote end that a line names, as `host:port` or `host`; empty when it names none."""
    first = ""
    for host, port in _addresses_in(text[:_REACH]):
        is_number = _IPV4_ONLY.match(host) is not None
        if first and (is_number or not port or not first.endswith(f":{port}")):
            continue
        found = f"{host}:{port}" if port else host
        if not is_number or not port:
            return found
        # A number says less than a name: clients often log both.
        first = first or found
    return first


_IPV4_ONLY = compile_later(rf"{_IPV4}$")


def _addresses_in(head: str) -> Iterator[tuple[str, str]]:
    for pattern in _address_patterns(head):
        for match in pattern.finditer(head):
            host, port = match["host"], match.groupdict().get("port")
            is_page = _READ_MORE.search(head, max(0, match.start() - _READ_MORE_CHARS), match.start())
            if not (_FILE_LIKE.search(host) or host.isdigit() or is_page):
                yield host, port or ""


_READ_MORE = compile_later(
    r"\b(?:see|visit|docs?|documentation|info|information|background on this error at|refer to|(?:read|learn) more(?: at)?|help|upgrade at)\b:?\s{0,2}[\"'(<]?$",
    re.IGNORECASE,
)
"""What stands before the address of a page that explains the error: nobody called that one."""
_READ_MORE_CHARS = 40


@cache
def _address_index() -> PatternIndex:
    return PatternIndex(ADDRESSES)


def _address_patterns(text: str) -> Iterator[re.Pattern[str]]:
    yield from (compile_pattern(ADDRESSES[number]) for number in _address_index().fit(text.lower()))
    yield from (pattern for hint, pattern in _LOOSE_ADDRESSES if hint.search(text))


_PATH = compile_later(r"(?<![\w:/.])(?P<path>(?:/[\w.@+-]{1,120}){1,12}/?)(?![\w/])")
_QUOTED = compile_later(r"'(?P<a>[^'\n]{1,120})'|\"(?P<b>[^\"\n]{1,120})\"|`(?P<c>[^`\n]{1,120})`")
_SETTING = compile_later(r"(?<![\w./-])(?P<name>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){1,10})(?![\w./-])")


def find_path(text: str) -> str:
    """The file or folder that a line names, the full path before one in the program's own folder."""
    match = _PATH.search(text[:_REACH]) or _OWN_PATH.search(text[:_REACH])
    return match["path"] if match else ""


_OWN_PATH = compile_later(
    r"[\"'`](?P<path>(?:\./)?[\w.@+-]{1,120}(?:/[\w.@+-]{1,120}){1,12}/?)(?<!\.erl)(?<!\.ex)(?<!\.exs)(?<!\.py)[\"'`]"
)


def find_quoted(text: str) -> str:
    """The first quoted name of a line."""
    match = _QUOTED.search(text[:_REACH])
    return (match["a"] or match["b"] or match["c"] or "") if match else ""


_ACCOUNT = compile_later(
    r"\b(?:user(?:name)?|role|login|account|principal|benutzer|utilisateur|usuario)(?: name)?[ =:]{1,2}[\"'`«»“]{1,2} ?(?P<name>[^\"'`«»”\s]{1,80})",
    re.IGNORECASE,
)
_KEY = compile_later(
    r"\b(?:section|key|setting|property|option|parameter|placeholder|variable|value|field|argument|flag|connection ?string)[ =:]{1,2}[\"'`](?:\$\{)?(?P<a>[\w.:-]{2,80})\}?[\"'`]"
    r"|\bmissing (?:required )?(?:key|setting|property|value|field|argument|flag)s?:? [\"'`]?(?P<b>[\w.-]{2,80})",
    re.IGNORECASE,
)


def find_account(text: str) -> str:
    """The account that a line says was turned away."""
    match = _ACCOUNT.search(text[:_REACH])
    return match["name"] if match else ""


def find_key(text: str) -> str:
    """The key or section of a configuration that a line calls missing."""
    match = _KEY.search(text[:_REACH])
    return (match["a"] or match["b"]) if match else ""


_RESOURCES = tuple(
    compile_later(pattern)
    for pattern in (
        r"(?P<name>arn:aws[\w-]{0,10}:[\w-]{1,40}:[\w-]{0,30}:\d{0,12}:(?!assumed-role|role|user)[^\s,'\")]{1,200})",
        r"(?P<name>\b(?:s3a?|gs|az|abfss?|wasbs?|hdfs|oss|cos)://[^\s,'\")]{1,200})",
        r"\bstorage\.googleapis\.com/(?:(?:upload/|download/)?storage/v1/b/)?(?P<name>[a-z0-9][\w.-]{2,220})",
        r"https?://(?P<name>[a-z0-9][a-z0-9.-]{1,62})\.(?:s3[.-]|blob\.core\.|dfs\.core\.)",
        r"https?://s3[\w.-]{0,80}/(?P<name>[a-z0-9][a-z0-9.-]{2,62})",
        r"(?i:\b(?:bucket|container|queue|topic|table|stream)\b[^\n]{0,40}\bdoes not exist: [\"'`]?)(?P<name>[a-z0-9][\w.-]{2,80})",
        r"(?i:\bbucket(?: name)?[ =:]{1,2}[\"'`]?)(?!(?:does|is|was|are|not|must|has|you|the|and|for|with|from|in|on|to|of|or|that|policy|owner|region|exists?|already|access|could|cannot)\b)(?P<name>[a-z0-9][a-z0-9.-]{2,62})\b",
        r"(?i:\b(?:table|relation|schema|topics?|queue|repository|secret|index|collection|keyspace|stream|subscription|vault|key)\"?[ =:]{1,2}[\"'`\[])(?P<name>[^\"'`\]\s]{1,120})[\"'`\]]",
    )
)


def find_resource(text: str) -> str:
    """The bucket, object, table, topic or queue that a line names."""
    for pattern in _RESOURCES:
        match = pattern.search(text[:_REACH])
        if match:
            return match["name"].rstrip(".:;")
    return ""


def find_setting(text: str) -> str:
    """The environment variable that a line names (`DATABASE_URL`)."""
    for match in _SETTING.finditer(text[:_REACH]):
        if match["name"] not in _NOT_SETTINGS and not match["name"].startswith(("SQL_", "ERR_", "E_")):
            return match["name"]
    return ""


_NOT_SETTINGS = frozenset(
    {"HTTP_1", "UTF_8", "ISO_8601", "MAX_TOKENS", "NOT_FOUND", "PERMISSION_DENIED", "INVALID_ARGUMENT"}
)
