import json
from pathlib import Path

from standins.calico.cni import ACCOUNT, NAME, PLUGINS, account, install, install_plugins


def test_configuration_uses_the_nodes_range(tmp_path: Path) -> None:
    """The addresses come from the Node's own range, and host ports work."""
    assert install(tmp_path, "10.122.1.0/24")
    written = json.loads((tmp_path / NAME).read_text())
    assert written["plugins"][0]["ipam"]["ranges"] == [[{"subnet": "10.122.1.0/24"}]]
    assert written["plugins"][0]["ipam"]["type"] == "calico-ipam"
    assert [plugin["type"] for plugin in written["plugins"]] == ["calico", "portmap"]


def test_right_configuration_is_left_alone(tmp_path: Path) -> None:
    """What is right already is not written again; another range is."""
    install(tmp_path, "10.122.1.0/24")
    assert not install(tmp_path, "10.122.1.0/24")
    assert install(tmp_path, "10.122.2.0/24")
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_plugins_and_their_account_are_put_in_place(tmp_path: Path) -> None:
    """Both programs can be run by all, their account is read by root alone; a new token replaces the old one."""
    source = tmp_path / "source"
    source.write_bytes(b"program")
    for token in ("old", "new"):
        install_plugins(tmp_path, tmp_path, account("https://10.10.0.1:443", "CA", token), source)
    for name in PLUGINS:
        assert ((tmp_path / name).read_bytes(), (tmp_path / name).stat().st_mode & 0o777) == (b"program", 0o755)
    assert (tmp_path / ACCOUNT).stat().st_mode & 0o777 == 0o600
    written = json.loads((tmp_path / ACCOUNT).read_text())
    assert written["users"][0]["user"] == {"token": "new"}
    assert written["clusters"][0]["cluster"] == {
        "server": "https://10.10.0.1:443",
        "certificate-authority-data": "Q0E=",
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*PLUGINS, ACCOUNT, "source"])
