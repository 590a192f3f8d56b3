"""Looks after the worker processes: starts them, replaces the dead, rolls them, ends them.

A worker is the same command once more, with the listening socket and a line to the supervisor
inherited. It says on that line when it is ready and whether it can seat visitors, and ends when the
line does: no worker outlives its supervisor, however that ended.
"""

import asyncio
import logging
import signal
import socket
import sys
import time
from asyncio.subprocess import Process, create_subprocess_exec
from collections.abc import Callable, Sequence
from contextlib import suppress

logger = logging.getLogger(__name__)

#: What a worker says when it accepts connections: that it can seat visitors, or that it can't yet.
READY, WITHOUT_REDIS = b"+", b"-"
#: How long a worker may take to accept connections, and to end once told to, in seconds.
START_SECONDS = 60.0
STOP_SECONDS = 10.0
#: Pause before a worker that died is replaced, in seconds, doubled as long as they die young.
_RESTART_SECONDS = (0.1, 5.0)
#: A worker that lives for less than this, in seconds, dies young: the next may have the same fault.
_YOUNG_SECONDS = 30.0

#: Returns a worker's command, given the numbers of its listening socket and its line.
Command = Callable[[int, int], Sequence[str]]


class WorkerDidNotStart(Exception):
    """A worker ended, or said nothing, before it accepted connections; its log says why."""


class _Worker:
    """One worker process."""

    def __init__(self, process: Process, line: socket.socket) -> None:
        self.process = process
        self.can_seat = False
        self._line = line
        self._started = time.monotonic()

    @classmethod
    async def start(cls, listener: socket.socket, command: Command) -> "_Worker":
        """Return a worker that accepts connections; raise WorkerDidNotStart."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        fds = (listener.fileno(), theirs.fileno())
        try:
            process = await create_subprocess_exec(
                sys.executable, *command(*fds), pass_fds=fds, start_new_session=True
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        worker = cls(process, ours)
        try:
            async with asyncio.timeout(START_SECONDS):
                ready = await asyncio.get_running_loop().sock_recv(ours, 1)
        except TimeoutError:
            await worker.stop()
            raise WorkerDidNotStart(f"it wasn't ready within {START_SECONDS:.0f} s") from None
        except asyncio.CancelledError:
            await worker.stop()
            raise
        if not ready:
            raise WorkerDidNotStart(f"it ended with {await worker.ended()}")
        worker.can_seat = ready == READY
        return worker

    def is_young(self) -> bool:
        return time.monotonic() - self._started < _YOUNG_SECONDS

    async def ended(self) -> int:
        """Wait for the process to end; return its status, negative if a signal ended it."""
        status = await self.process.wait()
        self._line.close()
        return status

    async def stop(self) -> None:
        """End the process: it says goodbye to its users, and is killed if that takes too long."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.ended()
        except TimeoutError:
            logger.warning("Worker %d doesn't end: killing it", self.process.pid)
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.ended()


class Supervisor:
    """As many workers as asked for, until SIGTERM or SIGINT. SIGHUP replaces them one by one."""

    def __init__(self, listener: socket.socket, count: int, command: Command) -> None:
        self._listener = listener
        self._count = count
        self._command = command
        self._workers: list[_Worker] = []
        self._keepers: dict[_Worker, asyncio.Task[None]] = {}
        self._rolling = asyncio.Lock()

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve until a signal; raise WorkerDidNotStart if the first workers don't start."""
        stop = asyncio.Event()
        rolls = set[asyncio.Task[None]]()

        def roll() -> None:
            rolls.add(task := asyncio.create_task(self._roll()))
            task.add_done_callback(rolls.discard)

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        loop.add_signal_handler(signal.SIGHUP, roll)
        stopping = asyncio.create_task(stop.wait())
        starting = asyncio.create_task(self._start_all())
        try:
            await asyncio.wait({stopping, starting}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                ready()
                await stopping
        finally:
            for task in (starting, stopping, *rolls, *self._keepers.values()):
                task.cancel()
            await asyncio.gather(starting, *rolls, *self._keepers.values(), return_exceptions=True)
            await asyncio.gather(*(worker.stop() for worker in self._workers))

    async def _start_all(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._count):
                    group.create_task(self._add())
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def _add(self, pause: float = _RESTART_SECONDS[0]) -> _Worker:
        """Start a worker; should it die young, the next one is started after this pause."""
        worker = await _Worker.start(self._listener, self._command)
        self._workers.append(worker)
        self._keepers[worker] = asyncio.create_task(self._keep(worker, pause))
        return worker

    async def _keep(self, worker: _Worker, pause: float) -> None:
        """Replace a worker once it has ended, however often that takes."""
        status = await worker.ended()
        self._workers.remove(worker)
        del self._keepers[worker]
        shortest, longest = _RESTART_SECONDS
        pause = pause if worker.is_young() else shortest
        went = f"Worker {worker.process.pid} ended with {status}"
        while True:
            logger.error("%s; starting another in %.2f s", went, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, longest)
            try:
                await self._add(pause)
                return
            except (WorkerDidNotStart, OSError) as error:
                went = f"A worker didn't start: {error}"

    async def _roll(self) -> None:
        """Replace the workers one by one: each goes when the next one can take over its users."""
        async with self._rolling:
            for worker in list(self._workers):
                if worker not in self._keepers:
                    continue  # it has died: its keeper replaces it
                try:
                    added = await self._add()
                except (WorkerDidNotStart, OSError) as error:
                    logger.warning("A new worker didn't start, the old ones stay: %s", error)
                    return
                if not added.can_seat:
                    logger.warning("A new worker can't reach Redis, the old ones stay")
                    await self._dismiss(added)
                    return
                # If it has died meanwhile, its keeper replaces it too, and one is too many.
                await self._dismiss(worker if worker in self._keepers else added)
            logger.info("All workers are new")

    async def _dismiss(self, worker: _Worker) -> None:
        """End a worker, and have it replaced by none."""
        keeper = self._keepers.pop(worker, None)
        if keeper is not None:  # else it has ended by itself, and its keeper is at work
            keeper.cancel()
            await worker.stop()
            self._workers.remove(worker)
