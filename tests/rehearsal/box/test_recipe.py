"""What goes into the rehearsal box."""

from pathlib import Path

import pytest

from labproof.rehearsal.box import recipe
from labproof.rehearsal.bundle.rpms import BOX_PACKAGES

NAMES = ("bash", "dnf")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with one file of a box."""
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "script").write_text("echo\n")
    return tmp_path


def test_the_same_inputs_have_the_same_key(sources: Path) -> None:
    """Nothing is built twice."""
    assert recipe.content_key(NAMES, sources) == recipe.content_key(NAMES, sources)


def test_every_input_changes_the_key(sources: Path) -> None:
    """A package, a file's text, its name or that it can be run: each makes another box."""
    keys = {recipe.content_key(NAMES, sources), recipe.content_key((*NAMES, "less"), sources)}
    script = sources / "root" / "script"
    script.write_text("echo again\n")
    keys.add(recipe.content_key(NAMES, sources))
    script.chmod(0o755)
    keys.add(recipe.content_key(NAMES, sources))
    script.rename(sources / "root" / "other")
    keys.add(recipe.content_key(NAMES, sources))
    assert len(keys) == 5


def test_the_box_has_what_the_bundle_needs() -> None:
    """Every package that the bundle's programs ask for is in the box."""
    assert set(BOX_PACKAGES) <= set(recipe.packages())


def test_no_address_of_a_mirror_is_in_the_sources() -> None:
    """Where Debian comes from is taken from this computer when the box is built."""
    for path in recipe.sources_dir().rglob("*"):
        if path.is_file():
            assert "://" not in path.read_text(), path
