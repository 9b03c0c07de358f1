"""Credentials of further issuers whose own shape names them, as a table like that of `providers`.

Shapes: issuers' documentation, GitHub's list of supported secret scanning patterns, Microsoft's list of
identifiable Azure keys, and the formats that betterleaks 2.0 (the successor of gitleaks) and Veles look for.
"""

from __future__ import annotations

from incident_bot.redaction.formats import HEX as _HEX
from incident_bot.redaction.formats import UUID as _UUID
from incident_bot.redaction.formats import Provider
from incident_bot.redaction.formats import provider as _p

_W = "[A-Za-z0-9_-]"
_A = "[A-Za-z0-9]"
_B = "[A-Za-z0-9+/]"
_DIGIT_AHEAD = "(?=[A-Za-z_-]{0,64}[0-9])"
"""No word is a credential: one of the next characters must be a digit."""
_ENDS = "(?![A-Za-z0-9_-])"
_LONG_OR_CUT = r"[A-Za-z0-9]{3}(?:[A-Za-z0-9]{27}|[A-Za-z0-9]{0,26}[\n\r\\])"
"""Behind `test_`, with which the names of most tests begin: a token of thirty, or one that a line break cuts."""

_AZURE_SIGNED = "ABa AMC ASb AEh ARm ACR".split()

