"""A finished bundle: what its manifest lists, and whether its files are still what they were."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labproof.ground.errors import BundleError

MANIFEST = "manifest.json"
SCHEMA = 1
OURS = "rehearsal"
"""The name of a bundle of ours, and of the profile that it is for."""
BUILD_AGAIN = "run: labproof bundle build"


@dataclass(frozen=True)
class Bundle:
    """The offline bundle in a folder, as its manifest describes it."""

    directory: Path
    content: dict[str, Any]

    @classmethod
    def load(cls, directory: Path) -> "Bundle":
        """Read a bundle's manifest. Raises BundleError when there is none, or one that we cannot read."""
        path = directory / MANIFEST
        try:
            content = json.loads(path.read_text())
        except FileNotFoundError as missing:
            raise BundleError(f"expected a bundle in {directory}, found no {MANIFEST}\n  {BUILD_AGAIN}") from missing
        except ValueError as broken:
            raise BundleError(f"{path} is not JSON: {broken}\n  {BUILD_AGAIN}") from broken
        if not isinstance(content, dict) or content.get("schema") != SCHEMA:
            found = content.get("schema") if isinstance(content, dict) else type(content).__name__
            raise BundleError(f"{path}: expected schema {SCHEMA}, found {found!r}\n  {BUILD_AGAIN}")
        return cls(directory, content)

    @property
    def name(self) -> str:
        """Return what kind of bundle this is: "rehearsal" for one of ours."""
        return str(self.content["name"])

    @property
    def kubernetes(self) -> str:
        """Return the version of Kubernetes, without a "v"."""
        return str(self.content["kubernetes"])

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files that a student is given, and the manifest."""
        listed = tuple(self.directory / entry["name"] for entry in self.content["files"])
        return (*listed, self.directory / MANIFEST)

    def check_sizes(self) -> None:
        """Look, in no time, whether each file is there with its size. Raises BundleError naming all that are not."""
        self._report([problem for entry in self.content["files"] if (problem := self._size_problem(entry))])

    def verify(self) -> None:
        """Read every file and compare its sum. Raises BundleError naming all that are missing or changed."""
        self._report([problem for entry in self.content["files"] if (problem := self._problem(entry))])

    def _report(self, problems: list[str]) -> None:
        if problems:
            raise BundleError("\n".join((f"the bundle in {self.directory} is damaged", *problems, f"  {BUILD_AGAIN}")))

    def _problem(self, entry: dict[str, Any]) -> str | None:
        if problem := self._size_problem(entry):
            return problem
        found = sha256(self.directory / entry["name"])
        if found == entry["sha256"]:
            return None
        return f"  {entry['name']}: wrong sum: expected sha256 {entry['sha256']}, found {found}"

    def _size_problem(self, entry: dict[str, Any]) -> str | None:
        try:
            found = (self.directory / entry["name"]).stat().st_size
        except FileNotFoundError:
            return f"  {entry['name']}: missing"
        if found == entry["size"]:
            return None
        what = "truncated" if found < entry["size"] else "too long"
        return f"  {entry['name']}: {what}: expected {entry['size']} bytes, found {found}"


def describe_file(path: Path) -> dict[str, str | int]:
    """Return a file's entry for the manifest."""
    return {"name": path.name, "size": path.stat().st_size, "sha256": sha256(path)}


def sha256(path: Path) -> str:
    """Return the content sum of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
