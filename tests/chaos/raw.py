"""Peers that misbehave below the WebSocket: raw sockets, and a line that goes dead."""

import asyncio
import base64
import json
import os
import socket
import struct
from contextlib import closing
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

ANSWER_SECONDS = 10.0


def handshake(url: str, jam_id: str = "anywhere", *headers: str, query: str = "") -> bytes:
    """Return the request that opens a WebSocket, from the page's own origin."""
    place = urlsplit(url).netloc
    lines = [
        f"GET /ws/jams/{jam_id}/?{query} HTTP/1.1",
        f"Host: {place}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        *(headers or (f"Origin: {url}",)),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def frame(payload: bytes, opcode: int = 1, *, declared: int | None = None) -> bytes:
    """Return a masked frame as a browser sends it; ``declared`` is the length that it claims."""
    length = len(payload) if declared is None else declared
    if length < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
    elif length < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
    return head + bytes(4) + payload  # a mask of zeros changes nothing


def connected(url: str, receive_buffer: int | None = None) -> socket.socket:
    """Return a TCP connection to the server, with a receive buffer of so many bytes."""
    place = urlsplit(url)
    peer = socket.socket()
    if receive_buffer is not None:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    peer.settimeout(ANSWER_SECONDS)
    peer.connect((place.hostname, place.port))
    return peer


def opened(
    url: str, jam_id: str = "anywhere", receive_buffer: int | None = None, query: str = ""
) -> socket.socket:
    """Return a connection whose WebSocket handshake has been answered."""
    peer = connected(url, receive_buffer)
    peer.sendall(handshake(url, jam_id, query=query))
    assert peer.recv(12) == b"HTTP/1.1 101"
    return peer


def status_of(url: str, request: bytes) -> int:
    """Return the status of the answer to a request."""
    with closing(connected(url)) as peer:
        peer.sendall(request)
        answer = peer.recv(12)
        while len(answer) < 12 and (more := peer.recv(12 - len(answer))):
            answer += more
        return int(answer[9:12])


def reset(peer: socket.socket) -> None:
    """Close with an RST: what is on the way is lost, and the other end gets an error."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


class Line:
    """A TCP proxy that can go dead: it forwards nothing any more, and closes nothing."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._alive = asyncio.Event()
        self._alive.set()
        self._server: asyncio.Server | None = None
        self._pumps: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self.url = ""

    def die(self) -> None:
        """Forward nothing from now on."""
        self._alive.clear()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._writers += [writer, there[1]]
        for source, sink in ((reader, there[1]), (there[0], writer)):
            pump = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(pump)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            await self._alive.wait()
            sink.write(data)
            await sink.drain()
        sink.close()


class Peer:
    """A WebSocket to just this jam in a test's own hands: any frame, whole or broken."""

    def __init__(self, url: str, jam_id: str) -> None:
        self._socket = opened(url, jam_id, query="invite=1")
        self._unread = b""
        while b"\r\n\r\n" not in self._unread:
            self._unread += self._more()
        self._unread = self._unread.partition(b"\r\n\r\n")[2]

    def send(self, *frames: bytes) -> None:
        self._socket.sendall(b"".join(frames))

    def receive(self) -> dict[str, Any] | int:
        """Return the next message, or the code with which the server has closed (1006: none)."""
        while True:
            try:
                head = self._take(2)
                length = head[1]
                if length >= 126:
                    length = int.from_bytes(self._take(2 if length == 126 else 8), "big")
                payload = self._take(length)
            except ConnectionError:
                return 1006
            match head[0] & 0x0F:
                case 1:
                    message: dict[str, Any] = json.loads(payload)
                    return message
                case 8:
                    return int.from_bytes(payload[:2], "big") or 1005
                case 9:
                    self.send(frame(payload, 10))

    def until_clock(self, sent: int) -> list[dict[str, Any]]:
        """Ask for the time, and return what came before the answer."""
        self.send(frame(b'{"type":"clock","sent":%d}' % sent))
        came = list[dict[str, Any]]()
        while True:
            message = self.receive()
            assert isinstance(message, dict), f"closed with {message} after {came[-3:]}"
            if message["type"] == "clock" and message["sent"] == sent:
                return came
            came.append(message)

    def close(self) -> None:
        self._socket.close()

    def _take(self, count: int) -> bytes:
        while len(self._unread) < count:
            self._unread += self._more()
        taken, self._unread = self._unread[:count], self._unread[count:]
        return taken

    def _more(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionResetError
        return data
