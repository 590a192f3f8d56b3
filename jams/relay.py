"""Joins the worker processes: hands an event of a jam to the others that have users there.

It is the channel layer's only use. A process has one channel, under its node's name; a consumer has
none. Who else has users in a jam is known from the seats, whose owners name their nodes: so an
event goes to those processes, and what a process is told of all its jams at about the same time
travels together. What is told is lost if Redis is away at that moment; every state is absolute and
is told again (see ``upkeep.py``), so nothing is wrong for long.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from channels.layers import BaseChannelLayer

logger = logging.getLogger(__name__)

#: How long an event waits for company, in seconds: a message costs as much as delivering an event
#: to ten sockets, however much is in it. Whoever is to hear of it does so a bar later anyway.
GATHER_SECONDS = 0.004
#: Events that may wait for Redis. Beyond it the oldest are dropped: they are told again.
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
        self._outgoing: asyncio.Queue[tuple[frozenset[str], Relayed]] = asyncio.Queue(_BACKLOG)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Hear what is told to this node; raise RedisError or OSError if Redis is away."""
        self._channel = await self._layer.new_channel()
        await self._layer.group_add(_group(self._node), self._channel)
        self._tasks = [
            asyncio.create_task(self._listen(), name="relay-listen"),
            asyncio.create_task(self._publish(), name="relay-publish"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._layer.flush()

    def publish(self, relayed: Relayed, nodes: Iterable[str]) -> None:
        """Hand an event to the processes of these nodes soon, in order."""
        others = frozenset(nodes) - {self._node}
        if not others:
            return
        if self._outgoing.full():
            self._outgoing.get_nowait()
            logger.warning("Too many events wait for Redis: the oldest is dropped")
        self._outgoing.put_nowait((others, relayed))

    async def _publish(self) -> None:
        """Send what waits, all of it that is for one node together and in order."""
        while True:
            events = [await self._outgoing.get()]
            if self._outgoing.qsize() < _SENT_TOGETHER:
                await asyncio.sleep(GATHER_SECONDS)
            while not self._outgoing.empty() and len(events) < _SENT_TOGETHER:
                events.append(self._outgoing.get_nowait())
            by_node = dict[str, list[dict[str, Any]]]()
            for nodes, relayed in events:
                for node in nodes:
                    by_node.setdefault(node, []).append(relayed._asdict())
            await asyncio.gather(*(self._send(*sent) for sent in by_node.items()))

    async def _send(self, node: str, events: list[dict[str, Any]]) -> None:
        try:
            await self._layer.group_send(_group(node), {"type": "jam.events", "events": events})
        except Exception as error:
            logger.warning("%d events didn't reach another process: %r", len(events), error)

    async def _listen(self) -> None:
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
