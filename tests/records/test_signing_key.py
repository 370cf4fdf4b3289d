"""The instructor's key in its file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from labproof.ground.errors import ConfigError
from labproof.records import signing_key

KEY = ed25519.Ed25519PrivateKey.generate()
PRIVATE = {"openssh": PrivateFormat.OpenSSH, "pem": PrivateFormat.PKCS8}
PUBLIC = {"openssh": (Encoding.OpenSSH, PublicFormat.OpenSSH), "pem": (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)}


def nobody() -> str:
    raise AssertionError("there is no passphrase to ask for")


def written(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def private(key: Any, form: PrivateFormat, lock: Any = None) -> bytes:
    content: bytes = key.private_bytes(Encoding.PEM, form, lock or NoEncryption())
    return content


@pytest.mark.parametrize("form", PRIVATE.values(), ids=PRIVATE)
def test_private_key_is_read(tmp_path: Path, form: PrivateFormat) -> None:
    """A key is read in OpenSSH's format and in PEM."""
    path = written(tmp_path, private(KEY, form))
    assert signing_key.private(path, nobody).public_key() == KEY.public_key()


@pytest.mark.parametrize("form", PRIVATE.values(), ids=PRIVATE)
def test_passphrase_is_asked_for(tmp_path: Path, form: PrivateFormat) -> None:
    """A key with a passphrase is read with it, and a wrong one is said."""
    path = written(tmp_path, private(KEY, form, BestAvailableEncryption(b"open")))
    assert signing_key.private(path, lambda: "open").public_key() == KEY.public_key()
    with pytest.raises(ConfigError, match="the private key cannot be read"):
        signing_key.private(path, lambda: "wrong")


@pytest.mark.parametrize(("encoding", "form"), PUBLIC.values(), ids=PUBLIC)
def test_public_key_is_read(tmp_path: Path, encoding: Encoding, form: PublicFormat) -> None:
    """A public key is read in both formats."""
    path = written(tmp_path, KEY.public_key().public_bytes(encoding, form), 0o644)
    assert signing_key.public(path) == KEY.public_key()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o610])
def test_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """A private key that anybody else can read or use signs nothing, and the fix is named."""
    path = written(tmp_path, private(KEY, PRIVATE["pem"]), mode)
    with pytest.raises(ConfigError, match=f"others can read it .mode {mode:04o}.; `chmod 600 {path}`"):
        signing_key.private(path, nobody)


@pytest.mark.parametrize(
    ("make", "kind"),
    [(lambda: rsa.generate_private_key(65537, 2048), "RSA"), (lambda: ec.generate_private_key(ec.SECP256R1()), "EC")],
    ids=["rsa", "ec"],
)
def test_other_kinds_are_refused(tmp_path: Path, make: Callable[[], Any], kind: str) -> None:
    """A key that is no Ed25519 key is named as what it is, private and public."""
    key = make()
    with pytest.raises(ConfigError, match=f"expected an Ed25519 key, found .*{kind}"):
        signing_key.private(written(tmp_path, private(key, PRIVATE["openssh"])), nobody)
    with pytest.raises(ConfigError, match=f"expected an Ed25519 key, found .*{kind}"):
        signing_key.public(written(tmp_path, key.public_key().public_bytes(*PUBLIC["pem"])))


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff\xfe", b"-----BEGIN OPENSSH PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """Any other file is refused with its name, and with no error of our own."""
    path = written(tmp_path, content)
    with pytest.raises(ConfigError, match=str(path)):
        signing_key.private(path, nobody)
    with pytest.raises(ConfigError, match=str(path)):
        signing_key.public(path)


def test_private_key_does_not_verify(tmp_path: Path) -> None:
    """Whoever hands in the private key to verify with is told to keep it."""
    with pytest.raises(ConfigError, match="stays with the instructor"):
        signing_key.public(written(tmp_path, private(KEY, PRIVATE["pem"])))


def test_new_key_is_its_owners_alone(tmp_path: Path) -> None:
    """A key that we make can be read by nobody else, works, and replaces none that is there."""
    public = signing_key.make(tmp_path / "mine")
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o600
    assert signing_key.private(tmp_path / "mine", nobody).public_key() == signing_key.public(public)
    with pytest.raises(ConfigError, match=r"--new-key: .*mine cannot be made \(File exists\)"):
        signing_key.make(tmp_path / "mine")


def test_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    """Whoever has no key is told how to get one."""
    with pytest.raises(ConfigError, match="`labproof sign --new-key --key FILE` makes a key"):
        signing_key.private(tmp_path / "none", nobody)
