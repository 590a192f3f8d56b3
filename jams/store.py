"""``JamStore``: the collection in a Redis hash, changed by compare-and-set.

Python decides and Redis compares. The steps of a commit:

1. read, at one moment, the fullest open jams and those the operations name (``lua/read.lua``);
2. apply the operations to them (``planning.plan``);
3. write each jam that changed, unless it is no longer what was read (``lua/commit.lua``);
4. plan again the operations whose jams another process was faster to change.

``committer.py`` gathers what a process is asked into such commits; this module is the Redis side.
"""

import secrets
from collections.abc import Awaitable, Iterable, Sequence
from importlib.resources import files
from typing import Any, NamedTuple, cast
from uuid import uuid4

import msgspec

from .jam import Jam
from .jam_ids import MOST_SHARDS, jam_id_in
from .planning import Operation, View, Write, decode_jam
from .redis_client import Client
from .timeline import LoopState

#: For how long jams are rebuilt after Redis has lost them, before newcomers are seated again: a
#: worker notices the loss at its next beat, 2 s later at the most.
HEALING_MS = 3_000

_SCAN_COUNT = 500
#: How many of the fullest jams are looked at for somebody whose address has its share of them.
_PASSED_OVER = 16
_encode_rows = msgspec.json.Encoder().encode


class StoreError(Exception):
    """The state can't be read or changed now; nothing was lost by asking."""


class StoreUnavailable(StoreError):
    """Redis doesn't answer."""


class StoreContention(StoreError):
    """Other processes were faster, each of the bounded number of times."""


class StaleWorker(StoreError):
    """Redis has lost its data, or has older, or this worker was given up: it has to beat first."""


class TooManyShards(Exception):
    """There are as many shards as there may be."""


class Keys:
    """The names of a shard's keys, in one slot of a cluster by their tag."""

    def __init__(self, shard: int = 0) -> None:
        tag = f"{{s{shard}}}"
        self.jams = f"{tag}jams"
        self.open = f"{tag}open"
        self.seats = f"{tag}seats"
        self.nodes = f"{tag}nodes"
        self.epoch = f"{tag}epoch"
        self.healing = f"{tag}healing"
        self.made = f"{tag}made"
        self.shards = f"{tag}shards"
        self.stats = f"{tag}stats"
        self._state = f"{tag}state:"

    def state(self, jam_id: str) -> str:
        return self._state + jam_id


class Beat(NamedTuple):
    """What a beat has told: the epoch, the node's counter, and how long healing lasts (ms).

    ``shards``: how many there are, as far as anybody who beats in this one knows. ``redis_ms``: the
    time by the clock of the Redis, ms since the Unix epoch.
    """

    epoch: str
    counter: int
    healing_ms: int
    shards: int
    redis_ms: float


def script(*names: str) -> str:
    """Return the text of a script in ``lua/``, after that of others."""
    texts = (files(__package__).joinpath("lua", f"{name}.lua").read_text() for name in names)
    return "".join(texts)


