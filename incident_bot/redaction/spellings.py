"""How a value is written where it has to be escaped: in URLs, JSON and HTML.

The library's ways to do so take as long to load as two megabytes take to filter; a test holds these to the same.
"""

from __future__ import annotations

from incident_bot.patterns import compile_later

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")
"""What RFC 3986, 2.3 leaves as it is."""
_ESCAPED_IN_JSON = compile_later(r'["\\]|[^ -~]')
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\b": "\\b"}
_IN_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_IN_ATTRIBUTE = str.maketrans({'"': "&quot;", "'": "&#x27;"})


def in_url(value: str) -> str:
    """As `urllib.parse.quote` writes it with nothing safe."""
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in value.encode("utf-8", "replace"))


def in_json(value: str) -> str:
    """As `json.dumps` writes it between its quotes (RFC 8259, 7)."""
    return _ESCAPED_IN_JSON.sub(lambda match: _json_escape(match[0]), value)


def _json_escape(char: str) -> str:
    short = _SHORT_ESCAPES.get(char)
    if short:
        return short
    pair = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{pair[at : at + 2].hex()}" for at in range(0, len(pair), 2))


def in_html(value: str) -> str:
    """As `html.escape` writes it outside of attributes."""
    return value.translate(_IN_HTML)


def in_attribute(value: str) -> str:
    """As `html.escape` writes it inside of them."""
    return in_html(value).translate(_IN_ATTRIBUTE)
