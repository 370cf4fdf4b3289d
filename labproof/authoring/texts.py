"""Finds the texts that people read in Python source: what is no command, no key and no docstring.

A text is written in English where it is needed; an f-string is one, too, with its values as blanks. So nobody marks
anything: a new text is found when the catalogues are brought up to date.
"""

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from typing import IO, Any, NamedTuple

from labproof.ground.phrases import BLANK

_CODE = re.compile(
    r"\x08|\$\(|\"\$|\$\w+ |&&|>/dev|%s|<< '|\(\?|\\[Sdw(]|#!/|%\{|^%\w+\(?|</|<\?xml|\{\{\.|exec 3<>|--customize-hook"
    r"|timeout -k|^#|^docker (ps|image|load|container|kill|info --) ?"
    r"|^(systemctl|kubectl|yum|ls|mkdir|ssh|set|bash|cat|env|vagrant) [a-z-]|^/|^GPL-|type: "
)
_GRAMMAR = ("self", "join", "for", "in", "if", "else", "str")
_WORD = re.compile(r"\b[A-Za-z][a-z]+\b")
_CHOICE = re.compile(r"(?:\d+ )?[a-z]{2,}(?:[a-z ',-]*[a-z])?")
_COMMAND = re.compile(r"\b(command|group)\b")


class Text(NamedTuple):
    """A text with the line that it begins in."""

    line: int
    said: str


def find(source: str, with_words: bool = False) -> list[Text]:
    """Return the texts of a module in their order; `with_words` takes single words for texts, too."""
    tree = ast.parse(source)
    least = 1 if with_words else 2
    found = [text for text in (*_strings(tree), *_helps(tree)) if _is_said(text.said, least)]
    return sorted({*found, *_choices(tree)})


def extract(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: dict[str, str]
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield the texts of a module as Babel wants them of an extraction method."""
    for text in find(file.read().decode(), options.get("words", "") == "yes"):
        yield text.line, None, text.said, []


def _is_said(text: str, least: int) -> bool:
    words = _WORD.findall(BLANK.sub(" ", text))
    # A word beside what is filled in is a text already: "3 looks".
    if BLANK.search(text):
        return bool(words) and " " in text.strip() and not _CODE.search(text)
    is_prose = least == 1 or (" " in text.strip() and any(map(str.islower, words)))
    return len(words) >= least and is_prose and not _CODE.search(text)


def _strings(tree: ast.Module) -> Iterator[Text]:
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        text = _text(node)
        if text is None:
            left += [child for child in ast.iter_child_nodes(node) if not _is_docstring(child)]
            continue
        yield Text(getattr(node, "lineno", 0), text)
        # What fills a blank may be a text itself, such as "enabled" if it is, else "not enabled".
        left += [part.value for part in ast.walk(node) if isinstance(part, ast.FormattedValue)]


def _choices(tree: ast.Module) -> Iterator[Text]:
    """Yield the words that one of several things is called by, such as "enabled" if it is, else "not enabled"."""
    for node in ast.walk(tree):
        for value in _alternatives(node):
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and _CHOICE.fullmatch(value.value):
                yield Text(value.lineno, value.value)


def _alternatives(node: ast.AST) -> Sequence[ast.expr]:
    if isinstance(node, ast.IfExp):
        return (node.body, node.orelse)
    return node.values if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) else ()


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _helps(tree: ast.Module) -> Iterator[Text]:
    """Yield what commands of the command line say of themselves, a paragraph each."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(_COMMAND.search(ast.unparse(d)) for d in node.decorator_list):
            for paragraph in inspect.cleandoc(ast.get_docstring(node) or "").split("\n\n"):
                yield Text(node.lineno, " ".join(paragraph.split()))


def _text(node: ast.AST) -> str | None:
    """Return a string, or an f-string as a phrase with blanks, or both added up; None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return _phrase(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return None if left is None or right is None else left + right
    return None


def _phrase(node: ast.JoinedStr) -> str:
    names: list[str] = []
    parts = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            names.append(_name(part.value, names))
            parts.append(f"{{{names[-1]}}}")
        else:
            parts.append(str(getattr(part, "value", "")).replace("{", "{{").replace("}", "}}"))
    return "".join(parts)


def _name(value: ast.expr, taken: list[str]) -> str:
    """Return a name for a blank that a translator understands: the last word of what fills it."""
    words = re.findall(r"[a-z_]\w*", re.sub(r"\"[^\"]*\"|'[^']*'", "", ast.unparse(value)), re.IGNORECASE)
    plain = [word.strip("_").lower() for word in words if word not in _GRAMMAR]
    name = next((word for word in reversed(plain) if word), "value")
    return name if name not in taken else next(f"{name}{n}" for n in range(2, 99) if f"{name}{n}" not in taken)
