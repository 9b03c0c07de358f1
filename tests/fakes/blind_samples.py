"""Log-shaped secrets written without looking at the detectors, to forecast what they do on logs elsewhere.

`secret_samples` grows with the detectors, so it says little about unseen text. These shapes were collected from how
programs print secrets; the figure of their first run stands in docs/redaction.md beside today's.
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from fakes.secret_samples import Sample

_USERS = ("admin", "svc-orders", "root", "app", "jdoe", "postgres", "ci_bot", "backup")
_HOSTS = ("db.internal", "10.20.0.7", "orders-db.prod.svc.cluster.local", "cache-0.cache", "example.com")
_DATABASES = ("orders", "app", "main", "billing")
_PASSWORD_WORDS = (
    "password", "passwd", "pwd", "pass", "passphrase", "db password", "admin password", "root pass", "smtp password", "redis password", "mysql root password",
    "keystore password", "ssl key password", "sasl password", "user pwd", "bind password", "new password", "postgres pass", "master password", "login password",
)  # fmt: skip
_TOKEN_WORDS = (
    "token", "secret", "api key", "apikey", "access token", "auth token", "client secret", "secret key", "access key", "refresh token", "api secret", "bearer token",
    "signing key", "encryption key", "webhook secret", "session secret", "jwt secret", "private key", "app secret", "api token", "shared secret", "master key", "consumer secret",
    "hmac secret", "deploy token", "personal access token", "service account key", "cookie secret", "id token", "license key", "auth key", "secret access key",
)  # fmt: skip
_OWNERS = ("", "", "", "billing", "stripe", "orders", "legacy", "my", "grafana", "acme", "payment gateway", "x")
_WORDS = ("sunrise", "maple", "tiger", "copper", "orbit", "velvet", "harbor", "pepper", "falcon", "meadow", "winter")


def _passwords(rng: random.Random) -> str:
    word = rng.choice(_WORDS)
    letters = string.ascii_letters + string.digits
    drawn = "".join(rng.choice(letters) for _ in range(rng.randrange(6, 15)))
    return rng.choice([
        word.title() + str(rng.randrange(10, 9999)) + rng.choice("!#*?"),
        word[:3] + str(rng.randrange(10)) + word[3:] + rng.choice("-_.") + str(rng.randrange(100, 999)),
        "-".join(rng.sample(_WORDS, 3)),
        drawn + rng.choice("!^*_+~") + rng.choice(letters) + str(rng.randrange(10)),
        "".join(rng.choice(letters) for _ in range(rng.randrange(8, 20))) + str(rng.randrange(10)),
        word.upper() + "_" + str(rng.randrange(1900, 2100)),
        word + rng.choice(_WORDS),
    ])  # fmt: skip


def _awkward_passwords(rng: random.Random) -> str:
    """Passwords as people choose them: short ones, words with digits, letters swapped for symbols, and drawn symbols."""
    word = rng.choice(_WORDS)
    letters = string.ascii_letters + string.digits
    swapped = word.title().translate(str.maketrans("aoie", "@013"))
    return rng.choice([
        swapped + rng.choice("#!$%&") + rng.choice(_WORDS)[:3] + rng.choice("!#*?"),
        word + str(rng.randrange(1, 100)),
        word.title() + rng.choice("@$&") + str(rng.randrange(1990, 2030)),
        "".join(rng.choice(letters) for _ in range(3)) + rng.choice("!$%^*") + rng.choice(letters) + str(rng.randrange(10)),
        rng.choice(string.ascii_letters) + "".join(rng.choice(letters + "!@#$%^&*-_=+.?~:/|") for _ in range(13)) + "7x",
        rng.choice("!$%^*~") + "".join(rng.choice(letters + "@#_") for _ in range(9)) + str(rng.randrange(10)),
    ])  # fmt: skip


def _plain_passwords(rng: random.Random) -> str:
    """Passwords of letters alone, or nearly: words of a dictionary, one or two."""
    one, other = rng.sample(_WORDS, 2)
    return rng.choice(
        [one, one + other, one.title() + other.title(), f"{one}-{other}", one.title() + str(rng.randrange(100, 2030))]
    )


def _tokens(rng: random.Random) -> str:
    letters = string.ascii_letters + string.digits
    return rng.choice([
        lambda: "".join(rng.choice(letters) for _ in range(rng.randrange(20, 48))),
        lambda: _hex(rng, rng.choice([32, 40, 64])),
        lambda: "".join(rng.choice(letters + "-_") for _ in range(rng.randrange(24, 64))) + "Q7",
        lambda: "".join(rng.choice(string.ascii_lowercase + string.digits) for _ in range(rng.randrange(24, 40))),
        lambda: rng.choice(["acme", "prod", "svc", "k"]) + "_" + "".join(rng.choice(letters) for _ in range(32)),
    ])()  # fmt: skip


def _hex(rng: random.Random, length: int = 32) -> str:
    return f"{rng.getrandbits(4 * length):0{length}x}"


def _styled(words: str, style: str) -> str:
    parts = words.split()
    match style:
        case "snake":
            return "_".join(parts)
        case "shout":
            return "_".join(parts).upper()
        case "kebab":
            return "-".join(parts)
        case "dotted":
            return ".".join(parts)
        case "pascal":
            return "".join(map(str.title, parts))
        case _:
            return parts[0] + "".join(map(str.title, parts[1:]))


_STYLES = {"n": "snake", "N": "shout", "k": "kebab", "d": "dotted", "C": "pascal", "c": "camel"}


def _name(rng: random.Random, style: str, words: tuple[str, ...]) -> str:
    return _styled(f"{rng.choice(_OWNERS)} {rng.choice(words)}".strip(), style)


def _fill(template: str, rng: random.Random) -> tuple[str, str]:
    """The text and the secret in it."""
    secret = ""

    def draw(match: re.Match[str]) -> str:
        nonlocal secret
        field = match[1]
        match field:
            case "user":
                return rng.choice(_USERS)
            case "host":
                return rng.choice(_HOSTS)
            case "db":
                return rng.choice(_DATABASES)
            case "pw":
                secret = _passwords(rng)
            case "pwx":
                secret = _awkward_passwords(rng)
            case "pwu":
                secret = _passwords(rng).replace("?", "!").replace("#", "*")
            case "pww":
                secret = _plain_passwords(rng)
            case "tok":
                secret = _tokens(rng)
            case "hex":
                secret = _hex(rng)
            case "b64":
                secret = base64.b64encode(rng.randbytes(rng.choice([20, 32, 64]))).decode()
            case "uuid":
                secret = str(uuid.UUID(int=rng.getrandbits(128), version=4))
            case "num":
                secret = str(rng.randrange(100_000, 1_000_000))
            case "pin":
                secret = "".join(rng.choice(string.ascii_uppercase + string.digits) for _ in range(8)) + "4"
            case _ if field.lower().endswith("pw"):
                return _name(rng, _STYLES[field[0]], _PASSWORD_WORDS)
            case _:
                return _name(rng, _STYLES[field[0]], _TOKEN_WORDS)
        return secret

    fields = r"\{(user|host|db|pwu|pwx|pww|pw|tok|hex|b64|pin|uuid|num|[nNkdCc](?:pw|tok|PW|TOK))\}"
    text = re.sub(fields, draw, template)
    return text, secret


def _templates() -> Iterator[tuple[str, str]]:
    shapes = Path(__file__).with_name("blind_shapes.txt").read_text(encoding="utf-8")
    for line in shapes.splitlines():
        if not line.startswith("#"):
            kind, _, template = line.partition("|")
            yield (
                kind,
                template.replace("\\x1b", "\x1b").replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\"),
            )


def _pem(rng: random.Random, label: str = "RSA PRIVATE KEY") -> tuple[list[str], str]:
    body = [base64.b64encode(rng.randbytes(48)).decode() for _ in range(8)]
    dashes = "-" * 5
    return [f"{dashes}BEGIN {label}{dashes}", *body, f"{dashes}END {label}{dashes}"], body[4]


_PEM_WRAPPERS: dict[str, Callable[[list[str]], str]] = {
    "pem-plain": "\n".join,
    "pem-crlf": "\r\n".join,
    "pem-indented": lambda lines: "  key: |\n" + "\n".join("    " + line for line in lines),
    "pem-escaped": lambda lines: '{"private_key":"' + "\\n".join(lines) + '\\n"}',
    "pem-escaped-twice": lambda lines: '{"m":"{\\"private_key\\":\\"' + "\\\\n".join(lines) + '\\"}"}',
    "pem-prefixed": lambda lines: "\n".join(f"2026-03-01T10:00:0{i % 10}Z stdout F {s}" for i, s in enumerate(lines)),
    "pem-compose": lambda lines: "\n".join(f"web-1  | {line}" for line in lines),
    "pem-quoted-lines": lambda lines: "\n".join(f'"{line}\\n"' for line in lines),
    "pem-no-begin": lambda lines: "tls.key:\n" + "\n".join(lines[2:]),
    "pem-no-end": lambda lines: "\n".join(lines[:-2]),
    "pem-env": lambda lines: 'TLS_KEY="' + "\n".join(lines) + '"',
    "pem-spaces": " ".join,
}

_ENCODED: dict[str, Callable[[str, str, str], str]] = {
    "b64-basic-header": lambda user, pw, tok: "Authorization: Basic " + _b64(f"{user}:{pw}"),
    "b64-basic-bare": lambda user, pw, tok: "basic auth " + _b64(f"{user}:{pw}"),
    "b64-secret-yaml": lambda user, pw, tok: f"kind: Secret\ndata:\n  blob: {_b64(pw)}",
    "b64-secret-yaml-first": lambda user, pw, tok: f"apiVersion: v1\ndata:\n  {user}: {_b64(pw)}\nkind: Secret",
    "b64-secret-json": lambda user, pw, tok: json.dumps({"kind": "Secret", "data": {"x": _b64(tok)}}),
    "b64-secret-stringdata": lambda user, pw, tok: f"kind: Secret\nstringData:\n  conn: {pw}",
    "b64-last-applied": lambda user, pw, tok: "last-applied-configuration: " + json.dumps(json.dumps({"apiVersion": "v1", "data": {"x": _b64(tok)}, "kind": "Secret"})),
    "b64-env-blob": lambda user, pw, tok: "config=" + _b64(json.dumps({"password": pw, "user": user})),
    "b64-line": lambda user, pw, tok: f"DB_PASSWORD={pw}\nretry with {_b64(pw)}",
    "b64-offset1": lambda user, pw, tok: f"api_token={tok}\nblob {_b64('x' + tok + ' end')}",
    "b64-offset2": lambda user, pw, tok: f"api_token={tok}\nblob {_b64('xy' + tok)}",
    "b64-dockerconfig": lambda user, pw, tok: '{"auths":{"r.example.com":{"auth":"' + _b64(f"{user}:{pw}") + '"}}}',
    "b64-dockerconfig-twice": lambda user, pw, tok: ".dockerconfigjson: " + _b64('{"auths":{"r.io":{"auth":"' + _b64(f"{user}:{pw}") + '"}}}'),
    "url-encoded-again": lambda user, pw, tok: f"password={pw}%/\nGET /?q={urllib.parse.quote(pw + '%/', safe='')}",
    "json-unicode-again": lambda user, pw, tok: f"password={pw}&<\nmsg {json.dumps(pw + '&<').replace('&', chr(92) + 'u0026').replace('<', chr(92) + 'u003c')}",
    "html-again": lambda user, pw, tok: f"password={pw}&<\n<td>{pw}&amp;&lt;</td>",
    "hex-again": lambda user, pw, tok: f"api_token={tok}\nraw {tok.encode().hex()}",
    "again-bare": lambda user, pw, tok: f"export API_TOKEN={tok}\nsending {tok} to upstream",
    "json-in-json-in-log": lambda user, pw, tok: json.dumps({"log": json.dumps({"msg": json.dumps({"client_secret": tok})})}),
    "json-dump-headers": lambda user, pw, tok: json.dumps({"headers": {"authorization": ["Bearer " + tok], "accept": ["*/*"]}}),
    "json-pretty-env": lambda user, pw, tok: json.dumps({"env": [{"name": "DB_PASSWORD", "value": pw}]}, indent=2),
    "json-pretty-config": lambda user, pw, tok: json.dumps({"db": {"user": user, "password": pw}}, indent=4),
    "jwt-bare": lambda user, pw, tok: "cookie ok " + _jwt(user, tok),
    "jwt-split": lambda user, pw, tok: "id_token: " + _jwt(user, tok),
}  # fmt: skip


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _jwt(user: str, token: str) -> str:
    parts = [json.dumps({"alg": "HS256", "typ": "JWT"}), json.dumps({"sub": user, "iat": 1700000000})]
    encoded = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, (token * 3)[:43]])


def _shown(secret: str, text: str) -> tuple[str, ...]:
    """The encoded texts that stand for the secret in `text`: blobs that decode to it and forms of it."""
    blobs = [blob for blob in re.findall(r"[A-Za-z0-9+/_-]{8,}={0,2}", text) if blob not in secret]
    blobs = [blob for blob in blobs if secret in _decoded(blob)]
    forms = {urllib.parse.quote(secret, safe=""), secret.encode().hex(), json.dumps(secret)[1:-1]}
    return (*(blob[: max(8, len(blob) // 2)] for blob in blobs), *(form for form in forms if form in text))


def _decoded(blob: str, depth: int = 3) -> str:
    if not depth:
        return ""
    try:
        text = base64.b64decode(
            blob + "=" * (-len(blob) % 4), altchars=b"-_" if set(blob) & set("-_") else None
        ).decode("utf-8", "replace")
    except ValueError:
        return ""
    inner = [_decoded(part, depth - 1) for part in re.findall(r"[A-Za-z0-9+/_-]{8,}={0,2}", text)]
    return "\n".join([text, *inner])


def _parts(secret: str) -> tuple[str, ...]:
    """Pieces whose survival gives most of a secret away."""
    size = max(6, len(secret) * 2 // 3)
    return tuple(secret[start : start + size] for start in range(len(secret) - size + 1))


def blind_samples(seed: int = 0, *, per_shape: int = 12) -> Iterator[Sample]:
    """Secrets in surroundings that were written without knowledge of the detectors."""
    rng = random.Random(seed)
    for kind, template in _templates():
        for _ in range(per_shape):
            text, secret = _fill(template, rng)
            if secret:
                yield Sample(kind=kind, secret=secret, text=text, also=_parts(secret))
    for kind, wrap in _PEM_WRAPPERS.items():
        for label in ("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"):
            lines, secret = _pem(rng, label)
            yield Sample(kind=kind, secret=secret, text=wrap(lines))
    for kind, build in _ENCODED.items():
        for _ in range(per_shape):
            password, token = _passwords(rng), _tokens(rng)
            text = build(rng.choice(_USERS), password, token)
            secret = (
                token
                if kind.startswith(("jwt", "again", "hex", "json-in", "json-dump")) or "api_token" in text
                else password
            )
            if kind in ("b64-secret-json", "b64-last-applied"):
                secret = token
            if kind.startswith("jwt"):
                secret = text.rpartition(".")[2]
            yield Sample(kind=kind, secret=secret, text=text, also=_shown(secret, text))
