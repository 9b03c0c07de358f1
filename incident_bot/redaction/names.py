"""Which names promise a secret: `db_password` does, `max_tokens`, `monkey` and `secretKeyRef` do not."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from incident_bot.patterns import compile_later
from incident_bot.redaction.brands import BRAND_PAIRS, BRANDS


class Promise(IntEnum):
    """How sure a name makes us that its value is a secret."""

    NONE = 0
    WEAK = 1
    """The value must look like a secret itself (`key`, `auth`, `signature`)."""
    FIRM = 2
    """The value counts unless it is an ordinary word (`token`, `api_key`, `secret`)."""
    CODE = 3
    """So it does, and even four digits count, as people type them in (`otp`, `pin`)."""
    SURE = 4
    """So it does, and even one of digits alone counts: the name tells whose it is (`asana_token`)."""
    STRONG = 5
    """Any value counts, even a dictionary word (`password`)."""


_STRONG = frozenset(
    "password passwd passwort passphrase pwd pswd passwrd kennwort contrasena senha mdp motdepasse masterpassword"
    " pgpassword bindpw rootpw psk passe contraseña presharedkey mysqlpwd userpw dbpw requirepass masterauth rootpw sshpass"
    " wachtwoord hasło haslo lösenord losenord adgangskode adgangskoden passord passordet kodeord kodeordet contrasenya parool sandi lösenordet losenordet şifre sifre parola heslo jelszó jelszo salasana lozinka geslo storepass keypass authtok pw passwords passwds pwds oldpass newpass userpass dbpass rootpass adminpass smtppass mypass loginpass ftppass mailpass curpass clave psw psswd pword pasword passwrod passowrd paswd psword pwrd pswrd keyphrase pasvorto pasahitza contrasinal wagwoord nenosiri parol cyfrinair kennung zugangscode".split()
)
_FIRM = frozenset(
    "secret token apikey apitoken authtoken accesstoken secretkey accesskey privatekey secretaccesskey credential"
    " credentials creds bearer jwt authkey appkey licensekey signingkey encryptionkey masterkey accountkey"
    " sharedkey sessionid sessid jsessionid phpsessid sid cookie authorization zugangsdaten anmeldedaten identifiants credenciales credenziali credenciais otp totp pin cvv cvc mnemonic"
    " skey webhook pat dsn sharedaccesskey clientsecret appsecret pass sas hmac xapikey passcode storagekey"
    " connectionstring dockerconfigjson dockercfg privkey aspxauth passkey puk samlresponse schlüssel schluessel jeton clé chave chiave sleutel nyckel klucz llave tkn tok geheimnis geheimwort hemlighet sekret nøkkel nokkel nøgle noegle avain anahtar kunci kulcs klic klíč cheie kljuc ključ clef cle".split()
)
_OWN_SECRET = frozenset(
    "session client app consumer shared jwt cookie hmac oauth ipsec radius tacacs ike device enable chap".split()
)
"""Before `secret`: somebody's own, which people choose like a password, and no name of an object that holds one."""
_ASKED = frozenset("security secret recovery challenge reset".split())
"""Before `answer`: to a question that lets someone in."""
_CODES = frozenset("otp totp pin passcode cvv cvc passkey puk".split())
_BEFORE_CODE = frozenset(
    "verification security access door backup recovery login mfa fa otp auth sms pin confirmation activation unlock entry invite pairing gate factor verify authenticator email lock puk"
    " alarm device totp reset signin pass".split()
)
"""Before `code`: what a person types in to get in."""
_WEAK = frozenset(
    "key auth session sess signature sig salt nonce hash cert login code seed cred authn appid verifier license licence priv csrf xsrf sk kek dek assertion plaintext ticket".split()
)
_PLURAL = frozenset("secrets apikeys cookies tokens".split())
"""Mostly counts and lists of names: only what looks like a secret is one."""
_PAIRS = frozenset(
    "api access secret private account shared encryption signing master auth app license service deploy storage"
    " ssh client application subscription consumer admin project write publishable rapidapi fernet jwt hmac aes"
    " webhook certificate bot server integration ingest ingestion functions function host encrypt decrypt decryption crypto cipher preshared instrumentation".split()
)
_CERTAIN_TAILS = (
    "password", "passwd", "passphrase", "pwd", "passwort", "kennwort", "wachtwoord", "lösenord", "losenord", "passord", "salasana", "salasanasi", "jelszava",
)  # fmt: skip
_CODE_TAILS = ("pincode", "malcode", "ngscode", "itscode", "tiecode", "schaltcode")
"""German and Dutch write `access code` in one word."""
_FIRM_TAILS = (
    "secret",
    "token",
    "apikey",
    "secretkey",
    "accesskey",
    "privatekey",
    "authkey",
    "credentials",
    "pass",
    "schlüssel",
    "schluessel",
    "sleutel",
    "nyckel",
    "tkn",
)
_NOT_TAILS = frozenset("compass bypass trespass surpass encompass notoken askpass".split())