class JamStore:
    """The shared state of one shard. Every method may raise redis.RedisError or OSError."""

    def __init__(
        self,
        redis: Client,
        node: str = "",
        shard: int = 0,
        *,
        address_limit: int = 0,
        commit_script: str | None = None,
    ) -> None:
        self.node = node
        self.address_limit = address_limit
        self.epoch = ""
        self.shard = shard
        self.keys = Keys(shard)
        # Beside one open jam for each who is to be placed: some that an address may have to pass.
        self._spare_jams = _PASSED_OVER if address_limit else 1
        self._redis = redis
        self._read = redis.register_script(script("run", "read"))
        self._commit = redis.register_script(commit_script or script("commit"))
        self._beat = redis.register_script(script("run", "beat"))
        self._jam = redis.register_script(script("jam"))
        self._state = redis.register_script(script("state"))
        self._add_shard = redis.register_script(script("add_shard"))

    def new_jam_id(self) -> str:
        """Return an id for a jam of this shard, which none has had."""
        return jam_id_in(self.shard, secrets.token_hex(6))

    async def read(self, operations: Sequence[Operation]) -> View:
        """Return the part of the collection that these operations can concern.

        Raises StaleWorker if this worker's epoch is a past one.
        """
        keys = self.keys
        users = [user for operation in operations for user in operation.users]
        named = (jam_id for operation in operations for jam_id in operation.jams)
        placing = sum(operation.places for operation in operations)
        fullest = placing and placing + self._spare_jams
        reply = await _reply(
            self._read(
                keys=[keys.jams, keys.open, keys.seats, keys.made, keys.epoch],
                args=[self.epoch, fullest, len(users), *users, *named],
            )
        )
        if reply == [-1]:
            raise StaleWorker
        return View.of(users, reply, self.address_limit)

    async def write(self, writes: Sequence[Write]) -> set[str]:
        """Write what has been planned and return the jams that were still as they were read.

        Raises StaleWorker if the plan belongs to a past epoch.
        """
        keys = self.keys
        args: list[str | bytes | int] = [self.epoch, self.node, len(writes)]
        for write in writes:
            args += [write.jam_id, write.old, write.new, write.score]
            args += [int(write.only_if_none_open), len(write.coming)]
            args += [part for pair in write.coming for part in pair]
            args += [len(write.going), *write.going]
        names = [keys.jams, keys.open, keys.seats, keys.nodes, keys.epoch, keys.made]
        names += [keys.state(write.jam_id) for write in writes]
        written = await _reply(self._commit(keys=names, args=args))
        if written == [-1]:
            raise StaleWorker
        return {write.jam_id for write, ok in zip(writes, written, strict=True) if ok}

    async def beat(self, shards: int = 1) -> Beat:
        """Raise this node's counter, and take part in the present epoch from now on.

        ``shards`` is how many of them this node knows: Redis may have lost the number.
        """
        keys = self.keys
        epoch, counter, healing_ms, count, seconds, microseconds = await _reply(
            self._beat(
                keys=[keys.nodes, keys.epoch, keys.healing, keys.shards],
                args=[self.node, uuid4().hex, self.epoch, HEALING_MS, shards],
            )
        )
        self.epoch = epoch.decode()
        redis_ms = seconds * 1000 + microseconds / 1000
        return Beat(self.epoch, counter, healing_ms, count, redis_ms)

    async def count_shards(self) -> int:
        """Return how many shards there are; to be asked of the first one."""
        return min(int(await _reply(self._redis.get(self.keys.shards)) or 1), MOST_SHARDS)

    async def add_shard(self) -> int:
        """Have another shard, and return how many there are then; to be asked of the first one.

        Who ask at the same moment add one together. Raises TooManyShards.
        """
        count = await self.count_shards()
        if count >= MOST_SHARDS:
            raise TooManyShards(f"there are {MOST_SHARDS} shards already")
        added: int = await _reply(self._add_shard(keys=[self.keys.shards], args=[count]))
        return added

    async def open_jams(self, count: int) -> list[str]:
        """Return the jams that newcomers are sent to, the most fun first."""
        found = await _reply(self._redis.zrevrange(self.keys.open, 0, count - 1))
        return [jam.decode() for jam in found]

    async def jams(self, jam_ids: Sequence[str]) -> dict[str, Jam]:
        """Return those of these jams that there are."""
        values = await _reply(self._redis.hmget(self.keys.jams, jam_ids))
        pairs = zip(jam_ids, values, strict=True)
        return {jam_id: decode_jam(value) for jam_id, value in pairs if value}

    async def all_jams(self) -> dict[str, Jam]:
        """Return all jams. Reads the whole hash, in steps: for staff and the reaper."""
        found = self._redis.hscan_iter(self.keys.jams, count=_SCAN_COUNT)
        return {jam_id.decode(): decode_jam(value) async for jam_id, value in found}

    async def states(self, jam_id: str) -> dict[str, LoopState]:
        """Return what the users of a jam play."""
        found = await _reply(self._redis.hgetall(self.keys.state(jam_id)))
        return _decode_states(found)

    async def jam_with_states(self, jam_id: str) -> tuple[Jam | None, dict[str, LoopState]]:
        """Return a jam, None if there is none, and what its users play, at one moment."""
        keys = [self.keys.jams, self.keys.state(jam_id)]
        value, found = await _reply(self._jam(keys=keys, args=[jam_id]))
        states = dict(zip(found[::2], found[1::2], strict=True))
        return decode_jam(value) if value else None, _decode_states(states)

    async def keep_states(self, states: Iterable[tuple[str, str, LoopState]]) -> None:
        """Keep what users play, each as (jam, user, state), for those who come later."""
        rows, names = list[tuple[str, str, str]](), [self.keys.seats]
        for jam_id, user_id, state in states:
            rows.append((jam_id, user_id, _encode_state(state)))
            names.append(self.keys.state(jam_id))
        if rows:
            # As one argument: the client takes its time for each.
            await _reply(self._state(keys=names, args=[_encode_rows(rows)]))

    async def claim_stats_slot(self, slot: str, seconds: int) -> bool:
        """Keep the other workers from collecting statistics for so long; False: one does now."""
        return bool(await _reply(self._redis.set(self.keys.stats, slot, nx=True, ex=seconds)))

    async def counters(self) -> dict[str, int]:
        """Return every worker's counter."""
        found = await _reply(self._redis.hgetall(self.keys.nodes))
        return {node.decode(): int(counter) for node, counter in found.items()}

    async def forget_node(self, node: str) -> None:
        """Drop a worker that is dead."""
        await _reply(self._redis.hdel(self.keys.nodes, node))


async def _reply(answer: "Awaitable[Any] | Any") -> Any:
    # redis-py types its commands as "awaitable or not" for both of its clients in one.
    return await cast("Awaitable[Any]", answer)


def _encode_state(state: LoopState) -> str:
    return f"{int(state.playing)} {state.bar} {state.seq}"


def _decode_states(found: dict[bytes, bytes]) -> dict[str, LoopState]:
    return {user.decode(): _decode_state(value) for user, value in found.items()}


def _decode_state(value: bytes) -> LoopState:
    playing, bar, seq = map(int, value.split())
    return LoopState(bool(playing), bar, seq)
