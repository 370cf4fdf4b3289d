"""The network of the machines' first cards, with a virsh that is a script of the test's own."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from labproof.host import sealed_network, table
from labproof.host.checks.network import OF_HYPERVISORS

TABLE = table.load()
assert TABLE.nat is not None
NAT = TABLE.nat


def test_the_network_leads_nowhere() -> None:
    """Nothing is forwarded, and no name server passes questions on."""
    network = ET.fromstring(sealed_network.describe(NAT, TABLE))
    assert network.find("forward") is None
    dns = network.find("dns")
    assert dns is not None
    assert dns.get("enable") == "no"
    assert network.findtext("name") == NAT.bridge


def test_the_first_machine_has_the_address_that_virtualbox_gives() -> None:
    """Each machine has its own address by the hardware address that the Vagrantfile gives its card."""
    network = ET.fromstring(sealed_network.describe(NAT, TABLE))
    hosts = {host.get("mac"): host.get("ip") for host in network.iter("host")}
    assert hosts == {"52:54:00:00:02:00": "10.0.2.15", "52:54:00:00:02:01": "10.0.2.16"}


def test_the_doctor_knows_whose_bridge_it_is() -> None:
    """Its bridge is a hypervisor's in the doctor's eyes, and nobody's who stands in the way."""
    bridge = ET.fromstring(sealed_network.describe(NAT, TABLE)).find("bridge")
    assert bridge is not None
    assert OF_HYPERVISORS.search(bridge.get("name", ""))


def test_one_that_an_earlier_run_has_left_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is taken away before it is made; that it was not there is no error."""
    script = tmp_path / "virsh"
    script.write_text(f'#!/bin/sh\necho "$3" >> {tmp_path}/asked\ntest "$3" = net-create\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    sealed_network.make(NAT, TABLE)
    assert (tmp_path / "asked").read_text().split() == ["net-destroy", "net-undefine", "net-create"]
