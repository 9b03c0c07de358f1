"""How the password stands in the command lines, calls and settings that `commands.py` reads, by the words that begin them."""

from __future__ import annotations

import re

from incident_bot.patterns import compile_later

_VALUE = r"""(?:'([^'\n]{1,256})|"([^"\n]{1,256})|([^\s"'|;]{1,256}))"""
_USER = compile_later(
    r"""[ \t](?:-u|-U|--user|--proxy-user)[ =]?["']?[^\s:"']{1,64}:(?:'([^'\n]{1,256})|"([^"\n]{1,256})|([^\s"']{1,256}))"""
)
_GLUED = compile_later(rf"""[ \t](?:-p{_VALUE}|["']-p([^"'\n]{{1,256}})["'])""")
_SPACED = compile_later(rf"[ \t](?:-p|--pass)[ =]{_VALUE}")
_EITHER = compile_later(rf"[ \t]-p[ ]?{_VALUE}")
NEEDED = {_GLUED: "-p", _SPACED: "-p", _EITHER: "-p", _USER: "-"}
"""What a command line must hold for these to match."""
_AUTH = compile_later(rf"[ \t](?:-a|--pass)[ ]{_VALUE}")
_CAPITAL = compile_later(rf"(?<=[ \t])-P[ ]?{_VALUE}")
_BY = compile_later(
    r"""[ ](?:WITH [\w']{1,40} )?(?:BY|AS)(?: PASSWORD)? (?:["'`](?=[^\n]{1,257}["'`]))?((?<=["'`])[^"'`\n]{1,256}|[^\s"'`;]{6,128}(?=;|\s*$|[ ](?:USING|DEFAULT|QUOTA|ACCOUNT|PROFILE)\b))""",
    re.IGNORECASE,
)

