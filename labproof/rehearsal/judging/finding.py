"""What was found wrong with a bundle, and the verdict that follows."""

from dataclasses import asdict, dataclass, field
from typing import Any

SHOWN = 300
"""Characters of what a file says that are shown at most."""


@dataclass(frozen=True)
class Finding:
    """One thing about one file: what was expected, what was found, and what to do.

    `breaks` tells whether the lab fails by it; what does not break anything is worth knowing all the same.
    """

    file: str
    expected: str
    found: str
    fix: str
    breaks: bool = True


@dataclass(frozen=True)
class Verdict:
    """What was read in a bundle's files, and every finding."""

    directory: str
    edition: str
    findings: tuple[Finding, ...]
    packages: tuple[str, ...] = ()
    images: dict[str, str] = field(default_factory=dict)
    stand_ins: dict[str, str] = field(default_factory=dict)
    """What an image stands in for by its own label, by the image's name."""

    @property
    def is_whole(self) -> bool:
        """Tell whether the lab can be done with this bundle, without any way out."""
        return not any(finding.breaks for finding in self.findings)

    def as_data(self) -> dict[str, Any]:
        """Return the verdict as JSON can hold it."""
        return {
            "directory": self.directory,
            "edition": self.edition,
            "whole": self.is_whole,
            "findings": [asdict(finding) for finding in self.findings],
            "packages": list(self.packages),
            "images": self.images,
            "stand_ins": self.stand_ins,
        }

    def lines(self) -> list[str]:
        """Return the verdict for a terminal: what breaks the lab first."""
        ordered = sorted(self.findings, key=lambda finding: not finding.breaks)
        told = [line for finding in ordered for line in _lines(finding)]
        broken = sum(finding.breaks for finding in self.findings)
        wrong = "1 thing is wrong" if broken == 1 else f"{broken} things are wrong"
        end = f"{wrong}: labs made with it fail" if broken else "whole"
        read = f"{len(self.packages)} packages, {len(self.images)} images, as the {self.edition} has them"
        return [*told, f"{self.directory}: {end} ({read})"]


def plain(value: object) -> str:
    """Return what a file says as one short line of printable characters: it may hold anything."""
    text = " ".join(str(value).split())
    shown = "".join(c if c.isprintable() else "?" for c in text[:SHOWN])
    return f"{shown}..." if len(text) > SHOWN else shown


def _lines(finding: Finding) -> list[str]:
    kind = "problem" if finding.breaks else "note"
    return [
        f"{kind}: {finding.file}",
        f"  expected: {finding.expected}",
        f"  found:    {finding.found}",
        f"  fix:      {finding.fix}",
    ]
