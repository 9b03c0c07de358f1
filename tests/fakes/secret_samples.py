"""Secrets made up at run time, of every kind that the redactor promises to find.

No sample stands in this file: a recipe says which fixed beginning is followed by how many random
characters of which class, and the shapes say where in a log such a value may stand.
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from fakes.planted_shapes import ENCODED, PARTS, PLANTED

_CLASSES = {
    "a": string.ascii_lowercase + string.digits,
    "A": string.ascii_uppercase + string.digits,
    "n": string.ascii_letters + string.digits,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "d": string.digits,
    "b": string.ascii_letters + string.digits + "+/",
    "w": string.ascii_letters + string.digits + "_-",
    "q": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "t": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
}
_FIELD = re.compile(r"<([a-zA-Z])(\d+)>")

# kind, then the recipe: <n36> is 36 characters of class n, <u1> a uuid. `|` stands where a beginning would
# otherwise be complete, so that this file itself trips no scanner.
_RECIPES = """
aws-access-key-id AK|IA<t16>
aws-access-key-id AS|IA<t16>
aws-bedrock-key AB|SK<n120>
aws-mws-key amzn.|mws.<u1>
google-api-key AI|za<w35>
google-auth-key A|Q.<w50>
google-oauth-token ya|29.<w120>
google-oauth-secret GO|CSPX-<w28>
google-hmac-key GO|OG1E<A55>
firebase-server-key AA|AA<w7>:<w140>
azure-ad-secret <n3>8|Q~<w34>
azure-storage-key <b76>+A|StX<b4>==
azure-sas-signature https://acct.blob.core.windows.net/c?sv=2022-11-02&s|ig=<n43>%3D
digitalocean-token do|p_v1_<h64>
digitalocean-token do|o_v1_<h64>
alibaba-access-key-id LT|AI<n20>
tencent-secret-id AK|ID<n32>
yandex-api-key AQ|VN<w35>
scaleway-access-key SC|W<A17>
flyio-token fm|2_<b80>
heroku-key HR|KU-AA<w58>
render-key rn|d_<n32>
vercel-token vc|p_<n56>
netlify-token nf|p_<n36>
pulumi-token pu|l-<h40>
terraform-token <n14>.at|lasv1.<n64>
vault-token hv|s.<w90>
vault-token hv|b.<w140>
cloudflare-ca-key v1|.0-<h24>-<h146>
doppler-token dp|.pt.<n43>
doppler-token dp|.st.prd.<n43>
onepassword-service-token op|s_eyJ<b250>
onepassword-secret-key A|3-<A6>-<A11>-<A5>-<A5>-<A5>
age-secret-key AGE-|SECRET-KEY-1<q58>
harness-token pa|t.<w22>.<h24>.<n20>
tailscale-key ts|key-auth-<n12>CNTRL-<n32>
github-token gh|p_<n36>
github-token gh|s_<n36>
github-token gh|o_<n36>
github-fine-grained-token github|_pat_<n22>_<n59>
gitlab-token gl|pat-<w20>
gitlab-token gl|dt-<w20>
gitlab-token gl|rt-<w20>
gitlab-token gl|ptt-<h40>
gitlab-token gl|cbt-<d2>_<w20>
gitlab-runner-token GR|1348941<w20>
bitbucket-token AT|BB<n32>
atlassian-token AT|ATT3<w180>=<H8>
sourcegraph-token sg|p_<h40>
postman-key PM|AK-<h24>-<h34>
linear-key li|n_api_<n40>
launchdarkly-key sd|k-<u1>
slack-token xo|xb-<d12>-<d12>-<n24>
slack-token xo|xp-<d12>-<d12>-<d12>-<h32>
slack-token xo|xe.xoxp-1-<b140>
slack-app-token xa|pp-1-A<A10>-<d13>-<h64>
slack-webhook https://hooks.slack|.com/services/T<A8>/B<A10>/<n24>
discord-webhook https://discord.com/api/web|hooks/<d18>/<w68>
teams-webhook https://acme.webhook.office|.com/webhookb2/<u1>@<u1>/IncomingWebhook/<h32>/<u1>
teams-workflow-webhook https://prod-01.westeurope.logic.azure|.com:443/workflows/<h32>/triggers/manual/paths/invoke?sig=<w43>
google-chat-webhook https://chat.googleapis|.com/v1/spaces/<n11>/messages?key=<w39>&token=<w43>
telegram-bot-token <d10>:A|A<w33>
mattermost-webhook https://chat.example.com/hoo|ks/<a26>
zapier-webhook https://hooks.zapier|.com/hooks/catch/<d7>/<a7>
ifttt-webhook https://maker.ifttt|.com/trigger/deploy/with/key/<w43>
intercom-token dG9|rO<n56>=
stripe-key sk_|live_<n99>
stripe-key rk_|live_<n24>
stripe-key sk_|test_<n24>
stripe-webhook-secret wh|sec_<n32>
square-token EA|AA<w60>
square-secret sq|0csp-<w43>
paypal-braintree-token access|_token$production$<a16>$<h32>
shopify-token sh|pat_<h32>
shopify-token sh|pss_<h32>
flutterwave-key FLW|SECK_TEST-<a32>
razorpay-key rz|p_live_<n14>
plaid-token access|-production-<u1>
adyen-key AQ|Ehmf<b80>-<b43>-<n16>
gocardless-token li|ve_<w40>
easypost-key EZ|AK<n54>
duffel-token duf|fel_live_<w43>
shippo-token ship|po_live_<h40>
lob-key live|_pub_<h31>
frameio-token fio|-u-<w64>
sendgrid-key S|G.<w22>.<w43>
mailgun-key ke|y-<h32>
mailgun-public-key pub|key-<h32>
mailchimp-key <h32>-u|s14
sendinblue-key xkey|sib-<h64>-<n16>
resend-key r|e_<n8>_<n24>
twilio-key S|K<h32>
onesignal-key os|_v2_app_<a103>
circleci-token CCI|PAT_<n22>_<h40>
buildkite-token bk|ua_<h40>
sonar-token sq|u_<h40>
snyk-token snyk|_uat.<n8>.<n86>
grafana-token gl|sa_<n32>_<h8>
grafana-token gl|c_<b120>
sentry-token sn|trys_<b120>
newrelic-key NR|AK-<A27>
newrelic-license-key <h32>FF|FFNRAL
dynatrace-token dt0|c01.<t24>.<t64>
datadog-key ddp|at_<n40>
honeycomb-key hc|aik_<n58>
axiom-token xa|at-<u1>
percy-token we|b_<h64>
prefect-key pn|u_<n36>
trigger-dev-key tr|_prod_<n20>
planetscale-password pscale|_pw_<w43>
planetscale-token pscale|_tkn_<w43>
supabase-key sb|p_<h40>
neon-key na|pi_<a64>
databricks-token da|pi<h32>-2
airtable-token pa|t<n14>.<h64>
notion-token nt|n_<n46>
notion-token secr|et_<n43>
mongodb-atlas-secret mdb|_sa_sk_<w40>
elastic-cloud-key es|su_<b80>
contentful-token CF|PAT-<w43>
typeform-token tf|p_<w59>
hubspot-token pa|t-na1-<u1>
clickup-token p|k_<d8>_<A32>
figma-token fi|gd_<w43>
algolia-key X-Algolia-API-|Key: <h32>
okta-token SS|WS 00<w40>
mapbox-token sk.e|yJ<n60>.<w22>
facebook-token EA|AC<n180>
instagram-token IG|QV<n160>
twitter-bearer AAAAAAAAAAAA|AAAAAAAAAA<n90>
twitch-token oauth|:<a30>
readme-key rd|me_<a70>
scalingo-token tk|-us-<w48>
settlemint-token sm|_pat_<n16>
openshift-token sha|256~<w43>
wakatime-key wa|ka_<u1>
zuplo-key zp|ka_<n60>
anthropic-key sk-|ant-api03-<w93>AA
openai-key sk-|proj-<w74>
openai-key sk-|<n20>T3BlbkFJ<n20>
openai-key sk-|svcacct-<w74>
openrouter-key sk-|or-v1-<h64>
huggingface-token h|f_<n34>
groq-key gs|k_<n52>
xai-key xa|i-<n80>
perplexity-key pp|lx-<n48>
replicate-token r|8_<n37>
fireworks-key f|w_<n24>
nvidia-key nva|pi-<w64>
cerebras-key cs|k-<a48>
together-key tg|p_v1_<w43>
voyage-key p|a-<w43>
pinecone-key pc|sk_<n6>_<n60>
elevenlabs-key s|k_<h48>
wandb-key wandb|_v1_<n80>
langsmith-key lsv|2_pt_<h32>_<h10>
langfuse-key sk-|lf-<u1>
tavily-key tv|ly-dev-<n32>
modal-token a|k-<n22>
npm-token np|m_<n36>
npm-auth-token //registry.npmjs.org/:_auth|Token=<u1>
pypi-token pypi|-AgEIcHlwaS5vcmc<w120>
rubygems-key ruby|gems_<h48>
cargo-token ci|o<n32>
nuget-key oy|2<a43>
docker-token dckr|_pat_<w27>
artifactory-key AK|Cp<n69>
artifactory-reference-token cmVm|dGtu<n56>
clojars-token CLO|JARS_<a60>
jsr-token jsr|p_<n40>
password-hash $2|b$12$<n53>
password-hash $|6$<n16>$<n86>
password-hash $|apr1$<n8>$<n22>
oauth-code https://app.example.com/cb?co|de=<n32>
kubernetes-bootstrap-token kubeadm join --tok|en <a6>.<a16>
k3s-token K1|0<h64>::server:<h32>
eks-token k8s-aws|-v1.<n90>
terraform-random-password "random_password","result":|"<n40>"
jwt ey|JhbGciOiJIUzI1NiJ9.ey|J<n80>.<w43>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A text that holds `secret`, which must not survive. `kind` is of the recipe or names the shape."""

    kind: str
    secret: str
    text: str
    also: tuple[str, ...] = ()
    """Further pieces that must not survive, where the text holds the secret in parts."""

    def leaks(self, redacted: str) -> bool:
        """Whether the secret, or any of its pieces, can be read from the redacted text."""
        return any(piece in redacted for piece in (self.secret, *self.also))


def _fill(recipe: str, rng: random.Random) -> str:
    def draw(match: re.Match[str]) -> str:
        letter, count = match[1], int(match[2])
        if letter == "u":
            return str(uuid.UUID(int=rng.getrandbits(128), version=4))
        return "".join(rng.choice(_CLASSES[letter]) for _ in range(count))

    return _FIELD.sub(draw, recipe.replace("|", ""))


def provider_recipes() -> list[tuple[str, str]]:
    """Every (kind, recipe)."""
    return [(kind, recipe) for kind, _, recipe in (line.partition(" ") for line in _RECIPES.strip().splitlines())]


_AROUND: tuple[Callable[[str], str], ...] = (
    lambda value: value,
    lambda value: f"2026-11-20T10:00:00Z ERROR request failed with {value} (attempt 3)",
    lambda value: f'{{"level":"error","msg":"login failed","credential":"{value}"}}',
    lambda value: f"config: value={value}, retries=3",
    lambda value: f"      SERVICE_SETTING:  {value}",
    lambda value: f'Traceback: Client("{value}").connect()',
)


def provider_samples(seed: int = 0, *, per_recipe: int = 6) -> Iterator[Sample]:
    """Credentials that their own shape gives away, in surroundings that do not name them."""
    rng = random.Random(seed)
    for kind, recipe in provider_recipes():
        for number in range(per_recipe):
            value = _fill(recipe, rng)
            yield Sample(kind=kind, secret=_core(value), text=_AROUND[number % len(_AROUND)](value))


def _core(value: str) -> str:
    """The part of a value that must be gone: its longest run without the public parts of a URL."""
    return max(re.split(r"[/?&=:;\s@$]|%3D", value), key=len)


def password(rng: random.Random) -> str:
    """A password that a person or a generator may have chosen, of at least six characters."""
    choice = rng.randrange(5)
    if choice == 0:
        return (
            rng.choice(["Summer", "winter", "Dragon", "orange", "Maple"])
            + str(rng.randrange(10, 9999))
            + rng.choice("!#*")
        )
    if choice == 1:
        return "".join(rng.choice(_CLASSES["n"]) for _ in range(rng.randrange(10, 24)))
    if choice == 2:
        return "".join(rng.choice(_CLASSES["n"] + "!#%*+-_.~^") for _ in range(rng.randrange(12, 20))) + "x9"
    if choice == 3:
        return rng.choice(["swordfish", "correcthorse", "letmein", "trustno", "opensesame"]) + str(rng.randrange(1, 99))
    return "".join(rng.choice(_CLASSES["h"]) for _ in range(32))


def token(rng: random.Random) -> str:
    """A generated token without a tell-tale beginning."""
    return "".join(rng.choice(_CLASSES["n"]) for _ in range(rng.randrange(20, 44))) + "a7Zq"


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
    body = ["".join(rng.choice(_CLASSES["b"]) for _ in range(64)) for _ in range(12)] + [
        rng.choice(_CLASSES["b"]) * 20 + "=="
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
