"""The commands of a shell script, as far as they can be told without running it."""

import functools
import re
import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath

LOGIN_FILES = "/etc/profile /etc/profile.d/*.sh /root/.bash_profile /root/.bashrc /etc/rc.d/rc.local /etc/rc.local"
"""What root's login runs, and the last script of a boot."""

_BEFORE = (
    {"if", "then", "elif", "else", "while", "until", "do", "{", "!", "exec", "command", "time", "eval"}
    # Programs that run the command behind them, and its options.
    | {"sudo", "nohup", "nice", "env", "setsid"}
)
"""Words that may stand before a command which is run all the same."""
_SHELLS = ("sh", "bash", "su")
_OPENING, _CLOSING = {"if", "for", "while", "until", "case", "{"}, {"fi", "done", "esac", "}"}
_HERE_DOCUMENT = re.compile(r"(?<!<)<<-?\s*[\\'\"]?(\w+)")
_ASSIGNMENT = re.compile(r"(\w+)=(.*)", re.DOTALL)
_REDIRECTION = re.compile(r"\d*[<>].*", re.DOTALL)
_REDIRECTION_ALONE = re.compile(r"\d*[<>]+")
_SETTING = ("export", "declare", "typeset", "readonly")
_HOME = re.compile(r"^~(?=/|$)|\$HOME\b|\$\{HOME\}")
_SIGNS = ";&|()"
_REMEMBERED = 500
"""Characters of a line that may be kept with its words."""


def commands(text: str) -> list[list[str]]:
    """Return the words of each command that may be run: no comment, no text, nothing behind an `exit`.

    What a condition decides is taken as run. A line whose quotes do not match has no commands. A carriage
    return is part of its word, as it is for a shell.
    """
    found: list[list[str]] = []
    for words in _run(text):
        if bare := _bare(words):
            found.append(bare)
            found += commands(_handed_to_shell(bare))
    return found


def variables(text: str) -> dict[str, str]:
    """Return what a script sets its variables to, those that it hands on and those that it keeps.

    Of several values of one variable the last counts; root's home stands for itself.
    """
    found: dict[str, str] = {}
    for words in _run(text):
        rest = [word for word in words if word not in _BEFORE]
        set_here = rest[1:] if rest[:1] and rest[0] in _SETTING else rest
        matches = [_ASSIGNMENT.fullmatch(word) for word in set_here if not word.startswith("-")]
        # An assignment before a command is that command's alone.
        if rest != set_here or all(matches):
            found.update({match[1]: _HOME.sub("/root", match[2]) for match in matches if match})
    return found


def exported(text: str) -> dict[str, str]:
    """Return those of a script's variables that it hands on to the programs that are started later."""
    words = [word for found in _run(text) if _hands_on(found) for word in found[1:]]
    names = {word.partition("=")[0] for word in words}
    return {name: value for name, value in variables(text).items() if name in names}


def _hands_on(words: list[str]) -> bool:
    return words[0] == "export" or (words[0] in _SETTING and any(re.fullmatch(r"-\w*x\w*", word) for word in words))


def _run(text: str) -> Iterator[list[str]]:
    """Yield the words of each part of a script that it comes to."""
    depth = 0
    for line in _lines(text.replace("\\\n", " ")):
        for number, words in enumerate(_parts(line)):
            depth += (words[0] in _OPENING or (words[:1] == ["function"] and words[-1] == "{")) - (words[0] in _CLOSING)
            # An exit behind && or within an if may not be come to.
            if _ends(words) and depth <= 0 and number == 0:
                yield from [words] if words[0] == "exec" else []
                return
            yield words


def _ends(words: list[str]) -> bool:
    """Tell whether nothing is run behind a command: a script, or a file that is read in, has come to its end."""
    return _bare(words)[:1] in (["exit"], ["return"]) or (words[0] == "exec" and len(words) > 1)


def _lines(text: str) -> Iterator[str]:
    """Yield the lines, without the texts that `<<` hands to a command."""
    end = ""
    for line in text.split("\n"):
        if end:
            end = "" if line.strip() == end else end
            continue
        yield line
        here = None if line.lstrip().startswith("#") else _HERE_DOCUMENT.search(line)
        end = here[1] if here else ""


def _parts(line: str) -> list[list[str]]:
    """Return the words between the signs that part commands, without where their output goes."""
    # The same few files are read for several criteria, on each machine.
    words = _remembered(line) if len(line) <= _REMEMBERED else _words(line)
    parts: list[list[str]] = [[]]
    is_target = False
    for word in words:
        is_sign = bool(word) and set(word) <= set(_SIGNS)
        if is_sign:
            parts.append([])
        elif not is_target and (kept := _REDIRECTION.sub("", word)):
            parts[-1].append(kept)
        # Behind a sign that stands alone comes the file that is written to or read.
        is_target = not is_sign and bool(_REDIRECTION_ALONE.fullmatch(word))
    return [part for part in parts if part]


def _words(line: str) -> tuple[str, ...]:
    """Return the words of a line, and the signs between them; none where its quotes do not match."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=_SIGNS)
    lexer.whitespace_split = True
    lexer.whitespace = " \t\n"
    try:
        return tuple(lexer)
    except ValueError:
        return ()


_remembered = functools.lru_cache(maxsize=1024)(_words)


def _handed_to_shell(words: list[str]) -> str:
    """Return the text that another shell is given to run, as in `sh -c`; empty where there is none."""
    if PurePosixPath(words[0]).name not in _SHELLS:
        return ""
    places = [number for number, word in enumerate(words) if re.fullmatch(r"-\w*c", word)]
    return words[places[0] + 1] if places and len(words) > places[0] + 1 else ""


def _bare(words: list[str]) -> list[str]:
    """Return a command without what may stand before it: keywords, sudo and its options, assignments."""
    rest = list(words)
    while rest and (
        PurePosixPath(rest[0]).name in _BEFORE
        or _ASSIGNMENT.match(rest[0])
        or (rest[0].startswith("-") and len(rest) < len(words))
    ):
        rest = rest[1:]
    return rest
