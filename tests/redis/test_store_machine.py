"""The collection's machine on the real store: several nodes, one Redis, the same rules."""

import asyncio
from contextlib import AsyncExitStack

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from redis import Redis

from jams.collection import JamCollection
from jams.jam import Placement, Seat, Standing, Wish
from tests.pure.collection_machine import NODES, CollectionMachine

from .commit_log import assert_indexes_agree
from .nodes import Node, node_on


class InRedis:
    """The machine's subject: each operation by the node of its owner."""

    def __init__(self, redis_url: str) -> None:
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.nodes: dict[str, Node] = {}
        self.runner.run(self._start(redis_url))

    async def _start(self, redis_url: str) -> None:
        for name in NODES:
            self.nodes[name] = await self.stack.enter_async_context(node_on(redis_url, name))

    def close(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()

    def _by(self, owner: str | None) -> Node:
        return self.nodes[owner.partition(":")[0] if owner else NODES[0]]

    def now(self) -> JamCollection:
        return self.runner.run(self.nodes[NODES[-1]].balancer.snapshot())

    def add_user(self, user: str, owner: str, wish: Wish, origin: str) -> Placement:
        return self.runner.run(self._by(owner).balancer.join(user, owner, wish, ""))

    def remove_user(self, jam_id: str, user: str, owner: str | None) -> bool:
        return self.runner.run(self._by(owner).balancer.remove_user(jam_id, user, owner))

    def swap_loop(self, jam_id: str, user: str, owner: str, loop: str) -> bool:
        return self.runner.run(self._by(owner).balancer.swap_loop(jam_id, user, owner, loop))

    def refresh(
        self, jam_id: str, node: str, present: dict[str, Seat], kit: str
    ) -> dict[str, Standing]:
        owners = {seat.owner for seat in present.values()}
        balancer = self.nodes[node].balancer
        return self.runner.run(balancer.refresh(jam_id, present, kit, owners)).standings


def test_the_store_keeps_every_rule_of_the_collection(redis_url: str) -> None:
    class StoreMachine(CollectionMachine):
        def __init__(self) -> None:
            super().__init__()
            self.client = Redis.from_url(redis_url)
            self.client.flushall()
            self.subject = self.in_redis = InRedis(redis_url)

        def teardown(self) -> None:
            self.in_redis.close()
            self.client.close()

        @invariant()
        def indexes_agree(self) -> None:
            assert_indexes_agree(self.client, dict(self.subject.now().jams))

    run_state_machine_as_test(
        StoreMachine,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
