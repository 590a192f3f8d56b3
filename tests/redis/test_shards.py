"""Several shards, on one Redis and on a cluster: how one is chosen, found, added and kept."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from redis.asyncio import RedisCluster

from jams.balancer import SyncJamBalancer
from jams.jam import Wish
from jams.jam_ids import MOST_SHARDS, jam_id_in, shard_of
from jams.loops import CAPACITY
from jams.redis_client import connect
from jams.shards import NoSuchShard, Shard, Shards
from jams.store import JamStore, Keys, StoreUnavailable, TooManyShards
from jams.timeline import LoopState
from tests.redis_cluster import master_of

from .commit_log import Client, replay
from .nodes import Home, Node, node_of, node_on, until

FIRST = Keys()


@pytest.fixture
async def nodes(home: Home) -> AsyncIterator[list[Node]]:
    """Three nodes that know one shard."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(node_on(home, f"n{n}")) for n in range(3)]


def all_seated(redis: Client, shards: int) -> dict[str, str]:
    """Replay every shard; return where everybody sits, nobody in two."""
    done = [replay(redis, number) for number in range(shards)]
    assert all(replayed.commits for replayed in done), "a shard has seen nobody"
    users = Counter(user for replayed in done for user in replayed.where)
    assert set(users.values()) <= {1}, "a user is in two shards"
    return {user: jam_id for replayed in done for user, jam_id in replayed.where.items()}


async def visit(node: Node, user: str) -> str:
    """Come as a page's visitor does; return the jam."""
    jam_id = await node.balancer.current_jam()
    wish = await node.balancer.honoured(Wish(jam_id))
    return (await node.balancer.join(user, f"{user}:1", wish)).jam_id


async def test_the_shards_of_a_cluster_are_on_different_masters(redis_cluster_url: str) -> None:
    async with RedisCluster.from_url(redis_cluster_url) as redis:
        slots = [redis.keyslot(Keys(shard).jams) for shard in range(3)]
        assert len(set(map(master_of, slots))) == 3
        assert {redis.keyslot(key) for key in vars(FIRST).values()} == {slots[0]}
        assert redis.keyslot(FIRST.state("a-s1")) == slots[0]


async def test_a_shard_is_added_while_people_come_and_nobody_is_moved(
    home: Home, nodes: list[Node]
) -> None:
    before = {f"a{n}": await visit(nodes[n % 3], f"a{n}") for n in range(20)}
    assert {shard_of(jam_id) for jam_id in before.values()} == {0}
    came: dict[str, str] = {}

    async def keep_coming(node: Node, mark: str) -> None:
        for number in range(60):
            user = f"{mark}{number}"
            came[user] = await visit(node, user)
            if number == 20:
                assert await nodes[0].balancer.add_shard() == 2
            if number == 40:
                await node.shards.look()  # its next beat

    # The first node adds it; the others know of it when the ids of its jams come to them, or later.
    await asyncio.gather(keep_coming(nodes[0], "b"), *(keep_later(n, came) for n in nodes[1:]))
    with home.connect_sync() as redis:
        seated = all_seated(redis, 2)
    assert {user: seated[user] for user in before} == before
    assert {user: seated[user] for user in came} == came
    late = [shard_of(jam_id) for user, jam_id in came.items() if user.startswith("late")]
    assert 20 < sum(late) < 60
    users_in = Counter(seated.values())
    assert max(users_in.values()) == CAPACITY
    assert sum(count < CAPACITY for count in users_in.values()) <= 2, "the fullest is not filled"


async def keep_later(node: Node, came: dict[str, str]) -> None:
    """Come to a node once there are two shards: it hears of the second by an id of it."""
    await until(lambda: any(map(shard_of, came.values())))
    (there, *_) = [jam_id for jam_id in came.values() if shard_of(jam_id)]
    assert len(node.shards) == 1
    assert await node.balancer.honoured(Wish(there)) == Wish(there)
    for number in range(40):
        user = f"late-{node.store.node}-{number}"
        came[user] = await visit(node, user)


