"""Secrets that no name announces: a pair of user and password, what a command prints below it, what a script sends; and the silence beside them."""

from __future__ import annotations

import base64

import pytest

from incident_bot.redaction import Redactor

WORD = "meadowfalcon"
MIXED = "Meadow" + "417!"
TOKEN = "q7Zr2Lw9Xk" + "4Tn8Vb1Mc6Ys3"
CODE = "481516"

PAIRS = [
    "radiusd[88]: (12) Login incorrect (pap: wrong): [app/{}] (from client ap1 port 7)",
    "sshd honeypot: login attempt [app/{}] failed",
    "cloud-init[912]: chpasswd list: app:{}",
    "sasl: plaintext login attempt app [{}]",
    "CREATE DATABASE LINK x CONNECT TO app IDENTIFIED BY \"{}\" USING 'x'",
    "error in your SQL syntax near 'IDENTIFIED WITH sha256_password BY '{}'' at line 1",
    "aws ssm put-parameter --name /app/db --value {} --type SecureString",
    "HTTP Basic auth decoded: app:{}",
    "ORA-01017: logon denied, connect string app/{}@//db.internal:1521/ORCL",
    "EZCONNECT app/{}@db.internal/ORCL",
    "retry with app/{}@db.internal:1521/ORCL",
    "which staging login was it?\n14:03 <jon> app / {}",
    "LDAP simple bind cn=app,dc=example {}",
    "auth attempt: app / {} -> denied by password policy",
    "PASS {}\n230 User app logged in.",
    "switching over to {} as the new password for app tonight",
    "db.password resolved to {}",
    "config changed: password: old -> {}",
    "property 'password' changed from 'x' to '{}'",
    "field password, value {}",
    "password attempt 3: {}",
    "password entered by app: {}",
    "Passwort ge\xe4ndert auf {}",
    "password di app: {}",
    "basic credentials for app / {}",
    "amqp://app:{}@@mq.internal:5672//",
]
PRINTED = [
    "loginUser(app, {}) -> false",
    "$ kubectl get secret db -o jsonpath='{{.data.password}}' | base64 -d\n{}",
    "$ kubectl get secret db -o go-template='{{{{.data.token}}}}'\n{}\n",
    "$ terraform output -raw db_password\n{}\n",
    "+ vault kv get -field=password secret/db\n{}",
    "$ printenv DB_PASSWORD\n{}",
    "+ echo {}\n+ docker login -u app --password-stdin",
    "+ docker login -u app --password-stdin\n+ echo {}\n",
    "+ passwd app <<EOF\n{0}\n{0}\nEOF\n",
    'expect "Password:"\nsend -- "{}\\r"',
    "openvpn --auth-user-pass <(printf 'app\\n{}\\n')",
]
TABLES_AND_MARKUP = [
    "<tns:pass>{}</tns:pass>",
    'password {{ string_value: "{}" }}',
    "env:\n  - name: DB_PASSWORD\n    value: >-\n      {}",
    "signer --storepass {}",
    "request_body: \\x22password\\x22:\\x22{}\\x22",
    "UserName              : app\nPassword              : {}\nDomain                : X",
    "{{spring.datasource.password=OriginTrackedValue '{}'}}",
    '$password\n[1] "{}"',
    "cache_peer x parent 3128 0 login=app:{}",
    'UserInfo: "app:{}"',
    "ip ospf message-digest-key 1 md5 {}",
    "chpasswd:\n  list: |\n    app:{}",
    "PASSWORD\n--------\n{}\n(1 row)",
    "+----------+\n| password |\n+----------+\n| {} |\n+----------+",
    "user,pass\napp,{}\n",
    "<b>Password:</b> {}<br/>",
    "<arg>--password</arg><arg>{}</arg>",
    "<input value='{}' type='password'>",
    '{{"k":"password","v":"{}"}}',
    "password: !vault-plain {}",
    "password rotated old={} new=***",
    "keystore password: {} (default)",
    "Password: {}  Role: viewer",
    "echo '{}' > /tmp/password",
    "printf '%s' '{}' > secret.key",
    "$ cat password.txt\n{}",
    "hmac.new(b'{}', msg, sha256)",
    "crypto.createHmac('sha256', '{}')",
    'conn = connect(host, "app", "{}")',
    "INFO default account is app/{}, change it after setup",
    "Admin login -> app : {}",
]
DEVICES = [
    "ppp chap password 0 {}",
    "crypto isakmp key {} address 10.0.0.1",
    'set security ike policy p pre-shared-key ascii-text "{}"',
    "com2sec readonly default {}",
    "createUser app SHA {0} AES {0}",
    "authCommunity log,execute,net {}",
    "snmpd: packet with community '{}' refused",
    "snmp: bad community name: {} from 10.0.0.5",
    "line vty 0 4\n password {}\n login",
    "machine db.internal\n  login app\n  password {}",
    'app : EAP "{}"',
    "ppp0: CHAP secret for app: {}",
    "Command [pass] [{}]",
    'Tunnel-Password:1 = "{}"',
    'Config(user=Just "app", password=Just "{}")',
    'password = """{}"""',
    '["pass"]=>\n  string(12) "{}"',
    '[{{username,<<"app">>}},{{password,<<"{}">>}}]',
    '{{"errors":[{{"field":"password","rejectedValue":"{}","message":"too weak"}}]}}',
    "Mot de passe temporaire pour m.app : {} (à changer)",
    "EXEC sp_password NULL, '{}', 'app'",
]
GENERATED = [
    "cookies={{'sessionid': '{}', 'lang': 'de'}}",
    "cookies: {{'connect.sid': 's%3A{}', 'locale': 'en'}}",
    "Authorization: acme-hmac app:{}",
    "/confirm/{}/ok",
    "vault operator unseal {}",
    "session key (base64): {}",
    "authorization_code={}",
    "tokens: [{}]",
    "skey={} host=api.example.com",
    "CookieJar: <Cookie(name='sid', value='{}')>",
    "oauth callback code={} state=x",
    '{{"code": "{}", "state": "x"}}',
    "cat secret.txt\n{}",
    "NTLM TlRMTVNTUAAD{}",
]
MIXED_ONLY = [
    "trying app:{} on db.internal",
    "attempted login app:{}",
    "authentication for app with '{}' failed",
    "unexpected value {} for option --password",
    "service account app with secret {}",
    "bind failed for cn=app,dc=example using credentials {}",
    "password strength check for '{}' returned 2",
]
CODES = [
    "otp for app is {}",
    "totp for app: {}",
    "pin: {}",
    "pin for card ending 1234: {}",
    "otp {} rejected for app",
    "please confirm with code {}",
    "mfa={}",
    "code de confirmation: {}",
    "otp generated: {} ttl=300",
    "verify_otp called with code={} user=app",
    "code sent to app: {}",
    "one-time password for account 4471 is {}, expires in 5 minutes",
    "PIN entered: {}",
    "Recovery code used by app: {}",
    "backup code {} used by app",
    "totp code entered: {} (expected another)",
]


