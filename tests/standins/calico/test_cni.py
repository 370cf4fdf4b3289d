import json
from pathlib import Path

from labproof.standins.calico.cni import NAME, install


def test_configuration_uses_the_nodes_range(tmp_path: Path) -> None:
    """The addresses come from the Node's own range, and host ports work."""
    assert install(tmp_path, "10.122.1.0/24")
    written = json.loads((tmp_path / NAME).read_text())
    assert written["plugins"][0]["ipam"]["ranges"] == [[{"subnet": "10.122.1.0/24"}]]
    assert [plugin["type"] for plugin in written["plugins"]] == ["ptp", "portmap", "calico-stand-in"]


def test_right_configuration_is_left_alone(tmp_path: Path) -> None:
    """What is right already is not written again; another range is."""
    install(tmp_path, "10.122.1.0/24")
    assert not install(tmp_path, "10.122.1.0/24")
    assert install(tmp_path, "10.122.2.0/24")
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
