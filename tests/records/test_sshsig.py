"""Signatures in OpenSSH's format."""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from labproof.records import sshsig
from labproof.records.sshsig import NotSigned

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
MESSAGE = b"a manifest\n"
ARMOURED = sshsig.sign(KEY, MESSAGE)


def blob() -> bytes:
    return base64.b64decode("".join(ARMOURED.splitlines()[1:-1]))


def test_signature_names_its_key() -> None:
    """What was signed is recognised, and whose key it was is told."""
    assert sshsig.signer(ARMOURED, MESSAGE) == KEY.public_key()


def test_same_text_has_the_same_signature() -> None:
    """Ed25519 needs no chance: signing twice gives the same bytes."""
    assert sshsig.sign(KEY, MESSAGE) == ARMOURED


@pytest.mark.parametrize("message", [b"", b"a manifest", b"A manifest\n", MESSAGE * 2])
def test_another_text_is_not_signed(message: bytes) -> None:
    """The signature of one text is not that of another."""
    with pytest.raises(NotSigned, match="not the signature of these bytes"):
        sshsig.signer(ARMOURED, message)


def test_no_byte_can_be_changed() -> None:
    """Whatever byte of a signature is flipped, it is refused, or names another key than it was made with."""
    for place in range(len(blob())):
        changed = bytearray(blob())
        changed[place] ^= 1
        with pytest.raises(NotSigned):
            sshsig.signer(base64.b64encode(changed).decode(), MESSAGE)


@pytest.mark.parametrize("cut", [0, 5, 10, 14, 40, 100, -1])
def test_half_a_signature_is_none(cut: int) -> None:
    """A signature that is cut off anywhere is refused."""
    with pytest.raises(NotSigned):
        sshsig.signer(base64.b64encode(blob()[:cut]).decode(), MESSAGE)


@pytest.mark.parametrize("text", ["", "no signature", "####", "AAAA", ARMOURED + "more", "\ufffd"])
def test_what_is_no_signature_is_refused(text: str) -> None:
    """Anything else is refused without an error of our own."""
    with pytest.raises(NotSigned):
        sshsig.signer(text, MESSAGE)


def test_signature_for_another_purpose_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same key's signature of a file or a commit is none of a run."""
    monkeypatch.setattr(sshsig, "NAMESPACE", "git")
    other = sshsig.sign(KEY, MESSAGE)
    monkeypatch.undo()
    with pytest.raises(NotSigned, match="not made by `labproof sign`"):
        sshsig.signer(other, MESSAGE)


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="OpenSSH is not installed here")
def test_openssh_agrees(tmp_path: Path) -> None:
    """OpenSSH itself finds the signature good, refuses it for another text, and names the key as we do."""
    public = KEY.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    (tmp_path / "key.pub").write_text(public, encoding="ascii")
    (tmp_path / "allowed").write_text(f"instructor {public}\n", encoding="ascii")
    (tmp_path / "signature").write_text(ARMOURED, encoding="ascii")
    check = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "instructor", "-n", "labproof", "-s", "signature"]
    statuses = [subprocess.run(check, cwd=tmp_path, input=text, check=False).returncode for text in (MESSAGE, b"other")]
    assert (statuses[0], statuses[1] != 0) == (0, True)
    told = subprocess.run(["ssh-keygen", "-lf", "key.pub"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert sshsig.fingerprint(KEY.public_key()) in told.stdout
