"""Handout 2.6 and 2.7: the daemon's settings, and images from files."""

import json

from labproof.lab.machine import Machine


def configure(machine: Machine, mirror: str) -> None:
    """Write daemon.json with the registry mirror and the systemd cgroup driver."""
    text = json.dumps({"registry-mirrors": [mirror], "exec-opts": ["native.cgroupdriver=systemd"]}, indent=2)
    machine.act(f"mkdir -p /etc/docker && tee /etc/docker/daemon.json << 'EOF'\n{text}\nEOF")


def restart(machine: Machine) -> None:
    """Restart the daemon, so that it reads its file; systemd gives one up that failed too often with a wrong file."""
    machine.act("systemctl daemon-reload && { systemctl reset-failed docker; systemctl restart docker; }")


def get_images(machine: Machine, master: Machine, archive: str) -> None:
    """Load an archive of images, which lies on master; another machine has it sent first."""
    if machine is not master:
        master.act("scp -q -r %s %s:/root/", f"/root/{archive}", machine.address)
    load_images(machine, archive)


def load_images(machine: Machine, archive: str) -> None:
    """Load the images of an archive in /root."""
    machine.act("docker load -i %s", f"/root/{archive}", timeout=600)
