"""What goes out of a socket: its bytes, their order, and what is done about a peer that hangs."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from websockets.frames import Frame as LibraryFrame
from websockets.frames import Opcode

from jams.connections import (
    OUTBOX_BYTES,
    OUTBOX_FRAMES,
    SEND_SECONDS,
    Connection,
    DirectConnection,
    Frame,
    QueuedConnection,
)
from jams.hub import Hub
from jams.messages import Bye, CloseCode, UserAway, UserLeft


class Peer(asyncio.Transport):
    """The other side, which reads nothing as long as `unread` says so."""

    take_text: Callable[[bytes], bool] | None = None
    connection: DirectConnection | None = None

    def __init__(self) -> None:
        super().__init__()
        self.transport: asyncio.Transport = self
        self.got: list[str] = []
        self.unread = 0
        self.aborted = False

    def write(self, data: Any) -> None:
        self.got += [part.decode() for part in split(bytes(data))]

    def get_write_buffer_size(self) -> int:
        return self.unread

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        assert (high, low) == (0, None)

    def abort(self) -> None:
        self.aborted = True

    async def send(self, event: dict[str, Any]) -> None:
        """ASGI's way to the same peer."""
        self.got.append(str(event.get("text") or event["code"]))


def split(data: bytes) -> list[bytes]:
    """The payloads of short frames."""
    payloads = []
    while data:
        payloads.append(data[2 : 2 + data[1]])
        data = data[2 + data[1] :]
    return payloads


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture(params=["direct", "queued"])
def connection(request: pytest.FixtureRequest, peer: Peer) -> Connection:
    """A connection of each kind."""
    if request.param == "direct":
        return DirectConnection(peer.send, peer)
    return QueuedConnection(peer.send, peer.abort)


async def sent(peer: Peer, count: int) -> list[str]:
    """What the peer has got, once it is so much."""
    async with asyncio.timeout(5):
        while len(peer.got) < count:  # noqa: ASYNC110 (the peer is a transport: it has no event)
            await asyncio.sleep(0)
    return peer.got


def text(message: Any) -> str:
    return Frame.of(message).text


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
def test_a_frame_is_what_the_library_makes_of_it(size: int) -> None:
    payload = b"x" * size
    assert Frame(payload).wire == LibraryFrame(Opcode.TEXT, payload).serialize(mask=False)


async def test_events_of_a_jam_and_replies_keep_their_order(
    connection: Connection, peer: Peer
) -> None:
    hub = Hub()
    connection.open()
    hub.send("jam", Frame.of(UserAway("early")))
    hub.add("jam", "ann", connection)
    hub.send("jam", Frame.of(UserAway("bob")))
    hub.send("jam", Frame.of(UserLeft("bob")))
    connection.push_message(Bye(1))
    hub.send("jam", Frame.of(UserAway("cleo")))
    connection.close(CloseCode.RESTARTING)
    hub.send("jam", Frame.of(UserAway("late")))
    expected = [UserAway("bob"), UserLeft("bob"), Bye(1), UserAway("cleo")]
    assert await sent(peer, 5) == [*map(text, expected), "4012"]
    connection.end()


async def test_a_newcomer_hears_nothing_of_what_was_said_before(
    connection: Connection, peer: Peer
) -> None:
    hub, other = Hub(), Peer()
    hub.add("jam", "bob", DirectConnection(other.send, other))
    hub.send("jam", Frame.of(UserAway("cleo")))
    connection.open()
    hub.add("jam", "ann", connection)
    hub.send("jam", Frame.of(UserLeft("cleo")), but="bob")
    assert await sent(peer, 1) == [text(UserLeft("cleo"))]
    assert await sent(other, 1) == [text(UserAway("cleo"))]
    connection.end()


async def test_a_connection_that_was_discarded_is_sent_no_more(
    connection: Connection, peer: Peer
) -> None:
    hub = Hub()
    connection.open()
    hub.add("jam", "ann", connection)
    hub.send("jam", Frame.of(UserAway("bob")))
    hub.discard("jam", "ann", connection)
    hub.send("jam", Frame.of(UserLeft("bob")))
    assert await sent(peer, 1) == [text(UserAway("bob"))]
    assert hub.connections() == []
    connection.end()


def test_a_direct_socket_that_is_far_behind_is_aborted(peer: Peer) -> None:
    connection = DirectConnection(peer.send, peer)
    connection.behind = True
    peer.unread = OUTBOX_BYTES
    connection.push_message(Bye(1))
    assert not peer.aborted
    peer.unread += 1
    connection.push_message(Bye(2))
    assert peer.aborted
    connection.push_message(Bye(3))
    assert peer.got == [text(Bye(1))]


async def test_a_queued_socket_that_is_far_behind_is_closed(peer: Peer) -> None:
    connection = QueuedConnection(peer.send, peer.abort)
    for _ in range(OUTBOX_FRAMES + 2):
        connection.push_message(Bye(1))
    connection.open()
    got = await sent(peer, OUTBOX_FRAMES + 1)
    assert got[-1] == str(int(CloseCode.TOO_MANY))
    assert connection.closed
    connection.end()


def test_a_direct_socket_may_be_behind_from_the_first(peer: Peer) -> None:
    peer.unread = 1
    connection = DirectConnection(peer.send, peer)
    connection.open()
    assert connection.behind


def test_a_direct_socket_is_stuck_when_nothing_was_read_for_long(peer: Peer) -> None:
    connection = DirectConnection(peer.send, peer)
    assert not connection.is_stuck(0)
    connection.behind = True
    assert not connection.is_stuck(1)
    assert not connection.is_stuck(1 + SEND_SECONDS)
    assert connection.is_stuck(1.1 + SEND_SECONDS)
    connection.behind = False
    assert not connection.is_stuck(2 + SEND_SECONDS)
    connection.behind = True
    assert not connection.is_stuck(3 + SEND_SECONDS)
