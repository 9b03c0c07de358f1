"""What engineers need to read stays: redacting a decisive line is as bad as leaking."""

from __future__ import annotations

import pytest

from fakes.benign_lines import benign_lines
from incident_bot.redaction import Redactor

BENIGN = """
trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 msg="ok"
{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","request_id":"req-7f9c2ba4e88f827d","auth":"none"}
request_id=7b0a4c1e-5a7e-4d2b-9c3f-1a2b3c4d5e6f user authenticated
Pulled image registry.example.com/team/app@sha256:9b2a1c7e4f5d6a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b
checked out commit 9fceb02d0ae598e95dc970b74767f19372d61af8
pod/model-server-7d9f8b6c5d-x2x7k restarted, ReplicaSet model-server-7d9f8b6c5d
image: registry.example.com/ml/model-server:v2026.11.20-rc1
2026-11-20T10:00:00.123456789Z stdout F token count 4096
password authentication failed for user "app"
FATAL:  password authentication failed for user "postgres"
2026-11-20 10:00:00,123 INFO  [worker-3] store.session - password authentication failed for user "app"
secret "db-credentials" not found
span: secret "probe-credentials" not found (ee967a8a0aad4abdd0526c7629dc70c3f8f463f9)
Error: secrets "db-credentials" not found
couldn't find key DB_PASSWORD in Secret prod/db-credentials
MountVolume.SetUp failed for volume "tls" : secret "tls-cert-2024" not found
token expired
jwt expired at 2026-11-20T10:00:00Z
invalid token: signature verification failed
SyntaxError: Unexpected token '<', "<!DOCTYPE "... is not valid JSON
key not found in Secret
        secretKeyRef:
          key: password
          name: db-credentials
    valueFrom: secretKeyRef: name: api-key
- name: api-key
[REDACTED]
password=[REDACTED]
ns=%5BREDACTED%5D
      POSTGRES_PASSWORD:  <set to the key 'password' in secret 'db-credentials'>  Optional: false
tokens=4096 max_tokens: 512 prompt_tokens=77 total_tokens: 1203
tokenizer=LlamaTokenizerFast vocab=32000
key_count=3 keys=17 num_keys=4
author=Jane author: jsmith monkey=banana keyboard=us hotkey=ctrl
    Environment Variables from:
      app-config  ConfigMap  Optional: false
missing environment variable POSTGRES_PASSWORD
environment variable API_KEY is not set
KeyError: 'DATABASE_PASSWORD'
KeyError: "API_KEY"
java.lang.IllegalArgumentException: Could not resolve placeholder 'db.password' in value "${db.password}"
serviceAccountToken: expirationSeconds: 3607
Mounts: /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-x2x7k (ro)
error: open /etc/secrets/token: no such file or directory
HTTP 401 Unauthorized: bad credentials
Failed to pull image: unauthorized: authentication required
x509: certificate signed by unknown authority
ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed
pq: no pg_hba.conf entry for host "10.0.0.7", user "app", database "app"
primary key violation: duplicate key value violates unique constraint "users_pkey"
duplicate key value violates unique constraint "orders_2024_pkey" DETAIL: Key (id)=(12345678) already exists.
redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled.
NOAUTH Authentication required.
Access denied for user 'root'@'10.0.0.5' (using password: YES)
Access denied for user 'root'@'localhost' (using password: NO)
getty@tty1.service: Succeeded.
git@github.com:org/repo.git (fetch)
npm http fetch GET 200 https://registry.npmjs.org/@babel%2fcore 143ms
+ @scope/package@1.2.3 added
model weights s3://bucket/models/llama-7b/shard-00001-of-00004.safetensors loaded
at com.example.security.TokenAuthenticationFilter.doFilterInternal(TokenAuthenticationFilter.java:57)
  File "/app/auth/token_provider.py", line 42, in get_token
    token = self.client.get_token(scope)
    password=password,
    api_key=os.environ["API_KEY"],
TypeError: connect() got an unexpected keyword argument 'password'
def login(self, username: str, password: str) -> Token:
cookie consent banner shown
Set-Cookie header missing
session closed for user root
session 1423 of user root
Key: Value
cache key user:1234:profile not found
partition key=2026-11-20 sort_key=4711
kafka key=order-12345 partition=3 offset=1234567890123456
etag "33a64df551425fcc55e4d42a148795d9f25f89d4"
uid: 6f1d2c3b-4a59-4e8f-b7a6-c5d4e3f2a1b0 resourceVersion: "123456789012345"
  kubernetes.io/config.hash: 4bf92f3577b34da6a3ce929d0e0e4736
Container ID:  containerd://3b5d5c3712955042212316173ccf37be8f5d5d5e2a3b4c5d6e7f8091a2b3c4d5
controller-revision-hash=model-server-6d8f9c7b54
pod-template-hash=7d9f8b6c5d
level=info msg="refreshing token" component=auth-service
Loading tokenizer from /models/tokenizer.json
CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 15.78 GiB total capacity)
special tokens: pad_token=<pad> eos_token=</s> bos_token=<s>
pad_token_id=0 eos_token_id: 2
--from-literal=password=<password>
kubectl create secret generic db-credentials --from-literal=password=...
kubectl create secret generic db --from-literal=password="$DB_PASSWORD"
secretName: model-server-tls
imagePullSecrets:
- name: registry-credentials
type: kubernetes.io/service-account-token
automountServiceAccountToken: false
rotate-server-certificates=true authorization-mode=Node,RBAC
--authentication-token-webhook=true --client-ca-file=/etc/kubernetes/pki/ca.crt
--service-account-key-file=/etc/kubernetes/pki/sa.pub
--tls-private-key-file=/etc/tls/tls.key
Warning  FailedMount  3m (x12 over 20m)  kubelet  MountVolume.SetUp failed for volume "creds" : references non-existent secret key: api-token
the AWS Access Key Id you provided does not exist in our records
InvalidAccessKeyId: The AWS Access Key Id you provided does not exist
error getting credentials - err: exit status 1
Vault token lookup failed: permission denied
1732096800123 4711 order total 1234567890123
{"ts":1732096800.123,"key":"user-profile","hit":false}
{"kind":"Pod","metadata":{"name":"a","labels":{"app":"token-service"}}}
auth-service-5f7d8c9b6-abcde 1/1 Running
secret/db-credentials configured
Back-off pulling image "docker.io/library/token-service:1.2.3"
tokenReview failed: tokenreviews.authentication.k8s.io is forbidden
failed to refresh token: oauth2: cannot fetch token: 401 Unauthorized
"key": "value"
key: node.kubernetes.io/not-ready
  key: nvidia.com/gpu
password must be at least 12 characters
Enter password:
password: YES
no password supplied
api key missing
Authorization header missing
Authorization: <redacted>
Invalid API key provided
sha256sum 9b2a1c7e4f5d6a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b  secret-loader.tar.gz
auth-token-7f9c2ba4e8-x8k2p started
""".strip().split("\n")


@pytest.mark.parametrize("line", BENIGN)
def test_benign_line_survives(line: str) -> None:
    assert Redactor(b"key").redact(line) == line


def test_benign_lines_survive_together() -> None:
    """Detectors that read the next line do not fire on neighbours."""
    text = "\n".join(BENIGN)

    assert Redactor(b"key").redact(text) == text


@pytest.mark.parametrize("seed", [1, 2])
def test_hardly_any_line_with_identifiers_is_touched(seed: int) -> None:
    """At most one line in a hundred of those that were written to look like secrets, read as one log."""
    lines = [line for _, line in benign_lines(seed)]
    redacted = Redactor(b"key").redact("\n".join(lines)).split("\n")

    touched = [pair for pair in zip(lines, redacted, strict=True) if pair[0] != pair[1]]

    assert len(touched) <= len(lines) * 0.01, touched


@pytest.mark.parametrize("line", BENIGN)
def test_benign_line_may_leave(line: str) -> None:
    assert Redactor(b"key").seal(line) == line
