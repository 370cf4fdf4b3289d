"""Reading YAML that a student's machine gave, which may be anything."""

from typing import Any

import yaml


class _WithoutAliases(yaml.SafeLoader):
    """Refuses aliases: a few lines of them stand for more text than any memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it uses aliases, which are not read here")
        return super().compose_node(parent, index)


def read_yaml(text: str) -> dict[str, Any]:
    """Return the mapping that a text in YAML is. Raises ValueError for anything else."""
    try:
        data = yaml.load(text, _WithoutAliases)
    except (yaml.YAMLError, RecursionError) as problem:
        raise ValueError(f"no YAML: {' '.join(str(problem).split())[:200]}") from problem
    if not isinstance(data, dict):
        raise ValueError("no mapping in YAML")
    return data
