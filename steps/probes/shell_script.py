"""The commands of a shell script, as far as they can be told without running it."""

import re
import shlex
from collections.abc import Iterator

LOGIN_FILES = "/etc/profile /etc/profile.d/*.sh /root/.bash_profile /root/.bashrc /etc/rc.d/rc.local /etc/rc.local"
"""What root's login runs, and the last script of a boot."""

_BEFORE = {"if", "then", "elif", "else", "while", "until", "do", "{", "!", "sudo", "exec", "command", "nohup", "time"}
"""Words that may stand before a command which is run all the same."""
_OPENING, _CLOSING = {"if", "for", "while", "until", "case", "{"}, {"fi", "done", "esac", "}"}
_HERE_DOCUMENT = re.compile(r"<<-?\s*['\"]?(\w+)")
_ASSIGNMENT = re.compile(r"\w+=")
_SIGNS = ";&|()"


def commands(text: str) -> list[list[str]]:
    """Return the words of each command that may be run: no comment, no text, nothing behind an `exit`.

    What a condition decides is taken as run. A line whose quotes do not match has no commands.
    """
    found: list[list[str]] = []
    depth = 0
    for line in _lines(text.replace("\\\n", " ")):
        for number, words in enumerate(_parts(line)):
            depth += (words[0] in _OPENING) - (words[0] in _CLOSING)
            bare = _bare(words)
            # An exit behind && or within an if may not be come to.
            if bare[:1] == ["exit"] and depth <= 0 and number == 0:
                return found
            if bare:
                found.append(bare)
    return found


def _lines(text: str) -> Iterator[str]:
    """Yield the lines, without the texts that `<<` hands to a command."""
    end = ""
    for line in text.splitlines():
        if end:
            end = "" if line.strip() == end else end
            continue
        yield line
        here = None if line.lstrip().startswith("#") else _HERE_DOCUMENT.search(line)
        end = here[1] if here else ""


def _parts(line: str) -> list[list[str]]:
    """Return the words between the signs that part commands."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=_SIGNS)
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        return []
    parts: list[list[str]] = [[]]
    for word in words:
        if set(word) <= set(_SIGNS):
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def _bare(words: list[str]) -> list[str]:
    """Return a command without what may stand before it: keywords, sudo and its options, assignments."""
    rest = list(words)
    while rest and (
        rest[0] in _BEFORE or _ASSIGNMENT.match(rest[0]) or (rest[0].startswith("-") and rest is not words)
    ):
        rest = rest[1:]
    return rest