# A last word that says the value describes the secret and is not it.
_ABOUT = frozenset(
    "name names file files path paths dir directory folder ref refs keyref type types kind url uri endpoint host"
    " ttl expiry expires expire expired expiration exp age count counts total size sizes len length limit limits"
    " max min version policy provider manager store class method mode enabled disabled required valid invalid"
    " status error errors algorithm alg format field fields column columns header headers param id ids usage used"
    " index idx position pos offset per rate budget window map mount mounts volume volumes selector label labels"
    " annotation annotations rotation rotated created updated issued at by in on from for to of is was not reset"
    " resets change changed changes check checks hint validator validation validity strength complexity attempts"
    " attempt set retry retries failed failure failures prompt prompts source sources backend driver plugin config"
    " configuration cache cached scope scopes bits spec projection projected automount automounts uid gid"
    " namespace owner user username usernames email domain generation generator generated service server client"
    " handler middleware filter function func code codes event events time timestamp date seconds sec ms millis"
    " duration interval timeout latency request requests response responses result results message messages msg"
    " text description desc reason title table tables row rows schema constraint constraints bytes input output"
    " variable variables cost price arn lock case stdin grant grants flow form page encryption encrypter hashing encoder hasher hashers validators encoders".split()
)
_OF_PASSWORD = frozenset("hash hashed digest secret key".split())
"""Behind `password`: its hash, or the object that holds it."""
_ABOUT_BEFORE = frozenset(
    "max min num n total count prompt completion input output cached reasoning pad eos bos unk mask sep cls stop"
    " special next primary foreign sort partition cache row group map routing registry idempotency dedup shard"
    " hotkey public pub known unexpected invalid missing expected no bad unknown first last current cursor"
    " page continuation syntax lexer node merge etag commit tree git build image content object file trace span"
    " request correlation short websocket socket gpg pgp".split()
)
NON_ENGLISH_PASSWORDS = (
    "密码", "密碼", "口令", "密钥", "暗証番号", "パスワード", "비밀번호", "암호", "парол", "Парол", "ПАРОЛЬ", "лозинка", "hasło", "Hasło",
    "şifre", "Şifre", "mật khẩu", "κωδικός", "סיסמה", "كلمة المرور", "รหัสผ่าน", "парола", "parolă", "验证码", "驗證碼", "認証コード", "確認コード", "인증번호", "인증 코드", "код подтверждения", "slaptažodis", "패스워드", "合言葉", "पासवर्ड", "পাসওয়ার্ড", "கடவுச்சொல்", "رمز عبور", "گذرواژه", "پاس ورڈ", "كلمة السر", "סיסמא", "პაროლი", "գաղտնաբառ",
    "пин-код", "Пин-код", "ПИН-код", "код доступа", "رمز التحقق", "xác minh", "doğrulama kodu",
    "Mật khẩu", "Hasło", "Κωδικός", "lykilorð", "salasõna", "fjalëkalim",
)  # fmt: skip
"""`password` in letters that the prefilter does not read."""
NON_ENGLISH_KEYS = (
    "токен", "Токен", "ключ", "Ключ", "секрет", "Секрет", "令牌", "密鑰", "秘钥", "トークン", "シークレット", "キー", "秘密鍵", "토큰", "비밀키", "시크릿", "API 키", "κλειδί", "anahtar", "khóa", "klíč",
)  # fmt: skip
"""`token` and `key` likewise."""
_ALONE = {
    "PWD": Promise.FIRM,
    "OLDPWD": Promise.NONE,
    "PASS": Promise.NONE,
    "Pass": Promise.NONE,
    "TAN": Promise.CODE,
    "tan": Promise.CODE,
    "mTAN": Promise.CODE,
    "smsTAN": Promise.CODE,
    **dict.fromkeys(("chipTAN", "pushTAN", "photoTAN"), Promise.CODE),
    "SAMLResponse": Promise.FIRM,
    "id_token_hint": Promise.FIRM,
    "PUK": Promise.CODE,
}
"""The shell's working directories (no token looks like a path), what test runners print, and a bank's codes."""
_BY_LAST_WORDS = {
    ("pre", "shared", "key"): Promise.STRONG,
    ("rediscli", "auth"): Promise.STRONG,
    ("authorization", "code"): Promise.FIRM,
    ("bind", "credential"): Promise.STRONG,
    ("bind", "credentials"): Promise.STRONG,
    ("security", "credentials"): Promise.STRONG,
}
"""Names that promise more together than any of their words."""
_PASSED = frozenset("test tests first second third last next single multi two one render shader build compiler".split())
"""Before `pass`: a run over something, and no password."""
_WORDS = compile_later(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|[0-9]+")


@lru_cache(maxsize=8192)
def promise(name: str) -> Promise:
    """What the name of a setting, header, flag or field promises about its value."""
    if not name.isascii() and any(word in name for word in NON_ENGLISH_PASSWORDS):
        return Promise.STRONG
    if not name.isascii() and any(word in name for word in NON_ENGLISH_KEYS):
        return Promise.FIRM
    if name in _ALONE:
        return _ALONE[name]
    words = [word.lower() for word in _WORDS.findall(name) if not word.isdigit()]
    told = _BY_LAST_WORDS.get(tuple(words[-2:])) or _BY_LAST_WORDS.get(tuple(words[-3:]))
    return told or (_promise_of(words) if words else Promise.NONE)


def _promise_of(words: list[str]) -> Promise:
    if words[-2:] in (["pass", "word"], ["pass", "phrase"]) or (
        words[-1] == "secret" and words[-2:-1] and words[-2] in _OWN_SECRET
    ):
        return Promise.STRONG
    if words[-1] in {"answer", "answers"} and words[-2:-1] and words[-2] in _ASKED:
        return Promise.STRONG
    if words[-1] == "id" and len(words) > 1 and words[-2] in {"session", "sess", "secret"}:
        return Promise.FIRM
    best = Promise.NONE
    at = -1
    for index, word in enumerate(words):
        level = _word_promise(words, index, word)
        if level >= best and level:
            best, at = level, index
    if best is Promise.NONE:
        joined = "".join(words[-3:])
        return _tail_promise(joined) if len(words) > 1 and words[-1] not in _NOT_TAILS else Promise.NONE
    after = words[at + 1 :]
    if any(word in _ABOUT for word in after):
        best = Promise.NONE
    elif best is Promise.STRONG and not _OF_PASSWORD.isdisjoint(after):
        best = Promise.FIRM
    return _raised(words, at, best) if best else best


def _raised(words: list[str], at: int, best: Promise) -> Promise:
    if (
        words[at] in _CODES
        or words[at].endswith(_CODE_TAILS)
        or (words[at] in {"code", "codes"} and best is Promise.FIRM)
    ):
        return Promise.CODE
    told_by_brand = best is Promise.FIRM or words[at] in {"key", "auth", "login"}
    return Promise.SURE if told_by_brand and is_branded(words) else best


def is_branded(words: list[str]) -> bool:
    """Whether one of the words of a name names a service that hands out keys."""
    return not BRANDS.isdisjoint(words) or not BRAND_PAIRS.isdisjoint(pairwise(words))


def _word_promise(words: list[str], index: int, word: str) -> Promise:
    before = words[index - 1] if index else ""
    if word in _STRONG or (word == "pass" and before and before not in _PASSED):
        return Promise.STRONG
    if word in {"code", "codes"} and before in _BEFORE_CODE:
        return Promise.FIRM
    if word not in _FIRM and word not in _WEAK and word not in _PLURAL:
        return _tail_promise(word)
    if before in _ABOUT_BEFORE:
        return Promise.WEAK if word == "key" and before in {"primary", "secondary", "routing"} else Promise.NONE
    if word in _FIRM or (word == "key" and before in _PAIRS):
        return Promise.FIRM
    return Promise.WEAK


def _tail_promise(word: str) -> Promise:
    if word in _NOT_TAILS:
        return Promise.NONE
    if word.endswith(_CERTAIN_TAILS):
        return Promise.STRONG
    return Promise.FIRM if word.endswith((*_FIRM_TAILS, *_CODE_TAILS)) else Promise.NONE


_KIND_BY_PART = (
    ("passphrase", "passphrase"), ("pass", "password"), ("pwd", "password"), ("pw", "password"), ("cookie", "cookie"),
    ("authorization", "authorization"), ("sess", "session"), ("sid", "session"), ("jwt", "token"), ("token", "token"),
    ("bearer", "token"), ("secret", "secret"), ("key", "key"), ("sig", "signature"), ("cred", "credential"), ("gangsdaten", "credential"), ("anmeldedaten", "credential"), ("identifiants", "credential"),
    ("webhook", "webhook"), ("connectionstring", "dsn"),
)  # fmt: skip

KINDS = frozenset(kind for _, kind in _KIND_BY_PART)
"""Kinds of values that only their names give away."""


@lru_cache(maxsize=2048)
def kind_of(name: str) -> str:
    """The kind under which a value with this name is counted."""
    lowered = name.lower().replace("-", "").replace("_", "")
    return next((kind for part, kind in _KIND_BY_PART if part in lowered), "secret")
