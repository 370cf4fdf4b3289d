"""Loading and verifying a finished bundle."""

import json
from pathlib import Path

import pytest

from labproof.ground.errors import BundleError
from labproof.rehearsal.bundle.manifest import Bundle, describe_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a small whole bundle."""
    for name in ("calico.yaml", "kuboard.tar"):
        (tmp_path / name).write_text(name * 3)
    files = [describe_file(path) for path in sorted(tmp_path.iterdir())]
    content = {"schema": 1, "name": "rehearsal", "kubernetes": "1.20.2", "files": files}
    (tmp_path / "manifest.json").write_text(json.dumps(content))
    return tmp_path


def test_whole_bundle(folder: Path) -> None:
    """A whole bundle loads, says what it is, and verifies."""
    bundle = Bundle.load(folder)
    bundle.verify()
    bundle.check_sizes()
    assert (bundle.name, bundle.kubernetes) == ("rehearsal", "1.20.2")
    assert [path.name for path in bundle.files] == ["calico.yaml", "kuboard.tar", "manifest.json"]


def test_missing_file(folder: Path) -> None:
    """A missing file is named, with the command that helps."""
    (folder / "kuboard.tar").unlink()
    with pytest.raises(BundleError, match=r"kuboard\.tar: missing\n  run: labproof bundle build"):
        Bundle.load(folder).verify()


def test_truncated_file(folder: Path) -> None:
    """A truncated file is named, with both sizes; sizes alone tell it."""
    (folder / "kuboard.tar").write_text("short")
    for look in (Bundle.load(folder).verify, Bundle.load(folder).check_sizes):
        with pytest.raises(BundleError, match=r"kuboard\.tar: truncated: expected 33 bytes, found 5"):
            look()


def test_wrong_sum(folder: Path) -> None:
    """A file that was changed without changing its size is named by its sum."""
    (folder / "kuboard.tar").write_text("x" * 33)
    Bundle.load(folder).check_sizes()
    with pytest.raises(BundleError, match=r"kuboard\.tar: wrong sum: expected sha256 \w{64}, found \w{64}"):
        Bundle.load(folder).verify()


def test_all_problems_at_once(folder: Path) -> None:
    """Every damaged file is named in one error."""
    (folder / "kuboard.tar").unlink()
    (folder / "calico.yaml").write_text("")
    with pytest.raises(BundleError, match=r"(?s)calico\.yaml: truncated.*kuboard\.tar: missing"):
        Bundle.load(folder).verify()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "found no manifest.json"),
        ("{", "is not JSON"),
        ("[]", "expected schema 1, found 'list'"),
        ('{"schema": 9}', "expected schema 1, found 9"),
    ],
)
def test_unreadable_manifest(tmp_path: Path, text: str | None, message: str) -> None:
    """A folder without a manifest of ours is no bundle, and the error says why."""
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BundleError, match=message):
        Bundle.load(tmp_path)
