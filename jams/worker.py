"""One worker process: its parts put together, and their life from the first visitor to the end."""

import asyncio
import logging
import random
from contextlib import suppress
from uuid import uuid4

from channels.layers import get_channel_layer
from django.conf import settings

from .balancer import JamBalancer, SyncJamBalancer
from .committer import Committer
from .connections import Connection
from .hub import Hub
from .leases import Leases
from .messages import Bye, CloseCode
from .presence import Presence
from .redis_client import connect
from .relay import Relay
from .rounds import Rounds
from .shards import Shard, Shards
from .state_keeper import StateKeeper
from .stats import collect_regularly
from .store import JamStore, StoreError, StoreUnavailable

logger = logging.getLogger(__name__)

#: What a worker that goes does for its seats and states must not keep it for longer.
_STOP_SECONDS = 5.0
#: How often the sockets are looked over for dead readers.
_SWEEP_SECONDS = 2.0
#: The users of a worker that goes come back spread over this time, at the most.
RECONNECT_MS = 1_500


class Worker:
    """The parts of one process (strictly: of one event loop) that outlive a visitor."""

    def __init__(self) -> None:
        self.node = uuid4().hex[:10]
        self.hub = Hub()
        self._redis = connect()
        self._shards = Shards(self._take_part)
        self._leases: list[Leases] = []
        self.balancer = JamBalancer(self._shards)
        layer = get_channel_layer()
        assert layer is not None
        self._relay = Relay(layer, self.node, lambda relayed: self.presence.receive(relayed))
        self._keeper = StateKeeper(self._shards)
        self.presence = Presence(self.node, self.balancer, self._keeper, self.hub, self._relay)
        self._rounds = Rounds(self.presence.upkeep)
        self._sweeper: asyncio.Task[None] | None = None
        self._collector: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to beat; raise StoreUnavailable if Redis is away."""
        try:
            await self._shards.look()
        except StoreUnavailable:
            if not self._shards:
                raise  # of the other shards, the next beat finds those that are away now
        await self._relay.start()
        self._rounds.start()
        self._sweeper = asyncio.create_task(self._sweep(), name="sweep")
        collecting = collect_regularly(self._shards[0].store, self.balancer)
        self._collector = asyncio.create_task(collecting, name="collect-stats")

    async def drain(self) -> None:
        """Send everyone away, to come back to the same seat: this worker goes.

        The seats stay as they are; whoever doesn't come back loses theirs with this worker's
        lease.
        """
        self.presence.draining = True
        for connection in self.hub.connections():
            self.send_away(connection)

    def send_away(self, connection: Connection) -> None:
        """Tell a user to come back to the same seat, and close."""
        connection.push_message(Bye(random.randrange(RECONNECT_MS)))
        connection.close(CloseCode.RESTARTING)

    async def stop(self) -> None:
        """End everything that was started."""
        for task in (self._sweeper, self._collector):
            if task is not None:
                task.cancel()
        await self._shards.stop()
        await self._rounds.stop()
        for leases in self._leases:
            await leases.stop()
        await self._keeper.stop()
        for shard in self._shards:
            await shard.committer.close()
        await self.presence.end()
        await self._relay.stop()
        await self._redis.aclose()

    async def _take_part(self, number: int) -> Shard:
        """Beat in a shard from now on, and watch who else does."""
        limit = settings.JAM_LIMITS.seats_per_address
        store = JamStore(self._redis, self.node, number, address_limit=limit)
        shard = Shard(store, Committer(store, lambda: leases.beat()))
        leases = Leases(shard, self._shards, self.presence.upkeep)
        await leases.beat()
        leases.start()
        self._rounds.include(number)
        self._leases.append(leases)
        return shard

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            for connection in self.hub.connections():
                if connection.is_stuck(loop.time()):
                    connection.abort()


#: The worker of each running event loop: in a server there is one, in tests there may be several.
_workers: dict[asyncio.AbstractEventLoop, asyncio.Task[Worker]] = {}


async def get_worker() -> Worker:
    """Return this process's worker, started; raise StoreUnavailable if it can't be.

    The first visitor starts it, for daphne (``runserver``) has no moment of its own for that.
    """
    loop = asyncio.get_running_loop()
    starting = _workers.get(loop)
    if starting is None or (starting.done() and starting.exception()):
        starting = _workers[loop] = loop.create_task(_start(), name="worker")
    return await asyncio.shield(starting)


async def start_worker() -> None:
    """Start this process's worker before its first visitor comes.

    With Redis away the visitors try again, each, and hear that it is.
    """
    try:
        await get_worker()
    except StoreError as error:
        logger.warning("Redis doesn't answer yet: %s", error)


def worker_has_started() -> bool:
    """Tell whether this process's worker could be started, so that it can seat visitors."""
    starting = _workers.get(asyncio.get_running_loop())
    return starting is not None and starting.done() and not starting.exception()


async def drain_worker() -> None:
    """Send the users of this process's worker away, if one was started."""
    starting = _workers.get(asyncio.get_running_loop())
    if starting is not None:
        with suppress(StoreError):
            await (await starting).drain()


async def stop_worker() -> None:
    """Drain and end this process's worker, if one was started."""
    await drain_worker()
    starting = _workers.pop(asyncio.get_running_loop(), None)
    if starting is not None:
        with suppress(StoreError, TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                await (await starting).stop()


async def _start() -> Worker:
    worker = Worker()
    try:
        await worker.start()
    except BaseException:
        await worker.stop()
        raise
    return worker


def sync_balancer() -> SyncJamBalancer:
    """Return the balancer for code that isn't async."""
    return SyncJamBalancer(connect)