_BIND = compile_later(rf"[ \t]-w[ ]?{_VALUE}")
_COMMUNITY = compile_later(rf"[ \t]-[cAX][ ]?{_VALUE}")
PIPED = compile_later(
    r"""(?:echo|printf) (?:-n |-e |["']%s(?:\\n)?["'] ){0,2}["']?(?:[\w.-]{1,64}:)?([^\s"'|;]{4,256})["']?[ \t]{0,4}\|"""
)
HERE = compile_later(rf"[^\n|;]{{0,128}}<<<[ ]?{_VALUE}")
TRACED = compile_later(
    r"""(?:^|\n)\+{1,4} (?:echo|printf) (?:-n |-e |["']?%s(?:\\n)?["']? ){0,2}["']?(?P<value>[^\s"'|;]{4,256})["']?[ \t]*\n\+{1,4} [^\n]*$"""
)
"""The other side of a pipe as a shell's trace shows it: a line of its own, before or behind."""
TRACED_BEHIND = compile_later(
    r"""[^\n]{0,256}\n\+{1,4} (?:echo|printf) (?:-n |-e |["']?%s(?:\\n)?["']? ){0,2}["']?(?P<value>[^\s"'|;]{4,256})["']?[ \t]*(?:\n|$)"""
)
_SET = compile_later(r"""[ ]FOR \S{1,128} (?:=|TO) (?:PASSWORD[ ]?\()?["']([^"'\n]{1,256})["']""", re.IGNORECASE)
_ACL = compile_later(r"[ ](?:[^\n>]{1,200}[ ])?>([^\s\"']{1,256})")
_PGPASS = compile_later(r":[\w*.-]{1,63}:[\w*.-]{1,63}:((?:[^\s:\\]|\\.){1,256})(?=\s|$)")
_CHALLENGED = compile_later(r"6\s{0,4}\n(?:\S{1,12} )?([A-Za-z0-9+/]{4,256}={0,2})(?=\s|$)")
_MOUNTED = compile_later(rf"[ \t]-U[ ]?[\"']?[^\s%]{{1,64}}%{_VALUE}")
_LAST = r"""(?:'([^'\n]{1,256})'?|"([^"\n]{1,256})"?|([^\s"'|;&]{1,256}))"""
_USER_AND_LAST = compile_later(
    rf"(?:[ \t]-[\w-]{{1,12}}){{0,4}}[ \t]+[\w./@:*-]{{1,128}}[ \t]+{_LAST}(?=[ \t]*(?:$|\n|[/|&;>]|-))"
)
"""`net user NAME x`, `add_user NAME x`: a name and then the password."""
_FILE_USER_LAST = compile_later(rf"[ \t]-[a-zA-Z]{{0,6}}b[a-zA-Z]{{0,6}}[ \t]+\S{{1,128}}[ \t]+\S{{1,64}}[ \t]+{_LAST}")
_ALIAS = compile_later(rf"[ \t](?:host[ ])?(?:set|add)[ \t]+\S{{1,64}}[ \t]+\S{{1,256}}[ \t]+\S{{1,128}}[ \t]+{_LAST}")
_LOGIN = compile_later(rf"(?:[ \t]--?[\w-]{{1,20}}(?:=\S{{1,64}})?){{0,4}}[ \t]+{_LAST}[ \t]*(?:$|\n)")
_STORE = compile_later(rf"[ \t]-(?:src|dest|new)?(?:store|key)pass(?:word)?[ \t]{_LAST}")
_SPACED_USER = compile_later(
    r"""(?<=[ \t])(?:-a|--auth|--creds|--src-creds|--dest-creds|-u)[ =]["']?[^\s:,"']{1,64}[:,]([^\s"']{1,256})"""
)
_BODY_FLAG = compile_later(rf"[ \t](?:--body|-b)[ =]{_LAST}")
_PASS_SOURCE = compile_later(rf"[ \t]-pass(?:in|out)?[ \t]pass:{_LAST}|[ \t]-[kK][ \t]{_LAST}")
_BRACKETED = compile_later(
    r"[ \t]\[[A-Za-z_][^\s/\]]{0,63}/([^\]\n]{1,128})\]|(?:[ ]for)?[ ][A-Za-z_][\w.@-]{0,63}[ ]\[([^\]\s]{4,128})\]|:[ ][A-Za-z_][\w.@-]{0,63}[/:]([^\s/:]{4,128})(?=\s|$)"
)
_AFTER_KEY = compile_later(r"[ ]\S{1,128}[^\n]{0,80}?[ ]key[ ](?:[0-9][ ])?([^\s\"']{4,128})")
_AFTER_PASSWORD = compile_later(r"[ ]\S{1,64}[ ]password[ ](?:[0-9][ ])?([^\s\"']{4,128})")
_PRIVILEGE = compile_later(r"\d{1,2}[ ](?:secret|password)[ ](?:[0-9][ ])?([^\s\"']{4,128})")
_EQUALS = compile_later(r"""[ ]{0,4}[=(][ ]{0,4}["']([^"'\n]{1,256})["']""")
_QUOTED_KEY = compile_later(r"""[^\n]{0,96}?\bkey[ ]?=?[ ]?["']([^"'\n]{4,256})["']""", re.IGNORECASE)
_FIFTH = compile_later(r"""[ ](?:N?(?:'[^'\n]{0,128}'|null|\w{1,16})[ ]?,[ ]?){4}N?'([^'\n]{1,256})'""", re.IGNORECASE)
_TOTP = compile_later(rf"(?:[ \t]-{{1,2}}[\w-]{{1,12}}){{0,4}}[ \t]{_LAST}")
_WIFI = compile_later(r"[^\n]{0,160}?(?<=;)P:((?:[^;\\\n]|\\.){1,128});", re.IGNORECASE)
_OF_BASIC = compile_later(r"[ :=]{1,2}[\"']?[\w.@+-]{1,64}:([^\s\"':/@]{4,128})")
_NTLM = compile_later(
    r"(?:v[12])?(?:[ _-]?(?:hash|response))?(?:[ ](?:for|of)[ ]\S{1,64}?)?[ ]?[:=][ ]?([0-9a-fA-F]{32,128})(?![0-9a-fA-F])",
    re.IGNORECASE,
)
DUMPED = compile_later(r"(?:aad3b435b51404ee)?:([0-9a-fA-F]{32,64}):::")
"""A dump of Windows accounts: the LM hash of nothing, then the NT hash."""
_BIND_REQUEST = compile_later(r"[^\n]{0,200}?\bauthentication=(?:simple\()?([^\s,(){}]{4,128})")
_SASL = compile_later(
    r"[^\n]{0,80}?(?:resp=|[ ])((?=[A-Za-z]{0,511}(?:[0-9+/=]|[a-z][A-Z]))[A-Za-z0-9+/]{8,512}={0,2})(?=\s|$|\\r)|(?:[^\n]{0,60}\n){1,2}[^\n]{0,24}?[ >:](A[C-H](?=[^\s]{0,511}[a-z0-9])[A-Za-z0-9+/]{8,512}={0,2})(?=\s|$|\\r)"
)
"""On the same line; or below it, as the client answers a challenge: PLAIN begins with a NUL (RFC 4616)."""
_AMQP = compile_later(r"\\(?:x00|0)[\w.@-]{1,64}\\(?:x00|0)([^\s\\\"']{1,128})")
_PAIR_BEHIND = compile_later(r"(?:[ ]for)?(?:[ ]|(?<=[ ]))[\"']?[A-Za-z_][\w.@+-]{1,63}:([^\s:/@]{4,128})(?=[\s@]|$)")
PAIR_BEFORE = compile_later(r"[ ][A-Za-z_][\w.@+-]{1,63}:([^\s:/@]{4,128})[ ]$")
_PIN = compile_later(r"[ :=]{0,3}[\"']?(\d{4,8})(?![\w.:])")
_PASS_OF_USER = compile_later(rf"{_LAST}(?=[ \t]*(?:\r?\n|$|[,;.)]))")
USER_BEFORE = compile_later(r"(?i:\b(?:user(?:name)?|login|account))[ =:]{1,2}[\"']?[\w.@/-]{1,64}[\"']?[ ,;]{0,2}$")
_HASHED_TEXT = compile_later(
    r"""(?:compare|hash|verify|check)\w{0,16}\([brufN@]?["']([^"'\n]{4,256})["']""", re.IGNORECASE
)
_FIRST_TEXT = compile_later(r"""[brufN@]?["']([^"'\n]{4,256})["']""")
_SLASH_D = compile_later(rf"[^\n]{{0,64}}?[ ]/d[ ]{_LAST}", re.IGNORECASE)
_SECOND_NEXT = compile_later(r"[\w.-]{1,64}[ ]([^\s\"']{4,128})")
_REST = compile_later(r"([^\n]{4,512})")
_MD5 = compile_later(r"([0-9a-f]{32})")
_CAS = compile_later(r"(?:\d{1,9}-)?([\w.+/-]{20,512}={0,2})")
"""A ticket of CAS or an artifact of SAML, which is as good as a login."""
_VALUE_FLAG = compile_later(rf"[^\n]{{0,200}}?[ \t]--value[ =]{_LAST}")
_T_FLAG = compile_later(rf"[ \t]-t[ ]{_LAST}")
_PAIR_SLASHED = compile_later(
    r"[ :]{1,2}(?:attempt[ ])?(?:for[ ])?[A-Za-z_][\w.@-]{0,63}[ ]?[/:][ ]?([^\s/:,;]{4,128})(?=[\s,;.]|$)"
)
_DECRYPTED = compile_later(r"[^\n]{0,200}?\)[ ]?(?:=|->|=>|:)[ ]?[\"']?([^\s\"'(){}]{8,256})")
_XML_RPC = compile_later(
    r"(?:\w{1,32}\.)?(?:login|logon|authenticate|sign_?in|auth\.\w{1,16})</methodName>\s{0,40}<params>(?:\s{0,40}<param>\s{0,40}<value>(?:<string>)?[^<\n]{0,128}(?:</string>)?</value>\s{0,40}</param>)\s{0,40}<param>\s{0,40}<value>(?:<string>)?([^<\n]{1,256})<",
    re.IGNORECASE,
)
_ANY_USER = compile_later(
    r"""(?<=--user)[ =]["']?[\w.@+-]{1,64}:(?!//)(?:'([^'\n]{1,256})|"([^"\n]{1,256})|([^\s"']{4,256}))"""
)
_CALLED_WITH = compile_later(
    r"""\((?:["'][^"'\n]{0,256}["']|[\w()]{1,64})(?:, ?(?:[A-Za-z]\w{0,63}(?:\([\w\\]{0,64}\))?|\d{1,9})){0,3}, ?["']([^"'\n]{1,256})["']"""
)
"""A later text among the arguments that a stack trace shows."""
_NOT_BEHIND = "customer |user |account |order |request |number |card |device |ending in |status |error |after |within |port |line |job |build "
"""What a number is of that is no code: a customer, an order, seconds."""
SENT_CODE = compile_later(
    rf"""[^\n]{{0,80}}?(?:[ ](?:is|was|for[ ]\S{{1,128}}(?:[ ]is)?))?[ ]?[:=]?[ ]?["']?(?<![\w+/]){"".join(f"(?<!{words})" for words in _NOT_BEHIND.split("|"))}(?!(?<=\()(?:19|20)\d\d\))((?=[A-Z]{{0,9}}\d)[A-Z0-9]{{4,10}})(?!\w|:|\.\w|[ ](?:ms|s|secs?|seconds|minutes|attempts|times|requests|users|chars|digits)\b)"""
)
_WHOLE_NEXT = compile_later(r"[ \t=]+(?:[05-9] )?(\S{1,256})")
_HEADER_GLUED = compile_later(rf"[ \t]-h?p{_VALUE}")
_KEY_FLAG = compile_later(rf"[ \t]-k[ ]{_VALUE}")
_THIRD_WORD = compile_later(rf"[ \t]+[\w.-]{{1,64}}[ \t]+[\w.@-]{{1,64}}[ \t]+(?!-){_LAST}")
_PASS_WORD = compile_later(rf"[ \t](?:pass|password|secret_access_key|token|key)[ =]{_LAST}")
_USING = compile_later(r"""[ ]["']?[\w.@-]{1,64}["']?[ ](?:using|with)[ ]["']?([^\s"'=()]{6,128})""")
_ARGUMENTS = compile_later(r"""[(](?:user(?:name)?=)?["']?[\w.@-]{1,64}["']?,[ ]?["']?([^\s"'(),]{6,128})["']?\)""")
_INSIDE = compile_later(r"'([^'\n]{1,256})'")
_INSIDE_DOUBLE = compile_later(r'"([^"\n]{1,256})"')
_BESIDE_USER = compile_later(
    r"""["']?[\w.@\\-]{1,64}["']?[ \t]+(?:-p[ :]?|-P[ :]?|-w[ ]|-pw[ ]|-pass(?:word)?[ ]|--pass[ ]|/p:|/rp[ ])(?:'([^'\n]{1,256})|"([^"\n]{1,256})|((?![\d.:/-]{0,32}\d[:/]|[\d:./-]{1,32}(?:\s|$))[^\s"'|;&:/-][^\s"'|;&:/]{2,255}))"""
)
"""`-u NAME -p x` of any command: ports, paths and flags are no passwords."""
_SECOND_QUOTED = compile_later(r"""["'][^"'\n]{0,128}["'][ ]?,[ ]?[brufN@]?["']([^"'\n]{1,256})["']""")
_FIRST_QUOTED = compile_later(r"""["']([^"'\n]{4,256})["'][ ]?[,)]""")
"""What a function takes that opens something with it."""
CHARACTERS = compile_later(r"""["']([^"'\n]{4,256})["']$""")
"""What Java makes characters of is a password: `"x".toCharArray()`."""
_KEY_LOG = compile_later(r"(?:_\d)?[ ][0-9a-fA-F]{4,128}[ ]([0-9a-fA-F]{32,128})")
"""TLS secrets as NSS and OpenSSL write them for Wireshark (`SSLKEYLOGFILE`): label, client random, secret."""
_SECOND_WORD = compile_later(rf"(?:[ ]-\w(?:[ ][a-z]{{1,16}})?){{0,3}}[ ][\w.@+-]{{1,64}}[ ]{_LAST}[ ]")
_AS_WITH = compile_later(r"""[ ]["']?[\w.@-]{1,64}["']?(?:[/:]|[ ](?:with|using)[ ]["'])([^\s"'/:]{4,128})""")
_HANDED_IN = compile_later(r"""[ =:]{1,2}["']?([\w./~-]{12,512})""")
"""The code of an authorization, which is as good as the token that it is changed for."""
_PLAIN_ROOT = compile_later(r"-(?:plaintext|iscrypted)?[ ](\S{1,256})")
_LOGIN_FLAG = compile_later(rf"(?<=[ \t])(?:-p|--pass)[ =]{_VALUE}")
_ADMIN = compile_later(rf"[ ]password[ ]{_LAST}|[ \t]-p{_VALUE}")
NOT_OURS = compile_later(
    r"(?:sudo|make|su -|mysql|maria|psql|mkdir|git push|rsync|tar|cp|npx|pip|ssh|scp)[^\n|;&]{0,100}$"
)
"""Their `-p` wants no password, or not this word."""
_HASHED_LAST = compile_later(rf"(?:[ \t]-(?:\w{{1,6}}|-\w{{2,12}}))*[ \t]+(?!-){_LAST}[ \t]*(?:$|\n)")
_NEW_PHRASE = compile_later(rf"[ \t]-[NP][ ]{_LAST}")
_S_FLAG = compile_later(rf"[ \t]-s[ ]{_LAST}")
_SLASH_P = compile_later(rf"[ \t]/p[ :]{_LAST}")
_SIP = compile_later(r":[\w.+-]{1,64}:([^\s:@;>]{1,128})@")
_NET_USE = compile_later(
    r"[ \t]\S{1,4}[ \t]{1,4}\\\\\S{1,128}[ \t]{1,4}(?:(?!/)(\S{1,128})[ \t]{1,4}/[uU]|/[uU]\w{0,4}:\S{1,128}[ \t]{1,4}(?!/)(\S{1,128}))"
)
_DEFAULT_PAIR = compile_later(
    r"[a-z]{0,9}(?:[ ](?:is|are))?[ ]?:?[ ]\w[\w.@-]{0,63}[ ]?[/:][ ]?([^\s/:,;]{4,128})(?![/:])"
)
_ROBOT = compile_later(r"(?:[ ]{2,16}|\t+)\S{1,128}(?:[ ]{2,16}|\t+)(\S{1,128})")
_JWK = compile_later(r"""\\?["'](?:k|d|p|q|dp|dq|qi)\\?["'][ ]?:[ ]?\\?["']([\w+/-]{16,2048}={0,2})""")
"""The private members of a JSON Web Key (RFC 7518, 6.2.2, 6.3.2 and 6.4.1)."""
_AFTER_SLASH = compile_later(r"[ ](\S{6,128})")
_GLUED_NEXT = compile_later(r"}(\S{1,256})")
_NEXT = compile_later(rf"[ \t=]+{_LAST}")
_NETRC = compile_later(r"[ \t]\S{1,253}[ \t]+login[ \t]+\S{1,128}[ \t]+password[ \t]+(\S{1,256})")
_SLASHED = compile_later(r"(?:[ \t]-\w{1,2}){0,3}[ \t]+[\w$#.-]{1,64}/([^\s/@]{1,128})(?=@|[ \t]|$|\n)")
_PAIRED = compile_later(
    r"""(?<=[Ww][Ii][Tt][Hh])(?:[ \t][A-Za-z]{1,24}){0,3}[ \t]["'`]?[A-Za-z][\w.@+-]{0,63}["'`]?(?:[ \t]?:[ \t]?|[ \t]{1,3}/[ \t]{1,3}|[ \t]and[ \t])["'`]?([^\s"'`:/]{4,128})"""
)
_THIRD = compile_later(
    r"""\([ \t]?(?:["'][^"'\n]{0,256}["']|[\w.]{1,64})[ \t]?,[ \t]?["'][^"'\n]{0,128}["'][ \t]?,[ \t]?["']([^"'\n]{1,256})["']"""
)
"""The password of a connecting function: address, user, password."""
_SECOND = compile_later(r"""[(][ \t]?[^,\n()]{1,256},[ \t]?[brufN@]?["']([^"'\n]{1,256})["'](?![ ]?:)""")
"""The secret of a function that takes a user or a payload before it."""
_LOGIN_SQL = compile_later(r"""[ \t](?:N?'[^'\n]{0,128}'|(?i:null))[ \t]?,[ \t]?N?'([^'\n]{1,256})'""")
_QUOTED_NEXT = compile_later(r"""[ \t]+["']([^"'\n]{1,256})["']""")
_USER_COLON = compile_later(r"[ \t]+[\w.@+-]{1,64}:([^\s:]{1,256})")
_COMMUNITY_TOLD = compile_later(r"""(?:[ ]?[:=][ ]?["']?|[ ]?(?=["'])["'])([^\s"',;:()]{4,64})(?=["']|[ ,;)]|\s|$)""")
_NTLM_ANSWER = compile_later(r"([A-Za-z0-9+/]{20,4096}={0,2})")
"""The third message of NTLM, which holds what a password is guessed from: its signature and type in base64 (MS-NLMP 2.2.1.3)."""
_SASL_PLAIN = compile_later(r"[^\n]{0,160}?(?<![\w+/])(A[C-H][A-Za-z0-9+/]{8,512}={0,2})(?![\w+/=])")
_DIGEST_KEY = compile_later(r"\d{1,3}[ ]md5[ ](?:\d[ ])?(\S{4,128})", re.IGNORECASE)
_GOSSIP = compile_later(r"([A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{43}=)(?=\")")
"""The key with which agents of Consul, Nomad and Serf talk: 16 or 32 bytes in base64."""
_DIGEST_ANSWER = compile_later(r"""[^\n]{0,400}?\bresponse=\\?["']?([0-9a-f]{32,64})(?![0-9a-f])""")
_UNSEAL = compile_later(r"(?:[ ]-{1,2}[\w=:/.-]{1,128})*[ ]([A-Za-z0-9+/=]{20,512})")
_IWCONFIG = compile_later(r"[^\n]{0,80}?[ ]key[ ](?:s:)?(\S{5,64})")
_COM2SEC = compile_later(r"[ \t]+(?:-Cn[ ]\S{1,64}[ ])?\S{1,64}[ \t]+\S{1,64}[ \t]+(\S{1,256})")
_SNMP_USER = compile_later(
    r"[ \t]+\S{1,64}[ \t]+(?:MD5|SHA(?:-?\d{3})?)[ \t]+(?:\"([^\"\n]{4,128})|(\S{4,128}))|(?<=[ ])(?:DES|AES(?:-?\d{3})?)[ \t]+(?:\"([^\"\n]{4,128})|(\S{4,128}))"
)
"""Both secrets of a user of SNMP 3, in turns."""
_THIRD_OF_COMMUNITY = compile_later(r"[ \t]+[a-z,]{1,32}[ \t]+(\S{1,256})")
_DEVICE = compile_later(r"[ \t]*(?:\d[ ])?(\S{4,256})(?=[ \t]*(?:\r?\n|$|[ ](?:address|hostname|level|encrypted)\b))")
_THIN = compile_later(r"e:thin:[\w$#.-]{1,64}/([^\s/@]{1,128})(?=@)")