@pytest.mark.parametrize("shape", [*PAIRS, *PRINTED, *TABLES_AND_MARKUP, *DEVICES])
@pytest.mark.parametrize("password", [WORD, MIXED])
def test_passwords_that_their_surroundings_give_away(shape: str, password: str) -> None:
    assert password not in Redactor(b"key").redact(shape.format(password))


@pytest.mark.parametrize("shape", MIXED_ONLY)
@pytest.mark.parametrize("password", [MIXED, "Meadow=" + "417fal+con"])
def test_passwords_that_only_their_look_tells_from_other_words(shape: str, password: str) -> None:
    assert password not in Redactor(b"key").redact(shape.format(password))


@pytest.mark.parametrize("shape", GENERATED)
def test_generated_values_that_their_surroundings_give_away(shape: str) -> None:
    assert TOKEN not in Redactor(b"key").redact(shape.format(TOKEN))


@pytest.mark.parametrize("shape", CODES)
def test_codes_that_somebody_typed(shape: str) -> None:
    assert CODE not in Redactor(b"key").redact(shape.format(CODE))


@pytest.mark.parametrize(
    "dialogue", ["C: A AUTHENTICATE PLAIN\nS: +\nC: {}", "smtp: AUTH PLAIN\nserver: 334\nclient: {}"]
)
def test_what_a_client_answers_below_the_mechanism(dialogue: str) -> None:
    answer = base64.b64encode(f"\0app\0{WORD}".encode()).decode()

    assert answer not in Redactor(b"key").redact(dialogue.format(answer))


def test_a_password_of_two_words_and_a_number_is_one() -> None:
    password = "tundra." + "velvet4769"

    assert password not in Redactor(b"key").redact(f'the temporary password for user "app" is {password} - change it')


