"""A file of decisions to start from: an example of each kind, none of which counts before its marks are removed."""

import datetime
import json
from pathlib import Path

from labproof.gradebook import reading
from labproof.gradebook.decisions import NAME
from labproof.ground.errors import ConfigError
from labproof.ground.wording import fill, say

_ENTRIES = {
    "override": ("student", "criterion", "points", "expires"),
    "waiver": ("student", "criterion"),
    "drop": ("criterion",),
    "penalty": ("student", "percent"),
    "late": ("each", "percent", "cap", "grace_minutes"),
}


def write(folder: Path, today: datetime.date | None = None) -> Path:
    """Write the file into a class's folder. Raises ConfigError where there is one, or no class."""
    book, path = reading.load(folder), folder / NAME
    today = today or datetime.date.today()
    item = book.items[0] if book.items else None
    values = {
        "student": _quoted(book.students[0].student.id if book.students else "0012345"),
        "criterion": _quoted(item.id if item else "section.criterion"),
        "points": f"{float(item.points if item else 1):g}",
        "percent": "10",
        "each": _quoted("day"),
        "cap": "50",
        "grace_minutes": "15",
        "expires": (today + datetime.timedelta(days=90)).isoformat(),
        "reason": _quoted("why"),
        "author": _quoted("who"),
        "date": today.isoformat(),
    }
    lines = [*(f"# {line}" for line in _told(folder)), ""]
    for kind, keys in _ENTRIES.items():
        lines.append(f"# [[{kind}]]")
        lines += [f"# {key} = {values[key]}" for key in (*keys, "reason", "author", "date")]
        lines.append("")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write("\n".join(lines))
    except FileExistsError:
        raise ConfigError([f"{path}: it is there already; add your entries to it"]) from None
    except OSError as problem:
        raise ConfigError([f"{path}: cannot be written ({problem.strerror}); correct the folder's rights"]) from problem
    return path


def _told(folder: Path) -> list[str]:
    """Return what the file says of itself, for its reader."""
    return [
        say("What you decide beside the evidence, which stays as it is."),
        fill("`labproof class report {folder}` works it in.", folder=folder.name),
        say("Each entry says why, who and when; after `expires`, which may be left out, it no longer counts."),
        say("An override gives points, or a percentage of what the criterion is worth."),
        say("What is waived or dropped counts neither way."),
        say("A penalty is in points, or in percent of the points that could be had; [[late]] is the rule for all."),
    ]


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for the one control character that JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
