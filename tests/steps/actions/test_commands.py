"""The handout's own commands, as they reach the machines."""

import pytest

from labproof.connection.fake import FakeConnection, Reply
from labproof.ground.errors import ActionFailed
from labproof.lab.machine import Lab
from steps.actions import base, control_plane, docker, join, manifest, package, repository, service, ssh_key
from steps.course import facts as course

REHEARSAL = course.load("rehearsal")


@pytest.fixture(autouse=True)
def obedient(fake: FakeConnection) -> None:
    """Let every command succeed."""
    for name in ("master", "node"):
        fake.answer(name, "", "")


def test_init_is_told_the_handouts_settings(fake: FakeConnection, pair: Lab) -> None:
    """kubeadm init gets version, address, repository and both ranges."""
    control_plane.init(pair["master"], REHEARSAL)
    assert fake.lines("master") == [
        "kubeadm init --kubernetes-version=1.20.2 --apiserver-advertise-address=192.168.200.10"
        " --image-repository registry.aliyuncs.com/google_containers"
        " --service-cidr=10.10.0.0/16 --pod-network-cidr=10.122.0.0/16"
    ]


def test_handouts_own_words(fake: FakeConnection, pair: Lab) -> None:
    """Where the handout names a command, that very command is run."""
    base.stop_firewall(pair["node"])
    base.disable_selinux(pair["node"])
    base.switch_swap_off(pair["node"])
    package.install(pair["node"], "lvm2", "yum-utils")
    service.start_and_enable(pair["node"], "docker")
    docker.restart(pair["node"])
    handouts = [
        "systemctl stop firewalld && systemctl disable firewalld",
        "sed -i 's/^SELINUX=.*/SELINUX=disabled/' /etc/selinux/config",
        r"swapoff -a && sed -i '/ swap / s/^\(.*\)$/#\1/g' /etc/fstab",
        "yum install -y lvm2 yum-utils",
        "systemctl start docker && systemctl enable docker",
        "systemctl restart docker",
    ]
    assert [line for line, wanted in zip(fake.lines("node"), handouts, strict=True) if wanted not in line] == []


def test_files_go_to_the_node_from_master(fake: FakeConnection, pair: Lab) -> None:
    """Repository and images are sent by master to the node's address."""
    repository.send(pair["master"], pair["node"])
    docker.get_images(pair["node"], pair["master"], "images.tar.gz")
    assert all("192.168.200.20:" in line for line in fake.lines("master"))
    assert fake.lines("node") == ["docker load -i /root/images.tar.gz"]


def test_master_has_its_images_already(fake: FakeConnection, pair: Lab) -> None:
    """On master the archive is only loaded: nothing is sent."""
    docker.get_images(pair["master"], pair["master"], "images.tar.gz")
    assert fake.lines("master") == ["docker load -i /root/images.tar.gz"]
    assert fake.lines("node") == []


def test_join_runs_what_master_printed(fake: FakeConnection, pair: Lab) -> None:
    """The node runs the join command that master printed, word for word."""
    printed = "kubeadm join 192.168.200.10:6443 --token a.b --discovery-token-ca-cert-hash sha256:c"
    fake.answer("master", "kubeadm token create", f"{printed} \n")
    join.join(pair["master"], pair["node"])
    assert fake.lines("node") == [printed]


@pytest.mark.parametrize("printed", ["", "rm -rf /", "error: kubeadm join", "kubeadm reset -f"])
def test_nothing_else_is_run_as_a_join(fake: FakeConnection, pair: Lab, printed: str) -> None:
    """What is no join command is not run on the node."""
    fake.answer("master", "kubeadm token create", printed)
    with pytest.raises(ActionFailed, match="no join command"):
        join.join(pair["master"], pair["node"])
    assert fake.lines("node") == []


def test_hostile_join_is_quoted(fake: FakeConnection, pair: Lab) -> None:
    """A join command with more in it stays one command."""
    fake.answer("master", "kubeadm token create", "kubeadm join x; touch /owned")
    join.join(pair["master"], pair["node"])
    assert fake.lines("node") == ["kubeadm join 'x;' touch /owned"]


