"""Pages come from the machine that is graded, or not at all; two labs are within reach of one grader."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
import pytest

from labproof.connection import pages, ssh
from labproof.connection.base import Command, Credential, HttpRequest, Purpose
from labproof.connection.endpoint import Endpoint
from labproof.connection.live import LiveConnection
from labproof.ground.errors import ProvisionError, Unproven, Unreachable
from labproof.lab.browser import Browser
from labproof.lab.machine import Machine, Phase
from labproof.session.connecting import connect
from tests.connection.shell_server import ShellServer
from tests.connection.web_server import WebServer, response

LOOK = Purpose.OBSERVE
COURSE = {"master": "192.168.200.10", "node": "192.168.200.20"}
Routes = dict[tuple[str, int], tuple[str, int]]


@dataclass
class Lab:
    """Two machines of loopback addresses with a page each; their own network has the course's addresses.

    `port` is that of SSH at those addresses; at their logins another one is forwarded.
    """

    third: int
    port: int
    key_file: Path
    routes: Routes = field(default_factory=dict)
    at: dict[str, str] = field(default_factory=dict)
    logins: dict[str, ShellServer] = field(default_factory=dict)
    pages: dict[str, WebServer] = field(default_factory=dict)
    servers: list[ShellServer] = field(default_factory=list)

    def start(self) -> None:
        for last, name in enumerate(COURSE, 1):
            key = paramiko.ECDSAKey.generate()
            self.at[name] = f"127.0.{self.third}.{last}"
            self.logins[name] = ShellServer(routes=self.routes, key=key)
            inside = ShellServer(at=(self.at[name], self.port), key=key)
            self.servers += [self.logins[name], inside]
            self.pages[name] = WebServer(_talk(f"{name} of lab {self.third}"))
            self.routes[COURSE[name], self.port] = (self.at[name], self.port)
            self.routes[COURSE[name], 80] = ("127.0.0.1", self.pages[name].port)

    def endpoint(self, name: str, address: str = "") -> Endpoint:
        """Return how a machine is reached: at a forwarded port; only a stated address is asked directly."""
        login = self.logins[name]
        known = address or COURSE[name]
        return Endpoint(name, known, "127.0.0.1", login.port, "root", self.key_file, is_direct=bool(address))

    def close(self) -> None:
        for server in (*self.servers, *self.pages.values()):
            server.close()


def _talk(text: str) -> Callable[[socket.socket], None]:
    return lambda sock: sock.sendall(response(text.encode()))


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A port that stands for 22, which only root may listen on."""
    with socket.create_server(("127.0.1.1", 0)) as free:
        number: int = free.getsockname()[1]
    monkeypatch.setattr(pages, "SSH_PORT", number)
    return number


@pytest.fixture
def labs(port: int, key_file: Path) -> Iterator[tuple[Lab, Lab]]:
    """Lab A and lab B, both within reach of this grader."""
    both = Lab(1, port, key_file), Lab(2, port, key_file)
    for lab in both:
        lab.start()
    yield both
    for lab in both:
        lab.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """To which hosts the grader itself has opened connections."""
    hosts: list[str] = []
    create = socket.create_connection

    def note(address: tuple[str, int], *more: float) -> socket.socket:
        # What a tunnel of the tests' own server leads to is opened in its thread, by the same function.
        hosts.append(address[0])
        assert address[0].startswith("127."), f"a packet for {address[0]} would have left this computer"
        return create(address, *more)

    monkeypatch.setattr(socket, "create_connection", note)
    return hosts


def get(connection: LiveConnection, address: str, port: int = 80) -> str:
    return connection.fetch(HttpRequest("GET", f"http://{address}:{port}/", timeout=3), LOOK).body


def test_page_is_asked_through_the_other_machine(labs: tuple[Lab, Lab], sent: list[str]) -> None:
    """Without a stated address each page crosses the lab's own network, from the other machine."""
    lab = labs[0]
    connection = connect(map(lab.endpoint, COURSE), lambda: None)
    assert get(connection, COURSE["master"]) == "master of lab 1"
    assert get(connection, COURSE["node"]) == "node of lab 1"
    assert (COURSE["master"], 80) in lab.logins["node"].tunnels
    assert (COURSE["node"], 80) in lab.logins["master"].tunnels
    assert not {(COURSE["master"], 80)} & set(lab.logins["master"].tunnels)
    connection.close()


def test_only_machine_asks_itself(labs: tuple[Lab, Lab], sent: list[str]) -> None:
    """In a lab of one machine its page is asked through its own connection."""
    connection = connect([labs[0].endpoint("master")], lambda: None)
    assert get(connection, COURSE["master"]) == "master of lab 1"
    connection.close()


