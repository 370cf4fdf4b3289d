"""The program itself, started on localhost as kubeadm's Deployment starts it: what it says and how it ends."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dnslib import RCODE, DNSRecord

from labproof.ground.places import course_dir
from labproof.ground.wait import Deadline, wait_until


def free_port() -> int:
    """Return a port that nobody has, on any address, over UDP as over TCP: the program takes it on all of them."""
    for _ in range(100):
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            contextlib.suppress(OSError),
        ):
            udp.bind(("0.0.0.0", 0))
            tcp.bind(udp.getsockname())
            return int(udp.getsockname()[1])
    raise AssertionError("a hundred ports were taken")


@contextmanager
def started(folder: Path, corefile: str, port: int = 0) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Start the program with a Corefile, on a port of its own choice or the one given; give it and what it says."""
    (folder / "Corefile").write_text(corefile)
    said = folder / "said"
    environment = {**os.environ, "STANDIN_API": "http://127.0.0.1:1"}
    argv = [sys.executable, "-m", "standins", "dns", "-conf", str(folder / "Corefile"), "-port", str(port)]
    with said.open("wb") as output:
        process = subprocess.Popen(argv, stdout=output, stderr=output, cwd=course_dir(), env=environment)
    try:
        yield process, said
    finally:
        process.kill()
        process.wait()


def port_of(said: Path) -> int:
    """Wait until the program serves; return the port that its first line names."""
    text = wait_until(said.read_text, lambda text: "CoreDNS-1.7.0" in text, Deadline(30), "the banner", every=0.05)
    found = re.match(r"\.:([1-9][0-9]*)\n", text)
    assert found, text
    return int(found[1])


def test_unknown_word_ends_it(tmp_path: Path) -> None:
    """A Corefile with an unknown word ends the program with exit status 1 and one line."""
    with started(tmp_path, ".:53 {\n    errrors\n}\n") as (process, said):
        assert process.wait(10) == 1
        assert said.read_text() == f"{tmp_path}/Corefile:2 - Error during parsing: Unknown directive 'errrors'\n"


def test_loop_ends_it(tmp_path: Path) -> None:
    """Where the name server of the machine is the program itself, it finds its own question and ends."""
    for _ in range(10):
        port = free_port()
        with started(tmp_path, f".:53 {{\n    loop\n    forward . 127.0.0.1:{port}\n}}\n", port) as (process, said):
            assert process.wait(30) == 1
            last = said.read_text().splitlines()[-1]
        # Its Corefile names the port before the program has it, and another program may take it in between.
        if "Address already in use" not in last:
            break
    assert last.startswith("[FATAL] plugin/loop: Loop (127.0.0.1:")
    assert f'-> :{port}) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting.' in last
    assert 'Query: "HINFO ' in last


def test_it_says_what_it_serves_and_how_it_ends(tmp_path: Path) -> None:
    """Its first lines are CoreDNS's, it answers, and SIGTERM ends it with 0 and CoreDNS's last line."""
    query = DNSRecord.question("example.com").pack()
    with (
        started(tmp_path, ".:53 {\n    errors\n    reload\n}\n") as (process, said),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        client.settimeout(5)
        port = port_of(said)
        client.sendto(query, ("127.0.0.1", port))
        assert RCODE[DNSRecord.parse(client.recv(512)).header.rcode] == "REFUSED"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        lines = said.read_text().splitlines()
    assert lines[0] == f".:{port}"
    assert lines[1].startswith("[INFO] plugin/reload: Running configuration MD5 = ")
    assert lines[-1] == "[INFO] SIGTERM: Shutting down servers then terminating"


def test_outside_names_fail_after_seconds(tmp_path: Path) -> None:
    """A name of the outside is asked of a server that is silent, and fails as late as CoreDNS's does, with its line."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as upstream:
        upstream.bind(("127.0.0.1", 0))
        corefile = f".:53 {{\n    errors\n    forward . 127.0.0.1:{upstream.getsockname()[1]}\n}}\n"
        with (
            started(tmp_path, corefile) as (_, said),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        ):
            client.settimeout(10)
            port = port_of(said)
            begun = time.monotonic()
            client.sendto(DNSRecord.question("example.com").pack(), ("127.0.0.1", port))
            reply = DNSRecord.parse(client.recv(512))
            took = time.monotonic() - begun
    assert RCODE[reply.header.rcode] == "SERVFAIL"
    assert took > 2
    assert "[ERROR] plugin/errors: 2 example.com. A: read udp 127.0.0.1:" in said.read_text()
