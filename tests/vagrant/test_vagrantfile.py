"""The Vagrantfile and what lies beside it, as far as they can be checked without a machine."""

import configparser
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from labproof.ground.places import course_dir

FOLDER = course_dir() / "vagrant"
needs_vagrant = pytest.mark.skipif(shutil.which("vagrant") is None, reason="vagrant is not installed")
needs_ruby = pytest.mark.skipif(shutil.which("ruby") is None, reason="ruby is not installed")

# Stands in front of the Vagrantfile and prints every setting that it makes for one provider.
RECORDER = """
class Note
  def initialize(path, wanted) = (@path, @wanted = path, wanted)
  def provider(name, &block) = (block.call(Note.new("#{@path}.#{name}", @wanted), self) if name.to_s == @wanted)
  def define(name, &block) = block.call(Note.new(name, @wanted))
  def method_missing(name, *values, **options, &block)
    return Note.new(@path, @wanted) if values.empty? && options.empty?
    puts [@path, name, *values, *options.map { |k, v| "#{k}=#{v}" }].join(' ')
  end
  def respond_to_missing?(*) = true
end
module Vagrant
  def self.configure(_version) = yield(Note.new('all', ARGV.fetch(0)))
end
load 'Vagrantfile'
"""


def _settings(provider: str, **environment: str) -> list[str]:
    argv = ["ruby", "-e", RECORDER, provider]
    clean = {name: said for name, said in os.environ.items() if not name.startswith("LABPROOF_")}
    env = {**clean, **environment}
    done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=FOLDER, env=env)
    return done.stdout.splitlines()


@needs_ruby
@pytest.mark.parametrize("provider", ["virtualbox", "libvirt"])
def test_virtual_machines_are_centos_76_with_a_second_network(provider: str) -> None:
    """Box and version are CentOS 7.6's; each machine has its size and its address from the table."""
    lines = _settings(provider)
    for name, memory, address in (("master", 3072, "192.168.200.10"), ("node", 2048, "192.168.200.20")):
        assert f"{name} box= centos/7" in lines
        assert f"{name} box_version= 1811.02" in lines
        assert f"{name}.{provider} memory= {memory}" in lines
        assert any(line.startswith(f"{name} network private_network ip={address}") for line in lines)
        assert any(line.startswith(f"{name} provision centos type=shell") for line in lines)
        assert any(line.startswith(f"{name} network") and "netmask=255.255.255.0" in line for line in lines)
        # What a machine is called here is asked for by the doctor.
        called = {
            "virtualbox": f"{name}.virtualbox name= labproof-{name}",
            "libvirt": f"{name}.libvirt default_prefix= labproof-",
        }
        assert called[provider] in lines


@needs_ruby
@pytest.mark.parametrize("provider", ["virtualbox", "libvirt"])
def test_a_box_from_a_mirror_has_no_version(provider: str) -> None:
    """Vagrant refuses a version of a box that is fetched from an address of its own; several are tried in turn."""
    lines = _settings(provider, LABPROOF_VM_BOX_URL="http://127.0.0.1/a.box\nC:/My Boxes/b.box")
    assert "master box_url= http://127.0.0.1/a.box C:/My Boxes/b.box" in lines
    assert not any(" box_version= " in line for line in lines)


@needs_ruby
@pytest.mark.parametrize("provider", ["virtualbox", "libvirt"])
def test_the_settings_of_a_course_name_its_box(provider: str, tmp_path: Path) -> None:
    """Name, version, mirrors, sums and the vault stand in machines.json."""
    data = json.loads((FOLDER / "machines.json").read_text(encoding="utf-8"))
    url, sum_ = f"http://127.0.0.1/{provider}.box", "ab" * 32
    data["box"] = {"name": "a/box", "version": "", "urls": {provider: [url]}, "sums": {provider: sum_}, "vault": "V"}
    table = tmp_path / "机器 machines.json"
    table.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    lines = _settings(provider, LABPROOF_MACHINES=str(table))
    for said in ("box= a/box", f"box_url= {url}", f"box_download_checksum= {sum_}"):
        assert f"node {said}" in lines
    assert any(
        line.startswith("node provision vault type=shell") and '"VAULT"=>"V"' in line.replace(" ", "") for line in lines
    )