COMMANDS: dict[str, re.Pattern[str]] = {
    "curl": _USER, "mysql ": _GLUED, "mysqldump": _GLUED, "mysqladmin": _ADMIN, "login('": _SECOND_QUOTED, 'login("': _SECOND_QUOTED, "7za x ": _GLUED, "7za a ": _GLUED, "rootpw --": _PLAIN_ROOT, "credentials(": _SECOND, ".basic(": _SECOND, "basic_auth(": _SECOND, "digestauth(": _SECOND, ".auth(": _SECOND, "jwt.decode(": _SECOND, "createcipher": _SECOND,
    "unlockaccount(": _SECOND, 'unlock("': _FIRST_QUOTED, "unlock('": _FIRST_QUOTED, '.auth("': _FIRST_QUOTED, ".auth('": _FIRST_QUOTED, "cookieparser('": _FIRST_QUOTED, 'cookieparser("': _FIRST_QUOTED, "-password password": _NEXT, "mariadb": _GLUED, "docker login": _SPACED,
    "podman login": _SPACED, "registry login": _SPACED, "az login": _SPACED, "mongosh": _SPACED, "mongodump": _SPACED,
    "sshpass": _EITHER, "redis-cli": _AUTH, "sqlcmd": _CAPITAL, "identified": _BY,
    "set password": _SET, "acl setuser": _ACL, "ldapsearch": _BIND, "ldapmodify": _BIND, "ldapadd": _BIND, "ldapwhoami": _BIND,
    ":5432:": _PGPASS, ":*:": _PGPASS, "ugfzc3dvcmq6": _CHALLENGED, "snmpget": _COMMUNITY, "snmpwalk": _COMMUNITY,
    "ipmitool": _CAPITAL, "7z x ": _GLUED, "7z a ": _GLUED, "smbclient": _MOUNTED, "jdbc:oracle": _THIN,
    "net user": _USER_AND_LAST, "rabbitmqctl add_user": _USER_AND_LAST, "rabbitmqctl change_password": _USER_AND_LAST,
    "htpasswd ": _FILE_USER_LAST, "mc alias": _ALIAS, "mc config": _ALIAS, "vault login": _LOGIN, "cargo login": _LOGIN, "keytool": _STORE,
    "jarsigner": _STORE, "http -": _SPACED_USER, "https -": _SPACED_USER, "skopeo": _SPACED_USER, "lftp": _SPACED_USER, "buildah": _SPACED_USER,
    "gh secret set": _BODY_FLAG, "openssl ": _PASS_SOURCE, "zip -": _CAPITAL, "mosquitto_": _CAPITAL, "cqlsh": _SPACED, "oc login": _SPACED,
    "crane auth login": _SPACED, "twine upload": _SPACED, "unrar ": _HEADER_GLUED, "rar a ": _HEADER_GLUED, "bcp ": _CAPITAL, "set-initial-password": _NEXT,
    "cypher-shell": _SPACED, "insecure-password": _NEXT, "user-password": _NEXT, "machine ": _NETRC, "sqlplus": _SLASHED, "login with": _PAIRED,
    "log in with": _PAIRED, "sign in with": _PAIRED, "logged in with": _PAIRED, "new pdo": _THIRD, "pdo->__construct": _THIRD,
    "mysqli_connect": _THIRD, "mysqli": _THIRD, "dbi connect": _THIRD, "dbi->connect": _THIRD, "getconnection": _THIRD,
    "basicauth(": _SECOND, "pscredential(": _SECOND, "usernamepassword": _SECOND, "basiccredentials(": _SECOND, "jwt.sign": _SECOND,
    "jwt.verify": _SECOND, "jwt.encode": _SECOND, "sp_addlogin": _LOGIN_SQL, "sp_password": _LOGIN_SQL, "convertto-securestring": _QUOTED_NEXT,
    "beeline": _SPACED, "impala-shell": _SPACED, "sqoop": _SPACED, "addauth digest": _USER_COLON, "]:587": _USER_COLON, "]:465": _USER_COLON,
    "{plain}": _GLUED_NEXT, "snmp-server community": _NEXT, "rocommunity ": _NEXT, "rwcommunity ": _NEXT, "--user": _ANY_USER, "->login(": _CALLED_WITH, "->connect(": _CALLED_WITH, "->authenticate(": _CALLED_WITH,
    "verification code": SENT_CODE, "security code": SENT_CODE, "one-time code": SENT_CODE, "login code": SENT_CODE, "2fa code": SENT_CODE,
    "mfa code": SENT_CODE, "secret 0": _NEXT, "secret 5": _NEXT, "password 7": _NEXT,
    "wpa_passphrase ": _USER_AND_LAST, "tacacs-server key": _WHOLE_NEXT, "radius-server key": _WHOLE_NEXT, "impdp ": _SLASHED, "expdp ": _SLASHED,
    "sqlldr ": _SLASHED, "rman target": _SLASHED, "isql ": _THIRD_WORD, "hdbsql": _SPACED, "nuget push": _KEY_FLAG, "input_pw": _NEXT, "owner_pw": _NEXT, "user_pw": _NEXT,
    "rclone config": _PASS_WORD, "snmpset": _COMMUNITY, "snmpbulkwalk": _COMMUNITY, "authenticating user": _USING, "login(": _ARGUMENTS,
    "authenticate(": _ARGUMENTS, "crypt('": _INSIDE, "bypassphrase('": _INSIDE, "by passphrase('": _INSIDE, "pgp_sym_encrypt(": _SECOND, "pgp_sym_decrypt(": _SECOND, "aes_encrypt(": _SECOND, "aes_decrypt(": _SECOND,
    "userpassword(": _SECOND, "db.auth(": _SECOND, "community string": _WHOLE_NEXT, "snmp community": _WHOLE_NEXT, "net use": _NET_USE, "nickserv identify": _NEXT,
    " -u ": _BESIDE_USER, " -u:": _BESIDE_USER, " -user ": _BESIDE_USER, "--username ": _BESIDE_USER, "/u:": _BESIDE_USER, "/ru ": _BESIDE_USER, " login -": _LOGIN_FLAG, " -pw ": _NEXT,
    "useradd ": _EITHER, "usermod ": _EITHER, "openssl passwd": _HASHED_LAST, "mkpasswd ": _HASHED_LAST, "ssh-keygen": _NEW_PHRASE, "ldappasswd": _S_FLAG, "slappasswd": _S_FLAG,
    "kadmin": _BIND, "signtool": _SLASH_P, "certutil": _SPACED, "rpcclient": _MOUNTED, "cf auth": _USER_AND_LAST, "http-basic.": _USER_AND_LAST, "osql ": _CAPITAL, "mongorestore": _SPACED, "sip:": _SIP,
    "default login": _DEFAULT_PAIR, "default cred": _DEFAULT_PAIR, "auth code": SENT_CODE, "mfa token": SENT_CODE, '"kty"': _JWK, " pin ": SENT_CODE, " pin: ": _PIN, "pin-code": _PIN, " pass ": _PASS_OF_USER, "input password": _ROBOT, "is your code": SENT_CODE, " admin / ": _AFTER_SLASH, " root / ": _AFTER_SLASH, "confirmation code": SENT_CODE, "activation code": SENT_CODE, "door code": SENT_CODE, "unlock code": SENT_CODE, "sms code": SENT_CODE,
    "verificaci\xf3n": SENT_CODE, "tigungscode": SENT_CODE, "de v\xe9rification": SENT_CODE, "de verifica\xe7\xe3o": SENT_CODE, "di verifica": SENT_CODE,
    "mysqldb.connect": _THIRD, "pymysql.connect": _THIRD, ".connect(": _THIRD, "networkcredential(": _SECOND, "exchanging code": _HANDED_IN, "client_random ": _KEY_LOG, "traffic_secret": _KEY_LOG, "radtest ": _SECOND_WORD,
    "bcrypt.": _HASHED_TEXT, "password_verify(": _FIRST_TEXT, "password_hash(": _FIRST_TEXT, "fernet(": _FIRST_TEXT, "checkpw(": _FIRST_TEXT, "hashpw(": _FIRST_TEXT, "unlock-keychain": _SPACED, "/v defaultpassword": _SLASH_D, "auth-pass ": _SECOND_NEXT, "tacacs+ key": _NEXT, "::add-mask::": _REST, '" "md5': _MD5, "net.exe user": _USER_AND_LAST,
    " otp ": SENT_CODE, "confirm code": SENT_CODE, "2fa token": SENT_CODE, "tgt-": _CAS, "castgc=": _CAS, "samlart=": _CAS,
    "put-parameter": _VALUE_FLAG, "keyvault secret set": _VALUE_FLAG, "auth init": _T_FLAG, "user default on": _ACL, "failed login": _PAIR_SLASHED, "invalid login": _PAIR_SLASHED, "bad login": _PAIR_SLASHED, "decrypt(": _DECRYPTED, "<methodname>": _XML_RPC,
    "enable secret ": _WHOLE_NEXT, "enable password ": _WHOLE_NEXT, "key-string": _WHOLE_NEXT, "pre-shared-key ": _WHOLE_NEXT, "authentication-key ": _NEXT, "radius-server host": _AFTER_KEY,
    "tacacs-server host": _AFTER_KEY, "neighbor ": _AFTER_PASSWORD, " privilege ": _PRIVILEGE, "pragma key": _EQUALS, "pragma rekey": _EQUALS, "attach database": _QUOTED_KEY,
    "sp_addlinkedsrvlogin": _FIFTH, 'crypt("': _INSIDE_DOUBLE, "oathtool ": _TOTP, "wifi:t:": _WIFI, "wifi:s:": _WIFI, "basic auth ": _OF_BASIC, "proxy-auth ": _OF_BASIC,
    "ntlm": _NTLM, "aad3b435b51404ee": DUMPED, "bindrequest": _BIND_REQUEST, "authenticate plain": _SASL, "authenticate xoauth2": _SASL, "authenticate oauthbearer": _SASL, "authenticate scram-": _SASL, "auth xoauth2": _SASL, "auth oauthbearer": _SASL, "plain service=": _SASL, "plain response=": _AMQP,
    "saslstart": _SASL_PLAIN, "message-digest-key ": _DIGEST_KEY, 'encrypt = "': _GOSSIP, '"encrypt": "': _GOSSIP, '"encrypt":"': _GOSSIP, "digest username=": _DIGEST_ANSWER,
    "tlrmtvntuaad": _NTLM_ANSWER, "createhmac(": _SECOND_QUOTED, "hmac.new(": _FIRST_TEXT, "= connect(": _THIRD,
    "operator unseal ": _UNSEAL, "iwconfig ": _IWCONFIG, ' : eap "': _INSIDE_DOUBLE, " : eap '": _INSIDE, ' : xauth "': _INSIDE_DOUBLE, " : xauth '": _INSIDE,
    "com2sec ": _COM2SEC, "createuser ": _SNMP_USER, "authcommunity ": _THIRD_OF_COMMUNITY, "stats auth ": _USER_COLON, " community name": _COMMUNITY_TOLD, " community '": _COMMUNITY_TOLD, ' community "': _COMMUNITY_TOLD, " community: ": _COMMUNITY_TOLD, " community=": _COMMUNITY_TOLD,
    "password 0 ": _DEVICE, "password 5 ": _DEVICE, "password 6 ": _DEVICE, "password 8 ": _DEVICE, "password 9 ": _DEVICE, "secret 8 ": _DEVICE, "secret 9 ": _DEVICE,
    "isakmp key ": _DEVICE, "ascii-text ": _QUOTED_NEXT, "auth plain": _SASL,
    "nt-hash": _NTLM, "nthash": _NTLM, "nt hash": _NTLM, "lm-hash": _NTLM, "lmhash": _NTLM, "lm hash": _NTLM, "sp_adduser": _LOGIN_SQL,
    "trap community": _WHOLE_NEXT, "wifi-sec.psk ": _NEXT, "authentication failed": _PAIR_BEHIND, "login failed": _PAIR_BEHIND,
    "logging in as": _AS_WITH, "log in as": _AS_WITH, "login as": _AS_WITH, "logged in as": _AS_WITH,
}  # fmt: skip
