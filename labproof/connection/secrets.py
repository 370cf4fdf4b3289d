"""Masking of secrets before anything is written down.

The same secret always gets the same mark, so that a recording still shows where one was used again.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable

MARK = "masked-"
"""What a mark starts with: plain text in YAML, JSON and HTML alike."""

_PRIVATE_KEY = ("UFJJVkFURSBLRV", "QUklWQVRFIEtFW", "BSSVZBVEUgS0VZ")
"""These two words in base64, in each of the three places where they can stand in it."""
_TOKEN = re.compile(r"\.(?<=\b[a-z0-9]{6}\.)[a-z0-9]{16}\b")
_SECRETS: tuple[tuple[str, Callable[[str], object], re.Pattern[str]], ...] = tuple(
    (sign, is_likely, re.compile(secret))
    for sign, is_likely, secret in (
        # A JSON Web Token: three base64url parts, the first of which starts with {" in base64.
        ("eyJ", bool, r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"),
        # The same token base64-encoded once more, as a Secret holds it: it starts with "eyJ" in base64.
        ("ZXlK", bool, r"\bZXlK[A-Za-z0-9+/=]{40,}"),
        # A private key in PEM form, and one base64-encoded in a kubeconfig, where certificates begin like it.
        ("-----BEGIN ", bool, r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)-----END [A-Z ]*PRIVATE KEY-----"),
        (
            "LS0tLS1CRUdJTi",
            lambda text: any(words in text for words in _PRIVATE_KEY),
            rf"\bLS0tLS1CRUdJTi[A-Za-z0-9+/]*(?:{'|'.join(_PRIVATE_KEY)})[A-Za-z0-9+/=]{{40,}}",
        ),
        # A bootstrap token as kubeadm prints it.
        (".", _TOKEN.search, r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b"),
        # A password hash of /etc/shadow.
        ("$", bool, r"\$[0-9a-z]{1,2}\$[^\s:$]+\$[./A-Za-z0-9$]{20,}"),
    )
)
"""What every such secret has in it, what else tells quickly that a text may hold one, and the secret."""
_NAMES = ("jweToken", "password", "token-secret", "client-key-data")
_NAMED = re.compile(rf'("(?:{"|".join(_NAMES)})"\s*:\s*")((?:[^"\\]|\\.)+)(")')


def mask(text: str) -> str:
    """Return the text with every secret replaced by a mark that does not reveal it."""
    for name in _NAMES:
        if f'{name}"' in text:
            text = _NAMED.sub(lambda m: f"{m[1]}{_mark(m[2])}{m[3]}", text)
            break
    for sign, is_likely, secret in _SECRETS:
        # A search for the secret itself takes many times as long, and nearly no text holds one.
        if sign in text and is_likely(text):
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
