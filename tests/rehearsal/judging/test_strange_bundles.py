"""Bundles that nobody expects: what is in the folder, in the archives and in the index is judged in bounded time."""

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from labproof.cli import main
from labproof.ground.errors import BundleError, ConfigError
from labproof.ground.places import engine_dir
from labproof.rehearsal.judging import Finding, Verdict, image_archive, judge, rpm_header, tarball, yum_archive
from tests.rehearsal.judging.small_bundle import (
    CALICO,
    DASHBOARD,
    IMAGES,
    Recipe,
    rpm,
    seal,
    sha256,
    write_images,
    write_tar,
)

IMAGE_ARCHIVE = "k8s-images-v1.20.4.tar.gz"
REPOSITORY = "k8s-docker.tar.gz"
INDEX = "k8s-docker/repodata"
MAGIC = b"\x8e\xad\xe8\x01\0\0\0\0"


def judged(directory: Path) -> Verdict:
    return judge(directory, engine_dir(), lambda _: None)


def broken(directory: Path) -> list[Finding]:
    return [finding for finding in judged(directory).findings if finding.breaks]


def contents(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {info.name: file.read() for info in tar if (file := tar.extractfile(info))}


def changed(directory: Path, change: Callable[[dict[str, bytes]], None], archive: str = REPOSITORY) -> list[Finding]:
    """Return what breaks a bundle in whose archive some files were changed."""
    files = contents(Recipe().write(directory) / archive)
    change(files)
    write_tar(directory / archive, files)
    seal(directory)
    return broken(directory)


@pytest.mark.parametrize("name", ["calico.yaml", REPOSITORY, IMAGE_ARCHIVE, "kuboard.tar"])
def test_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    """A file that gives an error when it is read is a finding, and the others are judged all the same."""
    Recipe().write(tmp_path)
    (tmp_path / name).unlink()
    # Not even root reads this one.
    (tmp_path / name).symlink_to("/proc/self/mem")
    assert {finding.file for finding in broken(tmp_path)} == {name}
    rows = json.loads((tmp_path / "manifest.json").read_text())
    next(row for row in rows["files"] if row["name"] == name)["size"] = 0
    (tmp_path / "manifest.json").write_text(json.dumps(rows))
    assert any("cannot be read" in finding.found for finding in broken(tmp_path))


def test_name_that_no_file_can_have(tmp_path: Path) -> None:
    """A name in the manifest that is too long for any file is a finding, and no end of the judging."""
    Recipe().write(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"files": [{"name": "x" * 300, "size": 1, "sha256": ""}]}))
    assert "cannot be read" in broken(tmp_path)[0].found


