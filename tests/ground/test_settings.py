"""Reading settings files."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from labproof.ground import settings
from labproof.ground.errors import ConfigError


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
        f"{path}: inner.size: Input should be a valid integer (found 'big')",
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


class Typed(settings.Settings):
    flag: bool = False
    port: int = 1
    seconds: float = 1.0
    name: str = ""
    folder: Path = Path()
    password: str = ""


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        settings.load(write(tmp_path, text), Typed)
    (problem,) = raised.value.problems
    return problem.removeprefix(f"{tmp_path / 'sample.toml'}: ")


@pytest.mark.parametrize(
    "text",
    [
        "port = true",
        'port = "22"',
        "port = 22.0",
        "seconds = true",
        'seconds = "3"',
        "flag = 1",
        "name = 3",
        "folder = 3",
    ],
)
def test_no_value_is_turned_into_another_type(tmp_path: Path, text: str) -> None:
    """A value of another type is refused by its key, whatever could be made of it."""
    assert refusal(tmp_path, text).startswith(f"{text.split()[0]}: Input should be ")


def test_a_whole_number_is_a_number_of_seconds(tmp_path: Path) -> None:
    """Where a number may have a fraction, one without is fine."""
    assert settings.load(write(tmp_path, "seconds = 3"), Typed).seconds == 3.0


@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_endless_number_is_refused(tmp_path: Path, text: str) -> None:
    """What is no finite number is refused, also in JSON."""
    assert refusal(tmp_path, f"seconds = {text}").startswith("seconds: expected a finite number (found ")
    with pytest.raises(ConfigError, match="seconds: expected a finite number"):
        settings.load(write(tmp_path, '{"seconds": NaN}', "s.json"), Typed)


def test_date_is_no_text(tmp_path: Path) -> None:
    """A date without quotes is told as that, with its key, and with all else that is wrong."""
    assert refusal(tmp_path, "name = 2020-01-01").startswith("name: expected a text or a number; put a date in quotes")
    path = write(tmp_path, "name = 2020-01-01\nport = true\nwhen = 2020-01-01\n")
    with pytest.raises(ConfigError) as raised:
        settings.load(path, Typed)
    assert sorted(p.split(": ")[1] for p in raised.value.problems) == ["name", "port", "when"]


def test_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    """A file of Notepad, which begins with a byte order mark, is read."""
    assert settings.load(write(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()), Sample).name == "x"
    json_file = write(tmp_path, b'\xef\xbb\xbf{"port": 3}', "s.json")
    assert settings.load(json_file, Typed).port == 3


@pytest.mark.parametrize("value", [r'"C:\Users\x"', r'"C:\x\key"', r'"C:\key"'])
def test_backslash_in_double_quotes_is_explained(tmp_path: Path, value: str) -> None:
    """A Windows path in double quotes is told with its line, and with how to write it."""
    problem = refusal(tmp_path, f"port = 1\nfolder = {value}\n")
    assert "at line 2" in problem
    assert "write the path in single quotes, or with /" in problem


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that the system does not let us read is told with the system's reason."""
    with pytest.raises(ConfigError, match="/proc/self/mem: cannot be read: Input/output error"):
        settings.load(Path("/proc/self/mem"), Sample)
    with pytest.raises(ConfigError, match="cannot be read"):
        settings.load(tmp_path / "\x00", Sample)


def test_endless_file_is_not_read_to_its_end() -> None:
    """A file that never ends is refused instead of filling the memory."""
    with pytest.raises(ConfigError, match="/dev/zero: more than 4 MiB"):
        settings.load(Path("/dev/zero"), Sample)


def test_password_of_a_wrong_type_is_not_shown(tmp_path: Path) -> None:
    """A password that forgot its quotes is refused without being told."""
    assert refusal(tmp_path, "password = 123456") == (
        "password: Input should be a valid string (found what is not shown here)"
    )


def test_what_is_no_such_file_says_what_one_looks_like(tmp_path: Path) -> None:
    """A folder, a text that is no TOML and a file without any of the keys are told what such a file looks like."""
    for path in (tmp_path, write(tmp_path, "name: x\n"), write(tmp_path, "", "empty.toml")):
        with pytest.raises(ConfigError, match="a sample has a name"):
            settings.load(path, Sample, "a sample has a name")
