"""What announces a password, token or code beside `name=value`; the silence about the same words is in `benign_lines.txt`."""

from __future__ import annotations

import base64

import pytest

from incident_bot.redaction import Redactor

WORD = "meadowfalcon"
CODE = "481516"
TOKEN = "q7Zr2Lw9Xk" + "4Tn8Vb1Mc6Ys3"
UUID = "3f9c1a52-7be0-4d1c" + "-9a64-0c2e5b8d7f31"

PLAIN_WORDS = [
    "the new passphrase is {}, please pass it on",
    "logged in with password {} from 10.0.3.8",
    "The password you requested is {}",
    "password for user app set to {}",
    "[sudo] password for app: {}",
    "user app password {}",
    "Password:\n{}",
    "**Password:** {}",
    "Password [admin]: {}",
    "Password (again): {}",
    "Kennwort lautet {}",
    "le mot de passe est {}",
    "la contraseña es {}",
    "密码是 {}",
    "パスワードは{}です",
    "client_secret={}",
    '"shared_secret": "{}"',
    "update users set passwd = md5('{}') where id = 1",
    "WHERE login = 'app' AND password <> '{}'",
    "SELECT '{}' AS password",
    'DB_PASSWORD || "{}"',
    "{{{{ password | default('{}') }}}}",
    'variable "db_password" {{\n  default = "{}"\n}}',
    'cy.get("#password").type("{}")',
    "page.fill('#password', '{}')",
    'find(By.ID, "password").send_keys("{}")',
    "Typing text '{}' into 'password'",
    'Content-Disposition: form-data; name="password"\r\n\r\n{}\r\n--x',
    '{{"password":{{"stringValue":"{}"}}}}',
    '{{"loc":["body","password"],"msg":"too short","input":"{}"}}',
    "Field error on field 'password': rejected value [{}]; codes",
    "UPDATE users SET password = $1 WHERE id = $2\nDETAIL:  parameters: $1 = '{}', $2 = '17'",
    "INSERT INTO users (name, password) VALUES ($1, $2)\nDETAIL:  parameters: $1 = 'app', $2 = '{}'",
    "&lt;password&gt;{}&lt;/password&gt;",
    "<Password>\n  <Value>{}</Value>\n</Password>",
    '["password":protected]=>\n  string(12) "{}"',
    " username | password    | role\n----------+-------------+-----\n app | {} | admin",
    "psexec -u app -p {} cmd",
    "a1 LOGIN app {}",
    "DefaultPassword    REG_SZ    {}",
    "seed phrase: {} tiger copper",
    "security answer for app: {}",
    "{} is the new password for app",
    "I changed the root password on db1 to {}",
    "my password's {}",
    "PASWORD '{}'",
    "passord: {}",
    "mot de passe temporaire : {}",
    "contraseña temporal: {}",
    "vaša lozinka je {}",
    "Пароль пользователя app: {}",
    '["--password",\n        "{}"]',
    'KeyStore.load(in, "{}".toCharArray())',
    'smtp.login("app", "{}")',
    'verify("app", "{}") -> false',
    "auth.check(user=app, {}) returned false",
    'Invoking UserService.authenticate with args: ["app", "{}"]',
    'execve("/usr/bin/mysql", ["mysql", "-uapp", "-p{}", "shop"], 0x55 /* 11 vars */) = 0',
    'type=EXECVE msg=audit(1.2:3): argc=3 a0="mysql" a1="-uapp" a2="-p{}"',
    'write(3, "PASS {}\\r\\n", 15) = 15',
    "USER     PASSWORD        ROLE\napp      {}   admin",
    "<td>Password</td><td><code>{}</code></td>",
    "Passwort wurde auf {} geändert",
    "connexion avec le mot de passe {} refusée",
    "пароль изменён на {}",
    "[SQL: INSERT INTO u (name, password) VALUES (%s, %s)]\n[parameters: ('app', '{}')]",
    "bind variables: [app, {}] for SELECT 1 FROM users WHERE login=? AND password=?",
    "cs1Label=Password cs1={}",
    "auth=app:{}",
    "I reset your password, it is now {}",
    "keycloak admin password {}",
]
PHRASE = "meadow falcon copper tiger"
PHRASES = [
    "passphrase: {}",
    'the passphrase for app is "{}"',
    "unlocked with passphrase {}",
]
WALLET = " ".join(["meadow", "falcon", "copper", "tiger", "orbit", "velvet"] * 2)
WALLETS = ["mnemonic: {}", "Your 12 words: {}", "BIP39 seed words {}"]
CODES = [
    "Your verification code is {}. It expires in 10 minutes.",
    "{} is your Acme login code",
    "user app set PIN to {} on terminal 14",
    "TOTP {} accepted for app",
    "door_code: {}",
    "backup_code={}",
    "Ihre TAN lautet {}",
    "Sicherheitscode: {}",
    "code d'accès : {}",
    "验证码: {}",
    "gate code: {}",
]
TOKENS = [
    "New API key:\n\n    {}\n\nStore it now.",
    "https://api.telegram.org/bot7000001:{}/sendMessage",
    "https://example.org/reset/{}",
    "https://hooks.example.org/{}",
    "token=Token(value={})",
    "loaded privkey {} from env",
    '{{"kty":"oct","k":"{}"}}',
    "sonar-scanner -Dsonar.login={}",
    "API-Schlüssel: {}",
    "токен: {}",
    "clé privée : {}",
    "klucz API: {}",
    "chiave segreta: {}",
    "令牌: {}",
    "jeton d'accès: {}",
    "ak=LTAI sk={}",
    "apiKeys: {{default: {}}}",
    "Session {} opened for app",
    "NAME    TOKEN      AGE\nbuild   {}   3d",
    "{{'token': {{'id': '{}', 'expires': 1}}}}",
]
UUIDS = ["access token is {}", "subscription key {}", "vault secret-id {}", "GET /v1?key={}", "X-Api-Key: {}"]


