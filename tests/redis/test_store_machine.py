"""The collection's machine on the real store: several nodes, one Redis, the same rules."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from jams.collection import JamCollection
from jams.jam import Jam, Placement, Seat, Standing, Wish
from jams.jam_ids import jam_id_in
from jams.store import Keys
from tests.pure.collection_machine import NODES, CollectionMachine

from .commit_log import assert_indexes_agree
from .nodes import Home, Node, node_on


class InRedis:
    """The machine's subject: each operation by the node of its owner, all in one shard.

    The machine knows the jams by ids without the shard's mark.
    """

    def __init__(self, home: Home, shard: int) -> None:
        self.shard = shard
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.nodes: dict[str, Node] = {}
        self.runner.run(self._start(home))

    async def _start(self, home: Home) -> None:
        for name in NODES:
            self.nodes[name] = await self.stack.enter_async_context(node_on(home, name))

    def close(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()

    def _by(self, owner: str | None) -> Node:
        return self.nodes[owner.partition(":")[0] if owner else NODES[0]]

    def _marked(self, jam_id: str) -> str:
        return jam_id_in(self.shard, jam_id)

    def _plain(self, jam_id: str) -> str:
        return jam_id.removesuffix(jam_id_in(self.shard, ""))

    def jams(self) -> dict[str, Jam]:
        return self.runner.run(self.nodes[NODES[-1]].balancer.jams_of_shard(self.shard))

    def now(self) -> JamCollection:
        return JamCollection.new({self._plain(jam_id): jam for jam_id, jam in self.jams().items()})

    def add_user(self, user: str, owner: str, wish: Wish, origin: str) -> Placement:
        node = self._by(owner)
        # Who wishes for nothing comes with the id that the page of this shard has made up.
        named = self._marked(wish.jam_id) if wish.jam_id else None
        fresh = node.shards[self.shard].store.new_jam_id()
        wish = wish._replace(jam_id=named or fresh, insist=wish.insist and named is not None)
        placement = self.runner.run(node.balancer.join(user, owner, wish, ""))
        return placement._replace(jam_id=self._plain(placement.jam_id))

    def remove_user(self, jam_id: str, user: str, owner: str | None) -> bool:
        balancer = self._by(owner).balancer
        return self.runner.run(balancer.remove_user(self._marked(jam_id), user, owner))

    def swap_loop(self, jam_id: str, user: str, owner: str, loop: str) -> bool:
        balancer = self._by(owner).balancer
        return self.runner.run(balancer.swap_loop(self._marked(jam_id), user, owner, loop))

    def refresh(
        self, jam_id: str, node: str, present: dict[str, Seat], kit: str
    ) -> dict[str, Standing]:
        owners = {seat.owner for seat in present.values()}
        claiming = self.nodes[node].balancer.refresh(self._marked(jam_id), present, kit, owners)
        return self.runner.run(claiming).standings


@pytest.mark.parametrize(
    ("is_cluster", "shard"), [(False, 0), (True, 1)], ids=["a server", "a cluster's second shard"]
)
def test_the_store_keeps_every_rule_of_the_collection(
    request: pytest.FixtureRequest, *, is_cluster: bool, shard: int
) -> None:
    url = request.getfixturevalue("redis_cluster_url" if is_cluster else "redis_url")
    home = Home(url, is_cluster)

    class StoreMachine(CollectionMachine):
        def __init__(self) -> None:
            super().__init__()
            self.client = home.connect_sync()
            self.client.flushall()
            self.client.set(Keys().shards, shard + 1)
            self.subject = self.in_redis = InRedis(home, shard)

        def teardown(self) -> None:
            self.in_redis.close()
            self.client.close()

        @invariant()
        def indexes_agree(self) -> None:
            assert_indexes_agree(self.client, self.in_redis.jams(), shard)

        @invariant()
        def no_other_shard_is_touched(self) -> None:
            others = [Keys(number).seats for number in range(shard + 1) if number != shard]
            assert not any(self.client.exists(seats) for seats in others)

    run_state_machine_as_test(
        StoreMachine,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