def test_a_header_that_a_shell_continues_is_read_on() -> None:
    first, rest = TOKEN[:12], TOKEN[12:] + "Qa7Lp2Zx9"

    redacted = Redactor(b"key").redact(f'curl -H "Authorization: Bearer \\\n{first}\\\n{rest}"')

    assert first not in redacted
    assert rest not in redacted


@pytest.mark.parametrize("label", ["part 1/2", "hex", "plain text"])
def test_a_remark_between_name_and_value_is_passed_over(label: str) -> None:
    assert TOKEN not in Redactor(b"key").redact(f"secret_key ({label}): {TOKEN}")


def test_a_sasl_payload_is_read_wherever_it_stands() -> None:
    payload = base64.b64encode(f"\0app\0{WORD}".encode()).decode()

    assert payload not in Redactor(b"key").redact(f'{{"saslStart":1,"mechanism":"PLAIN","payload":"{payload}"}}')


def test_a_gossip_key_is_one_by_its_length() -> None:
    key = base64.b64encode(bytes(range(32))).decode()

    assert key not in Redactor(b"key").redact(f'encrypt = "{key}"')


def test_a_static_key_of_openvpn_is_a_private_one() -> None:
    line = "20378" + "69ea7d8a70e505c3b12ba03b5be"
    begin, end = "-----BEGIN OpenVPN Static key V1-----", "-----END OpenVPN Static key V1-----"

    assert line not in Redactor(b"key").redact(f"{begin}\n{line}\n{line}\n{end}")


@pytest.mark.parametrize("name", ["pswrd", "pass_word", "keyphrase", "REDISCLI_AUTH", "preSharedKey", "device_secret"])
@pytest.mark.parametrize("shape", ['{{"{}":"{}","x":1}}', "{}={} x=1", "  {}: {}\n  x: 1"])
def test_rarer_names_of_passwords(name: str, shape: str) -> None:
    assert WORD not in Redactor(b"key").redact(shape.format(name, WORD))


@pytest.mark.parametrize("name", ["kek", "dek", "ticket", "tok", "activationCode", "resetCode", "skey"])
def test_rarer_names_of_keys_and_tokens(name: str) -> None:
    assert TOKEN not in Redactor(b"key").redact(f'{{"{name}":"{TOKEN}","x":1}}')


def test_a_quote_that_is_written_twice_does_not_end_the_value() -> None:
    redacted = Redactor(b"key").redact("ALTER ROLE app PASSWORD 'mea''dow7%falcon';")

    assert "dow7%falcon" not in redacted


def test_the_rest_behind_a_soft_break_is_replaced() -> None:
    redacted = Redactor(b"key").redact(f"Your API token is {TOKEN[:12]}=\n{TOKEN[12:]} - keep it safe.")

    assert TOKEN[12:] not in redacted


