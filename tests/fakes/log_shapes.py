"""Secrets made up at run time that only their surroundings give away: the shapes say where in a log they may stand."""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

from fakes.planted_shapes import ENCODED, PARTS, PLANTED
from fakes.secret_samples import BASE64_CHARS, Sample, password, token

_NAMES = (
    "password", "DB_PASSWORD", "db_passwd", "postgresPassword", "MYSQL_PWD", "secret", "client_secret", "CLIENT-SECRET",
    "redis.password", "spring.datasource.password", "adminPassword", "API_KEY", "apiKey", "x-api-key", "auth_token",
    "ACCESS_TOKEN", "refresh_token", "AWS_SECRET_ACCESS_KEY", "secret_key", "private_key", "encryption_key", "SLACK_TOKEN",
    "jwt_secret", "passphrase", "AccountKey", "DJANGO_SECRET_KEY", "SECRET_KEY_BASE", "ghToken", "vault_token",
)  # fmt: skip


def log_shaped_samples(seed: int = 0, *, per_shape: int = 10) -> Iterator[Sample]:
    """Secrets that only their surroundings give away, as logs, manifests and kubectl print them."""
    rng = random.Random(seed)
    for kind, shape in SHAPES.items():
        for _ in range(per_shape):
            name = rng.choice(_NAMES)
            plain = re.search("pass|pwd|pw$", name, re.IGNORECASE)
            value = password(rng) if plain else token(rng)
            yield shape(kind, name, value, rng)


def _simple(template: str) -> Callable[[str, str, str, random.Random], Sample]:
    def build(kind: str, name: str, value: str, _rng: random.Random) -> Sample:
        text = template.replace("{name}", name).replace("{value}", value)
        return Sample(kind=kind, secret=value, text=text)

    return build


def _with_password(template: str) -> Callable[[str, str, str, random.Random], Sample]:
    def build(kind: str, _name: str, _value: str, rng: random.Random) -> Sample:
        value = password(rng)
        return Sample(kind=kind, secret=value, text=template.replace("{value}", value))

    return build


def _with_token(template: str) -> Callable[[str, str, str, random.Random], Sample]:
    def build(kind: str, _name: str, _value: str, rng: random.Random) -> Sample:
        value = token(rng)
        return Sample(kind=kind, secret=value, text=template.replace("{value}", value))

    return build


def _url(template: str) -> Callable[[str, str, str, random.Random], Sample]:
    def build(kind: str, _name: str, _value: str, rng: random.Random) -> Sample:
        value = password(rng)
        return Sample(
            kind=kind, secret=quote(value, safe="!*+~"), text=template.replace("{value}", quote(value, safe="!*+~"))
        )

    return build


def _encoded(template: str, prefix: str) -> Callable[[str, str, str, random.Random], Sample]:
    def build(kind: str, name: str, value: str, _rng: random.Random) -> Sample:
        encoded = base64.b64encode(f"{prefix.replace('{name}', name)}{value}".encode()).decode()
        return Sample(kind=kind, secret=encoded, text=template.replace("{name}", name).replace("{value}", encoded))

    return build


def _twice(kind: str, name: str, value: str, _rng: random.Random) -> Sample:
    encoded = base64.b64encode(f"x={value};".encode()).decode()
    text = f"{name}={value}\nretrying with {value} now\npayload {encoded}\nGET /cb?x={quote(value, safe='')}"
    return Sample(kind=kind, secret=value, text=text, also=(encoded, quote(value, safe="")))


def _nested(kind: str, name: str, value: str, _rng: random.Random) -> Sample:
    inner = json.dumps({"spec": {"containers": [{"env": [{"name": name, "value": value}]}]}})
    text = f"    kubectl.kubernetes.io/last-applied-configuration: |\n      {json.dumps({'metadata': inner})}"
    return Sample(kind=kind, secret=value, text=text)


def _secret_manifest(kind: str, name: str, value: str, _rng: random.Random) -> Sample:
    encoded = base64.b64encode(value.encode()).decode()
    text = f"apiVersion: v1\ndata:\n  settings: {encoded}\nkind: Secret\nmetadata:\n  name: app\n"
    return Sample(kind=kind, secret=encoded, text=text)


def _string_data(kind: str, name: str, value: str, _rng: random.Random) -> Sample:
    text = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\nstringData:\n  settings: {value}\n"
    return Sample(kind=kind, secret=value, text=text)


def _pem(kind: str, name: str, value: str, rng: random.Random, prefix: str = "") -> Sample:
    body = ["".join(rng.choice(BASE64_CHARS) for _ in range(64)) for _ in range(12)] + [
        rng.choice(BASE64_CHARS) * 20 + "=="
    ]
    dashes = "-" * 5
    lines = [f"{dashes}BEGIN RSA PRIVATE {'KEY'}{dashes}", *body, f"{dashes}END RSA PRIVATE {'KEY'}{dashes}"]
    return Sample(kind=kind, secret=body[0], text="\n".join(prefix + line for line in lines), also=tuple(body[1:]))


