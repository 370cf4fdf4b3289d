"""What a section of the handout asks a student to do, as its `handout.toml` says it, in every language."""

from labproof.ground import settings

LANGUAGES = ("en", "zh")


class Text(settings.Settings):
    """One text in both languages; `commands` stand in backticks, {table.key} is filled in from the course's facts."""

    en: str
    zh: str

    def said(self, language: str) -> str:
        """Return the text in a language."""
        return self.zh if language == "zh" else self.en


class Instruction(settings.Settings):
    """One thing that the handout asks for, with the criteria that prove it, or why nothing does.

    `run` is what the handout has a student type, line by line; it is the same in every language.
    """

    id: str
    paragraphs: tuple[str, ...]
    machines: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    do: Text
    run: str = ""
    ungraded: Text | None = None


class HandoutFile(settings.Settings):
    """A section of the handout: what it is about, its instructions in order, when it is done, what is good to know."""

    intro: Text
    done: Text
    instruction: tuple[Instruction, ...]
    note: tuple[Text, ...] = ()
