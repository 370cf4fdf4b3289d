"""Reading settings files: TOML or JSON to frozen models, every problem reported at once."""

import functools
import json
import math
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from labproof.ground.errors import ConfigError

LIMIT = 4 * 1024 * 1024
"""Characters of a settings file that are read at most."""

_SECRETS = ("password", "secret")


class Settings(BaseModel):
    """The base of every settings model: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


S = TypeVar("S", bound=Settings)


def one_for_each(names: Iterable[str], model: type[S]) -> type[Settings]:
    """Return a model with a table of its own, of this kind, for each of the names; each is required."""
    fields: dict[str, Any] = dict.fromkeys(names, (model, ...))
    return create_model("OneForEach", __base__=Settings, **fields)


def load(path: Path, model: type[S], looks_like: str = "") -> S:
    """Read a TOML or JSON file. Raises ConfigError that names the file, the keys and the fixes.

    Nothing is turned into another type. `looks_like` tells how such a file looks, where it is none at all.
    """
    example = f"; {looks_like}" if looks_like else ""
    text = _text(path, example)
    try:
        data = json.loads(text) if path.suffix == ".json" else tables(text)
    except (ValueError, RecursionError) as problem:
        hint = _backslash(text, str(problem)) or "correct the line that is named"
        raise ConfigError([f"{path}: {problem}; {hint}{example}"]) from problem
    strange: dict[str, str] = {}
    try:
        # As JSON, because a strict model takes a list for a tuple and a text for a path only from there.
        read = model.model_validate_json(json.dumps(_plain(data, (), strange)), strict=True)
    except RecursionError as problem:
        raise ConfigError([f"{path}: nested too deep; correct it{example}"]) from problem
    except ValidationError as problem:
        told = {_key(error): _sentence(error, example) for error in problem.errors()}
        unknown = {key for key, sentence in told.items() if "unknown key" in sentence}
        told |= {key: sentence for key, sentence in strange.items() if key not in unknown}
        raise ConfigError([f"{path}: {sentence}" for sentence in told.values()]) from problem
    if strange:
        raise ConfigError([f"{path}: {sentence}" for sentence in strange.values()])
    return read


@functools.lru_cache(maxsize=64)
def tables(text: str) -> dict[str, Any]:
    """Return what a TOML text says, which nobody may change: a course is read several times. Raises ValueError."""
    return tomllib.loads(text)


def _text(path: Path, example: str) -> str:
    try:
        # Notepad begins a file with a byte order mark.
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(LIMIT + 1)
    except IsADirectoryError:
        raise ConfigError([f"{path}: no such file: it is a folder; name a file{example}"]) from None
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError([f"{path}: no such file; check the path"]) from None
    except UnicodeDecodeError as problem:
        raise ConfigError([f"{path}: not UTF-8 text ({problem}); save it as UTF-8"]) from problem
    except (OSError, ValueError) as problem:
        # A ValueError is a name that no file can have.
        reason = getattr(problem, "strerror", None) or problem
        raise ConfigError([f"{path}: cannot be read: {reason}; name a file that you may read"]) from problem
    if len(text) > LIMIT:
        raise ConfigError([f"{path}: more than {LIMIT // 1024**2} MiB, which no settings file has; check the path"])
    return text


def _backslash(text: str, problem: str) -> str:
    r"""Return what helps where TOML took the backslash of a Windows path in "double quotes" for an escape."""
    named = re.search(r"at line (\d+)", problem)
    lines = text.splitlines()
    if named and int(named[1]) <= len(lines) and re.search(r'"[^"]*\\', lines[int(named[1]) - 1]):
        return "in double quotes a backslash begins an escape: write the path in single quotes, or with /"
    return ""


def _plain(value: Any, place: tuple[str, ...], strange: dict[str, str]) -> Any:
    """Return data without what no settings file of ours can hold; of that, `strange` gets a sentence by its key."""
    if isinstance(value, dict):
        return {key: _plain(inner, (*place, str(key)), strange) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, (*place, str(number)), strange) for number, inner in enumerate(value)]
    if expected := _wanted(value):
        key = ".".join(place)
        strange[key] = f"{key}: expected {expected} (found {_shown(value)})"
        return None
    return value


def _wanted(value: Any) -> str:
    """Return what is expected in place of a value that is none for us, and nothing otherwise."""
    if isinstance(value, float) and not math.isfinite(value):
        return "a finite number"
    if isinstance(value, int) and value.bit_length() > 64:
        return "a number of common size"
    return "" if value is None or isinstance(value, str | int | float) else "a text or a number; put a date in quotes"


def _key(error: Any) -> str:
    return ".".join(str(part) for part in error["loc"])


def _sentence(error: Any, example: str) -> str:
    key = _key(error)
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key; remove it, or correct its spelling"
    if error["type"] == "missing":
        return f"{key}: missing; add it{example if len(error['loc']) == 1 else ''}"
    if not key:
        return f"{error['msg']}{example}"
    found = "what is not shown here" if key.endswith(_SECRETS) else _shown(error["input"])
    return f"{key}: {error['msg']} (found {found})"


def _shown(value: object) -> str:
    try:
        return repr(value)[:200]
    except (ValueError, RecursionError):
        # Python writes no number of more than 4300 digits; TOML can hold one in hexadecimal.
        return f"{type(value).__name__} that is too long to be shown"
