"""A report as a browser would find it, and the runs whose reports are looked at."""

from html.parser import HTMLParser
from pathlib import Path

from labproof.records.model import RunRecord
from labproof.showing import report
from tests.golden import samples

RUNS = {"full": samples.FULL, "every outcome": samples.EVERY_OUTCOME, "hostile": samples.HOSTILE}
VOID = {"meta", "br", "hr", "img", "link", "input", "wbr"}


class Page(HTMLParser):
    """What a browser would find in a page: tags, attributes, text; and whether the tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append("zh" if dict(attrs).get("class") == "zh" else tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() in (tag, "zh")

    def handle_data(self, data: str) -> None:
        if not {"style", "script", "zh"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]


def page(run: RunRecord, folder: Path) -> Page:
    """Return the report of a run, written into the folder."""
    return Page(report.write(run, folder).read_text(encoding="utf-8"))
