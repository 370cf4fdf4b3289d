"""The whole bundle: its key, and finding it finished."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from labproof.rehearsal.bundle import assemble, debian, images, kubernetes, layer, programs
from labproof.rehearsal.bundle.manifest import describe_file
from labproof.rehearsal.bundle.parts import KEPT
from labproof.rehearsal.bundle.standins import IMAGES, StandInImage


def stand_in(**files: Path) -> list[StandInImage]:
    """Return a catalog with one image made of these files."""
    inside: Mapping[str, Path] = {f"/opt/{name}.py": path for name, path in files.items()}
    return [StandInImage("labproof/x:v1", "X", ("python3",), inside, ("/usr/bin/python3",))]


def test_a_stand_ins_change_leaves_kubernetes(tmp_path: Path) -> None:
    """Changing a stand-in's file changes the key of the images and no other part's."""
    source = tmp_path / "dns.py"
    keys = []
    for text in ("one", "two"):
        source.write_text(text)
        compiled, packages, shared = kubernetes.part(), debian.part(), layer.part(["python3"])
        loaded = images.part(compiled, packages, shared, programs.part({}), stand_in(dns=source))
        keys.append((loaded.key, compiled.key, packages.key, shared.key))
    assert keys[0][0] != keys[1][0]
    assert keys[0][1:] == keys[1][1:]


def test_new_package_changes_the_layer() -> None:
    """A stand-in's Debian package is part of the shared layer, in whatever order it is named."""
    assert layer.part(["python3-yaml"]).key != layer.part([]).key
    assert layer.part(["a", "b"]).key == layer.part(["b", "a", "b"]).key


def test_finished_bundle_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle that stands in the cache is returned at once: no lock, no stage, nothing built."""
    monkeypatch.setenv("LABPROOF_CACHE", str(tmp_path))
    folder = tmp_path / "bundle" / assemble.whole_part().key
    folder.mkdir(parents=True)
    (folder / "kuboard.tar").write_text("tar")
    content = {"schema": 1, "name": "rehearsal", "files": [describe_file(folder / "kuboard.tar")]}
    (folder / "manifest.json").write_text(json.dumps(content))
    stages: list[str] = []
    assert assemble.build(stages.append).directory == folder
    assert stages == []
    assert not (tmp_path / "bundle" / "lock").exists()


def test_old_bundles_go(tmp_path: Path) -> None:
    """Of bundles older than a day only the newest few stay; one built today always does."""
    for number in range(KEPT + 2):
        manifest = tmp_path / f"key{number}" / "manifest.json"
        manifest.parent.mkdir()
        manifest.touch()
        os.utime(manifest, (number, number))
    assemble.forget_old(tmp_path, now=assemble.DAY)
    assert len(list(tmp_path.iterdir())) == KEPT + 2
    assemble.forget_old(tmp_path, now=assemble.DAY + KEPT + 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"key{n}" for n in range(2, KEPT + 2)]


def test_stand_ins_leave_merged_folders() -> None:
    """No stand-in's file lies below a folder that is a link in the shared layer: it would replace the link."""
    tops = {inside.split("/")[1] for image in IMAGES for inside in image.files}
    assert not tops & {"bin", "lib", "lib64", "sbin"}
