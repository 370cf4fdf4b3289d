"""A whole bundle, and broken copies of it: each is judged by what is in its files, not by what they are called."""

import gzip
import io
import json
import random
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from labproof.cli import main
from labproof.ground.errors import BundleError, ConfigError
from labproof.ground.places import engine_dir
from labproof.rehearsal.judging import Finding, Verdict, judge, tarball
from tests.rehearsal.judging.small_bundle import CALICO, DASHBOARD, IMAGES, Recipe, rpm, seal, write_images, write_tar

IMAGE_ARCHIVE = "k8s-images-v1.20.4.tar.gz"


def judged(directory: Path) -> Verdict:
    return judge(directory, engine_dir(), lambda _: None)


def broken(directory: Path) -> list[Finding]:
    """Return the findings that break a lab."""
    return [finding for finding in judged(directory).findings if finding.breaks]


def test_whole_bundle(tmp_path: Path) -> None:
    """Nothing is found in a whole bundle, and what was read in it is told."""
    verdict = judged(Recipe().write(tmp_path))
    assert (verdict.findings, verdict.is_whole, verdict.edition) == ((), True, "handout")
    assert "kubelet-1.20.4-1.x86_64" in verdict.packages
    assert verdict.images["docker.io/calico/node:v3.20.6"].startswith("sha256:")


def no_file(directory: Path) -> None:
    (directory / "recommended.yaml").unlink()
    seal(directory)


def cut_off(directory: Path) -> None:
    path = directory / IMAGE_ARCHIVE
    path.write_bytes(path.read_bytes()[:-200])
    seal(directory)


def changed_byte(directory: Path) -> None:
    path = directory / "kuboard.yaml"
    path.write_text(path.read_text().replace("your-node-name", "some-node-name"))


def other_kubelet(directory: Path) -> None:
    recipe = Recipe()
    recipe.packages["kubelet"] = "1.20.5"
    recipe.write(directory)


def new_docker(directory: Path) -> None:
    recipe = Recipe()
    recipe.packages["docker-ce"] = "26.1.4"
    recipe.write(directory)


def no_dependency(directory: Path) -> None:
    recipe = Recipe()
    del recipe.packages["container-selinux"]
    recipe.write(directory)


def missing_image(directory: Path) -> None:
    Recipe(images=[name for name in IMAGES if "etcd" not in name]).write(directory)


def other_tag(directory: Path) -> None:
    Recipe(images=[name.replace("scraper:v1.0.6", "scraper:v1.0.7") for name in IMAGES]).write(directory)


def pulls_always(directory: Path) -> None:
    (directory / "recommended.yaml").write_text(DASHBOARD.replace("IfNotPresent", "Always"))
    seal(directory)


def new_calico(directory: Path) -> None:
    recipe = Recipe(images=[name.replace("v3.20.6", "v3.25.0") for name in IMAGES])
    recipe.manifests["calico.yaml"] = CALICO.replace("v3.20.6", "v3.25.0")
    recipe.write(directory)


def new_api(directory: Path) -> None:
    (directory / "calico.yaml").write_text(CALICO.replace("policy/v1beta1", "policy/v1"))
    seal(directory)


def lost_name(directory: Path) -> None:
    write_images(directory / "kuboard.tar", [None])
    seal(directory)


def other_computer(directory: Path) -> None:
    Recipe(architecture="arm64").write(directory)


def changed_layer(directory: Path) -> None:
    path = directory / "kuboard.tar"
    path.write_bytes(path.read_bytes().replace(b"layer of eipwork", b"layer of nobody "))
    seal(directory)


def edited_line(directory: Path) -> None:
    (directory / "recommended.yaml").write_text("# a line more\n" + DASHBOARD)
    seal(directory)


def students_range(directory: Path) -> None:
    text = CALICO.replace("{name: IP, value: autodetect}", "{name: CALICO_IPV4POOL_CIDR, value: 192.168.0.0/16}")
    (directory / "calico.yaml").write_text(text)
    seal(directory)


