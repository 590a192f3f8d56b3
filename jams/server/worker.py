"""One worker process: uvicorn on the supervisor's listening socket, and a goodbye at its end."""

import asyncio
import gc
import socket
from contextlib import suppress

from uvicorn import Config, Server

from jams.worker import drain_worker

from .options import GOODBYE_SECONDS, uvicorn_options
from .protocol import DirectWebSocketProtocol

#: What a worker tells its supervisor when it accepts connections.
READY = b"ready\n"
_POLL_SECONDS = 0.02


class DrainingServer(Server):
    """uvicorn, which says goodbye before it closes.

    By itself it closes all connections first, and lets the application know afterwards.
    """

    def __init__(self, config: Config, supervisor: socket.socket | None = None) -> None:
        super().__init__(config)
        self._supervisor = supervisor
        self._watching: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What is loaded by now stays. The garbage collector needn't look at it again and again:
        # that was a third of what a join costs.
        gc.collect()
        gc.freeze()
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
            await loop.sock_sendall(supervisor, READY)
            while await loop.sock_recv(supervisor, 1):
                pass
        self.should_exit = True


def run_worker(listener_fd: int, supervisor_fd: int) -> None:
    """Serve on an inherited listening socket until a signal, or until the supervisor is gone."""
    listener = socket.socket(fileno=listener_fd)
    supervisor = socket.socket(fileno=supervisor_fd)
    DrainingServer(Config(**uvicorn_options()), supervisor).run(sockets=[listener])
