"""What of a report's markup is not ours: scripts, handlers and anything that is fetched."""

from html.parser import HTMLParser

from labproof.showing.scripts import script


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.strange: list[str] = []
        self.is_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_script = tag == "script"
        for name, value in attrs:
            if name.startswith("on") or (name in ("src", "href") and not _is_ours(value or "")):
                self.strange.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        if self.is_script and data.strip() != script("language", "report", "times").text.strip():
            self.strange.append(f"<script>{data[:80]}")

    def handle_endtag(self, tag: str) -> None:
        self.is_script = False


def _is_ours(target: str) -> bool:
    # The page leads to its own places, and to files beside it.
    return target.startswith(("#", "data:image/")) or not (":" in target or target.startswith("/"))


def strange(page: str) -> list[str]:
    """Return the elements of a report that are not ours, as far as they could do anything."""
    reader = _Reader()
    reader.feed(page)
    return reader.strange
