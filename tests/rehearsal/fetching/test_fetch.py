"""A whole bundle from stand-ins of its sources on loopback, and what goes wrong on the way."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from labproof.cli import main
from labproof.ground.file_lock import held
from labproof.ground.places import engine_dir
from labproof.rehearsal.given.complete import complete
from labproof.rehearsal.judging import judge
from tests.rehearsal.fetching.local_sources import HAS_PROGRAMS, Web, push, registry, serving
from tests.rehearsal.given.bundles_given import ARCHIVE, FITTING, OFFICIAL, build_own
from tests.rehearsal.judging.small_bundle import (
    CALICO,
    DASHBOARD,
    KUBOARD,
    seal,
    write_images,
    write_repository,
)

pytestmark = pytest.mark.skipif(not HAS_PROGRAMS, reason="skopeo or docker-registry is not on this computer")

MANIFESTS = {
    "calico.yaml": CALICO,
    "recommended.yaml": DASHBOARD.replace("IfNotPresent", "Always"),
    "kuboard.yaml": KUBOARD,
}
ALIYUN = "registry.aliyuncs.com/"


@dataclass(frozen=True)
class Place:
    """The stand-ins of all sources, and a folder for what is fetched from them."""

    web: Web
    registry: str
    storage: Path
    folder: Path

    @property
    def out(self) -> Path:
        """Return where the bundle is fetched to."""
        return self.folder / "out"

    def fetch(self, more: str = "", needs_gib: float = 0) -> Result:
        """Run the command with the stand-ins as its sources."""
        manifests = "".join(
            f'[[manifests]]\nname = "{name}"\noffline = true\n'
            f'urls = ["{self.web.url("gone")}", "{self.web.url(name)}"]\n'
            for name in MANIFESTS
        )
        # Nothing listens at port 1: every image of this registry comes from the second place.
        mirrors = f'"{ALIYUN}" = ["127.0.0.1:1/", "{self.registry}/"]\n"docker.io/" = ["{self.registry}/"]\n'
        sources = self.folder / "sources.toml"
        head = f'needs_gib = {needs_gib}\nnginx = ["nginx:1.20"]\nplain_http = true\n'
        sources.write_text(f"{head}{manifests}[mirrors]\n{mirrors}{more}")
        command = ["bundle", "fetch", "--images-only", "--out", str(self.out), "--sources", str(sources)]
        return CliRunner().invoke(main, command)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Return a registry with every image of a small bundle, and its storage."""
    folder = tmp_path_factory.mktemp("registry")
    names = [*OFFICIAL, "eipwork/kuboard:latest"]
    write_images(folder / "all.tar", names)
    with registry(folder) as address:
        for name in names:
            inside = name.removeprefix(ALIYUN) if "/" in name else f"library/{name}"
            push(folder / "all.tar", name, f"{address}/{inside}")
        yield address, folder / "storage"


