"""Reading settings files."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from labproof import settings
from labproof.errors import ConfigError


class Inner(settings.Settings):
    size: int


class Sample(settings.Settings):
    name: str
    inner: Inner
    more: tuple[Inner, ...] = ()


GOOD = 'name = "x"\n[inner]\nsize = 1\n'


def write(tmp_path: Path, text: str | bytes, name: str = "sample.toml") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        settings.load(path, Sample)
    return raised.value.problems


def test_toml_and_json_are_read(tmp_path: Path) -> None:
    """TOML and JSON of the same content give the same settings."""
    expected = Sample(name="x", inner=Inner(size=1))
    assert settings.load(write(tmp_path, GOOD), Sample) == expected
    assert settings.load(write(tmp_path, '{"name": "x", "inner": {"size": 1}}', "s.json"), Sample) == expected


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Every problem is told at once: each names the file, the key and the fix."""
    path = write(tmp_path, 'nmae = "x"\n[inner]\nsize = "big"\n[[more]]\nsiez = 1\n')
    assert problems(path) == [
        f"{path}: name: missing; add it",
        f"{path}: inner.size: Input should be a valid integer, unable to parse string as an integer (found 'big')",
        f"{path}: more.0.size: missing; add it",
        f"{path}: more.0.siez: unknown key; remove it, or correct its spelling",
        f"{path}: nmae: unknown key; remove it, or correct its spelling",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "correct the line that is named"),
        (b"name = '\xff'", "not UTF-8 text"),
        ("", "name: missing"),
    ],
    ids=["syntax", "encoding", "empty"],
)
def test_broken_file_is_named(tmp_path: Path, text: str | bytes, says: str) -> None:
    """A file that cannot be read as settings is named with the reason."""
    path = write(tmp_path, text)
    assert any(p.startswith(f"{path}: ") and says in p for p in problems(path))


@pytest.mark.parametrize("text", ["[1]", "3", "null", "[" * 100_000])
def test_json_of_another_shape(tmp_path: Path, text: str) -> None:
    """JSON that is no object is an error of the file, not of ours."""
    assert problems(write(tmp_path, text, "s.json"))


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is named."""
    assert "no such file" in problems(tmp_path / "nothing.toml")[0]
    assert "no such file" in problems(tmp_path)[0]


def test_settings_cannot_be_changed() -> None:
    """Settings that were read stay as they are."""
    with pytest.raises(ValidationError):
        Inner(size=1).size = 2  # type: ignore[misc]
