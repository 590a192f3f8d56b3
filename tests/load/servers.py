"""The servers under load: how each is started, and its words on the wire."""

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.processes import REPOSITORY, clean_environment

PEERS = Path(__file__).parent / "peers"
HOST = "loops.example.org"
#: As the proxy in front of a production server sends them.
OUR_HEADERS = (
    f"Host: {HOST}\r\nOrigin: https://{HOST}\r\n"
    "X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.7\r\n"
)
#: Limits of one socket and of one address: all load comes from one, so they are lifted.
LIFTED = {
    "JAM_MESSAGES_PER_SECOND": "1000000",
    "JAM_MESSAGE_BURST": "1000000",
    "JAM_SEATS_PER_ADDRESS": "7",
    "JAM_PAGES_PER_MINUTE_PER_SESSION": "100000000",
    "JAM_PAGES_PER_MINUTE_PER_ADDRESS": "100000000",
    "JAM_CONNECTS_PER_MINUTE_PER_SESSION": "100000000",
    "JAM_CONNECTS_PER_MINUTE_PER_ADDRESS": "100000000",
}


class Seat(NamedTuple):
    """Where a user sits, as the server has told it."""

    jam_id: str
    user_id: bytes


def frame(payload: bytes, opcode: int = 1) -> bytes:
    """Return a client's frame. The mask is zero, which costs the server the same."""
    assert len(payload) < 126
    return bytes((0x80 | opcode, 0x80 | len(payload))) + bytes(4) + payload


@dataclass(frozen=True)
class Server:
    """One kind of server. Frames are as clients send them."""

    name: str
    #: Returns the command, given the port.
    command: Callable[[int], Sequence[str]]
    play: bytes
    stop: bytes
    #: Returns the seat a message tells of, None if it tells of none.
    seat: Callable[[bytes], Seat | None]
    #: What stands before the user's id (16 bytes) in the event of a start or a stop.
    user_mark: bytes = b'"user_id":"'
    path: str = "/"
    headers: str = "Host: localhost\r\n"
    #: The beginning of a message, and what the client answers to get its seat.
    hello: tuple[bytes, bytes] | None = None
    leave: bytes = b""
    #: A server's ping among its messages, and the answer.
    ping: tuple[bytes, bytes] | None = None
    #: A request before the socket is opened, from whose answer comes its path.
    ask_seat: Callable[[bytes], str] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    needs_redis: bool = False


def _json_seat(payload: bytes) -> Seat | None:
    if not payload.startswith(b'{"type":"joined"'):
        return None
    message = json.loads(payload)
    return Seat(message["jam_id"], message["user_id"].encode())


def _socketio_seat(payload: bytes) -> Seat | None:
    if not payload.startswith(b'42["joined"'):
        return None
    message = json.loads(payload[2:])[1]
    return Seat(message["jam_id"], message["user_id"].encode())


def _colyseus_seat(payload: bytes) -> Seat | None:
    if b"\xa6joined" not in payload[:10]:
        return None
    ids = [payload.partition(mark)[2][:16] for mark in (b"jam_id\xb0", b"user_id\xb0")]
    return Seat(ids[0].decode(), ids[1])


def _colyseus_path(body: bytes) -> str:
    reserved = json.loads(body)
    return f"/{reserved['processId']}/{reserved['roomId']}?sessionId={reserved['sessionId']}"


def _node(script: str) -> Callable[[int], Sequence[str]]:
    return lambda port: ["node", str(PEERS / f"{script}.mjs"), str(port)]


def _serve(*options: str) -> Callable[[int], Sequence[str]]:
    manage = str(REPOSITORY / "manage.py")
    return lambda port: [sys.executable, manage, "serve", "--bind", f"127.0.0.1:{port}", *options]


_JSON_FRAMES = {
    "play": frame(b'{"type":"play"}'),
    "stop": frame(b'{"type":"stop"}'),
    "seat": _json_seat,
}

OURS = Server(
    "Loops With Friends",
    _serve(),
    **_JSON_FRAMES,  # type: ignore[arg-type]
    path="/ws/jams/fresh/",
    headers=OUR_HEADERS,
    leave=frame(b'{"type":"leave"}'),
    needs_redis=True,
)
WS = Server("ws", _node("ws"), **_JSON_FRAMES)  # type: ignore[arg-type]
SOCKET_IO = Server(
    "Socket.IO",
    _node("socketio"),
    play=frame(b'42["play"]'),
    stop=frame(b'42["stop"]'),
    seat=_socketio_seat,
    path="/socket.io/?EIO=4&transport=websocket",
    hello=(b"0", frame(b"40")),
    ping=(b"2", frame(b"3")),
)
COLYSEUS = Server(
    "Colyseus",
    _node("colyseus"),
    play=frame(b"\x0d\xa4play", 2),
    stop=frame(b"\x0d\xa4stop", 2),
    seat=_colyseus_seat,
    user_mark=b"user_id\xb0",
    ask_seat=_colyseus_path,
    hello=(b"\x0a", frame(b"\x0a", 2)),
)
PEERS_OF_JAMS = (COLYSEUS, WS, SOCKET_IO)


def production_environment(folder: Path, redis_url: str) -> dict[str, str]:
    """Return our server's variables: production's, its static files collected, limits lifted."""
    environment = clean_environment(
        DEBUG="0",
        SECRET_KEY=secrets.token_urlsafe(64),
        ALLOWED_HOSTS=HOST,
        DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}",
        STATIC_ROOT=str(folder / "static"),
        REDIS_URL=redis_url,
        LOG_LEVEL="WARNING",
        **LIFTED,
    )
    manage = [sys.executable, str(REPOSITORY / "manage.py"), "collectstatic", "--noinput", "-v0"]
    subprocess.run(manage, env=environment, check=True, timeout=120)
    return environment
