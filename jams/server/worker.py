"""One worker process: uvicorn on the supervisor's listening socket, and a goodbye at its end."""

import asyncio
import gc
import socket
from contextlib import suppress

from uvicorn import Config, Server

from jams.worker import drain_worker, worker_has_started

from .options import GOODBYE_SECONDS, uvicorn_options
from .protocol import DirectWebSocketProtocol, SharedState
from .supervisor import READY, WITHOUT_REDIS

#: Objects that came and didn't go before the youngest are collected; and so many collections of
#: one generation before one of the next. Answers to pings alone are thousands of objects a second,
#: which live for a moment: the seldomer the collector looks, the more of them have gone by
#: themselves. With 10,000 of the first it took a third of a join beside 10,000 users. A full one,
#: half a second long then, comes after 15 million objects that stay: which is a leak, or a matter
#: of days.
GC_THRESHOLDS = (50_000, 1, 100)
_POLL_SECONDS = 0.02


class DrainingServer(Server):
    """uvicorn, which says goodbye before it closes.

    By itself it closes all connections first, and lets the application know afterwards.
    """

    def __init__(self, config: Config, supervisor: socket.socket | None = None) -> None:
        super().__init__(config)
        self.server_state: SharedState = SharedState()
        self._supervisor = supervisor
        self._watching: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        spare_garbage_collections()
        if self._supervisor is not None:
            self._watching = asyncio.create_task(self._watch(self._supervisor), name="supervisor")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nobody any more, send the users away, wait for them to go; then uvicorn's way."""
        for server in self.servers:
            server.close()
        await drain_worker()
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                while self._sockets():  # noqa: ASYNC110 (uvicorn has a set, no event)
                    await asyncio.sleep(_POLL_SECONDS)
        for connection in self._sockets():  # they don't read: nothing to wait for any longer
            connection.transport.abort()
        await super().shutdown(sockets)

    def _sockets(self) -> list[DirectWebSocketProtocol]:
        connections = self.server_state.connections
        return [one for one in connections if isinstance(one, DirectWebSocketProtocol)]

    async def _watch(self, supervisor: socket.socket) -> None:
        """Tell the supervisor that this worker is ready, and end when the supervisor has."""
        loop = asyncio.get_running_loop()
        supervisor.setblocking(False)
        with suppress(OSError):
            await loop.sock_sendall(supervisor, READY if worker_has_started() else WITHOUT_REDIS)
            while await loop.sock_recv(supervisor, 1):
                pass
        self.should_exit = True


def spare_garbage_collections() -> None:
    """Keep the garbage collector from looking again and again at what stays.

    That was half of what a join costs with 10,000 users, and a full collection then stopped the
    worker for half a second. What is loaded by now stays for good; a connection that ends leaves
    no cycles behind (see ``protocol.py``), so nearly everything goes without the collector.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def run_worker(listener_fd: int, supervisor_fd: int) -> None:
    """Serve on an inherited listening socket until a signal, or until the supervisor is gone."""
    listener = socket.socket(fileno=listener_fd)
    supervisor = socket.socket(fileno=supervisor_fd)
    DrainingServer(Config(**uvicorn_options()), supervisor).run(sockets=[listener])