async def test_users_who_come_and_go_in_two_shards_break_no_rule(
    home: Home, nodes: list[Node]
) -> None:
    await nodes[0].balancer.add_shard()
    for node in nodes:
        await node.shards.look()
    chance = random.Random(7)
    where: dict[str, str] = {}

    async def act(node: Node, user: str) -> None:
        for _ in range(12):
            if user in where and chance.random() < 0.5:
                await node.balancer.remove_user(where.pop(user), user)
            elif user not in where:
                where[user] = await visit(node, user)
            else:  # back with a token, at another node, to a jam that may be full by now
                wish = Wish(where[user], "vox", "lofi", insist=True)
                wish = await chance.choice(nodes).balancer.honoured(wish)
                where[user] = (await node.balancer.join(user, f"{user}:2", wish)).jam_id

    await asyncio.gather(*(act(nodes[n % 3], f"u{n}") for n in range(60)))
    with home.connect_sync() as redis:
        assert all_seated(redis, 2) == where


async def test_whoever_finds_the_jam_full_gets_a_seat_of_the_same_shard(nodes: list[Node]) -> None:
    node = nodes[0]
    await node.balancer.add_shard()
    await node.shards.look()
    full = jam_id_in(1, "full")
    for number in range(CAPACITY):
        await node.balancer.join(f"u{number}", f"n0:{number}", Wish(full, insist=True))
    for number in range(20):
        placement = await node.balancer.join(f"v{number}", "n0:v", Wish(full, "vox", insist=True))
        assert placement.jam_id != full
        assert shard_of(placement.jam_id) == 1


async def test_pages_are_sent_to_another_shard_while_one_is_away(nodes: list[Node]) -> None:
    node = nodes[0]
    await node.balancer.add_shard()
    await node.shards.look()

    async def away(count: int) -> list[str]:
        raise ConnectionError("away")

    node.shards[1].store.open_jams = away  # type: ignore[method-assign]
    assert {shard_of(await node.balancer.current_jam()) for _ in range(20)} == {0}
    node.shards[0].store.open_jams = away  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable):
        await node.balancer.current_jam()


async def test_an_id_of_a_shard_that_is_not_there_is_no_wish_at_all(nodes: list[Node]) -> None:
    balancer = nodes[0].balancer
    for jam_id in (jam_id_in(1, "a"), jam_id_in(MOST_SHARDS, "a"), "a-s" + "9" * 60):
        for wish in (Wish(jam_id), Wish(jam_id, insist=True)):
            honoured = await balancer.honoured(wish)
            assert shard_of(honoured.jam_id or "") == 0
            assert honoured == Wish(honoured.jam_id)
        with pytest.raises(NoSuchShard):
            await balancer.honoured(Wish(jam_id, "vox", "lofi", insist=True))
    assert await balancer.honoured(Wish("a", insist=True)) == Wish("a", insist=True)


async def test_redis_is_asked_once_for_all_who_come_with_an_unknown_id(
    nodes: list[Node],
) -> None:
    node = nodes[0]
    asked = 0
    count = node.store.count_shards

    async def counted() -> int:
        nonlocal asked
        asked += 1
        return await count()

    node.store.count_shards = counted  # type: ignore[method-assign]
    wishes = [Wish(jam_id_in(1, f"{number}"), insist=True) for number in range(50)]
    honoured = await asyncio.gather(*map(node.balancer.honoured, wishes))
    assert asked == 1
    assert not set(honoured) & set(wishes)
    await nodes[1].balancer.add_shard()
    assert await asyncio.gather(*map(node.balancer.honoured, wishes)) == wishes
    assert asked == 2
    await asyncio.gather(*map(node.balancer.honoured, [*wishes, Wish("a"), Wish("b")]))
    assert asked == 2


async def test_after_a_loss_the_number_comes_back_from_the_workers(nodes: list[Node]) -> None:
    store = nodes[0].store
    assert await nodes[1].balancer.add_shard() == 2
    assert (await store.beat(1)).shards == 2
    await store._redis.delete(FIRST.shards)
    assert (await store.beat(1)).shards == 1
    assert (await store.beat(2)).shards == 2
    assert await store.count_shards() == 2
    assert (await store.beat(1)).shards == 2


