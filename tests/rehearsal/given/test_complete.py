"""A bundle that somebody gives, completed from the rehearsal's own."""

import json
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.host import table
from labproof.host.ownership import LabRecord
from labproof.providers import description
from labproof.records.model import LabDescription
from labproof.rehearsal.bundle.manifest import Bundle
from labproof.rehearsal.given import complete as given
from labproof.rehearsal.given import place
from labproof.rehearsal.judging import image_archive
from tests.rehearsal.given.bundles_given import (
    ARCHIVE,
    CLUSTER_DNS,
    OFFICIAL,
    REPOSITORY,
    build_own,
    handout,
    images_only,
    rehearsal,
)
from tests.rehearsal.judging.small_bundle import seal


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer on which the rehearsal's own bundle is built."""
    monkeypatch.setenv("LABPROOF_CACHE", str(tmp_path / "cache"))
    return build_own()


def completed(folder: Path) -> Bundle:
    return given.complete(folder, lambda _: None)


def header(bundle: Bundle) -> LabDescription:
    """Return what a report says of a lab with this bundle."""
    record = LabRecord("/checkout", "lxc", "2026-01-01", "id-1", "a-box", str(bundle.directory))
    return description.of_containers("lxc", place.profile(record.bundle), table.load(), record)


def test_official_images_are_no_stand_ins(tmp_path: Path, own: Path) -> None:
    """Of a lab with official images the header has no stand-in, and says whose packages were taken."""
    bundle = completed(images_only(tmp_path / "given"))
    bundle.verify()
    said = header(bundle)
    assert (said.profile, said.stand_ins, said.versions["kubelet"]) == ("official", (), "1.20.2-1")
    assert said.simulated[-1].startswith("packages: those of the rehearsal's own bundle")
    assert (bundle.directory / REPOSITORY).read_bytes() == (own / REPOSITORY).read_bytes()


def test_stand_ins_are_known_by_their_labels(tmp_path: Path) -> None:
    """An image that says of itself that it is a stand-in is one in the header, under an official name too."""
    bundle = completed(images_only(tmp_path / "given", stand_ins={"calico/node:v3.20.6": "Calico's node agent"}))
    assert header(bundle).stand_ins == ("docker.io/calico/node:v3.20.6 stands in for Calico's node agent",)


def test_manifests_word_is_not_taken(tmp_path: Path) -> None:
    """What the manifest of a given bundle says of stand-ins is not believed: its images are looked at."""
    folder = images_only(tmp_path / "given", stand_ins={CLUSTER_DNS: "CoreDNS 1.7.0"})
    path = folder / "manifest.json"
    told = {"stand_ins": [{"name": "nginx:1.20", "stands_in_for": "nginx"}], "packages": [], "name": "handout"}
    path.write_text(json.dumps({**json.loads(path.read_text()), **told}))
    assert header(completed(folder)).stand_ins == (f"{CLUSTER_DNS} stands in for CoreDNS 1.7.0",)


def test_handouts_bundle(tmp_path: Path) -> None:
    """The handout's whole bundle gets packages and their images of Kubernetes; all other images stay its own."""
    folder = handout(tmp_path / "given")
    bundle = completed(folder)
    bundle.verify()
    assert not (bundle.directory / "k8s-images-v1.20.4.tar.gz").exists()
    names = [image.names[0] for image in image_archive.read(bundle.directory / ARCHIVE)]
    assert set(OFFICIAL) <= {name.removeprefix("docker.io/").removeprefix("library/") for name in names}
    assert len(names) == len(set(names))
    assert header(bundle).stand_ins == ()
    assert "the bundle that was given has v1.20.4" in header(bundle).simulated[-1]


def test_rehearsals_kind_is_taken_as_it_is(tmp_path: Path) -> None:
    """A copy of the rehearsal's bundle runs as a rehearsal, with its own packages and its own stand-ins."""
    said = header(completed(rehearsal(tmp_path / "given")))
    assert (said.profile, said.versions["kubelet"]) == ("rehearsal", "1.20.2-1")
    assert said.stand_ins == (f"{CLUSTER_DNS} stands in for CoreDNS 1.7.0",)


def test_same_files_are_completed_once(tmp_path: Path) -> None:
    """The same files give the same bundle without another copy; one byte more gives another, with another key."""
    told: list[str] = []
    first = given.complete(images_only(tmp_path / "given"), told.append)
    made = (first.directory / "manifest.json").stat().st_mtime_ns
    assert given.complete(tmp_path / "given", told.append).directory == first.directory
    assert (first.directory / "manifest.json").stat().st_mtime_ns == made
    assert sum(line.startswith("making a bundle") for line in told) == 1
    with (tmp_path / "given" / "kuboard.yaml").open("a") as stream:
        stream.write("# one line more\n")
    seal(tmp_path / "given", "official")
    second = completed(tmp_path / "given")
    assert second.directory != first.directory
    assert "one line more" not in (first.directory / "kuboard.yaml").read_text()


def test_damaged_copy_is_made_again(tmp_path: Path) -> None:
    """A completed bundle that has lost bytes since is made anew."""
    first = completed(images_only(tmp_path / "given"))
    (first.directory / "kuboard.tar").write_bytes(b"")
    completed(tmp_path / "given").verify()


def test_nothing_is_made_of_a_broken_bundle(tmp_path: Path) -> None:
    """A bundle that makes no lab is refused before anything is copied."""
    folder = images_only(tmp_path / "given")
    (folder / "recommended.yaml").unlink()
    with pytest.raises(ConfigError, match=r"recommended\.yaml"):
        completed(folder)
    assert not place.root().exists()
