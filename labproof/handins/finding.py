"""Finding every hand-in in what a platform gives: a folder, a zip of all, zips within zips, or unpacked already."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from labproof.ground.errors import ConfigError
from labproof.handins import archive, manifest, platforms
from labproof.handins.archive import Chain, FolderTree, Tree, Unfit, ZipTree
from labproof.handins.platforms import Hint, Metadata

_DEEPEST = 3
"""How many zips may lie within one another: a platform's, a student's, and that of `labproof hand-in`."""

_MOST_WITHIN = 2000
"""Files that are looked into within one file of a download, all zips within zips taken together."""

_NOTHING = Hint()
_LEFT_ALONE = frozenset(
    ("thumbs.db", "desktop.ini", platforms.METADATA, "onlinetext.html", "__macosx", "@eadir", "icon\r", "$recycle.bin")
)
_LITTER = (".", "~$")
"""What the names of an operating system's and an editor's own files begin with."""

_MOST_METADATA = 8 * archive.MIB


class _TooMany(Unfit):
    """Report a file with so many zips within it that no student's work is in it."""


@dataclass
class _Budget:
    """How many files may still be looked into."""

    left: int = _MOST_WITHIN

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            fix = "give --hand-ins the platform's own zip, or hand in the file as `labproof hand-in` wrote it"
            raise _TooMany(f"more than {_MOST_WITHIN} files in zips within it; {fix}")


@dataclass(frozen=True)
class Found:
    """A hand-in, the way to it, and what the platform tells of it; `problem` says why it cannot be taken.

    `folders` are its names in the download, without those that a student may have given within a zip.
    """

    place: str
    chain: Chain
    hint: Hint = _NOTHING
    problem: str = ""
    folders: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the name under which it came."""
        parts = [part for part in PurePosixPath(self.place).parts if part not in ("", ".")]
        return parts[-1] if parts else self.chain.root.name


def find(root: Path, out: Path | None = None) -> list[Found]:
    """Return every hand-in of a folder, or of a zip of all. Raises ConfigError where there is no such thing.

    `out` is where the results go: what lies there was handed in by nobody.
    """
    if out and out.resolve() == root.resolve():
        raise ConfigError([f"--out: {out} is where the hand-ins are; name another folder"])
    if not root.exists():
        raise ConfigError([f"--hand-ins: {root}: no such folder; name what the platform gave for download"])
    try:
        tree = FolderTree(root, out) if root.is_dir() else None
        found = list(_survey(_Level(Chain(root)), tree) if tree else _of_zip(root))
    except OSError as problem:
        raise ConfigError([f"--hand-ins: {root}: cannot be read ({problem.strerror}); correct its rights"]) from None
    if not found:
        raise ConfigError(
            [f"--hand-ins: {root}: nothing was handed in there; name what the platform gave for download"]
        )
    return found


def _of_zip(root: Path) -> Iterator[Found]:
    with root.open("rb") as file:
        try:
            tree = ZipTree(file, archive.DOWNLOAD)
        except Unfit as problem:
            raise ConfigError([f"--hand-ins: {root}: {problem}"]) from None
        yield from _survey(_Level(Chain(root, archive.DOWNLOAD)), tree)


@dataclass(frozen=True)
class _Level:
    """A tree that is surveyed: the way to it, where it lies, and what the platform tells of all that is in it."""

    chain: Chain
    place: tuple[str, ...] = ()
    hint: Hint = _NOTHING
    depth: int = 0
    budget: _Budget | None = None
    folders: tuple[str, ...] = ()

    def found(self, chain: Chain, parts: tuple[str, ...], hint: Hint, problem: str = "") -> Found:
        """Return what was found in the tree."""
        return Found("/".join((*self.place, *parts)), chain, hint, problem, self.folders if self.depth else parts)

    def hinted(self, parts: Sequence[str], told: Metadata) -> Hint:
        """Return what tells of a file in the tree whose it is."""
        return platforms.further(self.hint, platforms.hint(parts, told))


def _survey(level: _Level, tree: Tree) -> Iterator[Found]:
    told = {} if level.hint.is_certain else _metadata(tree)
    homes = sorted({_folder(name) for name in tree.sizes if _base(name) in (archive.EVIDENCE, manifest.NAME)})
    homes = [home for home in homes if not _is_left_alone(home)]
    for home in homes:
        parts = tuple(filter(None, home.split("/")))
        yield level.found(level.chain.at(home), parts, level.hinted(parts, told))
    for name, problem in tree.bad.items():
        if not _is_left_alone(name):
            parts = PurePosixPath(name).parts
            yield level.found(level.chain, parts, level.hinted(parts, told), problem)
    for name in tree.sizes:
        if not _is_left_alone(name) and not any(_is_inside(name, home) for home in homes):
            yield from _within(level, tree, name, told)


def _within(level: _Level, tree: Tree, name: str, told: Metadata) -> Iterator[Found]:
    """Yield what is in a file that is no hand-in by its name: a zip of one, or of more."""
    parts = tuple(name.split("/"))
    budget = level.budget or _Budget()
    hint, folders = level.hinted(parts, told), level.folders if level.depth else parts
    deeper = _Level(level.chain.to(name), (*level.place, *parts), hint, level.depth + 1, budget, folders)
    try:
        budget.spend()
        yield from _of_inner(deeper, level.chain.within(tree, name))
    except Unfit as problem:
        if isinstance(problem, _TooMany) and level.depth:
            raise
        yield level.found(deeper.chain, parts, hint, str(problem))


def _of_inner(level: _Level, opened: AbstractContextManager[Tree]) -> list[Found]:
    """Return what is in a zip within a tree. Raises Unfit for what cannot be looked into, or is empty."""
    if level.depth > _DEEPEST:
        raise Unfit(f"zips within zips, more than {_DEEPEST}; hand in the file as `labproof hand-in` wrote it")
    with opened as inner:
        if inner.bad:
            raise Unfit(next(iter(inner.bad.values())))
        found = list(_survey(level, inner))
    if not found:
        raise Unfit("an empty zip; hand in the file as `labproof hand-in` wrote it")
    return found


def _metadata(tree: Tree) -> Metadata:
    """Return what Gradescope tells of the folders in a tree, in the file beside them: the one that is nearest to it."""
    names = sorted((name for name in tree.sizes if _base(name) == platforms.METADATA), key=lambda name: name.count("/"))
    if not names or platforms.hint(_folder(names[0]).split("/"), {}).is_certain:
        return {}
    beside = f"{_folder(names[0])}/".lstrip("/")
    try:
        told = platforms.metadata(tree.read(names[0], _MOST_METADATA).decode("utf-8", "replace"))
    except Unfit:
        return {}
    return {f"{beside}{folder}": hint for folder, hint in told.items()}


def _is_inside(name: str, home: str) -> bool:
    return not home or name.startswith(f"{home}/")


def _is_left_alone(name: str) -> bool:
    return any(
        part.casefold() in _LEFT_ALONE or part.startswith(_LITTER) or platforms.is_beside(part)
        for part in name.split("/")
        if part not in (".", "..")
    )


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _base(name: str) -> str:
    return name.rpartition("/")[2]