SILENT = [
    "login incorrect: [carla] from 10.0.0.4",
    "login attempt failed [auth/ldap] retrying",
    "Login attempt 3/5 for carla",
    "sshd[1004]: error: maximum authentication attempts exceeded for root from 198.51.100.7 port 4022 ssh2 [preauth]",
    "login attempt for carla from 10.0.0.4 [blocked]",
    "simple bind failed: ldap.example.com:636",
    'userlist: "staff" "admins"',
    "connect string: db01/orders",
    "chpasswd: (user carla) pam_chauthtok() failed",
    "decoded header: content-type:application/json",
    "user carla: which login?\n14:03 <jon> yes / no",
    "uses: org/action@v4:15",
    "$ kubectl get secret db -o jsonpath='{.data}'\nError from server (NotFound): secrets \"db\" not found",
    "$ kubectl get pods -o jsonpath='{.items[0].metadata.name}'\napi-7d9c5b8f6d-q2x8z",
    "+ kubectl get secret db -o yaml\n+ exit 1",
    "$ openssl rand -hex 16 > key.txt\n$ ls",
    "$ cat /run/secrets/token\ncat: /run/secrets/token: No such file or directory",
    "$ vault read auth/token/lookup -field=ttl\n2764800",
    'expect "login:"\nsend "root\\r"',
    "enter password 8 characters",
    "secret 9 objects scanned",
    "galaxy collection community.docker: 3.4.0",
    "bgp community 65000:100 accepted",
    "AUTH PLAIN LOGIN\n250-SIZE 1000\n250 ENHANCEDSTATUSCODES",
    "C: A2 AUTHENTICATE PLAIN\nS: A2 NO Authentication failed",
    "cookies: {'theme': 'dark', 'lang': 'de'}",
    "cookies: 12 set, 3 expired",
    "Authorization: none required",
    "password (hex): required",
    "GET /confirm/order-20260301-000123 200",
    "PIN entered incorrectly 3 times",
    "recovery code 4 of 10 used",
    "exit code used by systemd: 203",
    "host db01\npassword authentication\n",
    "login as root\npassword incorrect\n",
    '{"errors":[{"field":"password","rejectedValue":"","message":"must not be blank"}]}',
    "[pass] [unit] 12 tests",
    "usage: login [user] [password] [host]",
    "shared secret 'db-shared' not found",
    'secret_key = ENV["SECRET_KEY"]',
    "api_key: STRIPE_API_KEY",
    "error validating token: code=401 permission denied",
    "password=**REMOVED** db=orders",
    "530 Please login with USER and PASS.",
    "withCredentials([usernamePassword(credentialsId: 'deploy', usernameVariable: 'U', passwordVariable: 'P')])",
    "password = get_password(user, realm='prod')",
    "password='' user=''",
    "Le mot de passe de carla est expiré (voir)",
    "vault operator unseal -migrate",
    "spring.datasource.password=${SPRING_DB_PASSWORD:?must be set}",
    "credential helper: osxkeychain",
    "route registered: /users/:id/password -> UsersController#change_password",
    "PASS src/login2.test.js\n2 passed",
    "using credentials from the environment",
    "total,pass,fail\n12,11,1\n",
    "suite,pass\nunit,yes\n",
    "PASSWORD\n--------\nRules for passwords are listed below",
    "status code=ERR_MODULE_NOT_FOUND_IN_PATH",
    '{"code":"resource-version-too-old"}',
    "exit code=137 reason=OOMKilled",
    "<th>Password</th><th>Role</th>",
    "<b>Password</b> <i>required</i>",
    "<li>password</li><li>email</li>",
    "echo done > password_reset.log",
    "echo 'checking secrets' > /tmp/secret.log",
    "code sent to review: 3 files",
    "credentials are missing and auth fails",
    "login: disabled / locked",
    "default account is locked",
    "password updated, old=*** new=***",
    "$ cat secrets.yaml\napiVersion: v1",
    "diff @@ -1,3 +1,4 @@ password",
    "'switchPIN', 'onRequest', 'onReceive'",
    "['ACAccount', 'ACAccountCredential', 'ACAccountStore']",
    "login=disabled user=app:reader",
    "login=true",
    "otp length is 6, timeout 3000 ms",
    "otp for carla expires in 3000 seconds",
    "Erlang/OTP 26.2.1 starting",
    "gpio pin 1024 ms debounce",
    "pin: 17",
    "websocket closed with code 1006",
    "error code 12345 is valid for retry? no",
    "your code 2024-01-01 build",
    "trying registry.example.com:5000/app",
    "trying postgres:15Alpine image",
    "trying user / group lookup",
    "test user admin / viewer roles",
    "authentication for carla with 'ldap' failed",
    "user info: role:admin",
    "password attempt 3: failed",
    "password entered by carla: incorrect",
    "option --password requires a value",
    "unexpected value production for option --profile",
    "service account ci with secret ci-token-x7k2p",
    "secret changed from 'a' to 'b'",
    "Passwort ge\xe4ndert auf Wunsch",
    "db.password resolved to ${DB_PASSWORD}",
    "password for host node-worker001: expired",
    "mfa=required",
    "<tests><pass>12</pass></tests>",
    "tokens: [1203, 77]",
    "tokens: 4096",
    '{"ticket":"INC0012345","dek":"none"}',
    "duplicate key: Key (id)=(ed315304-e92e-409f-b3de-76fed5ac8294) already exists.",
    "pin 1234 floating",
    "gpio pin 4021 low",
    "password encoder: BCryptPasswordEncoder",
    "peer certificate SPKI pin sha256/P+PHQrYo3OCI/IcYwFZermUJaCHjXawRRksLv+45Wec=",
    "password { required: true }",
    "the encrypt = \"none\" setting",
    "aws ssm put-parameter --name /app/region --value eu-west-1",
    "FAILED: Can't locate revision identified by '4f1c9e2b7d33'",
    "the node identified by '3f2a77bc9d' left the ring",
]  # fmt: skip


@pytest.mark.parametrize("line", SILENT)
def test_lines_of_the_same_words_without_a_secret_stay(line: str) -> None:
    assert Redactor(b"key").redact(line) == line
