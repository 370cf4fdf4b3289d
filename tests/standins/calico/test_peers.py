import socket

from standins.calico.peers import Listener, answers, silent


def test_agent_greets_its_peers() -> None:
    """An agent that listens is heard; an address where nothing listens is named."""
    listener = Listener("127.0.0.1", 0).start()
    port = listener.server_address[1]
    assert answers("127.0.0.1", port)
    assert silent(("127.0.0.1", "127.0.0.2"), port) == ("127.0.0.2",)
    listener.server_close()


def test_stranger_on_the_port_is_no_peer() -> None:
    """A connection that is taken but not greeted does not count."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        assert not answers("127.0.0.1", stranger.getsockname()[1], limit=0.05)


def test_no_peers_are_no_problem() -> None:
    """A single Node has nobody to ask."""
    assert silent(()) == ()
