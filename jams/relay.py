"""Joins the worker processes: hands an event of a jam to the others that have users there.

It is the channel layer's only use. A process has one channel of its own, which is in the group of
each jam it has users in; a consumer has none. What a process tells is lost if Redis is away at
that moment; every state is absolute and is told again (see ``presence.py``), so nothing is wrong
for long.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from channels.layers import BaseChannelLayer

logger = logging.getLogger(__name__)

#: Events that may wait for Redis. Beyond it the oldest are dropped: they are told again.
_BACKLOG = 10_000
_SENT_TOGETHER = 256
_RETRY_SECONDS = 0.5
#: How long a subscription may take before the users are seated without it.
_SUBSCRIBE_SECONDS = 2.0


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
        self._outgoing: asyncio.Queue[Relayed] = asyncio.Queue(_BACKLOG)
        self._tasks: list[asyncio.Task[None]] = []
        self._wanted: set[str] = set()
        self._matching: set[asyncio.Task[None]] = set()
        #: Jams whose subscription Redis hasn't confirmed to be what is wanted.
        self._unmatched: set[str] = set()
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        self._channel = await self._layer.new_channel()
        self._tasks = [
            asyncio.create_task(self._listen(), name="relay-listen"),
            asyncio.create_task(self._publish(), name="relay-publish"),
            asyncio.create_task(self._match_again(), name="relay-match"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._layer.flush()

    async def subscribe(self, jam_id: str) -> None:
        """Receive a jam's events from now on. With Redis away it comes back with Redis."""
        self._wanted.add(jam_id)
        await self._match(jam_id)

    def unsubscribe_soon(self, jam_id: str) -> None:
        self._wanted.discard(jam_id)
        task = asyncio.create_task(self._match(jam_id), name="relay-unsubscribe")
        self._matching.add(task)
        task.add_done_callback(self._matching.discard)

    async def _match(self, jam_id: str) -> None:
        """Make the subscription what is wanted by now: the calls may come in any order."""
        group, again = _group(jam_id), jam_id in self._unmatched
        self._unmatched.add(jam_id)
        try:
            async with asyncio.timeout(_SUBSCRIBE_SECONDS), self._lock:
                if jam_id in self._wanted or again:
                    await self._layer.group_add(group, self._channel)
                if jam_id not in self._wanted:
                    # The layer forgets a group before it tells Redis: after a failure only an
                    # `add` before it lets it tell Redis once more.
                    await self._layer.group_discard(group, self._channel)
            self._unmatched.discard(jam_id)
        except Exception as error:
            self._unmatched.add(jam_id)  # an earlier call may have taken it off meanwhile
            logger.warning("Events of other processes have to wait for Redis: %r", error)

    async def _match_again(self) -> None:
        while True:
            await asyncio.sleep(_RETRY_SECONDS)
            for jam_id in list(self._unmatched):
                await self._match(jam_id)

    def publish(self, relayed: Relayed) -> None:
        """Hand an event to the other processes soon, in order."""
        if self._outgoing.full():
            self._outgoing.get_nowait()
        self._outgoing.put_nowait(relayed)

    async def _publish(self) -> None:
        """Send what waits, the events of a jam together and in order."""
        while True:
            events = [await self._outgoing.get()]
            while not self._outgoing.empty() and len(events) < _SENT_TOGETHER:
                events.append(self._outgoing.get_nowait())
            by_jam = dict[str, list[dict[str, Any]]]()
            for event in events:
                by_jam.setdefault(event.jam_id, []).append(event._asdict())
            await asyncio.gather(*(self._send(*sent) for sent in by_jam.items()))

    async def _send(self, jam_id: str, events: list[dict[str, Any]]) -> None:
        message = {"type": "jam.events", "node": self._node, "events": events}
        try:
            await self._layer.group_send(_group(jam_id), message)
        except Exception as error:
            logger.warning("%d events didn't reach the other processes: %r", len(events), error)

    async def _listen(self) -> None:
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except Exception:
                logger.exception("Events of other processes were lost")
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if message["node"] != self._node:
                for event in message["events"]:
                    self._take(event)

    def _take(self, event: dict[str, Any]) -> None:
        known = event.keys() & set(Relayed._fields)  # another version may say more
        try:
            self._receive(Relayed(**{name: event[name] for name in known}))
        except Exception:
            logger.exception("An event of another process was not understood")


def _group(jam_id: str) -> str:
    return f"jam.{jam_id}"
