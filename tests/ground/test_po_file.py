"""Catalogues: what Babel writes is read back to the letter."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from hypothesis import given
from hypothesis import strategies as st

from labproof.ground import po_file

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")) | st.sampled_from('\n\t"\\'))


@given(st.dictionaries(TEXTS.filter(str.strip), TEXTS.filter(str.strip), max_size=4))
def test_what_babel_writes_is_read(tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str]) -> None:
    """Any text with any translation comes back from a file of Babel's, however it is broken into lines."""
    path = tmp_path_factory.getbasetemp() / "any.po"
    catalogue = Catalog(locale="zh", fuzzy=False)
    for text, translation in texts.items():
        catalogue.add(text, translation, locations=[("a.py", 1)])
    with path.open("wb") as file:
        write_po(file, catalogue, width=40)
    assert po_file.read(path) == {text: catalogue[text].string for text in texts}


def test_a_guess_is_no_translation(tmp_path: Path) -> None:
    """What is fuzzy or empty is left out, and a course without the file has no translation."""
    path = tmp_path / "zh.po"
    path.write_text('#, fuzzy\nmsgid "a"\nmsgstr "甲"\n\nmsgid "b"\nmsgstr ""\n\nmsgid "c"\nmsgstr "丙"\n', "utf-8")
    assert po_file.read(path) == {"c": "丙"}
    assert po_file.read(tmp_path / "none.po") == {}


@pytest.mark.parametrize("quoted", ['"half a text', 'half a text"', '"two" "texts"', '"a "quote" in it"'])
def test_what_nobody_could_have_written_is_refused(tmp_path: Path, quoted: str) -> None:
    """A text that is not quoted as it must be is never taken for another one."""
    path = tmp_path / "zh.po"
    path.write_text(f'msgid {quoted}\nmsgstr "text"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"Expecting value|Extra data|Unterminated"):
        po_file.read(path)
