"""Signatures in OpenSSH's own format, so that `ssh-keygen -Y verify` can check them without Labproof.

The format: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
"""

import base64
import binascii
import hashlib
import textwrap

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NAMESPACE = "labproof"
"""What our signatures are for: one made for a file or a commit is none of ours."""
_MAGIC, _VERSION, _HASH, _KIND = b"SSHSIG", 1, b"sha512", b"ssh-ed25519"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_LONGEST = 4096
_WIDTH = 70


class NotSigned(Exception):
    """Report that a signature is none, or is not one of this text."""


def sign(key: Ed25519PrivateKey, message: bytes) -> str:
    """Return the signature of a message, in OpenSSH's armour."""
    signature = _text(_KIND) + _text(key.sign(_to_be_signed(message)))
    fields = (_public(key.public_key()), NAMESPACE.encode(), b"", _HASH, signature)
    blob = _MAGIC + _VERSION.to_bytes(4, "big") + b"".join(map(_text, fields))
    lines = textwrap.wrap(base64.b64encode(blob).decode(), _WIDTH)
    return "\n".join((_BEGIN, *lines, _END, ""))


def signer(armoured: str, message: bytes) -> Ed25519PublicKey:
    """Return the key that has signed a message. Raises NotSigned when the signature is not one of that message."""
    public, namespace, reserved, hashed, signature = _fields(_blob(armoured))
    if (namespace, reserved, hashed) != (NAMESPACE.encode(), b"", _HASH):
        raise NotSigned("it was not made by `labproof sign`")
    key = Ed25519PublicKey.from_public_bytes(_of_kind(public, 32))
    try:
        key.verify(_of_kind(signature, 64), _to_be_signed(message))
    except InvalidSignature:
        raise NotSigned("it is not the signature of these bytes") from None
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return a public key's fingerprint as `ssh-keygen -l` shows it."""
    digest = hashlib.sha256(_public(key)).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def _to_be_signed(message: bytes) -> bytes:
    return _MAGIC + b"".join(map(_text, (NAMESPACE.encode(), b"", _HASH, hashlib.sha512(message).digest())))


def _public(key: Ed25519PublicKey) -> bytes:
    return _text(_KIND) + _text(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _text(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def _blob(armoured: str) -> bytes:
    inner = armoured.strip().removeprefix(_BEGIN).removesuffix(_END)
    try:
        blob = base64.b64decode("".join(inner.split()), validate=True)
    except (binascii.Error, ValueError):
        raise NotSigned("it is no signature") from None
    if len(blob) > _LONGEST or not blob.startswith(_MAGIC + _VERSION.to_bytes(4, "big")):
        raise NotSigned("it is no signature of OpenSSH's")
    return blob[len(_MAGIC) + 4 :]


def _fields(blob: bytes, count: int = 5) -> list[bytes]:
    """Return the texts that a blob is made of. Raises NotSigned when there are more, fewer or half ones."""
    found = []
    while blob:
        length = int.from_bytes(blob[:4], "big")
        found.append(blob[4 : 4 + length])
        if len(blob) < 4 or len(found[-1]) != length:
            raise NotSigned("it is cut off")
        blob = blob[4 + length :]
    if len(found) != count:
        raise NotSigned("it is cut off, or something stands behind it")
    return found


def _of_kind(blob: bytes, size: int) -> bytes:
    kind, value = _fields(blob, 2)
    if kind != _KIND or len(value) != size:
        raise NotSigned("it was not made with an Ed25519 key")
    return value
