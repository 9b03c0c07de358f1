"""Secrets made up at run time, of every kind that the redactor promises to find by its own shape.

No sample stands in this file: a recipe says which fixed beginning is followed by how many random
characters of which class.
"""

from __future__ import annotations

import random
import re
import string
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
BASE64_CHARS = _CLASSES["b"]
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