@needs_ruby
def test_libvirt_emulates_the_processor_only_where_that_is_said() -> None:
    """KVM and libvirt's own first network are what a student has; each is a setting, as are the processors."""
    lines = _settings("libvirt")
    assert "master.libvirt driver= kvm" in lines
    assert "master.libvirt cpus= 2" in lines
    assert not any(word in line for line in lines for word in ("cpu_mode", "management_network", "boot_timeout"))
    said = {"LABPROOF_VM_DRIVER": "qemu", "LABPROOF_VM_NAT": "labproof-nat", "LABPROOF_VM_CPUS": "1"}
    lines = _settings("libvirt", **said)
    for setting in ("driver= qemu", "cpu_mode= custom", "cpus= 1", "management_network_address= 10.0.2.0/24"):
        assert f"node.libvirt {setting}" in lines
    assert "node.libvirt management_network_mac= 525400000201" in lines
    # Minutes are nothing unusual there.
    assert "node boot_timeout= 1200" in lines
    assert "node graceful_halt_timeout= 600" in lines


@needs_ruby
@pytest.mark.parametrize("provider", ["virtualbox", "libvirt"])
def test_another_box_has_nothing_of_the_courses(provider: str, tmp_path: Path) -> None:
    """Version, addresses and sums of the course's box are refused or wrong for another; an empty variable is none."""
    data = json.loads((FOLDER / "machines.json").read_text(encoding="utf-8"))
    data["box"] |= {"urls": {provider: ["http://127.0.0.1/a.box"]}, "sums": {provider: "ab" * 32}}
    table = tmp_path / "machines.json"
    table.write_text(json.dumps(data), encoding="utf-8")
    other = _settings(provider, LABPROOF_MACHINES=str(table), LABPROOF_VM_BOX="my/box", LABPROOF_VM_BOX_VERSION="")
    assert "node box= my/box" in other
    assert not any(word in line for line in other for word in ("box_version", "box_url", "checksum"))
    mirror = {"LABPROOF_VM_BOX": "", "LABPROOF_VM_BOX_URL": "http://127.0.0.1/b.box"}
    same = _settings(provider, LABPROOF_MACHINES=str(table), **mirror)
    for said in ("box= centos/7", "box_url= http://127.0.0.1/b.box", f"box_download_checksum= {'ab' * 32}"):
        assert f"node {said}" in same


@needs_ruby
@pytest.mark.parametrize(
    ("name", "value"),
    [("LABPROOF_VM_CPUS", "two"), ("LABPROOF_VM_CPUS", "0"), ("LABPROOF_VM_CPUS", "-1"), ("LABPROOF_VM_DRIVER", "KVM")],
)
def test_an_odd_setting_of_libvirt_is_told(name: str, value: str) -> None:
    """Ruby takes every word for a number, and libvirt would have a machine without a processor."""
    with pytest.raises(subprocess.CalledProcessError) as failed:
        _settings("libvirt", **{name: value})
    assert f"{name}: expected" in failed.value.stderr


MIRROR = """[base]
name=CentOS-$releasever - Base - mirrors.example
failovermethod=priority
baseurl=http://mirrors.example/centos/$releasever/os/$basearch/
        http://mirrors.cloud.example/centos/$releasever/os/$basearch/
gpgcheck=1

[updates]
#mirrorlist=http://mirrorlist.centos.org/?release=$releasever&arch=$basearch&repo=updates
baseurl=https://mirrors.example/$contentdir/$releasever/updates/$basearch/
gpgcheck=1

[C7.0.1406-base]
baseurl=http://vault.centos.org/7.0.1406/os/$basearch/
enabled=0
"""
"""The same with the addresses of a mirror, as many boxes have it, and a part of CentOS-Vault.repo."""

EPEL = """[epel]
metalink=https://mirrors.example/metalink?repo=epel-7&arch=$basearch
enabled=1
gpgcheck=1
"""

REPOSITORY = """[base]
name=CentOS-$releasever - Base
mirrorlist=http://mirrorlist.centos.org/?release=$releasever&arch=$basearch&repo=os&infra=$infra
#baseurl=http://mirror.centos.org/centos/$releasever/os/$basearch/
gpgcheck=1
gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-CentOS-7

[centosplus]
mirrorlist=http://mirrorlist.centos.org/?release=$releasever&arch=$basearch&repo=centosplus&infra=$infra
#baseurl=http://mirror.centos.org/centos/$releasever/centosplus/$basearch/
gpgcheck=1
enabled=0
"""
"""CentOS-Base.repo as CentOS 7.6 brings it, in two of its parts."""


