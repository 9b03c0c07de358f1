"""Keywords of the prefilter that are parts of secrets' names; what the whole name promises, `names.py` says."""

from __future__ import annotations

_WORDS = (
    'passw passphrase passcode pass= pass: pass" pass> pass< pass( pass] storepass keypass _pass -pass .pass pwd secret token key credential creds auth'
    ' cookie jwt session_ session-i session= session" sessionid= sessionid" sessionid: sessid= sid= sid" sig= signature= signature" otp= otp: pin='
    ' cvv mnemonic webhook connectionstring connection_string hmac pw= pw: senha kennwort contrasena pw" pin" otp" requirepass'
    ' bindpw psk= psk: psk" de_passe contrase\xf1a secretkey wachtwoord l\xf6senord losenord adgangskode sifre parola heslo jelszo'
    " jelsz\xf3 salasana lozinka geslo haslo dockercfg dockerconfigjson clave_ clave= clave: masterauth cvc= samlresponse pass% assertion= assertion: plaintext= ticket= ticket: puk= puk: passord"
    " kodeord contrasenya pasword passowrd paswd psword pwrd pasvorto pasahitza contrasinal wagwoord nenosiri zugangscode"
    " palavra-passe schl\xfcssel schluessel jeton cl\xe9: cl\xe9= chave chiave sleutel nyckel klucz llave tkn geheim hemlighet"
    " sekret n\xf8kkel nokkel n\xf8gle noegle avain anahtar kunci= kunci: kulcs klic= klic: cheie kljuc clef= clef: cle= cle:"
    ' parol= parol: tok= tok: &sk= "sk" -pin= pin-value bearer= bearer" csrf= xsrf= license= license: license" licence= seed='
    ' seed" priv= priv: pswd psswd psw= psw: pword pass_phrase pass-word pass-phrase mdp= mdp: otp_code otpcode smscode factorcode'
    ' factor_code verifycode zugangsdaten anmeldedaten identifiants credenciales credenziali credenciais cvc: cvc" rootpw mfacode'
    " device_code user_code oauth_verifier sonar.login verification_code verificationcode security_code securitycode access_code"
    " accesscode backup_code recovery_code door_code mfa_code login_code sms_code confirmation_code pswrd pass_word keyphrase rediscli_auth kek= kek: dek= dek: activationcode confirmationcode invitecode invite_code resetcode reset_code unlockcode unlock_code activation_code sessionid>"
    ' passkey assertion" _pat= _pat: _pat" security_answer securityanswer security-answer recovery_answer recoveryanswer challenge_answer challengeanswer appid= pincode malcode ngscode itscode tiecode schaltcode parool'
).split()
_QUOTED = (
    *(f"{word}'" for word in "pw pin otp psk session sessionid sid signature bearer license seed cvc csrf".split()),
    *(f'{word}"' for word in "ticket tok kek dek".split()),
)
"""In quotes; most in double ones stand above."""
_PHRASES = (
    "pass'",
    "pass\\",
    "de passe",
    "pass =",
    "pass :",
    "pass -",
    "pass is ",
    " pw ",
    "_pw ",
    "pw for ",
    "pw is ",
    "kata sandi",
    "kunci api",
    "clave de ",
    "clave sec",
    "phrase secr",
    "pin code",
    "cl\xe9 ",
    "cle api",
    "mat khau",
    " sk=",
    "-pin ",
    "csrf: ",
    "seed: ",
    "pass word",
    "pass phrase",
    " mdp ",
    "mdp :",
    "sid: ",
    "pw? ",
    "wallet seed",
    "session: ",
    "clave es",
    "psk ",
    "pairing code",
)
NAME_KEYWORDS = (*_WORDS, *_QUOTED, *_PHRASES)
COLUMN = ",pass"
"""In the head of a table, where a delimiter or the end of the line follows."""
HANDED_IN = ("code=", 'code":"', 'code": "', "code_verifier")
"""Names of an authorization's code, where something long follows; other codes are numbers and names of errors."""
CODE_KEYWORDS = (
    "PIN ",
    "TOTP ",
    "OTP ",
    "OTP:",
    "PIN:",
    "TAN ",
    "TAN:",
    "PUK ",
    "PUK:",
    "mTAN ",
    "mTAN:",
    "smsTAN ",
    "chipTAN ",
    "pushTAN ",
    "photoTAN ",
    "smsTAN:",
    "tan=",
)
"""Names of codes that a person types in, in the one writing that is no part of other words."""
