"""What the handout's page and the coverage page say themselves, in each language."""

import functools
import tomllib

from labproof.ground.places import engine_dir


def words(language: str) -> dict[str, str]:
    """Return every word of the pages in a language, by its name."""
    return {name: said[language] for name, said in _all().items()}


@functools.cache
def _all() -> dict[str, dict[str, str]]:
    return tomllib.loads((engine_dir() / "reports" / "handout_words.toml").read_text(encoding="utf-8"))
