"""The key of a repository and the signature of its index, with keys that are made here."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.ground.errors import BundleError
from labproof.rehearsal.fetching import signature
from labproof.rehearsal.fetching.sources import RepositorySource
from tests.rehearsal.fetching.local_sources import Web, serving

pytestmark = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not on this computer")

INDEX = b"<repomd/>"


class Signer:
    """A key that is made for a test, and what it signs."""

    def __init__(self, home: Path) -> None:
        home.mkdir(mode=0o700)
        self.gpg = ["gpg", "--homedir", str(home), "--batch", "--passphrase", "", "--pinentry-mode", "loopback"]
        self.run("--quick-generate-key", "repository@example.invalid", "ed25519", "sign", "never")
        listed = self.run("--list-keys", "--with-colons").decode()
        self.fingerprint = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))
        self.key = self.run("--armor", "--export")

    def run(self, *arguments: str, data: bytes = b"") -> bytes:
        return subprocess.run([*self.gpg, *arguments], input=data, capture_output=True, check=True, timeout=60).stdout

    def sign(self, data: bytes) -> bytes:
        return self.run("--armor", "--detach-sign", data=data)

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", self.gpg[2], "--kill", "all"], check=False, timeout=20)


@pytest.fixture
def signer() -> Iterator[Signer]:
    """Return a key; its folder's name is short, for the agent's socket lies in it."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="gpg-") as folder:
        made = Signer(Path(folder) / "home")
        yield made
        made.close()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, signer: Signer) -> Iterator[Web]:
    """Return a repository that is signed with the key."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    files = {"key": signer.key, "r/repodata/repomd.xml": INDEX, "r/repodata/repomd.xml.asc": signer.sign(INDEX)}
    with serving(Web(files)) as server:
        yield server


def check(web: Web, folder: Path, fingerprint: str) -> str:
    source = RepositorySource(
        name="docker-ce",
        urls=(web.url("gone/"), web.url("r/")),
        keys=(web.url("key"),),
        fingerprint=fingerprint,
        signed_index=True,
    )
    return signature.check(source, folder, lambda _: None)[1]


def test_right_key(web: Web, signer: Signer, tmp_path: Path) -> None:
    """A repository whose index is signed with the key that is expected passes, by whatever mirror has it."""
    assert check(web, tmp_path, signer.fingerprint) == signature.CHECKED


def test_wrong_key(web: Web, tmp_path: Path) -> None:
    """Another key than the one that is expected is refused and not kept, and both are named."""
    with pytest.raises(BundleError, match=rf"(?s)expected the key {'A' * 40}, found none.*the key [0-9A-F]{{40}}"):
        check(web, tmp_path, "A" * 40)
    assert not (tmp_path / "docker-ce.key").exists()


def test_second_place_of_a_key(web: Web, signer: Signer, tmp_path: Path) -> None:
    """Where the first place has a page or another key, the next one is asked."""
    web.files["page"] = b"<html>not found</html>"
    urls = (web.url("page"), web.url("key"))
    source = RepositorySource(name="r", urls=(web.url("r"),), keys=urls, fingerprint=signer.fingerprint)
    assert signature.check(source, tmp_path, lambda _: None)[1] == signature.KEY_ONLY


def test_no_gpg(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without gpg a page is told from a key all the same."""
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        assert check(web, tmp_path, "") == signature.NOT_CHECKED
        (tmp_path / "docker-ce.key").unlink()
        web.files["key"] = b"<html>not found</html>"
        with pytest.raises(BundleError, match="something that is no key"):
            check(web, tmp_path, "")


def test_changed_index(web: Web, signer: Signer, tmp_path: Path) -> None:
    """An index that was changed after it was signed is refused."""
    web.files["r/repodata/repomd.xml"] = b"<repomd changed='yes'/>"
    with pytest.raises(BundleError, match=r"(?s)expected an index that its key signed, found none.*BAD signature"):
        check(web, tmp_path, signer.fingerprint)


def test_no_key(web: Web, tmp_path: Path) -> None:
    """A page that is no key at all is refused."""
    web.files["key"] = b"<html>not found</html>"
    with pytest.raises(BundleError, match=r"expected a key, found none\n.*something that is no key"):
        check(web, tmp_path, "")
