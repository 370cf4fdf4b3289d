"""Login tokens (encrypted, 15 minutes) and CSRF tokens (signed, one day) of the page."""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken

SESSION_SECONDS = 900
CSRF_SECONDS = 24 * 3600


class SessionExpired(Exception):
    """Report a login token that was ours, but is too old."""


class SessionForeign(Exception):
    """Report a login token that our key did not make."""


@dataclass(frozen=True)
class Sessions:
    """Turns a cluster token into a login token and back."""

    key: bytes
    now: Callable[[], float] = time.time

    def open(self, token: str) -> str:
        """Return a login token that carries a cluster token."""
        return Fernet(self.key).encrypt_at_time(token.encode(), int(self.now())).decode()

    def read(self, session: str) -> str:
        """Return the cluster token of a login token; raise SessionExpired or SessionForeign."""
        box, wire = Fernet(self.key), session.encode()
        try:
            made_at = box.extract_timestamp(wire)
            token = box.decrypt(wire).decode()
        except InvalidToken as error:
            raise SessionForeign from error
        if self.now() - made_at > SESSION_SECONDS:
            raise SessionExpired
        return token


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
