"""Files over HTTP, from a server on loopback that cuts connections, lies and refuses."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.ground.errors import BundleError
from labproof.rehearsal.fetching.download import Download, download
from tests.rehearsal.fetching.local_sources import Web, serving

DATA = bytes(range(256)) * 4000
SUM = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """Return a server with one file."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(Web({"file": DATA})) as server:
        yield server


def fetch(web: Web, folder: Path, *paths: str, sha256: str = SUM) -> Path:
    urls = [web.url(path) for path in paths or ("file",)]
    return download(Download(urls, folder / "target", sha256), lambda _: None)


def test_cut_connection(web: Web, tmp_path: Path) -> None:
    """A file whose connection is cut twice is fetched on from where it was cut, and is whole."""
    web.cut_after["file"] = [300_000, 200_000]
    assert fetch(web, tmp_path).read_bytes() == DATA
    assert [wanted for _, wanted in web.asked] == ["", "bytes=300000-", "bytes=500000-"]


def test_next_run_goes_on(web: Web, tmp_path: Path) -> None:
    """What a run could not end is kept, and the next run asks only for the rest."""
    web.cut_after["file"] = [300_000, 0]
    with pytest.raises(BundleError, match="cut off after 300000 of 1024000 bytes"):
        fetch(web, tmp_path)
    web.asked.clear()
    assert fetch(web, tmp_path).read_bytes() == DATA
    assert web.asked == [("file", "bytes=300000-")]


def test_changed_meanwhile(web: Web, tmp_path: Path) -> None:
    """A file that changed on the server since the first part was fetched is not glued to that part."""
    web.cut_after["file"] = [300_000, 0]
    with pytest.raises(BundleError):
        fetch(web, tmp_path)
    web.files["file"] = DATA[::-1]
    assert fetch(web, tmp_path, sha256="").read_bytes() == DATA[::-1]


def test_server_without_ranges(web: Web, tmp_path: Path) -> None:
    """A server that knows no ranges is asked for the whole file again."""
    web.has_ranges = False
    web.cut_after["file"] = [300_000]
    assert fetch(web, tmp_path).read_bytes() == DATA


def test_mirror(web: Web, tmp_path: Path) -> None:
    """Where one address has nothing, or something else, the next one is asked."""
    web.files["other"] = b"something else"
    assert fetch(web, tmp_path, "nothing", "other", "file").read_bytes() == DATA


def test_no_mirror_left(web: Web, tmp_path: Path) -> None:
    """Where no address has the file, each is named with what was wrong there, and nothing is left in its place."""
    web.files["other"] = b"something else"
    with pytest.raises(BundleError, match=rf"(?s)nothing: HTTP 404.*other: expected sha256 {SUM}, found \w{{64}}"):
        fetch(web, tmp_path, "nothing", "other")
    assert not (tmp_path / "target").exists()


def test_fetched_already(web: Web, tmp_path: Path) -> None:
    """A file that is here already, with the right sum, is not asked for again."""
    fetch(web, tmp_path)
    fetch(web, tmp_path)
    assert len(web.asked) == 1


def test_full_disk(web: Web, tmp_path: Path) -> None:
    """A disk that is full is said to be full, and no other address is blamed or asked for it."""
    (tmp_path / "target.part").symlink_to("/dev/full")
    with pytest.raises(BundleError, match="the disk is full\n  try: make room"):
        fetch(web, tmp_path, "file", "file")
    assert len(web.asked) == 1


def test_other_schemes(web: Web, tmp_path: Path) -> None:
    """An address that is no web address, such as a file of this computer, is refused."""
    with pytest.raises(BundleError, match="not https:// or http://"):
        download(Download(["file:///etc/hostname"], tmp_path / "target"), lambda _: None)


def test_trickle(web: Web, tmp_path: Path) -> None:
    """An address that gives a byte at a time is left for the next one, and nothing of it is glued to that."""
    web.files["slow"] = DATA
    web.trickles.add("slow")
    urls = [web.url("slow"), web.url("file")]
    said: list[str] = []
    wanted = Download(urls, tmp_path / "target", SUM, slowest=10_000, patience=0.2)
    assert download(wanted, said.append).read_bytes() == DATA
    assert any("too slow to wait for" in line for line in said)
    assert len(web.asked) == 2


def test_killed_before_the_end(web: Web, tmp_path: Path) -> None:
    """A part that was whole when a run was killed is in nobody's way, though no server has more of it."""
    web.cut_after["file"] = [300_000, 0]
    with pytest.raises(BundleError):
        fetch(web, tmp_path)
    (tmp_path / "target.part").write_bytes(DATA)
    assert fetch(web, tmp_path).read_bytes() == DATA


def test_part_that_was_changed(web: Web, tmp_path: Path) -> None:
    """A part that was damaged meanwhile costs a second try, and no other address is needed."""
    web.cut_after["file"] = [300_000, 0]
    with pytest.raises(BundleError):
        fetch(web, tmp_path)
    (tmp_path / "target.part").write_bytes(bytes(300_000))
    assert fetch(web, tmp_path).read_bytes() == DATA


def test_another_part_than_was_asked_for(web: Web, tmp_path: Path) -> None:
    """A server that goes on somewhere else is asked for the whole file."""
    web.cut_after["file"] = [300_000]
    web.moved_by = 7
    assert fetch(web, tmp_path, sha256="").read_bytes() == DATA


def test_page_with_status_200(web: Web, tmp_path: Path) -> None:
    """What an address gives instead is not taken for the file, nor kept, and the next address is asked."""

    def require(path: Path) -> None:
        if path.read_bytes().startswith(b"<html>"):
            raise BundleError("a page")

    web.files["page"] = b"<html>not found"
    wanted = Download([web.url("page"), web.url("file")], tmp_path / "target", what="a manifest", require=require)
    assert download(wanted, lambda _: None).read_bytes() == DATA
    (tmp_path / "target").write_bytes(b"<html>of an earlier run")
    assert download(wanted, lambda _: None).read_bytes() == DATA
    with pytest.raises(BundleError, match=r"expected a manifest, found none\n.*page: a page"):
        download(Download([web.url("page")], tmp_path / "other", what="a manifest", require=require), lambda _: None)


def test_address_that_leads_back_to_itself(tmp_path: Path, web: Web) -> None:
    """A ring of addresses is followed to its end."""
    web.moved_to["ring"] = "ring"
    assert fetch(web, tmp_path, "ring", "file").read_bytes() == DATA