async def test_a_shard_whose_redis_is_away_is_found_later_and_hides_no_other(home: Home) -> None:
    async with home.connect() as redis:
        away = {1}

        async def take_part(number: int) -> Shard:
            if number in away:
                raise ConnectionError("away")
            store = JamStore(redis, "n", number)
            await store.beat()
            return Shard(store, None)  # type: ignore[arg-type]

        shards = Shards(take_part)
        await shards.look()
        assert await shards[0].store.add_shard() == 2
        assert await shards[0].store.add_shard() == 3
        with pytest.raises(StoreUnavailable):
            await shards.has(jam_id_in(1, "a"))
        assert [shard.number for shard in shards] == [0, 2]
        assert shards.count() == 3
        assert await shards.has(jam_id_in(2, "a"))
        assert shards.of(jam_id_in(2, "a")).number == 2
        away.clear()
        assert await shards.has(jam_id_in(1, "a"))
        assert len(shards) == 3


async def test_an_answer_that_is_lost_adds_no_second_shard(nodes: list[Node]) -> None:
    stores = [node.shards[0].store for node in nodes]
    assert await asyncio.gather(*(store.add_shard() for store in stores)) == [2, 2, 2]
    assert await stores[0].count_shards() == 2


def test_the_command_adds_shards_up_to_the_bound(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("add_shard")
    assert "There are 2 shards now" in capsys.readouterr().out
    balancer = SyncJamBalancer(connect)
    for count in range(3, MOST_SHARDS + 1):
        assert balancer.add_shard() == count
    with pytest.raises(TooManyShards):
        balancer.add_shard()
    with pytest.raises(CommandError, match=f"there are {MOST_SHARDS} shards already"):
        call_command("add_shard")


@override_settings(REDIS_URL="")
def test_the_command_says_that_it_does_not_know_where_the_jams_live() -> None:
    with pytest.raises(CommandError, match="REDIS_URL is not set"):
        call_command("add_shard")


@override_settings(REDIS_URL="unix:///nowhere/redis.sock")
def test_the_command_says_that_redis_is_away() -> None:
    with pytest.raises(CommandError, match="isn't known whether a shard was added"):
        call_command("add_shard")


@override_settings(REDIS_URL="redis://127.0.0.1:1", REDIS_CLUSTER=True)
def test_a_cluster_that_is_away_is_the_same_to_the_asker() -> None:
    with pytest.raises(StoreUnavailable):
        SyncJamBalancer(connect).snapshot()


@pytest.mark.usefixtures("_settings_of_home")
def test_the_sync_face_sees_the_jams_of_all_shards(home: Home) -> None:
    balancer = SyncJamBalancer(connect)
    balancer.add_shard()

    async def fill() -> dict[str, str]:
        async with node_on(home, "n0") as node:
            return {f"u{number}": await visit(node, f"u{number}") for number in range(30)}

    seats = asyncio.run(fill())
    assert {shard_of(jam_id) for jam_id in seats.values()} == {0, 1}
    assert balancer.snapshot().seats == seats


async def test_what_is_played_is_kept_in_every_shard(nodes: list[Node]) -> None:
    node = nodes[0]
    await node.balancer.add_shard()
    await node.shards.look()
    for shard in node.shards:
        seats = {f"{name}{shard.number}": jam_id_in(shard.number, name) for name in ("a", "b")}
        states = {user: LoopState(True, number, 7) for number, user in enumerate(seats)}
        for user, jam_id in seats.items():
            await node.balancer.join(user, f"n0:{user}", Wish(jam_id, insist=True))
        kept = [(jam_id, user, states[user]) for user, jam_id in seats.items()]
        gone = (jam_id_in(shard.number, "a"), "gone", LoopState(True, 1, 1))
        await shard.store.keep_states([*kept, gone])
        for user, jam_id in seats.items():
            assert await node.balancer.states(jam_id) == {user: states[user]}


@pytest.mark.usefixtures("_settings_of_home")
async def test_a_rush_of_people_waits_its_turn_at_redis() -> None:
    """Every one of them is the first of this process in a jam, after a worker has gone."""
    async with connect() as redis, node_of(redis, "n9") as node:
        read = await asyncio.gather(*(node.balancer.jam_with_states(f"j{n}") for n in range(400)))
        assert read == [(None, {})] * 400
