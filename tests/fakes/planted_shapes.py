"""Shapes in which a reviewer would plant a secret: `{value}` is a password, `{token}` a generated token."""

from __future__ import annotations

PLANTED = {
    "pgpass": "db.prod.svc:5432:app:appuser:{value}",
    "pgpass any": "*:*:*:postgres:{value}",
    "netrc lines": "machine api.example.com\n  login bot\n  password {value}",
    "kubeconfig password": "  user:\n    password: {value}\n    username: admin",
    "helm values": "auth:\n  postgresPassword: {value}\n  existingSecret: ''",
    "helm set": "helm upgrade x --set db.password={value},db.user=a",
    "terraform state": '{"type":"random_password","instances":[{"attributes":{"length":16,"result":"{value}"}}]}',
    "terraform plan": '      + master_password = "{value}"',
    "npmrc": "//npm.pkg.example.com/:_authToken={token}",
    "pip.conf token": "extra-index-url=https://{token}@pypi.example.com/simple",
    "java property": "java -Djavax.net.ssl.keyStorePassword={value} -jar app.jar",
    "ado.net": '"ConnectionStrings:Default":"Server=db;User Id=sa;Password={value};"',
    "redis auth": 'AUTH {value}',
    "redis monitor": '1700000000.1 [0 10.0.0.1:1] "AUTH" "default" "{value}"',
    "redis acl": "ACL SETUSER app on >{value} ~* +@all",
    "redis config": "CONFIG SET requirepass {value}",
    "sql set password": "SET PASSWORD FOR 'root'@'localhost' = PASSWORD('{value}');",
    "sql national": "CREATE LOGIN app WITH PASSWORD = N'{value}'",
    "sql unquoted": "CREATE USER app IDENTIFIED BY {value};",
    "ldap bind": "ldapsearch -x -D cn=admin,dc=x -w {value} -b dc=x",
    "ldap config": "bindpw {value}",
    "presigned signature": "https://b.s3.example.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={token}",
    "presigned token": "X-Amz-Security-Token={token}%2Fabc&x=1",
    "oauth callback": "GET /oauth/callback?state=abc123def&code={token} HTTP/1.1",
    "oauth verifier": "grant_type=authorization_code&code_verifier={token}",
    "grpc metadata": "('authorization', 'Bearer {token}')",
    "grpc metadatum": "_Metadatum(key='x-api-key', value='{token}')",
    "secret wrapper": "Settings(db_password=SecretStr('{value}'))",
    "rust option": 'password: Some("{value}")',
    "go struct pass": "&{User:app Pass:{value} Addr:x}",
    "php dump": '["password"]=>\n  string(11) "{value}"',
    "perl env": "$ENV{DB_PASSWORD} = '{value}'",
    "xml rpc": "<name>password</name><value><string>{value}</string></value>",
    "plist": "<key>password</key>\n<string>{value}</string>",
    "soap": '<wsse:Password Type="x">{value}</wsse:Password>',
    "yaml tag": "password: !!str {value}",
    "yaml anchor": "password: &pw {value}",
    "empty then value": "password=\n{value}",
    "reversed pair": "    - value: {value}\n      name: SMTP_PASSWORD",
    "reversed pair json": '{"value": "{value}", "name": "DB_PASSWORD"}',
    "args lines": "      Args:\n      --db-password\n      {value}\n      --port",
    "args yaml": "    args:\n    - --password\n    - {value}",
    "password on stdin": "echo '{value}' | docker login --username bot --password-stdin",
    "chpasswd": "echo 'root:{value}' | chpasswd",
    "ftp": "--> PASS {value}",
    "snmp": "snmpget -v2c -c {value} host",
    "wifi": 'psk="{value}"',
    "password for": "password for user admin: {value}",
    "table": "| password | {value} |",
    "other scripts": "密码: {value}",
    "oracle thin": "jdbc:oracle:thin:app/{value}@db:1521/x",
    "docker json": '{"log":"password={value}\\n","stream":"stdout"}',
    "nul separated": "A=b\0DB_PASSWORD={value}\0C=d",
}  # fmt: skip

PARTS = {
    "cri partial": "2026-11-20T10:00:00.1Z stdout P connecting password={0}\n2026-11-20T10:00:00.2Z stdout F {1} ok",
    "cri partial header": "2026-11-20T10:00:00.1Z stderr P Authorization: Bearer {0}\n2026-11-20T10:00:00.2Z stderr F {1} ok",
}
"""A token in two parts, neither of which may survive."""

ENCODED = {
    "docker config": ('{\n\t"auths": {\n\t\t"r.example": {\n\t\t\t"auth": "{value}"\n\t\t}\n\t}\n}', "bot:"),
    "smtp plain": ("AUTH PLAIN {value}", "\0bot\0"),
    "smtp challenge": ("S: 334 UGFzc3dvcmQ6\nC: {value}", ""),
    "npmrc auth": ("_auth={value}", "bot:"),
}
"""Templates and what stands before the password where both are encoded as base64."""
