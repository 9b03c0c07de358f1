"""Whether a request may pass: `Authorization: Bearer TOKEN`, or Basic with the token as its password."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

NO_CREDENTIALS = 401
WRONG_CREDENTIALS = 403


def refuse(header: str | None, token: str) -> int | None:
    """The status to refuse with: 401 without usable credentials, 403 with wrong ones; None lets pass.

    Compared by digest in constant time, so that neither content nor length of the token can be measured.
    """
    given = _credential(header or "")
    if given is None:
        return NO_CREDENTIALS
    same = hmac.compare_digest(hashlib.sha256(given).digest(), hashlib.sha256(token.encode()).digest())
    return None if same else WRONG_CREDENTIALS


def _credential(header: str) -> bytes | None:
    scheme, _, value = header.strip().partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer" and value:
        return value.encode("utf-8", "surrogateescape")
    if scheme.lower() == "basic" and value:
        try:
            _user, colon, password = base64.b64decode(value, validate=True).partition(b":")
        except (binascii.Error, ValueError):
            return None
        return password if colon else None
    return None