def test_password_is_typed_not_written(fake: FakeConnection, pair: Lab) -> None:
    """ssh-copy-id gets the password at its prompt and never on its command line."""
    ssh_key.copy_to(pair["node"], pair["master"])
    ((command, _),) = fake.commands
    assert command.line == "ssh-copy-id 192.168.200.20"
    assert "secret" in command.answers.values()
    assert "secret" not in repr(command)


def test_dashboards_port_goes_under_line_42(fake: FakeConnection, pair: Lab) -> None:
    """The handout's two lines go under line 42, with its indentation."""
    manifest.open_dashboard_port(pair["master"], 30000)
    assert r"42a\      nodePort: 30000\n  type: NodePort" in fake.lines("master")[0]


LEFTOVERS = "[ERROR FileAvailable--etc-kubernetes-kubelet.conf]: /etc/kubernetes/kubelet.conf already exists"
PRINTED = "kubeadm join 192.168.200.10:6443 --token a.b --discovery-token-ca-cert-hash sha256:c"


def test_init_over_leftovers_says_the_way_out(fake: FakeConnection, pair: Lab) -> None:
    """Where an earlier cluster is in the way it is not taken away: the error says how."""
    fake.answer("master", "kubeadm init", Reply(error="[ERROR Port-6443]: Port 6443 is in use", status=1))
    with pytest.raises(ActionFailed, match=r"Port 6443 is in use\n  try: .*kubeadm reset -f.*reset --to docker"):
        control_plane.init(pair["master"], REHEARSAL)
    assert not any("kubeadm reset" in line for line in fake.lines("master"))


def test_join_over_leftovers_says_the_way_out(fake: FakeConnection, pair: Lab) -> None:
    """Where an earlier attempt is in the way of a join, the error says how to take it away."""
    fake.answer("master", "kubeadm token create", PRINTED)
    fake.answer("node", "kubeadm join", Reply(error=LEFTOVERS, status=1))
    with pytest.raises(ActionFailed, match=r"already exists\n  try: .*kubeadm reset -f.*delete node node"):
        join.join(pair["master"], pair["node"])


def test_node_that_has_joined_is_not_joined_again(fake: FakeConnection, pair: Lab) -> None:
    """A node that is in the cluster only gets its kubelet started, as a second join would fail."""
    fake.answer("master", "kubectl get nodes", "node/master\nnode/node\n")
    fake.answer("node", "ls /etc/kubernetes", "kubelet.conf\nmanifests\npki\n")
    join.join(pair["master"], pair["node"])
    assert fake.lines("node")[-1] == "systemctl start kubelet"
    assert not any("token create" in line for line in fake.lines("master"))


@pytest.mark.parametrize(("nodes", "files"), [("node/master\n", "kubelet.conf"), ("node/node\n", "manifests")])
def test_half_a_join_is_no_join(fake: FakeConnection, pair: Lab, nodes: str, files: str) -> None:
    """A node that only one side knows has not joined this cluster: the join is tried."""
    fake.answer("master", "kubectl get nodes", nodes)
    fake.answer("node", "ls /etc/kubernetes", files)
    fake.answer("master", "kubeadm token create", PRINTED)
    join.join(pair["master"], pair["node"])
    assert fake.lines("node")[-1] == PRINTED


def test_manifest_that_cannot_be_applied_says_the_way_out(fake: FakeConnection, pair: Lab) -> None:
    """What the API calls immutable has to be deleted first, and the error says how."""
    fake.answer("master", "kubectl apply", Reply(error="cannot change roleRef", status=1))
    with pytest.raises(ActionFailed, match=r"cannot change roleRef\n  try: .*kubectl delete -f /root/kuboard.yaml"):
        manifest.apply(pair["master"], "kuboard.yaml")


def test_changed_host_says_the_way_out(fake: FakeConnection, pair: Lab) -> None:
    """A machine that was made anew is known under its old key; the error says how to forget that."""
    fake.answer("master", "ssh-copy-id", Reply(error="REMOTE HOST IDENTIFICATION HAS CHANGED!", status=1))
    with pytest.raises(ActionFailed, match=r"CHANGED!\n  try: .*ssh-keygen -R 192\.168\.200\.20"):
        ssh_key.copy_to(pair["node"], pair["master"])
