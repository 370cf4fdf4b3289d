"""The files that virtual machines are given: which lab has which, so that nobody takes one lab for another."""

import hashlib
from pathlib import Path

from labproof.ground.errors import ConfigError, HostError
from labproof.host.ownership import LabRecord


def digest(folder: Path | None) -> str:
    """Return 16 digits that change with every name and byte in a folder; nothing without one.

    Raises ConfigError for a file that cannot be read.
    """
    if folder is None:
        return ""
    seen = hashlib.sha256()
    try:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            seen.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    except OSError as problem:
        raise ConfigError([f"--bundle {folder}: {problem.filename}: {problem.strerror}; correct its rights"]) from None
    return seen.hexdigest()[:16]


def require_same(lab: LabRecord, wanted: Path | None) -> None:
    """Raise HostError where files are given now that are not those of a lab that is there."""
    if wanted is None or (lab.files and lab.files == digest(wanted)):
        return
    # A lab of an earlier Labproof says only where they lay.
    if not lab.files and lab.bundle == str(wanted):
        return
    made_with = f"the files that {lab.bundle} had then" if lab.bundle else "no files"
    raise HostError(
        f"expected machines with the files that {wanted} has now, found a lab that was made with {made_with}\n"
        f"  try: labproof down first; with these files it is another lab"
    )
