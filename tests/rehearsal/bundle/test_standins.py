import ast
import subprocess
import sys
from pathlib import Path

import pytest

from labproof.rehearsal.bundle.standins import IMAGES, MANIFESTS, StandInImage

ALLOWED = {"dnslib", "yaml", "cryptography"} | sys.stdlib_module_names


def names(image: StandInImage) -> str:
    return image.name


def laid_out(image: StandInImage, root: Path) -> Path:
    """Lay out the image's files below root as its container sees them."""
    for inside, source in image.files.items():
        path = root / inside.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.read_bytes())
    return root / image.entrypoint[-2].lstrip("/")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("image", IMAGES, ids=names)
def test_files_exist_and_are_enough(image: StandInImage, tmp_path: Path) -> None:
    """Each image starts from its own files alone: its role explains its options."""
    folder = laid_out(image, tmp_path)
    argv = [sys.executable, "-E", "-s", str(folder), image.entrypoint[-1], "--help"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("image", IMAGES, ids=names)
def test_stand_ins_import_nothing_of_the_engine(image: StandInImage) -> None:
    """A stand-in imports the standard library, the packages that the catalog names, and stand-ins."""
    for path in image.files.values():
        if path.suffix == ".py":
            foreign = {
                name for name in imported(path) if not name.startswith("standins") and name.split(".")[0] not in ALLOWED
            }
            assert not foreign, path


def test_images_are_named_for_what_they_are() -> None:
    """Every image says what it stands in for; all but the DNS, which kubeadm names, have it in their name."""
    for image in IMAGES:
        assert image.stands_in_for
        assert "stand-in" in image.name or image.name.endswith("/coredns:1.7.0")


def test_manifests_exist() -> None:
    """Every manifest of the bundle has a source."""
    assert set(MANIFESTS) == {"calico.yaml", "recommended.yaml", "kuboard.yaml"}
    assert all(path.is_file() for path in MANIFESTS.values())
