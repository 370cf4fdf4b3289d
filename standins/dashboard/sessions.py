"""Login tokens (encrypted, 15 minutes) and CSRF tokens (signed, one day) of the page."""

import base64
import binascii
import hmac
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

SESSION_SECONDS = 900
CSRF_SECONDS = 24 * 3600
TAG_BYTES = 16
OPENED = OAEP(MGF1(SHA256()), SHA256(), None)


class SessionExpired(Exception):
    """Report a login token that was ours, but is too old."""


class SessionForeign(Exception):
    """Report a login token that our key did not make."""


@dataclass(frozen=True)
class Sessions:
    """Turns a cluster token into a login token and back: a JWE in JSON, as the original's (RFC 7516, 7.2)."""

    key: RSAPrivateKey
    now: Callable[[], float] = time.time

    def open(self, token: str) -> str:
        """Return a login token that carries a cluster token."""
        made = datetime.fromtimestamp(int(self.now()), UTC)
        times = {"exp": (made + timedelta(seconds=SESSION_SECONDS)).isoformat(), "iat": made.isoformat()}
        protected, aad = _packed({"alg": "RSA-OAEP-256", "enc": "A256GCM"}), _packed(times)
        secret, iv = os.urandom(32), os.urandom(12)
        sealed = AESGCM(secret).encrypt(iv, token.encode(), f"{protected}.{aad}".encode())
        parts = {
            "encrypted_key": self.key.public_key().encrypt(secret, OPENED),
            "iv": iv,
            "ciphertext": sealed[:-TAG_BYTES],
            "tag": sealed[-TAG_BYTES:],
        }
        said = {"protected": protected, "aad": aad, **{name: _text(part) for name, part in parts.items()}}
        return json.dumps(said, separators=(",", ":"))

    def read(self, session: str) -> str:
        """Return the cluster token of a login token; raise SessionExpired or SessionForeign."""
        try:
            parts = json.loads(session)
            secret = self.key.decrypt(_bytes(parts["encrypted_key"]), OPENED)
            sealed = _bytes(parts["ciphertext"]) + _bytes(parts["tag"])
            bound = f"{parts['protected']}.{parts['aad']}".encode()
            token = AESGCM(secret).decrypt(_bytes(parts["iv"]), sealed, bound).decode()
            ends = datetime.fromisoformat(json.loads(_bytes(parts["aad"]))["exp"])
        except (ValueError, TypeError, KeyError, AttributeError, InvalidTag, binascii.Error) as error:
            raise SessionForeign("square/go-jose: error in cryptographic primitive") from error
        if self.now() > ends.timestamp():
            raise SessionExpired
        return token


def _text(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _packed(content: dict[str, str]) -> str:
    return _text(json.dumps(content).encode())


@dataclass(frozen=True)
class Csrf:
    """Makes and checks the token that every changing request must bring."""

    key: bytes
    now: Callable[[], float] = time.time

    def token(self, action: str) -> str:
        """Return a token for one action."""
        return self._signed(action, int(self.now()))

    def is_valid(self, action: str, token: str) -> bool:
        """Tell whether a token is ours, for this action, and made within the last day."""
        _, _, made_at = token.rpartition(":")
        if not (made_at.isascii() and made_at.isdecimal() and len(made_at) < 16):
            return False
        age = self.now() - int(made_at)
        genuine = hmac.compare_digest(self._signed(action, int(made_at)).encode(), token.encode())
        return genuine and -60 <= age <= CSRF_SECONDS

    def _signed(self, action: str, made_at: int) -> str:
        proof = hmac.digest(self.key, f"{action}:{made_at}".encode(), "sha256").hex()
        return f"{proof}:{made_at}"
