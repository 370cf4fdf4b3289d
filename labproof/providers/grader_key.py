"""The grader's own SSH key: made once, let in by every machine, never the student's."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from labproof.ground.places import cache_dir


def private_key() -> Path:
    """Return the path of the private key; make the key first if there is none."""
    path = cache_dir() / "grader" / "id_ed25519"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = Ed25519PrivateKey.generate()
        scratch = path.with_suffix(".new")
        scratch.touch(mode=0o600)
        scratch.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
        public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        path.with_suffix(".pub").write_bytes(public + b" labproof-grader\n")
        scratch.replace(path)
    return path


def public_line() -> str:
    """Return the public key as a line of an authorized_keys file."""
    return private_key().with_suffix(".pub").read_text(encoding="utf-8").strip()