BROKEN: dict[Callable[[Path], None], tuple[str, str, str]] = {
    no_file: ("recommended.yaml", "handout's commands use it", "no such file"),
    cut_off: (IMAGE_ARCHIVE, "an archive of images", "it is cut off before its end"),
    changed_byte: ("kuboard.yaml", "sha256 ", "sha256 "),
    other_kubelet: ("k8s-docker.tar.gz", "the package kubelet 1.20.4", "1.20.5"),
    new_docker: ("k8s-docker.tar.gz", "the package docker-ce 20.10", "26.1.4"),
    no_dependency: ("k8s-docker.tar.gz", "container-selinux, which containerd.io needs", "no package provides it"),
    missing_image: (IMAGE_ARCHIVE, "etcd:3.4.13-0, which kubeadm init asks for", "no archive of the bundle has it"),
    other_tag: ("recommended.yaml", "the image kubernetesui/metrics-scraper:v1.0.6", "metrics-scraper:v1.0.7"),
    pulls_always: ("recommended.yaml", "imagePullPolicy: IfNotPresent for kubernetesui/dashboard", "Always"),
    new_calico: ("calico.yaml", "Calico 3.18 to 3.21", "docker.io/calico/node:v3.25.0"),
    new_api: ("calico.yaml", "APIs that Kubernetes 1.20.4 serves", "policy/v1, which is served from 1.21 on"),
    lost_name: ("kuboard.tar", "the image eipwork/kuboard:latest", "no image with a name"),
    other_computer: ("kuboard.tar", "for linux/amd64", "linux/arm64"),
    changed_layer: ("kuboard.tar", "docker.io/eipwork/kuboard:latest, whole", "a layer with the sum"),
    edited_line: ("recommended.yaml", "in line 42", "port: 443"),
    students_range: ("calico.yaml", "CALICO_IPV4POOL_CIDR left out, or 10.122.0.0/16", "192.168.0.0/16"),
}
"""What is done to a whole bundle, and the file, what was expected and what was found that must be told of it."""


