"""How programs show objects, fields and texts over several lines, and what of that only looks like a secret."""

from __future__ import annotations

import base64

import pytest

from incident_bot.redaction import Redactor

TOKEN = "q7Zr2Lw9Xk" + "4Tn8Vb1Mc6Ys3"
UUID = "3f9c1a52-7be0-4d1c" + "-9a64-0c2e5b8d7f31"
SOFT = "Lantern" + "8405!"
WORD = "meadow" + "falcon"
CHOSEN = "harbor." + "falcon92"


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        ("OAuth2AccessToken [value={}, type=bearer, scopes=[read]]", UUID),
        ("ApiKey(owner=app, value={})", TOKEN),
        ("Password[value={}]", SOFT),
        ('a:2:{{s:4:"user";s:3:"bob";s:8:"password";s:12:"{}";}}', SOFT),
        ('object(Mailer)#12 (1) {{\n  ["secret":protected]=>\n  string(12) "{}"\n}}', SOFT),
        ("Session {{ cookie: {{ path: '/' }}, sessionID: '{}' }}", TOKEN),
        ('1757837621.11 [0 10.2.0.9:51122] "AUTH" "etl" "{}"', "uyhP6lqC" + ".Mm1"),
        ("totp secret for bob = {}", "GJ225NXJ" + "J5JSRNYY"),
        ('LdapLoginModule bindCredential="{}" debug=true', "gazelle-trumpet-" + "glacier-bonsai"),
        ("java.naming.security.credentials={}", WORD),
        ('"api_token":\n    "{}",', SOFT),
        ("SMTP password\n  {}\nSMTP user\n  bob", TOKEN),
        ('{{"config":{{"api_key":"{}"}}}}', CHOSEN),
        ("    Args:\n      --token={}\n      --port=8080", CHOSEN),
        ("Credentials[username=app, secret={}]", CHOSEN),
        ('{{auth,{{user,"app"}},{{password,"{}"}}}}', WORD),
        ("Found key 'spring.redis.password' in PropertySource 'env' with value of type String: {}", WORD),
        ("user app logged in with pass={}", WORD),
        ("the password is {}", "fire" + "fly"),
        ('client.username_pw_set("app", "{}")', WORD),
        ('[AnyHashable("password"): {}, AnyHashable("user"): app]', SOFT),
        (
            '<stringProp name="Argument.name">password</stringProp>\n<stringProp name="Argument.value">{}</stringProp>',
            WORD,
        ),
        ('Filled "{}" into input[name=password]', SOFT),
        ("woodpecker-cli secret add -name docker_password -value {}", WORD),
        ("drone secret add --repository org/app --name api_token --data {} org/repo", TOKEN),
        ("app:{}@tcp(db.internal:3306)/orders?parseTime=true", "R8y" + "=x!4q9"),
        ("dsn=app:{}@tcp(db.internal:3306)/orders", "R8y" + "=x:4q9"),
        ("SMTP password\n  {}\nSMTP user\n  bob", "w+nPD" + "ds~gc9fy"),
        ("az keyvault secret set --vault-name kv --name db --value {}", WORD),
    ],
)
def test_shown_values_are_replaced(shape: str, value: str) -> None:
    assert value not in Redactor(b"key").redact(shape.format(value))


@pytest.mark.parametrize("width", [64, 76])
@pytest.mark.parametrize("filler", range(0, 40, 3))
def test_wrapped_base64_of_an_env_file_is_read_as_one_text(width: int, filler: int) -> None:
    """The name may end one line and its value begin the next."""
    lines = [f"{'N' * filler}=1", f"DB_PASSWORD={SOFT}{CHOSEN}", "LOG_LEVEL=info"] * 4
    encoded = base64.b64encode("\n".join(lines).encode()).decode()
    parts = [encoded[start : start + width] for start in range(0, len(encoded), width)]

    redacted = Redactor(b"key").redact("user-data: |\n  " + "\n  ".join(parts) + "\nnext: line\n")

    assert not any(part in redacted for part in parts)
    assert redacted.endswith("\nnext: line\n")
    assert redacted.count("\n") == len(parts) + 2


def test_lines_that_are_encoded_each_by_itself_are_read_each_by_itself() -> None:
    binary = base64.b64encode(bytes(range(200, 248))).decode()
    line = base64.b64encode(f"DB_PASSWORD={SOFT}{CHOSEN}".ljust(48).encode()).decode()

    redacted = Redactor(b"key").redact(f"{binary}\n{line}\n{binary}\n")

    assert line not in redacted
    assert redacted.count(binary) == 2