def test_machine_is_shown_once(labs: tuple[Lab, Lab]) -> None:
    """The host key at the address is looked at before the first page, and not again before the next one."""
    lab = labs[0]
    connection = connect(map(lab.endpoint, COURSE), lambda: None)
    for _ in range(3):
        get(connection, COURSE["master"])
    assert lab.logins["node"].tunnels.count((COURSE["master"], lab.port)) == 1
    connection.close()
    get(connection, COURSE["master"])
    assert lab.logins["node"].tunnels.count((COURSE["master"], lab.port)) == 2
    connection.close()


def test_stated_address_is_asked_directly(labs: tuple[Lab, Lab], sent: list[str]) -> None:
    """A stated address that shows the login's own host key is asked by the grader itself."""
    lab = labs[0]
    web = WebServer(_talk("direct"), at=lab.at["master"])
    connection = connect([lab.endpoint("master", lab.at["master"]), lab.endpoint("node")], lambda: None)
    try:
        assert get(connection, lab.at["master"], web.port) == "direct"
        assert lab.logins["node"].tunnels == []
    finally:
        connection.close()
        web.close()


@pytest.mark.parametrize("is_direct", [True, False], ids=["directly", "through the other machine"])
def test_page_of_another_lab_earns_nothing(labs: tuple[Lab, Lab], is_direct: bool) -> None:
    """Where lab B answers at the address of lab A, its page is not even asked, and both host keys are told."""
    ours, theirs = labs
    web = WebServer(_talk("page of lab B"), at=theirs.at["master"])
    address = theirs.at["master"] if is_direct else COURSE["master"]
    ours.routes[COURSE["master"], ours.port] = (theirs.at["master"], ours.port)
    ours.routes[COURSE["master"], 80] = (theirs.at["master"], web.port)
    ends = [ours.endpoint("master", address if is_direct else ""), ours.endpoint("node")]
    connection = connect(ends, lambda: None)
    try:
        with pytest.raises(Unproven) as raised:
            get(connection, address, web.port if is_direct else 80)
        own, other = ours.logins["master"].fingerprint, theirs.logins["master"].fingerprint
        assert own in str(raised.value)
        assert other in str(raised.value)
        assert "correct `address` of master" in str(raised.value)
        assert web.connections == 0
    finally:
        connection.close()
        web.close()


def test_strange_page_is_neither_earned_nor_lost(labs: tuple[Lab, Lab]) -> None:
    """A page of another machine is no answer and no missing one, though the machine itself answers."""
    ours, theirs = labs
    connection = connect([ours.endpoint("master", theirs.at["master"]), ours.endpoint("node")], lambda: None)
    master = Machine("master", theirs.at["master"], connection, Phase())
    assert master.is_reachable()
    with pytest.raises(Unproven):
        Browser(connection, Phase()).get(master, "http", 80)
    connection.close()


def test_address_where_nobody_shows_a_key(labs: tuple[Lab, Lab]) -> None:
    """An address without an SSH server is told with what to correct, and is left alone for a while."""
    lab = labs[0]
    del lab.routes[COURSE["master"], lab.port]
    connection = connect(map(lab.endpoint, COURSE), lambda: None)
    for _ in range(2):
        with pytest.raises(Unproven, match=r"as node sees it, found: .*nothing listens"):
            get(connection, COURSE["master"])
    assert len(lab.logins["node"].tunnels) == 1
    connection.close()


def test_address_where_something_else_answers(labs: tuple[Lab, Lab]) -> None:
    """Something that speaks no SSH at the address shows nothing."""
    lab = labs[0]
    lab.routes[COURSE["master"], lab.port] = ("127.0.0.1", lab.pages["master"].port)
    connection = connect(map(lab.endpoint, COURSE), lambda: None)
    with pytest.raises(Unproven, match="no SSH server answers there"):
        get(connection, COURSE["master"])
    connection.close()


@pytest.mark.parametrize("host", ["192.168.200.99", "example.org", COURSE["master"]])
def test_no_packet_for_a_stranger(labs: tuple[Lab, Lab], sent: list[str], host: str) -> None:
    """A host that is no machine's address is refused; one that was not stated is never asked by the grader."""
    lab = labs[0]
    connection = connect([lab.endpoint("master", lab.at["master"]), lab.endpoint("node")], lambda: None)
    with pytest.raises(Unproven, match=f"{host} is no machine's address"):
        get(connection, host)
    with pytest.raises(Unproven, match="not an address that the inventory names"):
        connection._pages._open_direct(host, 80, 1)
    assert sent == []
    connection.close()