def _vault(folder: Path, vault: str) -> configparser.ConfigParser:
    argv = ["sh", str(FOLDER / "provision" / "vault.sh"), str(folder)]
    subprocess.run(argv, check=True, env={**os.environ, "VAULT": vault})
    found = configparser.ConfigParser(interpolation=None)
    found.read(folder / "CentOS-Base.repo", encoding="utf-8")
    return found


def test_repositories_are_moved_to_the_vault(tmp_path: Path) -> None:
    """The mirrors of CentOS 7 are gone; what is fetched is still checked, and provisioning again changes nothing."""
    (tmp_path / "CentOS-Base.repo").write_text(REPOSITORY)
    _vault(tmp_path, "http://127.0.0.1/7.6.1810")
    again = _vault(tmp_path, "http://127.0.0.1/7.6.1810")
    assert again["base"]["baseurl"] == "http://127.0.0.1/7.6.1810/os/$basearch/"
    assert again["centosplus"]["baseurl"] == "http://127.0.0.1/7.6.1810/centosplus/$basearch/"
    assert "mirrorlist" not in again["base"]
    assert (again["base"]["gpgcheck"], again["base"]["skip_if_unavailable"]) == ("1", "1")
    assert again["centosplus"]["enabled"] == "0"


def test_a_mirror_of_a_box_is_moved_to_the_vault(tmp_path: Path) -> None:
    """There another release is, whatever the mirror is called; what names a release itself stays."""
    (tmp_path / "CentOS-Base.repo").write_text(MIRROR)
    for _ in range(2):
        found = _vault(tmp_path, "http://127.0.0.1/7.6.1810")
    assert found["base"]["baseurl"] == "http://127.0.0.1/7.6.1810/os/$basearch/"
    assert found["updates"]["baseurl"] == "http://127.0.0.1/7.6.1810/updates/$basearch/"
    assert found["C7.0.1406-base"]["baseurl"] == "http://vault.centos.org/7.0.1406/os/$basearch/"
    assert (found["C7.0.1406-base"]["enabled"], found["base"]["gpgcheck"]) == ("0", "1")


def test_epel_keeps_no_package_from_being_installed(tmp_path: Path) -> None:
    """yum passes over it where it does not answer, and without a way out does not ask it at all."""
    (tmp_path / "epel.repo").write_text(EPEL)
    for vault, name, value in (("http://127.0.0.1/v", "skip_if_unavailable", "1"), ("", "enabled", "0")):
        _vault(tmp_path, vault)
        read = configparser.ConfigParser(interpolation=None)
        read.read(tmp_path / "epel.repo", encoding="utf-8")
        assert read["epel"][name] == value


def test_repositories_are_switched_off_without_a_vault(tmp_path: Path) -> None:
    """A class without a way out waits for no mirror."""
    (tmp_path / "CentOS-Base.repo").write_text(REPOSITORY)
    found = _vault(tmp_path, "")
    assert [found[name]["enabled"] for name in ("base", "centosplus")] == ["0", "0"]


def test_a_machine_is_given_files_that_have_no_manifest(tmp_path: Path) -> None:
    """The handout's own files come without one; an empty folder is told and not passed over."""
    script = (FOLDER / "provision" / "base.sh").read_text(encoding="utf-8")
    root = tmp_path / "root"
    for folder in ("root", "bundle", "ssh"):
        (tmp_path / folder).mkdir()
    for here, there in (("/etc/ssh", tmp_path / "ssh"), ("=/root", f"={root}"), ("/tmp/*", "/nowhere/*")):
        script = script.replace(here, str(there))
    env = {**os.environ, "GRADER_KEY": "a-key", "BUNDLE": str(tmp_path / "bundle")}
    empty = subprocess.run(["sh", "-c", script], env=env, capture_output=True, text=True, check=False)
    assert empty.returncode == 1
    assert "expected the handout's files" in empty.stderr
    (tmp_path / "bundle" / "calico.yaml").write_text("kind: Pod")
    subprocess.run(["sh", "-c", script], env=env, check=True)
    assert [path.name for path in root.iterdir()] == ["calico.yaml"]
    assert (tmp_path / "ssh" / "grader_keys").read_text() == "a-key\n"


