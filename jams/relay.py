"""Joins the worker processes: hands an event of a jam to the others that have users there.

It is the channel layer's only use. A process has one channel, under its node's name; a consumer has
none. Who else has users in a jam is known from the seats, whose owners name their nodes: so an
event goes to those processes, and what a process is told of all its jams at about the same time
travels together. What is told is lost if Redis is away at that moment; every state is absolute and
is told again (see ``upkeep.py``), so nothing is wrong for long.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from channels.layers import BaseChannelLayer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

#: How long an event waits for company, in seconds: a message costs as much as delivering an event
#: to ten sockets, however much is in it. Whoever is to hear of it does so a bar later anyway.
GATHER_SECONDS = 0.004
#: Events that may wait for one process. Beyond it the oldest are dropped: they are told again.
_BACKLOG = 10_000
_SENT_TOGETHER = 512
_RETRY_SECONDS = 0.5


class Relayed(NamedTuple):
    """An event on its way between processes: its frame, and who holds the user's seat now.

    ``lease_ended``: the user leaves because the seat's worker seems to be dead.
    """

    jam_id: str
    owner: str
    payload: bytes
    lease_ended: bool = False


class Relay:
    """This process's end of the channel layer."""

    def __init__(
        self, layer: BaseChannelLayer, node: str, receive: Callable[[Relayed], None]
    ) -> None:
        self._layer = layer
        self._node = node
        self._receive = receive
        self._channel = ""
        #: What waits for each other process, and who sends it: none of them delays another.
        self._outgoing: dict[str, deque[Relayed]] = {}
        self._senders: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Hear what is told to this node; if Redis is away, as soon as it is there."""
        await self._join()
        self._listener = asyncio.create_task(self._listen(), name="relay-listen")

    async def stop(self) -> None:
        tasks = [*self._senders, *([self._listener] if self._listener else [])]
        self._listener = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._layer.flush()

    def publish(self, relayed: Relayed, nodes: Iterable[str]) -> None:
        """Hand an event to the processes of these nodes soon, in order; not once it is stopped."""
        if self._listener is None:
            return
        for node in frozenset(nodes) - {self._node}:
            waiting = self._outgoing.get(node)
            if waiting is None:
                waiting = self._outgoing[node] = deque()
                sender = asyncio.create_task(self._send_to(node, waiting), name="relay-send")
                self._senders.add(sender)
                sender.add_done_callback(self._senders.discard)
            if len(waiting) == _BACKLOG:
                waiting.popleft()
                logger.warning("Too many events wait for Redis: the oldest is dropped")
            waiting.append(relayed)

    async def _send_to(self, node: str, waiting: deque[Relayed]) -> None:
        """Send what waits for a node, much of it together and in order, until nothing does."""
        try:
            while waiting:
                if len(waiting) < _SENT_TOGETHER:
                    await asyncio.sleep(GATHER_SECONDS)
                together = range(min(len(waiting), _SENT_TOGETHER))
                await self._send(node, [waiting.popleft()._asdict() for _ in together])
        finally:
            del self._outgoing[node]

    async def _send(self, node: str, events: list[dict[str, Any]]) -> None:
        try:
            await self._layer.group_send(_group(node), {"type": "jam.events", "events": events})
        except Exception as error:
            logger.warning("%d events didn't reach another process: %r", len(events), error)

    async def _join(self) -> None:
        try:
            channel = await self._layer.new_channel()
            await self._layer.group_add(_group(self._node), channel)
        except (RedisError, OSError) as error:
            logger.warning("Events of other processes aren't heard yet: %s", error)
            await self._layer.flush()  # or each attempt would leave a channel
        else:
            self._channel = channel

    async def _listen(self) -> None:
        while not self._channel:
            await asyncio.sleep(_RETRY_SECONDS)
            await self._join()
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except Exception:
                logger.exception("Events of other processes were lost")
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            for event in message["events"]:
                self._take(event)

    def _take(self, event: dict[str, Any]) -> None:
        known = event.keys() & set(Relayed._fields)  # another version may say more
        try:
            self._receive(Relayed(**{name: event[name] for name in known}))
        except Exception:
            logger.exception("An event of another process was not understood")


def _group(node: str) -> str:
    return f"node.{node}"