def test_folder_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder whose content is nobody's to see is no bundle, and that is said."""
    (tmp_path / "ring").symlink_to("ring")
    with pytest.raises(ConfigError, match="cannot be read: Too many levels"):
        judged(tmp_path / "ring")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to_nothing(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def link_to_a_folder(path: Path) -> None:
    path.symlink_to("/")


@pytest.mark.parametrize("make", [pipe, link_to_nothing, link_to_a_folder])
def test_what_cannot_be_copied(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Whoever copies the folder to a machine waits forever for a pipe, and follows a link wherever it leads."""
    Recipe().write(tmp_path)
    make(tmp_path / "extra")
    assert [(finding.file, "files alone" in finding.expected) for finding in broken(tmp_path)] == [("extra", True)]


def test_link_to_a_file(tmp_path: Path) -> None:
    """A file that lies elsewhere is copied like any other."""
    Recipe().write(tmp_path / "bundle")
    (tmp_path / "bundle" / "calico.yaml").rename(tmp_path / "calico.yaml")
    (tmp_path / "bundle" / "calico.yaml").symlink_to(tmp_path / "calico.yaml")
    assert judged(tmp_path / "bundle").is_whole


@pytest.mark.parametrize("name", [REPOSITORY, IMAGE_ARCHIVE, "extra.tar"])
def test_huge_file_of_nothing(tmp_path: Path, name: str) -> None:
    """A file that is larger than any bundle is not read to its end, though it takes no room on the disk."""
    Recipe().write(tmp_path)
    with (tmp_path / name).open("wb") as file:
        file.truncate(4 * 1024**4)
    found = {finding.found for finding in judged(tmp_path).findings if finding.file == name}
    assert "it is larger than any bundle" in found


def test_huge_file_of_the_manifest(tmp_path: Path) -> None:
    """Nor is its sum taken, when the manifest lists it in that size."""
    Recipe().write(tmp_path)
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(4 * 1024**4)
    (tmp_path / "manifest.json").write_text(
        json.dumps({"files": [{"name": "huge", "size": 4 * 1024**4, "sha256": "0" * 64}]})
    )
    assert "more than any bundle has" in broken(tmp_path)[0].found


def test_file_that_is_listed_often(tmp_path: Path) -> None:
    """A file is read once, however often the manifest lists it, and that is worth knowing."""
    Recipe().write(tmp_path)
    listed = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**listed, "files": listed["files"] * 500}))
    verdict = judged(tmp_path)
    assert (verdict.is_whole, len(verdict.findings)) == (True, len(listed["files"]))


def test_the_handouts_own_are_read_among_many(tmp_path: Path) -> None:
    """However many archives stand before them in the folder, the handout's own are judged."""
    Recipe().write(tmp_path)
    for number in range(1100):
        (tmp_path / f"a{number:04}.tar").touch()
    (tmp_path / IMAGE_ARCHIVE).write_bytes(b"no archive")
    seal(tmp_path)
    assert {finding.file for finding in broken(tmp_path)} == {IMAGE_ARCHIVE}


def test_something_behind_the_end(tmp_path: Path) -> None:
    """What stands behind a packed archive is said to stand there: its beginning is in order."""
    Recipe().write(tmp_path)
    with (tmp_path / IMAGE_ARCHIVE).open("ab") as file:
        file.write(b"a line of some download manager\n")
    seal(tmp_path)
    assert "behind the end" in broken(tmp_path)[0].found


def test_two_images_of_one_name(tmp_path: Path) -> None:
    """The machine has the one that is loaded last by that name, so two of them are told, with their archives."""
    Recipe().write(tmp_path)
    write_images(tmp_path / "kuboard.tar", ["eipwork/kuboard:latest", "nginx:1.20"], stand_ins={"nginx:1.20": "x"})
    seal(tmp_path)
    verdict = judged(tmp_path)
    assert [f.expected for f in verdict.findings] == ["one image with the name docker.io/library/nginx:1.20"]
    assert verdict.is_whole
    assert all(name in verdict.findings[0].found for name in (IMAGE_ARCHIVE, "kuboard.tar"))


def test_one_image_in_two_archives(tmp_path: Path) -> None:
    """The same image twice is no matter."""
    Recipe().write(tmp_path)
    write_images(tmp_path / "kuboard.tar", ["eipwork/kuboard:latest", "nginx:1.20"])
    seal(tmp_path)
    assert not judged(tmp_path).findings


def test_more_images_than_any_bundle(tmp_path: Path) -> None:
    """Each row of an archive's list has its configuration read, so there is an end to them."""
    write_tar(tmp_path / "x.tar", {"manifest.json": json.dumps([{"Config": "a"}] * 5000).encode()})
    with pytest.raises(BundleError, match="lists 5000 images"):
        image_archive.read(tmp_path / "x.tar")


def test_header_upon_header(tmp_path: Path) -> None:
    """Remarks on remarks in an archive end the reading of it, and nothing else."""
    remark = tarfile.TarInfo("remark")
    remark.type, remark.size = tarfile.XHDTYPE, 512
    body = b"6 a=b\n".ljust(512, b"\0")
    (tmp_path / "x.tar").write_bytes((remark.tobuf(tarfile.USTAR_FORMAT) + body) * 3000)
    with pytest.raises(BundleError):
        list(tarball.entries(tmp_path / "x.tar"))


def index_of(files: Mapping[str, bytes], name: str = "primary.xml.gz", more: str = "") -> bytes:
    """Return a repomd.xml with the sum of the list of packages."""
    return (
        '<repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="primary">'
        f'<checksum type="sha256">{sha256(files[f"{INDEX}/{name}"])}</checksum>'
        f'<location href="repodata/{name}"/></data>{more}</repomd>'
    ).encode()


def test_index_with_its_sum(tmp_path: Path) -> None:
    """What createrepo writes is whole: repomd.xml with the sum of the list of packages."""

    def change(files: dict[str, bytes]) -> None:
        files[f"{INDEX}/repomd.xml"] = index_of(files)

    assert not changed(tmp_path, change)


def test_index_with_another_sum(tmp_path: Path) -> None:
    """yum refuses a list of packages whose sum is not the one in repomd.xml."""

    def change(files: dict[str, bytes]) -> None:
        files[f"{INDEX}/repomd.xml"] = index_of(files)
        files[f"{INDEX}/primary.xml.gz"] = gzip.compress(gzip.decompress(files[f"{INDEX}/primary.xml.gz"]), 1, mtime=7)

    assert [finding.expected for finding in changed(tmp_path, change)] == [
        "repodata/primary.xml.gz with the sum that repomd.xml has"
    ]


@pytest.mark.parametrize(("kind", "breaks"), [("primary_db", True), ("other", False)])
def test_index_that_lists_what_is_not_there(tmp_path: Path, kind: str, breaks: bool) -> None:
    """yum takes the database of packages where one is listed; what it does not read is worth knowing only."""

    def change(files: dict[str, bytes]) -> None:
        more = f'<data type="{kind}"><location href="repodata/gone.sqlite.bz2"/></data>'
        files[f"{INDEX}/repomd.xml"] = index_of(files, more=more)

    assert bool(changed(tmp_path, change)) is breaks
    assert any(finding.found == "no such file in the archive" for finding in judged(tmp_path).findings)


@pytest.mark.parametrize(("packer", "name"), [(lzma.compress, "primary.xml.xz"), (bz2.compress, "primary.xml.bz2")])
def test_index_in_another_packing(tmp_path: Path, packer: Callable[[bytes], bytes], name: str) -> None:
    """yum of CentOS 7 unpacks lists in xz and bzip2 as well."""

    def change(files: dict[str, bytes]) -> None:
        files[f"{INDEX}/{name}"] = packer(gzip.decompress(files.pop(f"{INDEX}/primary.xml.gz")))
        files[f"{INDEX}/repomd.xml"] = index_of(files, name)

    assert not changed(tmp_path, change)


def test_index_in_zstd(tmp_path: Path) -> None:
    """It is what createrepo_c of a new system writes, and yum of CentOS 7 cannot read it."""

    def change(files: dict[str, bytes]) -> None:
        files[f"{INDEX}/primary.xml.gz"] = b"\x28\xb5\x2f\xfd" + bytes(20)
        files[f"{INDEX}/repomd.xml"] = index_of(files)

    assert "zstd" in changed(tmp_path, change)[0].found


def test_index_with_declarations_in_two_bytes(tmp_path: Path) -> None:
    """Entities are refused in every encoding."""

    def change(files: dict[str, bytes]) -> None:
        text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE m [<!ENTITY a "aaaa">]><m>&a;</m>'
        files[f"{INDEX}/repomd.xml"] = text.encode("utf-16")

    assert "declarations of its own" in changed(tmp_path, change)[0].found


def package_as(architecture: str) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        before = files["k8s-docker/docker-ce.rpm"]
        after = files["k8s-docker/docker-ce.rpm"] = rpm("docker-ce", "20.10.24", architecture=architecture)
        primary = gzip.decompress(files[f"{INDEX}/primary.xml.gz"]).decode()
        files[f"{INDEX}/primary.xml.gz"] = gzip.compress(primary.replace(sha256(before), sha256(after)).encode())

    return change


def test_package_for_another_processor(tmp_path: Path) -> None:
    """Docker for ARM is no Docker for these machines, by whatever name its file has."""
    found = changed(tmp_path, package_as("aarch64"))
    assert [(f.expected, f.found) for f in found] == [("the package docker-ce 20.10", "docker-ce-20.10.24-1.aarch64")]


def test_source_package(tmp_path: Path) -> None:
    """A source package says the processor of whoever packed it, and installs nothing."""

    def change(files: dict[str, bytes]) -> None:
        package_as("x86_64")(files)
        before = files["k8s-docker/docker-ce.rpm"]
        after = files["k8s-docker/docker-ce.rpm"] = before[:6] + b"\0\1" + before[8:]
        primary = gzip.decompress(files[f"{INDEX}/primary.xml.gz"]).decode()
        files[f"{INDEX}/primary.xml.gz"] = gzip.compress(primary.replace(sha256(before), sha256(after)).encode())

    assert [finding.found for finding in changed(tmp_path, change)] == ["docker-ce-20.10.24-1.src"]


def test_header_that_names_one_text_often() -> None:
    """A header of a few bytes with a hundred thousand names in each of its rows is read in a moment."""
    data = b"x\0" * 100_000
    rows = b"".join(
        tag.to_bytes(4, "big") + (8).to_bytes(4, "big") + bytes(4) + (100_000).to_bytes(4, "big")
        for tag in [1000, 1001, 1002, 1022, *[1049] * 60_000]
    )
    section = MAGIC + (60_004).to_bytes(4, "big") + len(data).to_bytes(4, "big") + rows + data
    stream = io.BytesIO(b"\xed\xab\xee\xdb".ljust(96, b"\0") + MAGIC + bytes(8) + section)
    assert rpm_header.read(rpm_header.Kept(stream)).requires == frozenset({"x"})


def test_index_files_without_end(tmp_path: Path) -> None:
    """Of the files beside an index as much is kept as any index has, and of the others the sum."""
    one = bytes(7 * 1024**2)
    write_tar(tmp_path / REPOSITORY, {f"{INDEX}/{number}": one for number in range(12)})
    read = yum_archive.read(tmp_path / REPOSITORY)
    assert sum(map(len, read.metadata.values())) <= 32 * 1024**2
    assert len(read.metadata_sums) == 12


def test_signs_that_end_a_line_in_python_alone(tmp_path: Path) -> None:
    """The line that the handout edits is counted as sed does."""
    Recipe(manifests={**Recipe().manifests, "recommended.yaml": f"#\u2028#{DASHBOARD[1:]}"}).write(tmp_path)
    assert judged(tmp_path).is_whole


def test_manifests_from_windows(tmp_path: Path) -> None:
    """A mark of UTF-8 and lines that end in two characters are what kubectl reads too."""
    manifests = {name: "\ufeff" + text.replace("\n", "\r\n") for name, text in Recipe().manifests.items()}
    Recipe().write(tmp_path)
    for name, text in manifests.items():
        (tmp_path / name).write_bytes(text.encode())
    seal(tmp_path)
    assert judged(tmp_path).is_whole
    (tmp_path / "calico.yaml").write_bytes(CALICO.encode("utf-16"))
    seal(tmp_path)
    assert [finding.file for finding in broken(tmp_path)] == ["calico.yaml"]


@pytest.mark.parametrize("manifest", [None, "", "[" * 100_000, "{}"])
def test_rehearsals_bundle_without_its_manifest(tmp_path: Path, manifest: str | None) -> None:
    """What its manifests ask for says for which edition a bundle is, where no list of files says it any more."""
    recipe = Recipe()
    recipe.manifests["calico.yaml"] = CALICO.replace("docker.io/calico/node:v3.20.6", "labproof/calico-stand-in:v1")
    recipe.write(tmp_path)
    (tmp_path / "manifest.json").unlink()
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    assert judged(tmp_path).edition == "rehearsal"
    (tmp_path / "calico.yaml").write_text(CALICO)
    assert judged(tmp_path).edition == "handout"


def test_folder_and_files_with_strange_names(tmp_path: Path) -> None:
    """Spaces, Chinese letters and bytes that are no text are told on the terminal and as JSON."""
    folder = Recipe().write(tmp_path / "我的 文件")
    (folder / os.fsdecode(b"\xff\x1b[31m.tar")).write_bytes(b"no archive")
    done = CliRunner().invoke(main, ["bundle", "check", str(folder)])
    assert done.exit_code == 0, done.output
    assert "我的 文件: whole" in done.output
    assert "\x1b" not in done.output
    told = json.loads(CliRunner().invoke(main, ["bundle", "check", "--json", str(folder)]).stdout)
    assert (told["whole"], len(told["images"])) == (True, len(IMAGES) + 1)
