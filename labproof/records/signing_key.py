"""An instructor's Ed25519 key, in a file of OpenSSH's or in PEM."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from labproof.ground.errors import ConfigError
from labproof.ground.plain_file import open_plain

LIMIT = 64 * 1024
"""Bytes of a key's file that are read: one of an Ed25519 key has less than one thousand."""
_OPENSSH = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


def make(path: Path) -> Path:
    """Make a key that only its owner can read, and return the file of its public half, which verifies.

    Raises ConfigError when there is such a file already, or it cannot be written.
    """
    key, public = Ed25519PrivateKey.generate(), path.with_name(f"{path.name}.pub")
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    for file, content, mode in ((path, private, 0o600), (public, line + b" labproof\n", 0o644)):
        try:
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as written:
                written.write(content)
        except OSError as problem:
            raise ConfigError([f"--new-key: {file} cannot be made ({problem.strerror}); name another file"]) from None
    return public


def private(path: Path, ask: Callable[[], str]) -> Ed25519PrivateKey:
    """Return the key that signs; `ask` gives the passphrase of one that has one.

    Raises ConfigError for a file that others can read, and for one that holds no Ed25519 key.
    """
    content = _content(path)
    if os.name == "posix" and (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
        raise ConfigError([f"--key: {path}: others can read it (mode {mode:04o}); `chmod 600 {path}`"])
    load = serialization.load_ssh_private_key if _OPENSSH in content else serialization.load_pem_private_key
    try:
        try:
            key = load(content, None)
        except TypeError:
            # So it says that there is a passphrase.
            key = load(content, ask().encode())
    except _UNREADABLE as problem:
        raise _refused(path, f"the private key cannot be read ({problem})") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _refused(path, f"expected an Ed25519 key, found {type(key).__name__.removesuffix('PrivateKey')}")
    return key


def public(path: Path) -> Ed25519PublicKey:
    """Return the key that verifies. Raises ConfigError for a file that holds no public Ed25519 key."""
    content = _content(path)
    if b"PRIVATE KEY" in content:
        raise _refused(path, "it is a private key, which stays with the instructor; name its public half, FILE.pub")
    load = serialization.load_pem_public_key if b"-----BEGIN" in content else serialization.load_ssh_public_key
    try:
        key = load(content)
    except _UNREADABLE as problem:
        raise _refused(path, f"the public key cannot be read ({problem})") from None
    if not isinstance(key, Ed25519PublicKey):
        raise _refused(path, f"expected an Ed25519 key, found {type(key).__name__.removesuffix('PublicKey')}")
    return key


def _content(path: Path) -> bytes:
    try:
        with open_plain(path, LIMIT, "name a key's file") as file:
            return file.read(LIMIT)
    except FileNotFoundError:
        raise ConfigError([f"--key: {path}: no such file; `labproof sign --new-key --key FILE` makes a key"]) from None


def _refused(path: Path, problem: str) -> ConfigError:
    return ConfigError([f"--key: {path}: {problem}"])