@needs_ruby
def test_a_container_has_its_address_on_the_labs_bridge() -> None:
    """The list of cards is cleared before it is set, because settings are appended at every start."""
    lines = _settings("lxc", LABPROOF_BOX="a-box")
    for name, address in (("master", "192.168.200.10"), ("node", "192.168.200.20")):
        cards = [line for line in lines if line.startswith(f"{name}.lxc customize net")]
        assert cards[0] == f"{name}.lxc customize net "
        assert f"{name}.lxc customize net.1.ipv4.address {address}/24" in cards
        assert f"{name}.lxc customize net.1.link labproof0" in cards
        assert f"{name} box= a-box" in lines


@needs_ruby
def test_a_container_has_the_card_of_a_virtual_machine_that_leads_outside() -> None:
    """eth0 has VirtualBox's address on both machines, holds the default route, and shares its bridge with nobody."""
    lines = _settings("lxc")
    for name, link in (("master", "labproof-nat0"), ("node", "labproof-nat1")):
        assert f"{name}.lxc customize net.0.link {link}" in lines
        assert f"{name}.lxc customize net.0.ipv4.address 10.0.2.15/24" in lines
        assert f"{name}.lxc customize net.0.ipv4.gateway 10.0.2.2" in lines
        assert not any(line.startswith(f"{name}.lxc customize net.1.ipv4.gateway") for line in lines)


@needs_ruby
def test_a_container_without_that_card_has_one_that_leads_to_the_lab(tmp_path: Path) -> None:
    """A course that names no such network has machines with a single card, and the default route there."""
    table = json.loads((FOLDER / "machines.json").read_text())
    del table["nat"]
    (tmp_path / "machines.json").write_text(json.dumps(table))
    lines = _settings("lxc", LABPROOF_MACHINES=str(tmp_path / "machines.json"))
    assert "master.lxc customize net.0.link labproof0" in lines
    assert "master.lxc customize net.0.ipv4.gateway 192.168.200.1" in lines
    assert not any("net.1." in line for line in lines)


@needs_ruby
@pytest.mark.parametrize("provider", ["virtualbox", "libvirt", "lxc"])
def test_only_master_is_given_the_bundle(provider: str) -> None:
    """The student finds the files in /root on master, and copies them to the node as the handout says."""
    lines = [line for line in _settings(provider, LABPROOF_BUNDLE="/a/bundle") if "bundle" in line]
    assert any(line.startswith("master") for line in lines)
    assert not any(line.startswith("node") and ("/a/bundle" in line or "provision bundle" in line) for line in lines)


@needs_ruby
@pytest.mark.parametrize("provider", ["virtualbox", "libvirt", "lxc"])
def test_no_machine_is_named_or_synced_by_vagrant(provider: str) -> None:
    """Setting host names is the student's work, and Vagrant's way of it spoils /etc/hosts."""
    lines = _settings(provider)
    assert not any(" hostname" in line for line in lines)
    assert "all synced_folder . /vagrant disabled=true" in lines


@needs_vagrant
@pytest.mark.parametrize("provider", ["virtualbox", "lxc"])
def test_vagrant_finds_nothing_wrong(provider: str, tmp_path: Path) -> None:
    """`vagrant validate` passes; VirtualBox itself is only claimed to be there."""
    hypervisor = tmp_path / "VBoxManage"
    hypervisor.write_text("#!/bin/sh\necho 6.1.50r161033\n")
    hypervisor.chmod(0o755)
    env = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "VAGRANT_HOME": str(tmp_path / "home"),
        "VAGRANT_DOTFILE_PATH": str(tmp_path / "state"),
        "VAGRANT_DEFAULT_PROVIDER": provider,
        "VAGRANT_CHECKPOINT_DISABLE": "1",
    }
    done = subprocess.run(["vagrant", "validate"], capture_output=True, text=True, check=False, cwd=FOLDER, env=env)
    assert done.returncode == 0, done.stderr


def test_no_python_lies_beside_the_vagrantfile() -> None:
    """A module there would hide python-vagrant, which has the same name."""
    assert not list(FOLDER.rglob("*.py"))


def test_every_shell_script_passes_shellcheck() -> None:
    """Scripts of the machines, the box and the provisioning have no finding."""
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    scripts = [str(path) for path in files if path.read_text().startswith("#!/bin/sh")]
    assert len(scripts) >= 8
    shellcheck = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run([shellcheck, *scripts], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