@pytest.mark.parametrize("damage", BROKEN, ids=lambda damage: damage.__name__)
def test_broken_copy(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """Each broken copy is told by its file, with what was expected and found, and no other file is blamed."""
    Recipe().write(tmp_path)
    damage(tmp_path)
    file, expected, found = BROKEN[damage]
    told = broken(tmp_path)
    assert [f for f in told if f.file == file and expected in f.expected and found in f.found and f.fix], told
    assert damage is other_computer or {f.file for f in told} == {file}, told


def test_names_prove_nothing(tmp_path: Path) -> None:
    """A package's version is its header's: a file called kubelet-1.20.4 that holds another one is told."""
    Recipe().write(tmp_path)
    path = tmp_path / "k8s-docker.tar.gz"
    with tarfile.open(path) as tar:
        files = {m.name: data.read() for m in tar.getmembers() if (data := tar.extractfile(m))}
    files["k8s-docker/kubelet.rpm"] = rpm("kubelet", "1.19.0")
    write_tar(path, files)
    seal(tmp_path)
    said = [(f.expected, f.found) for f in broken(tmp_path)]
    assert ("the package kubelet 1.20.4", "1.19.0") in said
    assert ("kubelet 1.20.4 at kubelet.rpm, as the index says", "kubelet-1.19.0-1.x86_64") in said


def test_rehearsal_has_versions_of_its_own(tmp_path: Path) -> None:
    """A bundle that says it is the rehearsal's is judged by the rehearsal's versions, and by its file names."""
    seal(Recipe().write(tmp_path), "rehearsal")
    verdict = judged(tmp_path)
    said = {(f.expected, f.found) for f in verdict.findings if f.breaks}
    assert verdict.edition == "rehearsal"
    assert ("the package kubelet 1.20.2", "1.20.4") in said
    assert any("no such file, but k8s-images-v1.20.4.tar.gz" in found for _, found in said)


def test_damaged_manifest(tmp_path: Path) -> None:
    """A manifest that names files outside the bundle, or is none, is told and not followed."""
    Recipe().write(tmp_path)
    for text in ('{"files": [{"name": "../x", "sha256": "0", "size": 1}]}', "[" * 100_000, '{"files": 7}'):
        (tmp_path / "manifest.json").write_text(text)
        assert {finding.file for finding in broken(tmp_path)} == {"manifest.json"}


def test_no_manifest(tmp_path: Path) -> None:
    """An instructor's own bundle needs no manifest: that is worth a note, and breaks nothing."""
    Recipe().write(tmp_path)
    (tmp_path / "manifest.json").unlink()
    verdict = judged(tmp_path)
    assert verdict.is_whole
    assert [finding.file for finding in verdict.findings] == ["manifest.json"]


def test_images_in_another_archive(tmp_path: Path) -> None:
    """Images in an archive that the handout does not name count, with a note that nobody is told to load it."""
    calico = [name for name in IMAGES if "calico" in name]
    Recipe(images=[name for name in IMAGES if name not in calico]).write(tmp_path)
    write_images(tmp_path / "calico.tar", calico)
    seal(tmp_path)
    verdict = judged(tmp_path)
    assert verdict.is_whole
    assert [(f.file, f.breaks) for f in verdict.findings] == [("calico.tar", False)]


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is an error of whoever asked, not of a bundle."""
    with pytest.raises(ConfigError, match="expected a folder with a bundle"):
        judged(tmp_path / "nothing")


def test_command(tmp_path: Path) -> None:
    """The command ends with 0 for a whole bundle and with 1 for a broken one, and --json tells the same."""
    Recipe().write(tmp_path)
    whole = CliRunner().invoke(main, ["bundle", "check", str(tmp_path)])
    assert (whole.exit_code, "whole" in whole.stdout) == (0, True)
    no_file(tmp_path)
    told = CliRunner().invoke(main, ["bundle", "check", str(tmp_path), "--json"])
    data = json.loads(told.stdout)
    assert (told.exit_code, data["whole"], data["findings"][0]["file"]) == (1, False, "recommended.yaml")


def hostile_name(path: Path) -> None:
    """Write a name of two gigabytes, as far as its header says."""
    entry = tarfile.TarInfo("long")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 2 * 1024**3
    path.write_bytes(entry.tobuf() + bytes(1024))


def sparse(path: Path) -> None:
    """Write a file without content that claims to be of eight exabytes."""
    entry = tarfile.TarInfo("sparse")
    entry.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.map": "0,0", "GNU.sparse.size": str(2**62)}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(entry)


def nested(path: Path) -> None:
    """Write an index that is nested deeper than any stack."""
    write_tar(path, {"manifest.json": b"[" * 200_000})


def strange_types(path: Path) -> None:
    """Write an index of which nothing is what it should be."""
    write_tar(path, {"manifest.json": b'[3, null, {"Config": {}, "RepoTags": 7, "Layers": "x"}]'})


def escaping_link(path: Path) -> None:
    """Write a layer that is a link out of the archive."""
    entry = tarfile.TarInfo("layer.tar")
    entry.type, entry.linkname = tarfile.SYMTYPE, "../../../../etc/passwd"
    index = json.dumps([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["layer.tar"]}]).encode()
    row = tarfile.TarInfo("manifest.json")
    row.size = len(index)
    with tarfile.open(path, "w") as tar:
        tar.addfile(entry)
        tar.addfile(row, io.BytesIO(index))


HOSTILE = {
    hostile_name: "a header of 2147483648 bytes",
    sparse: "it has a sparse file",
    nested: "its manifest.json is no list",
    strange_types: "no configuration",
    escaping_link: "no configuration c.json",
}


@pytest.mark.parametrize("write", HOSTILE, ids=lambda write: write.__name__)
def test_hostile_archive(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """An archive made to break its reader is told like any other that is none."""
    Recipe().write(tmp_path)
    write(tmp_path / "kuboard.tar")
    seal(tmp_path)
    told = broken(tmp_path)
    assert {finding.file for finding in told} == {"kuboard.tar"}
    assert any(HOSTILE[write] in finding.found for finding in told), told


@pytest.mark.parametrize("name", ["kuboard.tar", IMAGE_ARCHIVE, "k8s-docker.tar.gz"])
def test_cut_off_within_a_large_file(tmp_path: Path, name: str) -> None:
    """An archive that ends in the middle of a layer or a package, packed or not, is said to be cut off."""
    Recipe().write(tmp_path)
    large = rpm("kubelet", "1.20.4") + random.Random(1).randbytes(5 * 1024**2)
    write_tar(tmp_path / name, {"k8s-docker/kubelet.rpm": large})
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    seal(tmp_path)
    told = [finding for finding in broken(tmp_path) if finding.file == name]
    assert "it is cut off before its end" in [finding.found for finding in told], told


@pytest.mark.parametrize("layer", [b"\x1f\x8b", b"\x1f\x8b\x08" + bytes(100), gzip.compress(bytes(99))[:-9]])
def test_broken_packed_layer(tmp_path: Path, layer: bytes) -> None:
    """A layer that begins like a packed one and is none is told, and breaks nothing of ours."""
    Recipe().write(tmp_path)
    write_tar(tmp_path / "kuboard.tar", {"layer.tar": layer, "manifest.json": b"[]"})
    seal(tmp_path)
    assert {finding.file for finding in broken(tmp_path)} == {"kuboard.tar"}


def test_packed_layer(tmp_path: Path) -> None:
    """A layer that is packed within the archive counts by what it unpacks to, as Docker loads it."""
    Recipe().write(tmp_path)
    path = tmp_path / "kuboard.tar"
    with tarfile.open(path) as tar:
        files = {m.name: data.read() for m in tar.getmembers() if (data := tar.extractfile(m))}
    write_tar(path, {name: gzip.compress(d) if name.endswith(".tar") else d for name, d in files.items()})
    seal(tmp_path)
    assert broken(tmp_path) == []


def test_archive_that_unpacks_to_too_much(tmp_path: Path) -> None:
    """A small file that unpacks to more than is allowed is read no further."""
    write_tar(tmp_path / "bomb.tar.gz", {"zeros": bytes(4 * 1024**2)})
    with pytest.raises(BundleError, match="it unpacks to more than any bundle does"):
        [entry.head(8 * 1024**2) for entry in tarball.entries(tmp_path / "bomb.tar.gz", most=1024**2)]


def test_escape_sequences(tmp_path: Path) -> None:
    """What a file says cannot move the cursor of whoever reads the verdict."""
    recipe = Recipe()
    recipe.manifests["calico.yaml"] = CALICO.replace("docker.io/calico/cni:v3.20.6", '"a\\e[2Jb:v1"')
    verdict = judged(recipe.write(tmp_path))
    assert "\x1b" not in "\n".join(verdict.lines())
    assert any("a?[2Jb:v1" in finding.expected for finding in verdict.findings)
