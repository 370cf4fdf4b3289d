"""Reading settings files: TOML or JSON to frozen models, every problem reported at once."""

import json
import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from labproof.errors import ConfigError


class Settings(BaseModel):
    """The base of every settings model: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


S = TypeVar("S", bound=Settings)


def load(path: Path, model: type[S]) -> S:
    """Read a TOML or JSON file. Raises ConfigError that names the file, the keys and the fixes."""
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise ConfigError([f"{path}: no such file; check the path"]) from None
    except UnicodeDecodeError as problem:
        raise ConfigError([f"{path}: not UTF-8 text ({problem}); save it as UTF-8"]) from problem
    try:
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise ConfigError([f"{path}: {problem}; correct the line that is named"]) from problem
    try:
        return model.model_validate(data)
    except ValidationError as problem:
        raise ConfigError([_sentence(path, error) for error in problem.errors()]) from problem


def _sentence(path: Path, error: object) -> str:
    assert isinstance(error, dict)
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{path}: {key}: unknown key; remove it, or correct its spelling"
    if error["type"] == "missing":
        return f"{path}: {key}: missing; add it"
    return f"{path}: {key}: {error['msg']} (found {_shown(error['input'])})"


def _shown(value: object) -> str:
    try:
        return repr(value)[:200]
    except (ValueError, RecursionError):
        # Python writes no number of more than 4300 digits; TOML can hold one in hexadecimal.
        return f"{type(value).__name__} that is too long to be shown"