INFRASTRUCTURE = (
    _p(
        "azure-service-key",
        " ".join(f"+{mark}" for mark in _AZURE_SIGNED) + " AIoT ACDb AzSe AzCa AZDO JQQJ9",
        rf"{_B}{{30,90}}(?:\+(?:{'|'.join(_AZURE_SIGNED)})|AIoT|ACDb|AzSe|AzCa|AZDO|JQQJ9){_B}{{4,32}}={{0,2}}",
        inner=True,
    ),
    _p("alibaba-sts-token", "^STS.", rf"STS\.{_DIGIT_AHEAD}{_A}{{16,64}}{_ENDS}"),
    _p("alibaba-security-token", "^CAIS", rf"CAIS{_B}{{100,1000}}={{0,2}}"),
    _p("akamai-token", "akab-", r"akab-[a-z0-9]{16}-[a-z0-9]{16}"),
    _p("aiven-password", "AVNS_", rf"AVNS_{_W}{{16,32}}"),
    _p("aws-access-key-id", "^A3T", rf"A3T[A-Z0-9][A-Z2-7]{{16}}{_ENDS}"),
    _p("backblaze-key", "^K00(?=[0-9])", rf"K00\d{_B}{{27}}(?![A-Za-z0-9+/])"),
    _p("baidu-key", "bce-v3/ALTAK-", rf"bce-v3/ALTAK-{_A}{{16,40}}/{_HEX}{{40}}"),
    _p("cloudflare-token", "^cfat_ ^cfut_ ^cfk_", rf"cf(?:[au]t|k)_{_A}{{36,56}}"),
    _p("infisical-token", "^st.(?=[0-9a-fA-F]{24})", rf"st\.{_HEX}{{24}}\.{_HEX}{{32}}\.{_HEX}{{32}}"),
    _p("digitalocean-spaces-key", "^DO00", r"DO00[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _p("docker-swarm-token", "SWMTKN-1- SWMKEY-1-", rf"SWM(?:TKN-1-[a-z0-9]{{40,60}}-[a-z0-9]{{20,30}}|KEY-1-{_B}{{36,60}})"),
    _p("exoscale-key", "^EXO", rf"EXO{_DIGIT_AHEAD}{_A}{{24,30}}{_ENDS}"),
    _p("flyio-token", "^fo1_ FlyV1", rf"(?:fo1_{_W}{{40,50}}|FlyV1[ ][A-Za-z0-9=_\-,/+]{{60,2000}})"),
    _p("google-refresh-token", "^1//0", rf"1//0{_W}{{40,200}}"),
    _p("harness-token", "^sat.", rf"sat\.{_W}{{22}}\.{_HEX}{{24}}\.{_A}{{20}}"),
    _p("jenkins-token", "^11(?=[0-9a-f]{32})", r"11[0-9a-f]{32}(?![0-9A-Za-z])"),
    _p("kong-token", "^kpat_ ^spat_", rf"[ks]pat_{_A}{{32,64}}"),
    _p("packagist-token", "packagist_", rf"packagist_(?:ort|out|acs|ack)_{_HEX}{{28,96}}"),
    _p("portainer-token", "^ptr_", rf"ptr_{_B}{{40,60}}={{0,2}}"),
    _p("postman-collection-token", "PMAT-", rf"PMAT-{_A}{{26}}"),
    _p("rancher-token", "^token-(?=[a-z0-9]{5}:) ^kubeconfig-", r"(?:token|kubeconfig-[\w-]{1,40})-?[a-z0-9]{5,10}:[a-z0-9]{40,64}"),
    _p("upcloud-token", "^ucat_", rf"ucat_{_A}{{24,40}}"),
    _p("vault-token", "^s.(?=[A-Za-z0-9]{24})", r"s\.(?=[A-Za-z]{0,23}\d)(?=[a-z0-9]{0,23}[A-Z])[A-Za-z0-9]{24}(?![A-Za-z0-9.(_-])"),
    _p("vk-token", "vk1.a.", rf"vk1\.a\.{_W}{{60,300}}"),
    _p("yandex-iam-token", "^t1. ^y0_", rf"(?:t1\.[\w-]{{1,400}}={{0,2}}\.{_W}{{86}}={{0,2}}|y0_{_W}{{50,100}})"),
)  # fmt: skip

DEVELOPMENT = (
    _p("adobe-secret", "^p8e-", rf"p8e-{_A}{{32}}"),
    _p("aikido-key", "AIK_", rf"AIK_(?:CI|CLIENT|SECRET)_{_A}{{20,64}}"),
    _p("apify-token", "apify_api_", rf"apify_api_{_A}{{30,48}}"),
    _p("appveyor-token", "^v2.(?=[a-z0-9]{20})", r"v2\.(?=[a-z]{0,19}\d)[a-z0-9]{20}(?![\w.-])"),
    _p("asana-token", "^0/(?=[0-9]{13}) ^1/(?=[0-9]{13}) ^2/(?=[0-9]{13})", rf"[012]/\d{{13,16}}(?:/\d{{13,16}})?:{_HEX}{{32}}"),
    _p("atlassian-token", "^ATAT ^ATTA", r"AT(?:AT[A-Za-z0-9_=-]{100,300}|TA[A-Za-z0-9]{60,90})"),
    _p("authress-key", ".acc_ .acc-", r"(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}", inner=True),
    _p("bitbucket-token", "BBDC-", r"BBDC-[A-Za-z0-9+/=]{32,80}"),
    _p("buildkite-token", "^bkaa_ ^bkar_ ^bkct_ ^bkpt_ ^bkpat_ ^bkps_", rf"bk(?:a[ar]|ct|pt|pat|ps)_{_W}{{40,333}}"),
    _p("cloudsmith-key", "^csa_", rf"csa_{_HEX}{{30}}{_A}{{6}}"),
    _p("configcat-key", "configcat-sdk-1/", rf"configcat-sdk-1/{_W}{{22}}/{_W}{{22}}"),
    _p("dbt-token", "^dbtc_ ^dbtu_", rf"dbt[cu]_{_W}{{30,80}}"),
    _p("deno-token", "^ddp_ ^ddo_", rf"dd[po]_{_A}{{36}}"),
    _p("devcycle-key", "^dvc_", r"dvc_(?:client|mobile|server)_[A-Za-z0-9_]{8,48}"),
    _p("devin-key", "^apk_ ^cog_", rf"(?:apk_(?:user_)?{_B}{{80,180}}={{0,2}}|cog_[a-z2-7]{{52}})"),
    _p("dynatrace-token", "dt0", r"dt0[a-z]\d\d\.[A-Za-z0-9]{8,24}\.[A-Za-z0-9]{64}"),
    _p("gitbook-token", "gb_api_", rf"gb_api_{_A}{{32,48}}"),
    _p("infracost-key", "^ico-", rf"ico-{_DIGIT_AHEAD}{_A}{{32}}{_ENDS}"),
    _p("ionic-token", "^ion_", rf"ion_{_DIGIT_AHEAD}{_A}{{42}}"),
    _p("mergify-key", "mergify_application_key_", rf"mergify_application_key_{_W}{{40,200}}"),
    _p("octopus-key", "^API-", rf"API-{_DIGIT_AHEAD}[A-Z0-9]{{25,32}}{_ENDS}"),
    _p("redirect-pizza-token", "^rpa_", rf"rpa_{_A}{{30,48}}"),
    _p("rootly-key", "rootly_", rf"rootly_{_HEX}{{64}}"),
    _p("statsig-key", "^secret-", rf"secret-{_DIGIT_AHEAD}{_A}{{36,64}}{_ENDS}"),
    _p("stytch-secret", "secret-live- secret-test-", rf"secret-(?:live|test)-{_W}{{30,48}}={{0,2}}"),
    _p("supabase-key", "^sbp_", rf"sbp_{_W}{{40}}"),
    _p("unkey-key", "unkey_", rf"unkey_{_A}{{20,40}}"),
    _p("unleash-token", ":development. :production.", rf"[\w*-]{{1,64}}:(?:development|production)\.{_HEX}{{40,64}}", inner=True),
    _p("uptimerobot-key", "^u(?=[0-9]{6,8}-[0-9a-fA-F]{24}) ^ur(?=[0-9]{6,8}-[0-9a-fA-F]{24})", rf"ur?\d{{6,8}}-{_HEX}{{24,32}}"),
    _p("val-town-token", "^vtwn_", rf"vtwn_{_W}{{20,80}}"),
    _p("wakatime-key", "waka_", r"waka_[A-Za-z0-9-]{36,64}"),
    _p("workato-token", "wrka", rf"wrka(?:[a-z]{{2}})?-eyJ{_W}{{8,400}}\.{_W}{{16,800}}\.{_W}{{43,800}}"),
)  # fmt: skip

MODELS_AND_DATA = (
    _p("adafruit-key", "^aio_", rf"aio_{_A}{{28}}"),
    _p("anyscale-key", "esecret_", r"esecret_[a-z0-9]{26,40}"),
    _p("astra-token", "AstraCS:", r"AstraCS:[A-Za-z0-9:]{20,120}"),
    _p("brave-key", "^BSA", rf"BSA{_DIGIT_AHEAD}(?=[A-Z0-9_-]{{0,40}}[a-z]){_W}{{24,40}}{_ENDS}"),
    _p("cartesia-key", "sk_car_", r"sk_car_[A-Za-z0-9_]{20,40}"),
    _p("clickhouse-secret", "^4b1d", rf"4b1d{_A}{{38}}{_ENDS}"),
    _p("cockroach-key", "CCDB1_", rf"CCDB1_{_A}{{22}}_{_A}{{40}}"),
    _p("confluent-secret", "^cflt", rf"cflt{_B}{{60}}(?![A-Za-z0-9+/])"),
    _p("cursor-key", "^crsr_ ^key_", rf"(?:crsr|key)_{_HEX}{{28,64}}{_ENDS}"),
    _p("databricks-token", "^dose(?=[0-9a-fA-F]{32})", rf"dose{_HEX}{{32}}(?:-\d)?"),
    _p("e2b-key", "^e2b_", rf"e2b_{_HEX}{{40}}"),
    _p("elastic-cloud-key", "essu_", rf"essu_{_W}{{60,200}}={{0,2}}"),
    _p("fauna-key", "^fnA(?=[A-Za-z0-9_-]{37})", rf"fnA{_W}{{37,60}}"),
    _p("firecrawl-key", "^fc-(?=[0-9a-fA-F]{32})", rf"fc-{_HEX}{{32}}{_ENDS}"),
    _p("jina-key", "jina_", rf"jina_{_HEX}{{32}}{_W}{{20,40}}"),
    _p("lichess-token", "^lip_", rf"lip_{_DIGIT_AHEAD}[A-Za-z0-9_]{{16,60}}"),
    _p("llama-cloud-key", "^llx-", rf"llx-{_A}{{40,60}}"),
    _p("miro-token", "eyJtaXJv", rf"eyJtaXJv{_W}{{20,140}}"),
    _p("mongodb-atlas-id", "mdb_sa_id_", rf"mdb_sa_id_{_HEX}{{24}}"),
    _p("openai-key", "^sk-api- ^sk-or-v", rf"sk-(?:api|or-v\d{{1,8}})-{_W}{{20,250}}"),
    _p("posthog-key", "^phx_ ^phc_", rf"ph[xc]_{_W}{{38,60}}"),
    _p("sanity-token", "^sk(?=[A-Za-z0-9]{80})", rf"sk{_A}{{80,200}}"),
    _p("xai-key", "xai-", rf"xai-{_W}{{60,120}}"),
    _p("xata-key", "^xau_", rf"xau_{_A}{{36,48}}"),
)  # fmt: skip

COMMERCE_AND_CHAT = (
    _p("asaas-token", "$aact_", rf"\$aact_(?:prod|hmlg)_{_W}{{20,200}}"),
    _p("canva-secret", "^cnvca", rf"cnvca{_W}{{48,60}}"),
    _p("discord-bot-token", " ".join(f"^{mark}(?=[A-Za-z0-9_-]{{21,26}}[.][A-Za-z0-9_-]{{6}}[.])" for mark in "MD MT Mj Mz ND NT Nj Nz OD OT".split()), rf"(?:[MN][DTjz]|O[DT]){_W}{{21,26}}\.{_W}{{6}}\.{_W}{{27,40}}"),
    _p("ebay-id", "-PRD-", rf"{_W}{{1,80}}-PRD-{_HEX}{{8,12}}-{_HEX}{{8,12}}", inner=True),
    _p("facebook-token", "facebook Facebook FACEBOOK", rf"[0-9](?<![\w.][0-9])[0-9]{{14,15}}(?:\||%7C|%){_W}{{27,40}}{_ENDS}", inner=True, signs="|%"),
    _p("gitlab-session", "_gitlab_session=", r"(?<=_gitlab_session=)[0-9a-z]{32}", inner=True),
    _p("gocardless-token", f"^live_(?={_LONG_OR_CUT}) ^test_(?={_LONG_OR_CUT})", rf"(?<!_)(?:live|test)_{_DIGIT_AHEAD}{_A}{{30,60}}{_ENDS}"),
    _p("intra42-secret", "s-s4t2", rf"s-s4t2(?:ud|af)-{_HEX}{{64}}"),
    _p("klaviyo-key", "^pk_(?=[0-9a-fA-F]{34})", rf"pk_{_HEX}{{34}}"),
    _p("lark-id", "^cli_", rf"cli_{_DIGIT_AHEAD}{_A}{{16}}{_ENDS}"),
    _p("linkedin-token", "WPL_AP1.", r"WPL_AP1\.[A-Za-z0-9.]{16,60}={0,2}"),
    _p("mailersend-token", "mlsn.", rf"mlsn\.{_A}{{30,100}}"),
    _p("mandrill-key", "^md-(?=[A-Za-z0-9_-]{22})", rf"md-(?=[a-z0-9_-]{{0,21}}[A-Z])(?=\D{{0,21}}\d){_W}{{22}}{_ENDS}"),
    _p("matrix-token", "^syt_", rf"syt_{_W}{{4,80}}_{_A}{{20}}_{_A}{{6}}"),
    _p("maxmind-key", "_mmk", rf"{_A}{{6}}_{_A}{{29}}_mmk", inner=True),
    _p("mercadopago-token", "APP_USR-", rf"APP_USR-\d{{10,20}}-\d{{6}}-{_HEX}{{32}}[\w-]{{0,20}}"),
    _p("mercury-token", "mercury_production_", r"mercury_production_[a-z]{3,6}_[A-Za-z0-9]{40,50}_yrucrem"),
    _p("midtrans-key", "Mid-server- Mid-client-", rf"Mid-(?:server|client)-{_W}{{16,40}}"),
    _p("notify-key", "gcntfy-", rf"gcntfy-[\w-]{{1,64}}-{_UUID}-{_UUID}"),
    _p("nylas-key", "^nyk_", rf"nyk_{_A}{{60,80}}"),
    _p("onfido-token", "api_live. api_live_us. api_live_ca. api_sandbox. api_sandbox_us. api_sandbox_ca.", rf"api_(?:live|sandbox)(?:_us|_ca)?\.{_W}{{20,80}}"),
    _p("paddle-key", "pdl_live_apikey_ pdl_sdbx_apikey_", r"pdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}"),
    _p("paypal-token", "A21AA", rf"A21AA{_W}{{80,120}}"),
    _p("persona-key", "persona_production_ persona_sandbox_", rf"persona_(?:production|sandbox)_{_W}{{20,80}}"),
    _p("pinterest-token", "^pina_", rf"pina_{_W}{{20,200}}"),
    _p("polar-token", "polar_at_ polar_oat_ polar_pat_", rf"polar_(?:at|oat|pat)_{_W}{{20,100}}"),
    _p("proof-key", "^prf_", rf"prf_(?:cli_)?(?=\D{{0,40}}\d){_W}{{20,80}}"),
    _p("ramp-key", "ramp_id_ ramp_sec_", rf"ramp_(?:id|sec)_{_A}{{40,48}}"),
    _p("salesforce-token", "^00D(?=[A-Za-z0-9]{12}!)", r"00D[A-Za-z0-9]{12}![A-Za-z0-9._-]{80,260}"),
    _p("samsara-token", "samsara_api_", rf"samsara_api_{_A}{{26,40}}"),
    _p("segment-token", "sgp_", rf"sgp_{_A}{{64}}"),
    _p("sendgrid-key", "^SG.", r"SG\.[A-Za-z0-9=_.-]{60,70}"),
    _p("square-token", "^EAAA", r"EAAA(?=[A-Za-z_-]{0,60}\d)(?=[A-Z0-9_-]{0,60}[a-z])[\w-]{22,60}(?![\w/+])"),
    _p("tableau-token", "==:", rf"{_B}{{22}}==:{_A}{{32}}", inner=True),
    _p("tailscale-key", "tskey-", rf"tskey-(?:auth|api|client|scim|webhook)-{_W}{{20,90}}"),
    _p("thunderstore-token", "^tss_", rf"tss_(?=\D{{0,40}}\d){_W}{{20,80}}"),
    _p(
        "magic-link",
        "/verify/ /reset-password/ /invite/ /magic/ /confirm/ /activate/ /unsubscribe/",
        r"(?<=[ydecm]/)(?=[A-Za-z_-]{0,199}\d)[\w-]{24,200}(?![\w./-])",
        behind=True,
    ),
    _p(
        "magic-link",
        "/reset/ /hook/ /webhook/ /invitation/ /join/ /unlock/",
        r"(?<=[tknh]/)(?=[A-Za-z_-]{0,199}\d)(?=[a-z0-9_-]{0,199}[A-Z])(?=[A-Z0-9_-]{0,199}[a-z])[\w-]{20,200}(?![\w./-])",
        behind=True,
    ),
    _p(
        "url-token",
        "?t= &t= ?k= &k= ticket= sso=",
        r"(?:(?<=[?&][tk]=)|(?<=ticket=)|(?<=sso=))(?=[A-Za-z_-]{0,199}\d)(?=[a-z0-9_-]{0,199}[A-Z])(?=[A-Z0-9_-]{0,199}[a-z])[\w-]{20,400}(?![\w./])",
        behind=True,
    ),
    _p("webhook", "//hooks. //webhook. //webhooks.", r"(?<=//)(?!hooks\.(?:slack|zapier)\.com/)(?:web)?hooks?\.[\w.-]{3,80}/(?:[\w.-]{1,32}/){0,3}(?=[A-Za-z_-]{0,199}\d)[\w-]{16,200}(?:/[\w-]{4,200}){0,3}", inner=True),
    _p("wecom-webhook", "cgi-bin/webhook/send?key=", rf"(?<=webhook/send\?key=){_UUID}", inner=True),
    _p("xendit-key", "xnd_", rf"xnd_(?:production|development)_{_A}{{40,80}}"),
    _p("jwt", ".ey", r"ey[A-Za-z0-9]{17,400}\.ey[\w/\\-]{17,2000}\.[\w/\\-]{0,600}={0,2}", inner=True),
    _p("jwt", "ZXlK", r"ZXlK[A-Za-z0-9+/_-]{60,4000}={0,2}"),
)  # fmt: skip

VENDORS: tuple[Provider, ...] = (*INFRASTRUCTURE, *DEVELOPMENT, *MODELS_AND_DATA, *COMMERCE_AND_CHAT)
