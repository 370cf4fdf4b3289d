"""Reads the host's own apt sources, in both formats, and keeps what is Debian's."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from labproof.ground.errors import BundleError

RELEASE = "bookworm"
SUITES = (RELEASE, f"{RELEASE}-updates", f"{RELEASE}-security")
ONE_LINE = re.compile(r"^deb(?:-src)?\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<rest>\S.*)$")


@dataclass(frozen=True)
class PackageSource:
    """One place that packages come from."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""

    @property
    def is_debian(self) -> bool:
        """Tell whether this is a mirror of Debian's own archive, and not somebody's extra repository."""
        own_key = not self.signed_by or "debian-archive" in self.signed_by
        return own_key and "main" in self.components and bool(set(self.suites) & set(SUITES))


def debian_sources(etc: Path = Path("/etc/apt")) -> tuple[PackageSource, ...]:
    """Return the Debian 12 entries of the host's apt configuration. Raises BundleError when there is none."""
    found: dict[PackageSource, None] = {}
    for path in (etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))):
        if path.suffix in {".list", ".sources"} and path.is_file():
            parse = parse_deb822 if path.suffix == ".sources" else parse_one_line
            found |= {_narrowed(s): None for s in parse(path.read_text(errors="replace")) if s.is_debian}
    if not found:
        raise BundleError(
            f"expected a Debian 12 ({RELEASE}) mirror in {etc}/sources.list or {etc}/sources.list.d, found none\n"
            f"  try: build on Debian 12, or add a source with the suite {RELEASE} and the component main"
        )
    return tuple(found)


def parse_one_line(text: str) -> list[PackageSource]:
    """Return the entries of a sources.list; lines that are no entry are skipped."""
    entries = (ONE_LINE.match(line.split("#")[0].strip()) for line in text.splitlines())
    return [_from_line(entry) for entry in entries if entry]


def parse_deb822(text: str) -> list[PackageSource]:
    """Return the enabled stanzas of a .sources file."""
    stanzas = (_fields(stanza) for stanza in re.split(r"\n\s*\n", text))
    return [
        PackageSource(_words(f["uris"]), _words(f["suites"]), _words(f.get("components", "")), f.get("signed-by", ""))
        for f in stanzas
        if {"uris", "suites"} <= f.keys() and f.get("enabled", "yes").strip().lower() != "no"
    ]


def render(sources: Iterable[PackageSource], types: str) -> str:
    """Return the sources as deb822 text; `types` is "deb", "deb-src" or both."""
    return "\n".join(
        f"Types: {types}\nURIs: {' '.join(s.uris)}\nSuites: {' '.join(s.suites)}\n"
        f"Components: {' '.join(s.components)}\n" + (f"Signed-By: {s.signed_by}\n" if s.signed_by else "")
        for s in sources
    )


def _narrowed(source: PackageSource) -> PackageSource:
    """Keep only the suites and the component that the recipe needs: less to fetch, nothing foreign."""
    suites = tuple(suite for suite in source.suites if suite in SUITES)
    return PackageSource(source.uris, suites, ("main",), source.signed_by)


def _from_line(entry: re.Match[str]) -> PackageSource:
    options = dict(o.split("=", 1) for o in (entry["options"] or "").split() if "=" in o)
    suite, *components = entry["rest"].split()
    return PackageSource((entry["uri"],), (suite,), tuple(components), options.get("signed-by", ""))


def _fields(stanza: str) -> Mapping[str, str]:
    """Return a stanza's fields in lower case; a continuation line keeps its leading blank."""
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in {" ", "\t"} and name:
            fields[name] += "\n" + line
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())