def test_base64_without_a_secret_stays_although_it_is_wrapped() -> None:
    encoded = base64.b64encode(b"Lorem ipsum, no password here. " * 12).decode()
    text = "\n".join(encoded[start : start + 64] for start in range(0, len(encoded), 64))

    assert Redactor(b"key").redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "spring.datasource.password=@db.password@",
        "Cookie: _ga=GA1.2.1033501218.1757837621; theme=dark",
        "Cookie: lang=de; tz=Europe%2FBerlin; locale=de-DE",
        "set-cookie: session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
        "otp verified for user 4711",
        "verification code sent to customer 88121",
        "verification code expired after 3600 seconds",
        "OAuth2AccessToken [type=bearer, scopes=[read, write]]",
        "OAuth2AccessTokenResponseClient refreshed token",
        "Token{type=IDENTIFIER, value='orders', line=3, col=12}",
        "SyntaxToken [value=select, type=KEYWORD, position=0]",
        "SecretRef{name=db-main-7, key=password, optional=false}",
        "  password: {{ .Values.db.password | b64enc | quote }}",
        "Using generated security password: ${random.uuid}",
        '"SET" "token:blacklist:884123" "1" "EX" "3600"',
        "{Token: Expiry:0001-01-01 00:00:00 +0000 UTC}",
        "map[auth:map[enabled:true secretKeys:map[adminPasswordKey:postgres-password]]]",
        '"SecretId": "prod/app/db-AbCdEf", "VersionStages": ["AWSCURRENT"]',
        '"login_password": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"',
        'a:2:{s:4:"user";s:3:"bob";s:8:"password";N;}',
        '["password"]=>\n  NULL\n["token"]=>\n  bool(false)',
        "password: CHANGE_ME",
        "should hash password with argon2 (120ms)",
        "password: ENC(AES256)",
        '{"exclusive": false, "key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3Zk1l0mQkY8vVb2Lr9Xw4Tn7Cd5Pf6 bot", "user": "deploy"}',
        "aws ssm get-parameter --name /app/db_password --with-decryption --output text",
        "aws ssm put-parameter --name /app/db_password --value file://password.txt --type SecureString",
        "secret add --name docker_password --help",
        'if request.has("password"): continue',
        '<stringProp name="Argument.name">password</stringProp>\n<stringProp name="Argument.value">${password}</stringProp>',
        "client.username_pw_set(username, password)",
        "Set-Cookie: SERVERID=node-7; path=/",
        "password_grant: unsupported",
        "-   DB_PASSWORD: '-------- # (24 bytes)'\n+   DB_PASSWORD: '++++++++ # (32 bytes)'",
        "  DB_PASSWORD: '*** (before)'\n  DB_PASSWORD: '*** (after)'",
        "select u.id as id1_0_, u.password as password2_0_, u.token as token3_0_ from users u",
        "no key could decrypt the data; recipient age1" + "qz8lw7" * 9 + "zzzz",
        "password: ENC[AES256_GCM,data:f1OkvDS2sP4VqUWT,iv:MZZ6/wXVwwjp2Q8fdIFg3niRmbQXkAFn4axv85js+Oc=,type:str]",
        "SECRET_KEY=TODO",
        "  password = random_password.db.result",
        "apiKey: import.meta.env.VITE_API_KEY,",
        'let token = std::env::var("API_TOKEN").expect("API_TOKEN must be set");',
        "Incorrect API key provided: sk-proj-****************4f2a. You can find it elsewhere",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "peer public key: mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE",
        "PUT /bucket/day=7/key=5b0f13b0c65fb8a2cb8f1137c938c68d 200",
        "Wrong password\n  retrying\nnext",
        "secretName: wildcard-example-com-tls-2025",
    ],
)
def test_what_only_looks_like_a_shown_secret_stays(text: str) -> None:
    assert Redactor(b"key").redact(text) == text


VARIABLES = """
+----------------------------------------------+-----------------+
| Variable_name                                | Value           |
+----------------------------------------------+-----------------+
| caching_sha2_password_digest_rounds          | 5000            |
| caching_sha2_password_private_key_path       | private_key.pem |
| default_password_lifetime                    | 0               |
| mysql_native_password_proxy_users            | OFF             |
| report_password                              |                 |
| validate_password.policy                     | MEDIUM          |
+----------------------------------------------+-----------------+
"""
SETTINGS = """
            name             |    setting
-----------------------------+---------------
 password_encryption         | scram-sha-256
 ssl_passphrase_command      |
 krb_server_keyfile          | FILE:/etc/krb5.keytab
"""
KUBECONFIG = """
clusters:
- cluster:
    certificate-authority-data: DATA+OMITTED
users:
- name: admin
  user:
    client-certificate-data: DATA+OMITTED
    client-key-data: DATA+OMITTED
- name: sa
  user:
    token: REDACTED
"""
IMAGE = (
    """
ENV GPG_KEY=A035C8C19219BA82"""
    """1ECEA86B64E628F8D684696D
ENV PYTHON_VERSION=3.11.8
"""
)
HIBERNATE = """
select t.id from sessions t where t.session_id = ?
binding parameter (1:VARCHAR) <- [null]
"""
JEST = """
      40 |     const res = await login('bob', wrongPassword);
    > 41 |     expect(res.status).toBe(401);
"""
SSH = """
debug1: kex: server->client cipher: chacha20-poly1305@openssh.com MAC: <implicit> compression: none
debug1: Next authentication method: password
"""


@pytest.mark.parametrize("text", [VARIABLES, SETTINGS, KUBECONFIG, IMAGE, HIBERNATE, JEST, SSH])
def test_what_tools_print_about_settings_stays(text: str) -> None:
    assert Redactor(b"key").redact(text) == text


def test_a_table_with_a_column_of_passwords_is_still_read() -> None:
    table = f"mysql> select user, password from users;\n+------+----------+\n| user | password |\n+------+----------+\n| app  | {WORD} |\n| bob  | {SOFT} |\n+------+----------+\n"

    redacted = Redactor(b"key").redact(table)

    assert WORD not in redacted
    assert SOFT not in redacted
    assert redacted.count("|") == table.count("|")
