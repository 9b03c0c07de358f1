"""The credentials whose own shape names their issuer: what a value looks like, kind by kind.

Each entry is a kind, the literal beginnings under which the prefilter finds it (lower case) and
the pattern of the whole value, matched at such a beginning in the original case. Patterns end
open (`{36,}` bounded, never a trailing boundary), so that a match costs no second try.
Shapes: the issuers' own documentation and their registrations with GitHub secret scanning.
"""

from __future__ import annotations

from incident_bot.redaction.formats import HEX as _HEX
from incident_bot.redaction.formats import UUID as _UUID
from incident_bot.redaction.formats import Provider
from incident_bot.redaction.formats import provider as _p
from incident_bot.redaction.vendors import VENDORS

_W = "[A-Za-z0-9_-]"
_A = "[A-Za-z0-9]"

CLOUDS = (
    _p("aws-access-key-id", "AKIA ASIA ABIA ACCA", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _p(
        "aws-bedrock-key",
        "ABSK bedrock-api-key-",
        r"(?:ABSK[A-Za-z0-9+/]{60,400}={0,2}|bedrock-api-key-[A-Za-z0-9+/=]{20,2000})",
    ),
    _p("aws-mws-key", "amzn.mws.", rf"amzn\.mws\.{_UUID}"),
    _p("google-api-key", "AIza", rf"AIza{_W}{{35}}"),
    _p("google-auth-key", "AQ.", rf"AQ\.{_W}{{20,200}}"),
    _p("google-oauth-token", "ya29.", rf"ya29\.{_W}{{20,2000}}(?:\.{_W}{{10,2000}})?"),
    _p("google-oauth-secret", "GOCSPX-", rf"GOCSPX-{_W}{{20,64}}"),
    _p("google-hmac-key", "GOOG1E", r"GOOG1E[A-Z0-9]{55}"),
    _p("firebase-server-key", "^AAAA", rf"AAAA{_W}{{7}}:{_W}{{120,200}}"),
    _p(
        "azure-ad-secret", "Q~", r"[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_.~-]{31,40}|[78]Q~[A-Za-z0-9_.~-]{31,40}", inner=True
    ),
    _p("azure-storage-key", "+AStX", r"[A-Za-z0-9+/]{0,80}\+AStX[A-Za-z0-9+/]{2,80}={0,2}", inner=True),
    _p("azure-function-key", "AzFu", r"AzFu[A-Za-z0-9_=-]{4,40}", inner=True),
    _p("azure-sas-signature", "&sig= ?sig=", r"[&?]sig=[A-Za-z0-9%+/]{30,200}={0,2}", inner=True),
    _p("digitalocean-token", "^dop_v1_ ^doo_v1_ ^dor_v1_", rf"do[opr]_v1_{_HEX}{{64}}"),
    _p("alibaba-access-key-id", "LTAI", rf"LTAI{_A}{{12,26}}"),
    _p("tencent-secret-id", "AKID", rf"AKID{_A}{{32,36}}"),
    _p("yandex-api-key", "AQVN", rf"AQVN{_W}{{35,40}}"),
    _p("yandex-access-key", "YCAJ YCAL YCO YCN YCP", rf"YC(?:AJ|AL|O|N|P){_W}{{24,50}}"),
    _p("scaleway-access-key", "SCW", r"SCW[A-Z0-9]{17}(?![A-Za-z0-9])"),
    _p("flyio-token", "fm1r_ fm2_ fm1a_", r"fm(?:1[ar]|2)_[A-Za-z0-9+/,_=-]{40,2000}"),
    _p("heroku-key", "HRKU-", rf"HRKU-(?:AA)?{_W}{{30,64}}"),
    _p("render-key", "^rnd_", rf"rnd_{_A}{{20,64}}"),
    _p("vercel-token", "vcp_ vci_ vca_ vcr_ vck_", rf"vc[piark]_{_W}{{20,80}}"),
    _p("netlify-token", "nfp_ nfc_ nfb_ nfo_ nfu_", rf"nf[pcbou]_{_W}{{30,64}}"),
    _p("pulumi-token", "pul-", rf"pul-{_HEX}{{40}}"),
    _p("terraform-token", ".atlasv1.", rf"{_A}{{14}}\.atlasv1\.[A-Za-z0-9_=-]{{40,80}}", inner=True),
    _p("vault-token", "hvs. hvb. hvr.", rf"hv[sbr]\.{_W}{{20,300}}"),
    _p("cloudflare-ca-key", "v1.0-", rf"v1\.0-{_HEX}{{24}}-{_HEX}{{146}}"),
    _p(
        "doppler-token",
        "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.",
        rf"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{{2,35}}\.)?{_A}{{40,44}}",
    ),
    _p("onepassword-service-token", "ops_eyJ", r"ops_eyJ[A-Za-z0-9+/_-]{100,2000}={0,3}"),
    _p(
        "onepassword-secret-key",
        "^A3-",
        r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
    ),
    _p("age-secret-key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
    _p("harness-token", "^pat.", rf"pat\.{_W}{{22}}\.[0-9a-f]{{24}}\.{_A}{{20}}"),
    _p("tailscale-key", "tskey-", rf"tskey-(?:auth|api|client|scim|webhook)-{_A}{{8,24}}-{_A}{{20,64}}"),
)

SIGN_IN = (
    _p(
        "password-hash",
        "$2a$ $2b$ $2y$ $1$ $5$ $6$ $y$ $apr1$ $argon2 {SHA} {SSHA} {SSHA256} {SSHA512} {MD5} {SMD5} {CRYPT} {SHA512}",
        r"\$(?:2[aby]\$\d\d\$[./A-Za-z0-9]{53}|(?:apr1|[156y])\$(?:rounds=\d{1,9}\$|j[\w./]{1,8}\$)?[./A-Za-z0-9]{1,32}\$[+./A-Za-z0-9]{20,90}={0,2}|argon2(?:id|i|d)\$[\w=,$]{4,60}\$[A-Za-z0-9+/]{8,90}\$[A-Za-z0-9+/]{16,90})|\{(?:S?SHA(?:256|512)?|S?MD5|CRYPT)\}[A-Za-z0-9+/.$]{16,160}={0,2}",
    ),
    _p(
        "oauth-code",
        "?code= &code= code_verifier= client_assertion=",
        r"(?:(?<=[?&]code=)|(?<=code_verifier=)|(?<=client_assertion=))(?=[^&\s]{0,80}\d)[\w%./~+-]{16,2000}",
        inner=True,
    ),
    _p("kubernetes-bootstrap-token", "--token token=", r"(?<=token[ =])[a-z0-9]{6}\.[a-z0-9]{16}(?![\w.])", inner=True),
    _p("k3s-token", "::server: ::node:", rf"K10{_HEX}{{64}}::(?:server|node):{_W}{{8,128}}", inner=True),
    _p(
        "password-hash",
        "pbkdf2_sha pbkdf2:sha scrypt:",
        r"(?:pbkdf2[_:]sha\d{1,3}[$:]\d{1,8}|scrypt:\d{1,8}:\d{1,3}:\d{1,3})\$[^\s$:]{1,64}\$[A-Za-z0-9+/]{20,160}={0,2}",
    ),
    _p("password-hash", ":aad3b435b51404ee", r":aad3b435b51404ee[0-9a-f]{16}:[0-9a-fA-F]{32,64}", inner=True),
    _p(
        "tls-secret",
        "^CLIENT_RANDOM _TRAFFIC_SECRET_ ^EXPORTER_SECRET",
        r"(?:CLIENT_RANDOM|[A-Z_]{6,32}_TRAFFIC_SECRET(?:_\d)?|EXPORTER_SECRET) [0-9a-f]{64} [0-9a-f]{64,96}",
        inner=True,
    ),
    _p("eks-token", "k8s-aws-v1.", rf"k8s-aws-v1\.{_W}{{40,4000}}"),
    _p(
        "terraform-random-password",
        'random_password"',
        r"(?:(?<=\"result\":\")|(?<=\"result\": \"))[^\"\n]{1,256}",
        inner=True,
    ),
)

CODE_HOSTS = (
    _p("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", rf"gh[pousr]_{_A}{{36,255}}"),
    _p("github-fine-grained-token", "github_pat_", r"github_pat_[A-Za-z0-9_]{22,255}"),
    _p(
        "gitlab-token",
        "glpat- gldt- glrt- glptt- glft- glsoat- glimt- glagent- glcbt- gloas- glffct- glwt-",
        r"gl(?:pat|dt|rt|rtr|ptt|ft|soat|imt|agent|cbt|oas|ffct|wt)-[A-Za-z0-9_.-]{20,300}",
    ),
    _p("gitlab-runner-token", "GR1348941 glrtr-", rf"(?:GR1348941|glrtr-){_W}{{20,64}}"),
    _p("bitbucket-token", "ATBB", rf"ATBB{_A}{{24,64}}={{0,1}}{_A}{{0,8}}"),
    _p("atlassian-token", "ATATT3 ATCTT3", r"AT[AC]TT3[A-Za-z0-9_=-]{60,300}"),
    _p("sourcegraph-token", "sgp_", rf"sgp_(?:(?:{_HEX}{{16}}|local)_)?{_HEX}{{40}}"),
    _p("postman-key", "PMAK-", rf"PMAK-{_HEX}{{24}}-{_HEX}{{34}}"),
    _p("linear-key", "lin_api_ lin_oauth_", rf"lin_(?:api|oauth)_{_A}{{32,64}}"),
    _p(
        "launchdarkly-key",
        "^sdk-(?=[0-9a-fA-F]{8}-) ^api-(?=[0-9a-fA-F]{8}-) ^mob-(?=[0-9a-fA-F]{8}-)",
        rf"(?:sdk|api|mob)-{_UUID}",
    ),
)

CHAT = (
    _p(
        "slack-token",
        "xoxb- xoxp- xoxa- xoxr- xoxs- xoxo- xoxe- xoxc- xoxd- xoxe.",
        r"xox(?:[abprsocd]|e(?:\.xox[bp])?)-[A-Za-z0-9%/+_-]{10,500}",
    ),
    _p("slack-app-token", "xapp-", rf"xapp-\d{{1,10}}-{_W}{{16,200}}"),
    _p(
        "slack-webhook",
        "hooks.slack.com/",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/_-]{30,120}",
        inner=True,
    ),
    _p("discord-webhook", "/api/webhooks/", rf"/api/webhooks/\d{{5,21}}/{_W}{{16,100}}", inner=True),
    _p(
        "teams-webhook",
        "webhook.office.com/webhookb2/ outlook.office.com/webhook/",
        r"(?:webhook\.office\.com/webhookb2|outlook\.office\.com/webhook)/[A-Za-z0-9@_-]{16,100}(?:/[A-Za-z0-9@/_-]{1,200})?",
        inner=True,
    ),
    _p(
        "teams-workflow-webhook",
        ".logic.azure.com",
        r"\.logic\.azure\.com(?::443)?/workflows/[A-Za-z0-9]{32}/[^\s\"'<>]{20,400}",
        inner=True,
    ),
    _p(
        "google-chat-webhook",
        "chat.googleapis.com/v1/spaces/",
        r"chat\.googleapis\.com/v1/spaces/[A-Za-z0-9_-]+/messages\?[^\s\"'<>]{30,400}",
        inner=True,
    ),
    _p("telegram-bot-token", ":AA", rf"\d{{8,10}}:AA{_W}{{32,36}}", inner=True),
    _p("telegram-bot-token", "api.telegram.org/bot", rf"(?<=/bot)\d{{5,12}}:{_W}{{20,64}}", inner=True),
    _p("webhook", "/hooks/", r"/hooks/(?=[A-Za-z_]{0,40}\d)\w{24,128}(?![\w-])", inner=True),
    _p("mattermost-webhook", "/hooks/", r"/hooks/[a-z0-9]{26}(?![a-z0-9])", inner=True),
    _p(
        "zapier-webhook",
        "hooks.zapier.com/hooks/catch/",
        r"hooks\.zapier\.com/hooks/catch/\d+/[A-Za-z0-9]{5,12}",
        inner=True,
    ),
    _p(
        "zoom-webhook",
        "inbots.zoom.us/incoming/hook/",
        r"inbots\.zoom\.us/incoming/hook/[A-Za-z0-9_-]{16,64}",
        inner=True,
    ),
    _p("pagerduty-key", "^u+", r"u\+[A-Za-z0-9_+-]{18}(?![A-Za-z0-9_+-])"),
    _p(
        "ifttt-webhook",
        "maker.ifttt.com/trigger/",
        rf"maker\.ifttt\.com/trigger/[A-Za-z0-9_-]+/(?:json/)?with/key/{_W}{{20,60}}",
        inner=True,
    ),
    _p("intercom-token", "dG9rO", r"dG9rO[A-Za-z0-9+/]{40,80}={0,2}"),
)

PAYMENT = (
    _p(
        "stripe-key",
        "sk_live_ sk_test_ rk_live_ rk_test_ sk_prod_ rk_prod_",
        rf"[sr]k_(?:live|test|prod)_{_A}{{10,250}}",
    ),
    _p("stripe-webhook-secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,128}"),
    _p("square-token", "EAAA sq0atp-", rf"(?:EAAA[A-Za-z0-9_+=-]{{56,64}}|sq0atp-{_W}{{22,60}})"),
    _p("square-secret", "sq0csp-", rf"sq0csp-{_W}{{43,60}}"),
    _p(
        "paypal-braintree-token",
        "access_token$",
        rf"access_token\$(?:production|sandbox)\$[0-9a-z]{{16}}\${_HEX}{{32}}",
    ),
    _p("shopify-token", "shpat_ shpca_ shppa_ shpss_ shpua_", rf"shp(?:at|ca|pa|ss|ua)_{_HEX}{{32,38}}"),
    _p("flutterwave-key", "FLWSECK FLWPUBK", r"FLW(?:SECK|PUBK)(?:_TEST)?-[0-9a-zA-Z-]{12,64}"),
    _p("razorpay-key", "rzp_live_ rzp_test_", rf"rzp_(?:live|test)_{_A}{{14,24}}"),
    _p(
        "plaid-token",
        "access-sandbox- access-development- access-production-",
        rf"access-(?:sandbox|development|production)-{_UUID}",
    ),
    _p(
        "adyen-key",
        "AQE",
        r"AQE[A-Za-z0-9+/=]{4,10}[A-Za-z0-9+/=]{60,200}-[A-Za-z0-9+/=]{30,60}-[\x21-\x7e]{8,24}",
    ),
    _p("gocardless-token", "^live_ ^sandbox_", rf"(?<!_)(?:live|sandbox)_{_W}{{40,60}}"),
    _p("easypost-key", "EZAK EZTE EZTK", rf"EZ(?:AK|TE|TK){_A}{{54}}"),
    _p("duffel-token", "duffel_test_ duffel_live_", r"duffel_(?:test|live)_[A-Za-z0-9_=-]{40,60}"),
    _p("shippo-token", "shippo_live_ shippo_test_", rf"shippo_(?:live|test)_{_HEX}{{40}}"),
    _p("lob-key", "live_pub_ test_pub_", rf"(?:live|test)_pub_{_A}{{30,40}}"),
    _p("frameio-token", "fio-u-", r"fio-u-[A-Za-z0-9_=-]{60,70}"),
)

MAIL = (
    _p("sendgrid-key", "SG.", rf"SG\.{_W}{{16,32}}\.{_W}{{32,64}}"),
    _p("mailgun-key", "^key-", rf"key-{_HEX}{{32}}(?![A-Za-z0-9])"),
    _p("mailgun-public-key", "pubkey-", rf"pubkey-{_HEX}{{32}}(?![A-Za-z0-9])"),
    _p("mailchimp-key", "-us(?=[0-9])", rf"{_HEX}{{32}}-us\d{{1,2}}", inner=True),
    _p("sendinblue-key", "xkeysib- xsmtpsib-", rf"x(?:key|smtp)sib-{_HEX}{{64}}-{_A}{{16}}"),
    _p("resend-key", "^re_", rf"re_{_A}{{8,10}}_{_A}{{20,30}}"),
    _p("postmark-token", "x-postmark-server-token", rf"(?i:x-postmark-server-token)\W{{1,4}}{_UUID}"),
    _p(
        "twilio-key",
        "SK0 SK1 SK2 SK3 SK4 SK5 SK6 SK7 SK8 SK9 SKa SKb SKc SKd SKe SKf SKA SKB SKC SKD SKE SKF",
        rf"SK{_HEX}{{32}}(?![0-9a-zA-Z])",
    ),
    _p("onesignal-key", "os_v2_app_ os_v2_org_", r"os_v2_(?:app|org)_[a-z0-9]{80,130}"),
)

CI_AND_OBSERVABILITY = (
    _p("circleci-token", "CCIPAT_ CCIPRJ_ ccipat_ cciprj_", rf"(?i:cci(?:pat|prj))_{_W}{{20,120}}"),
    _p("buildkite-token", "bkua_ bkaj_ bkat_", rf"bk(?:ua|aj|at)_{_W}{{32,120}}"),
    _p("sonar-token", "squ_ sqp_ sqa_", rf"sq[upa]_{_HEX}{{40}}"),
    _p("snyk-token", "snyk_", rf"snyk_[a-z]{{2,4}}\.{_W}{{6,20}}\.[A-Za-z0-9_.-]{{20,400}}"),
    _p("grafana-token", "glsa_ glc_", r"gl(?:sa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|c_[A-Za-z0-9+/]{32,400}={0,3})"),
    _p("grafana-api-key", "eyJrIjoi", r"eyJrIjoi[A-Za-z0-9+/]{40,400}={0,3}"),
    _p("sentry-token", "sntrys_ sntryu_ sntrya_", r"sntry[sua]_[A-Za-z0-9+/=_-]{40,300}"),
    _p("newrelic-key", "NRAK- NRAA- NRII- NRJS- NRRA- NRIA- NRIQ-", rf"NR(?:AK|AA|II|JS|RA|IA|IQ)-{_W}{{19,64}}"),
    _p("newrelic-license-key", "FFFFNRAL", rf"{_HEX}{{30,36}}FFFFNRAL", inner=True),
    _p("dynatrace-token", "dt0c01.", r"dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    _p("datadog-key", "ddapp_ ddpat_", rf"dd(?:app|pat)_{_A}{{32,64}}"),
    _p("honeycomb-key", "hcaik_ hcbik_ hcxik_ hcalk_ hcamk_ hcxmk_", r"hc(?:[abx]i|[ax]m|al)k_[0-9A-Za-z]{26,90}"),
    _p("splunk-token", "Splunk ", rf"Splunk {_UUID}"),
    _p("axiom-token", "xaat- xapt-", rf"xa[ap]t-{_UUID}"),
    _p("percy-token", "^web_ ^app_ ^auto_", rf"(?:web|app|auto)_{_HEX}{{64}}"),
    _p("prefect-key", "pnu_ pnb_", rf"pn[ub]_{_A}{{36}}"),
    _p("trigger-dev-key", "^tr_dev_ ^tr_prod_ ^tr_stg_", rf"tr_(?:dev|prod|stg)_{_A}{{20,40}}"),
)

DATABASES = (
    _p("planetscale-password", "pscale_pw_", r"pscale_pw_[A-Za-z0-9_.=-]{32,64}"),
    _p("planetscale-token", "pscale_tkn_ pscale_oauth_", r"pscale_(?:tkn|oauth)_[A-Za-z0-9_.=-]{32,64}"),
    _p(
        "supabase-key",
        "^sbp_ ^sb_secret_ ^sb_publishable_",
        rf"(?:sbp_(?:v0_)?{_HEX}{{40}}|sb_(?:secret|publishable)_{_W}{{20,64}})",
    ),
    _p("neon-key", "napi_", rf"napi_{_A}{{40,80}}"),
    _p("databricks-token", "dapi", rf"dapi{_HEX}{{32}}(?:-\d)?"),
    _p("snowflake-token", "ver:1-hint:", r"ver:1-hint:[0-9]+-ETMsDgAAA[A-Za-z0-9+/=]{40,2000}"),
    _p("airtable-token", "^pat(?=[A-Za-z0-9]{14}[.])", rf"pat{_A}{{14}}\.{_HEX}{{64}}"),
    _p("notion-token", "secret_ ntn_", rf"(?:secret_{_A}{{43}}|ntn_{_A}{{40,60}})"),
    _p("mongodb-atlas-secret", "mdb_sa_sk_", rf"mdb_sa_sk_{_W}{{30,64}}"),
    _p("elastic-cloud-key", "essu_", r"essu_[A-Za-z0-9+/]{30,200}={0,2}"),
    _p("contentful-token", "CFPAT-", rf"CFPAT-{_W}{{40,60}}"),
    _p("typeform-token", "tfp_", r"tfp_[A-Za-z0-9_.=-]{40,64}"),
    _p("dropbox-token", "^sl.", rf"sl\.(?:u\.)?{_W}{{100,1500}}"),
    _p("hubspot-token", "pat-na pat-eu pat-ap", rf"pat-(?:na|eu|ap)\d-{_UUID}"),
    _p("clickup-token", "^pk_", r"pk_\d{5,10}_[A-Z0-9]{32}"),
    _p("figma-token", "figd_ figo_ figu_ figdh_ figoh_ figuh_", rf"fig[dou]h?_{_W}{{36,60}}"),
    _p("algolia-key", "x-algolia-api-key", rf"(?i:x-algolia-api-key)\W{{1,4}}{_HEX}{{32}}"),
    _p("okta-token", "SSWS ", rf"SSWS {_W}{{40,44}}"),
    _p("mapbox-token", "pk.eyJ sk.eyJ tk.eyJ", rf"[pst]k\.eyJ{_W}{{40,200}}\.{_W}{{20,40}}"),
    _p("facebook-token", "EAAC EAAB EAAD EAAM", rf"EAA[MCBD]{_A}{{80,400}}"),
    _p("instagram-token", "IGQV", rf"IGQV{_W}{{60,250}}"),
    _p("twitter-bearer", "^AAAA", r"A{21,30}[A-Za-z0-9%]{60,120}"),
    _p("twitch-token", "oauth:", r"oauth:[a-z0-9]{30}(?![a-z0-9])"),
    _p("readme-key", "rdme_", r"rdme_[a-z0-9]{60,80}"),
    _p("scalingo-token", "^tk-us-", rf"tk-us-{_W}{{48}}"),
    _p("settlemint-token", "sm_aat_ sm_pat_ sm_sat_", rf"sm_[aps]at_{_A}{{16,40}}"),
    _p("openshift-token", "sha256~", rf"sha256~{_W}{{43}}"),
    _p("wakatime-key", "waka_", rf"waka_{_UUID}"),
    _p("zuplo-key", "zpka_", r"zpka_[A-Za-z0-9_]{30,80}"),
    _p(
        "sidekiq-secret",
        "sidekiq.org",
        r"[0-9a-f]{8}:[0-9a-f]{8}@(?:gems|enterprise)\.(?:contribsys|sidekiq)\.(?:com|org)",
        inner=True,
    ),
)

MODELS = (
    _p("anthropic-key", "sk-ant-", rf"sk-ant-{_W}{{20,200}}"),
    _p("openai-key", "^sk-", rf"sk-(?:(?:proj|svcacct|admin|None|or-v1)-{_W}{{20,250}}|{_A}{{20,100}})"),
    _p("huggingface-token", "^hf_ ^api_org_", rf"(?:hf_|api_org_){_A}{{30,64}}"),
    _p("groq-key", "^gsk_", rf"gsk_{_A}{{40,64}}"),
    _p("xai-key", "xai-", rf"xai-{_A}{{60,100}}"),
    _p("perplexity-key", "pplx-", rf"pplx-{_A}{{40,64}}"),
    _p("replicate-token", "^r8_", rf"r8_{_A}{{37,40}}"),
    _p("fireworks-key", "^fw_", rf"fw_{_A}{{20,40}}"),
    _p("nvidia-key", "nvapi-", rf"nvapi-{_W}{{50,90}}"),
    _p("cerebras-key", "^csk-", rf"csk-{_A}{{40,64}}"),
    _p("together-key", "tgp_v1_", rf"tgp_v1_{_W}{{40,64}}"),
    _p("voyage-key", "^pa-", rf"pa-{_W}{{43}}(?![A-Za-z0-9_-])"),
    _p("pinecone-key", "pcsk_", r"pcsk_[A-Za-z0-9_]{40,90}"),
    _p("elevenlabs-key", "^sk_", rf"sk_{_HEX}{{48}}"),
    _p("wandb-key", "wandb_v1_", r"wandb_v1_[A-Za-z0-9_]{40,100}"),
    _p("langsmith-key", "lsv2_ ls__", rf"(?:lsv2_(?:pt|sk)_{_HEX}{{32}}_{_HEX}{{10}}|ls__{_HEX}{{32}})"),
    _p("langfuse-key", "sk-lf- pk-lf-", rf"[sp]k-lf-{_UUID}"),
    _p("tavily-key", "tvly-", rf"tvly-{_W}{{20,64}}"),
    _p("modal-token", "^ak- ^as-", rf"a[ks]-{_A}{{22}}(?![A-Za-z0-9-])"),
)

PACKAGES = (
    _p("npm-token", "npm_", rf"npm_{_A}{{36,64}}"),
    _p("npm-auth-token", "_authToken=", r"_authToken=[^\s\"'${}]{8,200}", inner=True),
    _p("pypi-token", "pypi-AgE", rf"pypi-AgE[In]{_W}{{50,1000}}"),
    _p("rubygems-key", "rubygems_", rf"rubygems_{_HEX}{{48}}"),
    _p("cargo-token", "^cio", rf"cio{_A}{{32}}(?![A-Za-z0-9])"),
    _p("nuget-key", "^oy2", r"oy2[a-z0-9]{43}(?![a-z0-9])"),
    _p("docker-token", "dckr_pat_ dckr_oat_", rf"dckr_[po]at_{_W}{{20,64}}"),
    _p("artifactory-key", "AKCp", rf"AKCp{_A}{{60,80}}"),
    _p("artifactory-reference-token", "cmVmd", r"cmVmd[A-Za-z0-9]{55,70}"),
    _p("clojars-token", "CLOJARS_", r"CLOJARS_[A-Za-z0-9]{60}"),
    _p("jsr-token", "jsrp_ jsrd_", rf"jsr[pd]_{_A}{{30,64}}"),
)

PROVIDERS: tuple[Provider, ...] = (
    *CLOUDS,
    *SIGN_IN,
    *CODE_HOSTS,
    *CHAT,
    *PAYMENT,
    *MAIL,
    *CI_AND_OBSERVABILITY,
    *DATABASES,
    *MODELS,
    *PACKAGES,
    *VENDORS,
)
