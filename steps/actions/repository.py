"""Handout 2.4: the offline yum repository."""

from labproof.lab.machine import Machine

_REPOSITORY = """tee /etc/yum.repos.d/k8s-docker.repo << 'EOF'
[k8s-docker]
name=k8s-docker
baseurl=file:///opt/k8s-docker
enabled=1
gpgcheck=0
EOF"""


def unpack(master: Machine) -> None:
    """Unpack the repository on master and point yum to it."""
    master.act("tar -zxf /root/k8s-docker.tar.gz -C /opt/")
    master.act(_REPOSITORY)


def send(master: Machine, node: Machine) -> None:
    """Copy the repository and its file from master to the node."""
    master.act("scp -q /etc/yum.repos.d/k8s-docker.repo %s:/etc/yum.repos.d/", node.address)
    master.act("scp -q -r /opt/k8s-docker/ %s:/opt/", node.address)
