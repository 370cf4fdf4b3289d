"""The README in both languages: the same commands, the same files, the same headings."""

import re
from collections import Counter

import pytest

from labproof.ground.places import engine_dir

FILES = ("README.md", "README.zh.md")


def text(name: str) -> str:
    return (engine_dir() / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "what",
    [r"`((?:labproof|pytest|make) [^`]*)`", r"\]\(([^)]*)\)", r"^    (.*)$", r"^(#+) "],
    ids=["commands", "links", "blocks", "headings"],
)
def test_readme_says_the_same_in_both_languages(what: str) -> None:
    """Every command, link, block and heading of one README stands in the other as often."""
    english, chinese = (Counter(re.findall(what, re.sub(r"\s+(?=down`)", " ", text(n)), re.MULTILINE)) for n in FILES)
    english.pop("README.zh.md", None)
    chinese.pop("README.md", None)
    assert english == chinese
