"""Which language is spoken: the one that is asked for, else that of the reader's locale."""

import pytest

from labproof.ground import language


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh:en"}, "zh"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "fr:zh_CN"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_DE", "LC_ALL": "zh_CN.GB18030"}, "zh"),
        ({"LC_ALL": "C", "LANGUAGE": "zh", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANGUAGE": "zh"}, "en"),
        ({"LC_ALL": "", "LANG": "zh"}, "zh"),
    ],
)
def test_language_of_the_reader(environment: dict[str, str], spoken: str) -> None:
    """The locale decides in gettext's own order, and C asks for the texts as they are written."""
    assert language.of_reader(environment) == spoken


def test_reader_decides_where_nobody_has_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The locale is asked once and only where no language was chosen."""
    monkeypatch.setattr(language, "_chosen", "")
    language.use_reader({"LANG": "zh_CN.UTF-8"})
    assert language.current() == "zh"
    language.use_reader({"LANG": "en_GB.UTF-8"})
    assert language.current() == "zh"


def test_language_is_spoken_within_a_block() -> None:
    """What was spoken before is spoken again after a block, also when that ends in an error."""
    before = language.current()
    with language.spoken("zh"):
        assert language.current() == "zh"
    with pytest.raises(ValueError, match="not a number"), language.spoken("zh"):
        int("not a number")
    assert language.current() == before