def _pem_logged(kind: str, name: str, value: str, rng: random.Random) -> Sample:
    return _pem(kind, name, value, rng, prefix="2026-11-20T10:00:00.123456789Z stdout F ")


def _pem_inline(kind: str, name: str, value: str, rng: random.Random) -> Sample:
    sample = _pem(kind, name, value, rng)
    return Sample(kind=kind, secret=sample.secret, text=json.dumps({"key": sample.text}), also=sample.also)


def _parts(template: str) -> Callable[[str, str, str, random.Random], Sample]:
    def build(kind: str, _name: str, _value: str, rng: random.Random) -> Sample:
        value = token(rng)
        first, second = value[: len(value) // 2], value[len(value) // 2 :]
        return Sample(kind=kind, secret=first, text=template.format(first, second), also=(second,))

    return build


SHAPES: dict[str, Callable[[str, str, str, random.Random], Sample]] = {
    "key=value": _simple("{name}={value}"),
    "env dump": _simple("HOME=/root\n{name}={value}\nPATH=/usr/bin"),
    "export": _simple('+ export {name}="{value}"'),
    "logfmt": _simple('time=2026-11-20T10:00:00Z level=error msg="connect failed" {name}={value} attempt=3'),
    "key = value": _simple("{name} = {value}"),
    "quoted": _simple("settings.{name} = '{value}'"),
    "json": _simple('{"user": "app", "{name}": "{value}", "port": 5432}'),
    "json compact": _simple('{"level":"error","cfg":{"{name}":"{value}"}}'),
    "json escaped": _simple('{"body":"{\\"{name}\\":\\"{value}\\",\\"n\\":1}"}'),
    "json escaped twice": _simple('"{\\\\\\"{name}\\\\\\":\\\\\\"{value}\\\\\\"}"'),
    "python dict": _simple("connect({'user': 'app', '{name}': '{value}'})"),
    "ruby hash": _simple('Parameters: {:{name}=>"{value}", "commit"=>"Sign in"}'),
    "go struct": _simple("cfg: {Host:db Port:5432 {name}:{value} TLS:true}"),
    "java toString": _simple("DataSource{url=jdbc:x, {name}='{value}', pool=5}"),
    "java toString bare": _simple("Config(host=db, {name}={value}, port=1)"),
    "yaml": _simple("database:\n  host: db\n  {name}: {value}\n  port: 1"),
    "yaml quoted": _simple('  {name}: "{value}"'),
    "yaml block": _simple("  {name}: |\n    {value}\n  next: 1"),
    "yaml list env": _simple("    - name: {name}\n      value: {value}"),
    "yaml list env quoted": _simple('    - name: {name}\n      value: "{value}"'),
    "json env": _simple('{"name": "{name}", "value": "{value}"}'),
    "json env lines": _simple(
        '          {\n            "name": "{name}",\n            "value": "{value}"\n          }'
    ),
    "describe env": _simple("    Environment:\n      {name}:  {value}\n      LOG_LEVEL:      info"),
    "toml": _simple('[db]\n{name} = "{value}"'),
    "ini": _simple("[db]\n{name}: {value}"),
    "properties": _simple("app.{name}={value}"),
    "xml": _simple("<config><{name}>{value}</{name}></config>"),
    "xml attribute": _simple('<user name="a" {name}="{value}"/>'),
    "go print": _simple('msg="dial" {name}:"{value}"'),
    "arrow": _simple("{name} => {value}"),
    "walrus": _simple('{name} := "{value}"'),
    "flag equals": _simple("exec: app --{name}={value} --verbose"),
    "flag": _simple("exec: app --{name} {value} --verbose"),
    "flag list": _simple('args: ["app", "--{name}", "{value}"]'),
    "coloured": _simple("\x1b[36m{name}\x1b[0m=\x1b[33m{value}\x1b[0m"),
    "next line": _simple("{name}:\n  {value}"),
    "json next line": _simple('"{name}":\n    "{value}"'),
    "continued": _simple("{name}=\\\n{value}"),
    "prose using": _with_password("could not log in using password {value} for user app"),
    "prose is": _with_password("the password is {value}"),
    "prose with": _with_password("Login failed for app with password '{value}'"),
    "prose token": _with_token("server rejected token {value} from 10.0.0.7"),
    "prose key": _with_token("loaded API key {value} from disk"),
    "sql": _with_password("ALTER USER app WITH PASSWORD '{value}'"),
    "sql identified": _with_password("CREATE USER app IDENTIFIED BY '{value}'"),
    "url": _url("postgresql://app:{value}@db.prod.svc:5432/app?sslmode=disable"),
    "url no user": _url("redis://:{value}@cache:6379/0"),
    "url in prose": _url('dial error: "amqp://guest:{value}@mq:5672/" refused'),
    "url token": _with_token("fatal: unable to access 'https://{value}@git.example.com/org/repo.git/'"),
    "url x-access-token": _with_token("git clone https://x-access-token:{value}@git.example.com/org/repo"),
    "query": _with_token("GET /v1/items?page=2&access_token={value}&limit=5 HTTP/1.1"),
    "query first": _with_token("https://api.example.com/v1?api_key={value}"),
    "query escaped": _with_token("redirect=https%3A%2F%2Fx%2Fcb%3Ftoken%3D{value}%26a%3D1"),
    "go dsn": _with_password("app:{value}@tcp(mysql:3306)/app?parseTime=true"),
    "host dsn": _with_token("connecting as app:{value}@10.1.2.3:3306"),
    "jdbc": _with_password("jdbc:sqlserver://db:1433;databaseName=app;user=sa;password={value};encrypt=true"),
    "jdbc query": _url("jdbc:mysql://db/app?user=root&password={value}&useSSL=false"),
    "odbc": _with_password("Driver={SQL};Server=db;Uid=sa;Pwd={value};"),
    "libpq": _with_password("host=db port=5432 user=app password={value} dbname=app"),
    "azure connection": _with_token(
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey={value}==;EndpointSuffix=x"
    ),
    "bearer": _with_token("Authorization: Bearer {value}"),
    "bearer json": _with_token('{"headers":{"Authorization":"Bearer {value}"}}'),
    "bearer go": _with_token("map[Accept:[*/*] Authorization:[Bearer {value}]]"),
    "bearer python": _with_token("{'Authorization': 'Bearer {value}', 'Accept': '*/*'}"),
    "bearer prose": _with_token("sent Bearer {value} upstream"),
    "authorization bare": _with_token("authorization: {value}"),
    "basic": _encoded("Authorization: Basic {value}", "app:"),
    "proxy basic": _encoded("Proxy-Authorization: Basic {value}", "app:"),
    "digest": _with_token('Authorization: Digest username="a", response="{value}"'),
    "aws signature": _with_token(
        "Authorization: AWS4-HMAC-SHA256 Credential=x/20260101/s3/aws4_request, Signature={value}"
    ),
    "cookie": _with_token("Cookie: theme=dark; session={value}; lang=en"),
    "set-cookie": _with_token("Set-Cookie: SESSIONID={value}; Path=/; HttpOnly; Secure"),
    "cookie json": _with_token('{"cookie":"sid={value}; a=b"}'),
    "x-api-key": _with_token("> X-Api-Key: {value}"),
    "private-token": _with_token("> PRIVATE-TOKEN: {value}"),
    "x-auth-token": _with_token("x-auth-token: {value}"),
    "curl -u": _with_password("curl -sS -u admin:{value} https://example.com/api"),
    "curl --user": _with_password("curl --user 'admin:{value}' https://example.com/api"),
    "curl -H": _with_token("curl -H 'Authorization: token {value}' https://example.com"),
    "curl -d": _with_password("curl -d 'username=a&password={value}' https://example.com/login"),
    "mysql -p": _with_password("mysql -h db -u root -p{value} app < dump.sql"),
    "docker login": _with_password("docker login -u bot -p {value} registry.example.com"),
    "sshpass": _with_password("sshpass -p {value} ssh root@host"),
    "redis-cli": _with_password("redis-cli -h cache -a {value} ping"),
    "wget": _with_password("wget --http-password={value} https://example.com/x"),
    "dockerconfigjson": _encoded('{"auths":{"registry.example.com":{"auth":"{value}"}}}', "bot:"),
    "secret manifest": _secret_manifest,
    "secret stringData": _string_data,
    "base64 of assignment": _encoded("payload {value}", "{name}="),
    "stack trace": _simple('  File "db.py", line 3, in connect\n    {name}="{value}",'),
    "exception text": _simple("ValueError: bad option {name}='{value}' for driver"),
    "nested annotation": _nested,
    "url-encoded json": _simple("%7B%22{name}%22%3A%22{value}%22%7D"),
    "html": _simple("&quot;{name}&quot;:&quot;{value}&quot;"),
    "every occurrence": _twice,
    "pem": _pem,
    "pem logged": _pem_logged,
    "pem inline": _pem_inline,
    "netrc": _with_password("machine git.example.com login bot password {value}"),
    "kubeconfig token": _with_token("users:\n- name: a\n  user:\n    token: {value}"),
    "client-key-data": _encoded("    client-key-data: {value}", "-" * 5 + "BEGIN "),
}
SHAPES |= {
    name: _with_token(template.replace("{token}", "{value}")) if "{token}" in template else _with_password(template)
    for name, template in PLANTED.items()
}
SHAPES |= {name: _encoded(template, prefix) for name, (template, prefix) in ENCODED.items()}
SHAPES |= {name: _parts(template) for name, template in PARTS.items()}