@pytest.fixture
def place(filled: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Return the stand-ins of all sources."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(Web({name: text.encode() for name, text in MANIFESTS.items()})) as web:
        yield Place(web, *filled, tmp_path)


def test_whole_bundle(place: Place) -> None:
    """What is fetched is judged whole, by itself and with packages beside it; a second run fetches no image again."""
    place.web.cut_after["calico.yaml"] = [100]
    done = place.fetch()
    assert done.exit_code == 0, done.output
    told = json.loads((place.out / "manifest.json").read_text())
    assert {row["name"] for row in told["files"]} == {*MANIFESTS, ARCHIVE, "kuboard.tar"}
    assert all(row["digest"].startswith("sha256:") for row in told["images"])
    assert "whole (0 packages, 14 images, as the official has them)" in done.output
    write_repository(place.out / "k8s-docker.tar.gz", FITTING, {})
    seal(place.out, "official")
    verdict = judge(place.out, engine_dir(), lambda _: None)
    assert verdict.findings == ()
    assert len(verdict.images) == len(OFFICIAL) + 1
    again = place.fetch()
    assert again.exit_code == 0
    assert "fetching from" not in again.output


def test_wrong_digest(place: Place) -> None:
    """An image that no registry has with the digest that is wanted is refused, and both places are named."""
    done = place.fetch(f'[digests]\n"{ALIYUN}google_containers/pause:3.2" = "sha256:{"0" * 64}"\n')
    assert done.exit_code == 3
    said = done.output
    assert f"google_containers/pause:3.2 with sha256:{'0' * 64}, found it nowhere" in said
    assert "127.0.0.1:1/" in said
    assert place.registry in said
    assert not (place.out / "manifest.json").exists()


def test_changed_layer(place: Place) -> None:
    """A registry that gives other bytes for a layer than its manifest says is refused."""
    link = next((place.storage / "docker/registry/v2/repositories/library/nginx/_layers/sha256").iterdir())
    blob = place.storage / f"docker/registry/v2/blobs/sha256/{link.name[:2]}/{link.name}/data"
    whole = blob.read_bytes()
    blob.write_bytes(bytes(len(whole)))
    try:
        done = place.fetch()
    finally:
        blob.write_bytes(whole)
    assert done.exit_code == 3
    assert "expected the image nginx:1.20, found it nowhere" in done.output
    assert place.fetch().exit_code == 0


def test_no_room(place: Place) -> None:
    """Where there is too little room, that is said before anything is fetched."""
    done = place.fetch(needs_gib=1_000_000)
    assert "expected 1000000 GiB free" in done.output
    assert place.web.asked == []


def test_full_disk_while_packing(place: Place) -> None:
    """A disk that is full only when the images are packed is said to be full; what was fetched is used afterwards."""
    place.out.mkdir()
    part = place.out / f"{ARCHIVE}.part"
    part.symlink_to("/dev/full")
    done = place.fetch()
    assert "the disk is full" in done.output
    part.unlink()
    again = place.fetch()
    assert again.exit_code == 0, again.output
    assert "nginx:1.20: fetching" not in again.output


def test_page_instead_of_a_manifest(place: Place) -> None:
    """A web page in a manifest's place is refused, and is asked for again by the next run."""
    place.web.files["kuboard.yaml"] = b"<html>\n<title>moved: here</title>"
    assert "kuboard.yaml: expected a manifest" in place.fetch().output
    place.web.files["kuboard.yaml"] = KUBOARD.encode()
    assert place.fetch().exit_code == 0


def test_page_at_the_first_mirror(place: Place) -> None:
    """A page with status 200, in whatever encoding, has the next address asked."""
    place.web.files["gone"] = "<html>\n<title>您访问的页面: 不存在</title>".encode("gbk")
    done = place.fetch()
    assert done.exit_code == 0, done.output
    assert "calico.yaml: " + place.web.url("gone") in done.output


def test_two_at_a_time(place: Place) -> None:
    """Whoever fetches into a folder that is being filled is told so, and touches nothing."""
    parts = place.folder / "out.parts"
    parts.mkdir()
    with held(parts / "lock"):
        done = place.fetch()
    assert (done.exit_code, "is at work there" in done.output) == (3, True)
    assert not place.web.asked


def test_fetched_images_make_a_lab(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is fetched with --images-only is what container machines can work with, and none of it is a stand-in."""
    monkeypatch.setenv("LABPROOF_CACHE", str(place.folder / "cache"))
    own = build_own()
    assert place.fetch().exit_code == 0
    made = complete(place.out, str)
    made.verify()
    assert (made.content["name"], made.content["stand_ins"]) == ("official", [])
    assert (made.directory / "k8s-docker.tar.gz").read_bytes() == (own / "k8s-docker.tar.gz").read_bytes()


def test_incomplete_fetch_is_told(place: Place) -> None:
    """The command ends with 1 where the manifests that were fetched do not work offline."""
    place.web.files["calico.yaml"] = CALICO.replace("policy/v1beta1", "policy/v1").encode()
    done = place.fetch()
    assert (done.exit_code, "policy/v1, which is served from 1.21 on" in done.output) == (1, True)
