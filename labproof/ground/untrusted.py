"""Reading what a student's machine gave, which may be anything."""

import copy
import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import yaml

from labproof.ground.errors import TransportError

P = ParamSpec("P")
T = TypeVar("T")
_REMEMBERED = 20_000
"""Characters of a text in YAML that is kept with what it means: probes ask for the same file again and again."""


_DEEPEST = 100
"""Mappings and lists within one another that are read: libyaml would use up the stack for what is deep enough."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads plain data, ten times as fast where PyYAML was built with libyaml, as its own wheels are."""

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        value: int = super().construct_yaml_int(node)
        # Hexadecimal digits have no limit when they are read: let the ValueError come here, not where it is shown.
        str(value)
        return value


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def read_yaml(text: str) -> dict[str, Any]:
    """Return the mapping that a text in YAML is. Raises ValueError for anything else."""
    documents = read_yaml_documents(text)
    if len(documents) != 1 or not isinstance(documents[0], dict):
        raise ValueError("no mapping in YAML")
    return documents[0]


def read_yaml_documents(text: str) -> list[Any]:
    """Return every document of a text in YAML. Raises ValueError for what is none."""
    # Whoever changes what was read changes nobody else's.
    return copy.deepcopy(_known(text)) if len(text) <= _REMEMBERED else _parsed(text)


@functools.lru_cache(maxsize=32)
def _known(text: str) -> list[Any]:
    return _parsed(text)


def _parsed(text: str) -> list[Any]:
    try:
        _require_plain(text)
        return list(yaml.load_all(text, _Loader))
    # PyYAML's own constructors break in many ways on a tag with a value that it does not fit.
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, OverflowError, RecursionError) as problem:
        raise ValueError(f"no YAML: {' '.join(str(problem).split())[:200]}") from problem


def _require_plain(text: str) -> None:
    """Raise YAMLError for aliases, a few lines of which stand for more text than any memory holds, and for depth."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("it uses aliases, which are not read here")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.YAMLError(f"more than {_DEEPEST} lists and mappings stand within one another")


def reads_objects(probe: Callable[P, T]) -> Callable[P, T]:
    """Let a probe of API objects raise TransportError for one that is not as Kubernetes describes it."""

    @functools.wraps(probe)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return probe(*args, **kwargs)
        except (LookupError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as problem:
            what = f"{type(problem).__name__}: {problem}"[:200]
            raise TransportError(f"the API gave an object that is not as Kubernetes describes it ({what})") from problem

    return guarded
