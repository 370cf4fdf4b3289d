"""The command line in the reader's language: asked for anywhere, else as the locale says."""

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner, Result

from labproof import cli
from labproof.commands import language_option
from labproof.ground import language, po_file, wording
from labproof.ground.phrases import Phrasebook
from labproof.ground.places import engine_dir
from labproof.session import optional

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def _english_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LABPROOF_COURSE", str(engine_dir()))
    yield
    language.use("en")
    language_option.translate(cli.main)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments, prog_name="labproof")


def paths(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command, groups among them."""
    for name, command in group.commands.items():
        yield (*before, name)
        if isinstance(command, click.Group):
            yield from paths(command, *before, name)


@pytest.mark.parametrize(
    "arguments",
    [("--lang", "zh", "sections"), ("sections", "--lang", "zh"), ("sections", "--lang=zh"), ("--lang=zh", "sections")],
)
def test_language_is_asked_for_anywhere(arguments: tuple[str, ...]) -> None:
    """--lang stands before or after a command, with a space or an equals sign."""
    assert "安装 Docker" in run(*arguments).stdout


def test_locale_decides_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --lang the reader's locale decides, and --lang has the last word."""
    assert "Docker" in run("sections").stdout
    assert not CHINESE.search(run("sections").stdout)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert CHINESE.search(run("sections").stdout)
    assert not CHINESE.search(run("sections", "--lang", "en").stdout)


@pytest.mark.parametrize("arguments", [("--lang",), ("--lang", "tlh", "sections"), ("sections", "--lang=")])
def test_an_unknown_language_is_refused(arguments: tuple[str, ...]) -> None:
    """A language that there is not is a mistake of whoever asks, who is told which there are."""
    done = run(*arguments)
    assert done.exit_code == 2
    assert "--lang: expected en or zh" in done.stderr


def test_what_stands_behind_two_dashes_is_not_ours() -> None:
    """What a command passes on is passed on, whatever it looks like."""
    assert language_option.take(["grade", "--", "--lang", "zh"]) == ["grade", "--", "--lang", "zh"]


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak a third language: every text in brackets."""
    files = (wording.engine_catalogue("zh"), wording.course_catalogue("zh", engine_dir()))
    texts = {said: other for path in files for said, other in po_file.read(path).items()}
    book = Phrasebook({said: said if said == other else f"⟦{other}⟧" for said, other in texts.items()})
    monkeypatch.setattr(wording, "book", lambda _: book)


def escaped(text: str) -> list[str]:
    """Return the English sentences of a terminal's lines that are outside of the brackets, in order."""
    left = " ".join(text.split())
    while (fewer := re.sub(r"⟦[^⟦⟧]*⟧", "|", left)) != left:
        left = fewer
    return re.findall(r"(?<![\w./-])[A-Za-z][a-z]+ [a-z]{2,}(?: [a-z]{2,})+", left)


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("words", [(), *paths(cli.main)], ids=lambda words: " ".join(words) or "labproof")
def test_nothing_escapes_of_the_help(words: tuple[str, ...]) -> None:
    """The help of every command and of each of its options is in the language that is asked for."""
    done = run(*words, "--help", "--lang=zh")
    assert done.exit_code == 0, done.stderr
    assert "⟦" in done.stdout
    assert escaped(done.stdout.replace(f"labproof {' '.join(words)}", "")) == []


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize(
    "words",
    [
        ("explain", "nonsense"),
        ("report", "no-such-run"),
        ("grade", "--provider=lxc", "--inventory=x.toml"),
        ("class", "report", "no-such-folder"),
        ("class", "grade", "no-such.csv", "--out=/dev/null/x"),
        ("author", "new-criterion", "nothing.here", "the page is served"),
        ("author", "check", "--list", "--mistake=none.such"),
        ("rubric", "show", "--rubric=no-such.toml"),
        ("regrade", "no-such-run"),
        ("sections", "--nonsense"),
        ("nonsense",),
        ("grade", "--section"),
    ],
)
def test_nothing_escapes_of_an_error(words: tuple[str, ...]) -> None:
    """An error is told in the language that is asked for, with its names and paths as they are."""
    done = run("--lang", "zh", *words)
    assert done.exit_code == 2, done.stderr
    assert "⟦" in done.stderr
    assert escaped(done.stderr) == []


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("words", [("author", "check", "--list"), ("rubric", "show")])
def test_nothing_escapes_of_the_course(words: tuple[str, ...]) -> None:
    """What the course says is in the language that is asked for: the mistakes, and the comments of a weights file."""
    done = run("--lang", "zh", *words)
    assert done.exit_code == 0, done.stderr
    assert escaped(done.stdout) == []


def test_a_course_in_one_language_is_shown() -> None:
    """A course that has no catalogue is shown as it is written, in an interface that speaks the reader's language."""
    second = str(engine_dir() / "tests" / "second_course")
    shown = run("--lang", "zh", "--course", second, "sections")
    assert shown.exit_code == 0, shown.stderr
    assert "分数" in shown.stdout
    checked = run("--lang", "zh", "--course", second, "author", "course")
    assert "zh.po" in checked.stdout
    assert "`labproof author texts`" in checked.stdout


def test_optional_sections_say_their_title() -> None:
    """The option of a section that is there only when it is asked for says that section's title."""
    assert optional.sections()
    assert "重启之后" in run("--lang", "zh", "grade", "--help").stdout
