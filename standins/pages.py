"""The files of a page, read once and served from memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from standins.serving import Reply, Request

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Pages:
    """What is served under which path; "/" is index.html."""

    files: Mapping[str, Reply]

    @classmethod
    def of(cls, folder: Path) -> "Pages":
        """Read every page file of a folder."""
        found = {
            f"/{path.name}": Reply(200, path.read_bytes(), TYPES[path.suffix])
            for path in sorted(folder.iterdir())
            if path.suffix in TYPES
        }
        return cls({**found, "/": found["/index.html"]})

    def find(self, request: Request) -> Reply | None:
        """Return the file that a GET or HEAD asks for, or None."""
        return self.files.get(request.path) if request.method in {"GET", "HEAD"} else None
