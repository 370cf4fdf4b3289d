"""Finding every hand-in in what a platform gives: a folder, a zip of all, zips within zips, or unpacked already."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from labproof.ground.errors import ConfigError
from labproof.handins import archive, manifest, platforms
from labproof.handins.archive import Chain, FolderTree, Tree, Unfit, ZipTree
from labproof.handins.platforms import Hint, Metadata

_DEEPEST = 3
"""How many zips may lie within one another: a platform's, a student's, and that of `labproof hand-in`."""

_NOTHING = Hint()
_LEFT_ALONE = (".ds_store", "thumbs.db", "desktop.ini", platforms.METADATA, "onlinetext.html", "__macosx")
_MOST_METADATA = 8 * archive.MIB


@dataclass(frozen=True)
class Found:
    """A hand-in, the way to it, and what the platform tells of it; `problem` says why it cannot be taken."""

    place: str
    chain: Chain
    hint: Hint = _NOTHING
    problem: str = ""

    @property
    def name(self) -> str:
        """Return the name under which it came."""
        parts = [part for part in PurePosixPath(self.place).parts if part not in ("", ".")]
        return parts[-1] if parts else self.chain.root.name


def find(root: Path) -> list[Found]:
    """Return every hand-in of a folder, or of a zip of all. Raises ConfigError where there is no such thing."""
    if not root.exists():
        raise ConfigError([f"--hand-ins: {root}: no such folder; name what the platform gave for download"])
    try:
        tree = FolderTree(root) if root.is_dir() else None
        found = list(_survey(Chain(root), tree, (), {}, 0) if tree else _of_zip(root))
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
        yield from _survey(Chain(root, archive.DOWNLOAD), tree, (), {}, 0)


def _survey(chain: Chain, tree: Tree, place: tuple[str, ...], told: Metadata, depth: int) -> Iterator[Found]:
    told = {**told, **_metadata(tree)}
    homes = sorted({_folder(name) for name in tree.sizes if _base(name) in (archive.EVIDENCE, manifest.NAME)})
    homes = [home for home in homes if not _is_left_alone(home)]
    for home in homes:
        where = (*place, *filter(None, home.split("/")))
        yield Found("/".join(where), chain.at(home), platforms.hint(where, told))
    for name, problem in tree.bad.items():
        if not _is_left_alone(name):
            where = (*place, *PurePosixPath(name.replace("\\", "/")).parts)
            yield Found("/".join(where), chain, platforms.hint(where, told), problem)
    for name in tree.sizes:
        if not _is_left_alone(name) and not any(_is_inside(name, home) for home in homes):
            yield from _within(chain, tree, name, (*place, *name.split("/")), told, depth)


def _within(chain: Chain, tree: Tree, name: str, place: tuple[str, ...], told: Metadata, depth: int) -> Iterator[Found]:
    """Yield what is in a file that is no hand-in by its name: a zip of one, or of more."""
    deeper = chain.to(name)
    hint = platforms.hint(place, told)
    try:
        if depth >= _DEEPEST:
            raise Unfit(f"zips within zips, more than {_DEEPEST}; hand in the file as `labproof hand-in` wrote it")
        with deeper.opened() as inner:
            if inner.bad:
                raise Unfit(next(iter(inner.bad.values())))
            found = list(_survey(deeper, inner, place, told, depth + 1))
        if not found:
            raise Unfit("an empty zip; hand in the file as `labproof hand-in` wrote it")
        yield from found
    except Unfit as problem:
        yield Found("/".join(place), deeper, hint, str(problem))


def _metadata(tree: Tree) -> Metadata:
    for name in tree.sizes:
        if _base(name) == platforms.METADATA:
            try:
                return platforms.metadata(tree.read(name, _MOST_METADATA).decode("utf-8", "replace"))
            except Unfit:
                return {}
    return {}


def _is_inside(name: str, home: str) -> bool:
    return not home or name.startswith(f"{home}/")


def _is_left_alone(name: str) -> bool:
    return any(part.casefold() in _LEFT_ALONE or part.startswith("._") for part in name.split("/"))


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _base(name: str) -> str:
    return name.rpartition("/")[2]
