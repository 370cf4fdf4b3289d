"""Small courses with a handout, made up for one test."""

import json
from pathlib import Path
from typing import Any

from labproof.grading import rubric
from labproof.grading.rubric import Rubric
from tests.tiny_course import Section, criterion, write

WORDS = {"en": "Do it on {machines.master} with `true`.", "zh": "照着做。"}


def instruction(id: str, *criteria: str, **more: Any) -> dict[str, Any]:
    """Return an instruction that these criteria prove."""
    return {"id": id, "paragraphs": ["1"], "criteria": list(criteria), "do": WORDS, **more}


def course(root: Path, *instructions: dict[str, Any], **more: Any) -> Rubric:
    """Write a course of one section with two criteria and these instructions; without any, one without a handout."""
    both = ["master", "node"]
    criteria = [criterion("one.first", 30, machines=both), criterion("one.second", 40)]
    exercises = write(root, Section("one", 1, criteria))
    if instructions:
        text = {"intro": WORDS, "done": WORDS, "instruction": list(instructions), **more}
        lines = [f"{key} = {_toml(value)}" for key, value in text.items()]
        (exercises / "01-one" / "handout.toml").write_text("\n".join(lines), encoding="utf-8")
    return rubric.load(exercises)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
