"""Texts made to be slow to read: what anyone who can write to a log could send."""

from __future__ import annotations

import random
import string

PIECES = [
    "x", "A", "0", " ", "-", "_", "\n", '"', "\\", "%22", "\0", "key=", "key=a,", 'key="', "password ", "password=x ", "password: x\n",
    "password\n", "pwd", "token", "token_", "--token ", '"key":"', '\\"token\\":\\"', "@", "a@", "a:b@c:80 ", "a@b.", "://u:p@",
    "https://u:p@h ", "sk-", "sk-ant-", "eyJ", "eyJabcdefgh.", "ghp_", "AKIA", "SG.", ":AA", "8Q~", "+AStX", "-us1", "&sig=",
    ".atlasv1.", "FFFFNRAL", ".logic.azure.com", "kind: Secret\n", "kind: Secret\ndata:\n a: b\n", '"kind":"Secret",',
    '"kind":"Secret","data":{"a":"b"},', "cookie: a=b; ", "Cookie: " + "a=bcdefg; " * 200 + "\n", "Authorization: Bearer ",
    "-----BEGIN PRIVATE " + "KEY-----", "-----END PRIVATE " + "KEY-----\n", "curl -u a:b ", "mysql -pabc ", "identified by ",
    "echo a | chpasswd ", "cGFzc3dvcmQ", "[REDACTED:password:abc123]", "[REDACTED:", "4000000000000000 ", "AA00",
    "name: token\nvalue: ", '{"name":"token","value":"x"},', "value: x, name: token ", "token\x1b[31m=", "я", "密码", "AUTH a1", "$2b$", 'verify("a", "b", ', 'args: ["a", ',
    "PASSWORD  NAME\nabcd1234  x\n", "password = ? and ", 'token = "abc12345Xyz" + "', 'a0="x" type=execve a1="y" ', "bip39 words ",
    "login attempt [a/", "$ cat secret\nabcd12\n", "password\n----\nab1\n", "digest username=x ", "saslstart A", "cookies: {'a': 'b', ",
    "/////3Bhc3N3b3Jk" * 4 + "\n", "a | password | value\n", " --name password --a b --value ", "{Token: Expiry:x ", "Token[a=b, value=",
    '"password";s:8:"', "live_" + "a1B2c3D4" * 5 + "_", 'Filled "x" into input[name=password ', "user:pa=ss@tcp(",
]  # fmt: skip


def hostile_texts(size: int) -> dict[str, str]:
    """Texts of `size` characters, by what they are made of; seeded."""
    rng = random.Random(4)
    letters = string.ascii_letters + string.digits

    def draw(count: int) -> str:
        return "".join(rng.choices(letters, k=count))

    texts = {repr(piece[:40]): piece * (size // len(piece)) for piece in PIECES}
    texts["one random token"] = draw(size)
    texts["one random hexadecimal run"] = "".join(rng.choices("0123456789abcdef", k=size))
    texts["one long value"] = "token=" + draw(size)
    texts["a new token a line"] = "".join(f"token={draw(20)}\n" for _ in range(size // 27))
    texts["long values"] = "".join(f"key={draw(300)} " for _ in range(size // 305))
    texts["one value again and again"] = "password=S3cr3tV4lue99 " + "S3cr3tV4lue99" * (size // 13)
    each = [piece[:40] for piece in PIECES]
    mixture = each * (size // sum(map(len, each)) + 1)  # of all alike, so that a longer one is no harder by chance
    rng.shuffle(mixture)
    texts["everything mixed"] = "".join(mixture)
    return texts