def test_dead_inventory_earns_nothing_of_a_lab_that_is_up(labs: tuple[Lab, Lab], sent: list[str]) -> None:
    """Machines that cannot be reached have no pages, though another lab answers at their addresses."""
    theirs = labs[1]
    web = WebServer(_talk("page of lab B"), at=theirs.at["master"])
    ends = [
        Endpoint("master", theirs.at["master"], "127.0.0.1", 1, "root", None),
        Endpoint("node", COURSE["node"], "127.0.0.1", 2, "root", None, is_direct=False),
    ]
    connection = connect(ends, lambda: None)
    for address, number in ((theirs.at["master"], web.port), (COURSE["node"], 80)):
        with pytest.raises(Unproven, match="no SSH connection"):
            get(connection, address, number)
    assert web.connections == 0
    assert set(sent) == {"127.0.0.1"}
    connection.close()
    web.close()


def test_lost_machine_on_the_way_is_nobodys_fault(labs: tuple[Lab, Lab], monkeypatch: pytest.MonkeyPatch) -> None:
    """A page whose way leads through a machine that is lost was not seen, though its own machine answers."""
    lab = labs[0]
    connection = connect(map(lab.endpoint, COURSE), lambda: None)
    master = Machine("master", COURSE["master"], connection, Phase())
    assert Browser(connection, Phase()).get(master, "http", 80).status == 200
    lab.logins["node"].close()
    connection._through["node"].close()
    with pytest.raises(Unproven, match="asked through node, which does not answer"):
        Browser(connection, Phase()).get(master, "http", 80)
    connection.close()


def test_page_that_is_not_there_is_the_students(labs: tuple[Lab, Lab]) -> None:
    """A port that nothing listens on, seen from the other machine, is a fact about the page."""
    lab = labs[0]
    connection = connect(map(lab.endpoint, COURSE), lambda: None)
    master = Machine("master", COURSE["master"], connection, Phase())
    problem = Browser(connection, Phase()).get(master, "http", 81).problem
    # SSH has a word for both, and a firewall that rejects looks alike.
    assert problem.startswith("connection refused by ")
    assert problem.endswith(", or no way there")
    connection.close()


def test_credential_stays_on_its_machine(labs: tuple[Lab, Lab]) -> None:
    """A request that shows a credential goes to the machine's own address, or nowhere."""
    lab = labs[0]
    connection = connect(map(lab.endpoint, COURSE), lambda: None)
    request = HttpRequest("GET", "http://10.9.9.9:6443/", via="master", credential=Credential("admin", token="t"))
    with pytest.raises(Unproven, match=r"expected master's own address 192\.168\.200\.10; nothing was sent"):
        connection.fetch(request, LOOK)
    assert lab.logins["master"].tunnels == []
    connection.close()


def test_one_machine_cannot_be_both(key_file: Path) -> None:
    """Two logins with one host key lead to one machine: that is said instead of graded."""
    key = paramiko.ECDSAKey.generate()
    first, second = ShellServer(key=key), ShellServer(key=key)
    ends = [
        Endpoint(name, COURSE[name], "127.0.0.1", server.port, "root", key_file, is_direct=False)
        for name, server in (("master", first), ("node", second))
    ]
    connection = connect(ends, lambda: None)
    with pytest.raises(ProvisionError, match="master and node show the same SSH host key") as raised:
        connection.unreached()
    assert key.fingerprint in str(raised.value)
    connection.close()
    first.close()
    second.close()


def test_machines_are_reached_first(labs: tuple[Lab, Lab], key_file: Path) -> None:
    """What cannot be reached is told by its name; given up, it is not tried again before the connection is closed."""
    lab = labs[0]
    with socket.create_server(("127.0.0.1", 0)) as free:
        dead = free.getsockname()[1]
    lost = Endpoint("node", COURSE["node"], "127.0.0.1", dead, "root", key_file)
    connection = connect([lab.endpoint("master"), lost], lambda: None)
    assert list(connection.unreached()) == ["node"]
    connection.give_up(["node"])
    back = ShellServer(at=("127.0.0.1", dead))
    connection._machines["node"]._misses = 0
    with pytest.raises(Unreachable):
        connection.run(Command("node", "true"), LOOK)
    assert back.logins == 0
    connection.close()
    assert connection.run(Command("node", "echo back"), LOOK).output == "back\n"
    connection.close()
    back.close()


def test_silent_machine_costs_one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose packets vanish is told after one attempt, and costs nothing any more."""
    monkeypatch.setattr(ssh, "CONNECT_SECONDS", 0.5)
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        # Who comes when the queue is full gets no answer.
        waiting = [stack.enter_context(socket.socket()) for _ in range(3)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        end = Endpoint("master", COURSE["master"], "127.0.0.1", full.getsockname()[1], "root", None)
        connection = connect([end], lambda: None)
        assert "timed out" in connection.unreached()["master"]
        connection.give_up(["master"])
        started = time.monotonic()
        for _ in range(23):
            with pytest.raises(Unreachable):
                connection.run(Command("master", "true"), LOOK)
        assert time.monotonic() - started < 0.5
        connection.close()