@pytest.mark.parametrize(
    ("shape", "secret"),
    [(shape, secret) for shapes, secret in ((PLAIN_WORDS, WORD), (CODES, CODE), (TOKENS, TOKEN), (UUIDS, UUID), (PHRASES, PHRASE), (WALLETS, WALLET)) for shape in shapes],
)  # fmt: skip
def test_what_a_wording_gives_away_is_replaced(shape: str, secret: str) -> None:
    redactor = Redactor(b"key")

    redacted = redactor.redact(shape.format(secret))

    assert secret not in redacted
    assert redactor.redact(redacted) == redacted


@pytest.mark.parametrize("beginning", ["gh" + "p_", "gl" + "pat-", "sk" + "_live_", "hv" + "s.", "d" + "op_v1_"])
def test_a_credential_whose_beginning_tells_is_replaced_whatever_its_length(beginning: str) -> None:
    """Logs cut lines, and issuers make their tokens longer."""
    assert TOKEN not in Redactor(b"key").redact(f"sent {beginning}{TOKEN} upstream")


@pytest.mark.parametrize(
    "line",
    [
        "Starting broker on node rabbit@mq-0.mq.example.com",
        "'ns_1@cache.example.com' rebalance started",
        "ejabberd@xmpp.example.com joined the cluster",
        "Node 'app@node1.example.com' not responding",
        "{badrpc,nodedown} on emqx@broker.example.com",
    ],
)
def test_names_of_erlang_nodes_are_no_mail_addresses(line: str) -> None:
    assert Redactor(b"key").redact(line) == line


@pytest.mark.parametrize(
    "address", ["rabbit@gmail.com", "node.smith@example.com", "couch.potato@example.com", "app@example.com"]
)
def test_mail_addresses_that_only_look_like_nodes_are_replaced(address: str) -> None:
    assert address not in Redactor(b"key").redact(f"mail sent to {address} today")


@pytest.mark.parametrize(
    "shape",
    [
        "\x1b[36mrefresh_token\x1b[0m=\x1b[33m{}\x1b[0m",
        "git clone https://x-access-token:{}@git.example.com/org/repo",
        "redirect=https%3A%2F%2Fx%2Fcb%3Ftoken%3D{}%26lang%3Dde",
    ],
)
def test_what_surrounds_a_value_is_no_part_of_it(shape: str) -> None:
    """Else the value alone would not be known again, nor in base64."""
    redacted = Redactor(b"key").redact(f"{shape.format(TOKEN)}\nsent {TOKEN} on")

    assert TOKEN not in redacted


def test_counts_of_what_was_replaced_stay_numbers() -> None:
    counts = '{"redactions": {\n "token": 39,\n "password": 12,\n "passphrase": 3\n}}'

    assert Redactor(b"key").redact(counts) == counts


@pytest.mark.parametrize(
    "text",
    ['token = "{}" +\n    "{}"', '("secret": "{}"\n  "{}")', "Authorization: Bearer {}\n {}", 'api_key="{}\\\n{}"', "app-1 | token: {}\napp-1 | {}"],
)  # fmt: skip
def test_the_rest_of_a_value_that_was_cut_is_replaced(text: str) -> None:
    first, rest = TOKEN[:12], TOKEN[12:] + "Qa7Lp2Zx9"

    redacted = Redactor(b"key").redact(text.format(first, rest))

    assert first not in redacted
    assert rest not in redacted


def test_base64_of_base64_is_read() -> None:
    inner = base64.b64encode(f'{{"user":"app","password":"{WORD}"}}'.encode())
    outer = base64.b64encode(inner).decode()

    assert outer not in Redactor(b"key").redact(f"blob {outer}")


def test_a_password_taken_apart_for_the_shell_is_replaced_whole() -> None:
    redacted = Redactor(b"key").redact("""PGPASSWORD='tig'"'"'er7Cop' psql -h db""")

    assert "tig" not in redacted
    assert "er7Cop" not in redacted
