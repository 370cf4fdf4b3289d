"""Masking of secrets before anything is written down.

The same secret always gets the same mark, so that a recording still shows where one was used again.
"""

import base64
import binascii
import hashlib
import re

MARK = "masked-"
"""What a mark starts with: plain text in YAML, JSON and HTML alike."""

_PATTERNS = (
    # A JSON Web Token: three base64url parts, the first of which starts with {" in base64.
    ("eyJ", r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"),
    # The same token base64-encoded once more, as a Secret holds it: it starts with "eyJ" in base64.
    ("ZXlK", r"\bZXlK[A-Za-z0-9+/=]{40,}"),
    # A private key in PEM form, and one base64-encoded in a kubeconfig.
    ("-----BEGIN ", r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)-----END [A-Z ]*PRIVATE KEY-----"),
    (
        "LS0tLS1CRUdJTi",
        r"\bLS0tLS1CRUdJTi[A-Za-z0-9+/]*(?:UFJJVkFURSBLRV|QUklWQVRFIEtFW|BSSVZBVEUgS0VZ)[A-Za-z0-9+/=]{40,}",
    ),
    # A bootstrap token as kubeadm prints it.
    (r"\.(?<=\b[a-z0-9]{6}\.)[a-z0-9]{16}\b", r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b"),
    # A password hash of /etc/shadow.
    (r"\$", r"\$[0-9a-z]{1,2}\$[^\s:$]+\$[./A-Za-z0-9$]{20,}"),
)
_SECRETS = [(re.compile(sign), re.compile(secret)) for sign, secret in _PATTERNS]
"""What every such secret has in it, which tells ten times as fast that a text holds none, and the secret."""
_NAMED = re.compile(r'("(?:jweToken|password|token-secret|client-key-data)"\s*:\s*")((?:[^"\\]|\\.)+)(")')


def mask(text: str) -> str:
    """Return the text with every secret replaced by a mark that does not reveal it."""
    text = _NAMED.sub(lambda m: f"{m[1]}{_mark(m[2])}{m[3]}", text)
    for sign, secret in _SECRETS:
        if sign.search(text):
            text = secret.sub(lambda m: _mark(m[0]), text)
    return text


def _mark(secret: str) -> str:
    if secret.startswith(MARK):
        return secret
    if secret.startswith("ZXlK"):
        secret = _decoded(secret)
    return f"{MARK}{hashlib.sha256(secret.encode('utf-8', 'backslashreplace')).hexdigest()[:12]}"


def _decoded(secret: str) -> str:
    """Return the token inside, so that it gets the same mark in a Secret as on its own."""
    try:
        return base64.b64decode(secret).decode()
    except (binascii.Error, ValueError):
        return secret


def decode_secret(value: str) -> str:
    """Return what a field of a Secret holds; the mark of a masked one stands for itself."""
    return value if value.startswith(MARK) else _decoded(value)
