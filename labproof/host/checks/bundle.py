"""The handout's files: are those that are to be given to the machines there, and whole as far as sizes show it."""

import json
from pathlib import Path
from typing import Any

from labproof.host.checks.finding import Finding, State, Wish, ok, problem, warning
from labproof.host.computer import Computer

MANIFEST = "manifest.json"


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether the bundle can be given to the machines."""
    receiving = [row.name for row in wish.table.machines if row.gets_bundle]
    if not receiving:
        return ok("this course has no files for the machines")
    if wish.bundle is None:
        return warning(
            f"no files for {', '.join(receiving)}: they come up with an empty /root",
            "`labproof up --bundle DIR` with the folder of the handout's files; or copy them to /root yourself",
        )
    try:
        names = sorted(path.name for path in wish.bundle.iterdir() if path.is_file() and path.name != MANIFEST)
        strange = sorted(path.name for path in wish.bundle.iterdir() if not is_plain(path))
    except OSError as reason:
        return problem(f"{wish.bundle} cannot be read: {reason.strerror}", "name the folder of the handout's files")
    if strange:
        return problem(f"{wish.bundle} has {strange[0]}, which cannot be copied to a machine", "take it out of there")
    if not names:
        return problem(f"{wish.bundle} holds no file", "name the folder of the handout's files")
    if wrong := _wrong(wish.bundle):
        return problem(f"{wish.bundle}: {'; '.join(wrong)}", "fetch or build it again")
    return ok(f"{len(names)} files in {wish.bundle}")


def check_content(computer: Computer, wish: Wish) -> Finding:
    """Return whether containers can work with the bundle: with one of their own, or with all of what is given."""
    if wish.bundle is None or wish.judged is None:
        return ok("the rehearsal's own files")
    if not any(row.gets_bundle for row in wish.table.machines):
        return problem("no machine of this course gets files", "leave --bundle out")
    found = check(computer, wish)
    return found if found.state is State.PROBLEM else wish.judged()


def is_plain(path: Path) -> bool:
    """Tell whether this can be given to a machine: a file, also by a link, or a folder of its own.

    Vagrant waits forever for what a pipe will say, fails for a link to nothing, and follows one to any folder.
    """
    return path.is_file() or (path.is_dir() and not path.is_symlink())


def _wrong(folder: Path) -> list[str]:
    """Return what differs from the manifest; the handout's own files have none, and nothing differs."""
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return [said for entry in listed if (said := _difference(folder, entry))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as reason:
        return [f"{MANIFEST} cannot be read ({reason})"]


def _difference(folder: Path, entry: dict[str, Any]) -> str:
    path = folder / Path(str(entry["name"])).name
    found = path.stat().st_size if path.is_file() else None
    if found is None:
        return f"{path.name} is missing"
    return "" if found == entry["size"] else f"{path.name} has {found} bytes, {entry['size']} are listed"
