"""The throw-away machine in which yum resolves the packages, with programs of ours in Vagrant's and scp's place."""

import configparser
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from labproof.ground.errors import BundleError
from labproof.ground.places import engine_dir
from labproof.rehearsal.fetching import packages, sources

VAGRANT = """\
#!/bin/sh
echo "$*" >> "$TOLD"
[ "$1" != up ] || cat "$LABPROOF_PACKAGES/packages" "$VAGRANT_CWD/Vagrantfile" > "$TOLD.up"
[ "$1" != "$FAILS" ]
"""
SCP = '#!/bin/sh\necho "$3" >> "$TOLD"\necho packed > "$4"\n'


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the programs where they are found, and return the file with what they were told."""
    for name, text in (("vagrant", VAGRANT), ("scp", SCP)):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(text)
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    monkeypatch.setenv("FAILS", "")
    return tmp_path / "told"


def fetch(folder: Path) -> Path:
    key = folder / "key"
    key.write_text("a key")
    machine = packages.Throwaway(folder / "machine", folder / "log")
    return machine.fetch(sources.load(None).repositories, {"docker-ce": key}, "1.20.4", lambda _: None)


def test_machine_is_thrown_away(tmp_path: Path, told: Path) -> None:
    """The machine comes up with what yum shall be asked for, hands over the repository, and is taken away."""
    assert fetch(tmp_path).read_text() == "packed\n"
    assert told.read_text().splitlines() == [
        "up",
        "ssh-config",
        "default:/var/tmp/k8s-docker.tar.gz",
        "destroy --force",
    ]
    given = told.with_name("told.up").read_text()
    assert "kubelet-1.20.4\n" in given
    assert "docker-ce-20.10.*\n" in given
    assert "packages.sh" in given


def test_machine_that_fails(tmp_path: Path, told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose script fails is taken away all the same."""
    monkeypatch.setenv("FAILS", "up")
    with pytest.raises(BundleError, match="fetching the packages: vagrant ended with exit code 1"):
        fetch(tmp_path)
    assert told.read_text().splitlines() == ["up", "destroy --force"]


@pytest.mark.skipif(shutil.which("vagrant") is None, reason="Vagrant is not on this computer")
def test_vagrant_finds_nothing_wrong(tmp_path: Path) -> None:
    """`vagrant validate` passes for the throw-away machine, whatever hypervisor there is."""
    env = {
        **os.environ,
        "LABPROOF_PACKAGES": str(tmp_path),
        "VAGRANT_HOME": str(tmp_path / "home"),
        "VAGRANT_DOTFILE_PATH": str(tmp_path / "state"),
        "VAGRANT_CHECKPOINT_DISABLE": "1",
    }
    folder = engine_dir() / "vagrant" / "bundle"
    asked = ["vagrant", "validate", "--ignore-provider"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=folder, env=env)
    assert done.returncode == 0, done.stderr


def test_repositories_for_yum() -> None:
    """yum gets every mirror of each repository, and takes no package without a signature."""
    given = sources.load(None).repositories
    read = configparser.ConfigParser()
    read.read_string(packages.repo_file(given))
    assert read.sections() == [repository.name for repository in given]
    for repository in given:
        assert read[repository.name]["baseurl"].split() == list(repository.urls)
        assert read[repository.name]["gpgcheck"] == "1"


def test_images_from_mirrors() -> None:
    """An image is asked for where the longest beginning that fits its name says, else where its name says."""
    shipped = sources.load(None)
    assert shipped.places("registry.aliyuncs.com/google_containers/pause:3.2")[1] == "registry.k8s.io/pause:3.2"
    assert shipped.places("nginx") == ("docker.io/library/nginx:1.20",)
    assert shipped.places("calico/node:v3.20.6") == ("docker.io/calico/node:v3.20.6",)
