"""What travels between processes, on a channel layer in memory that fails on demand."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio.retry import Retry

from jams import relay
from jams.relay import Relay, Relayed
from loops_project.channel_layers import channel_layers


class Layer:
    """One layer for all processes, which notes every message."""

    def __init__(self) -> None:
        self.away = False
        #: Groups to which nothing is sent before ``goes_on`` is set.
        self.hung = set[str]()
        self.goes_on = asyncio.Event()
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.groups = defaultdict[str, set[str]](set)
        self.channels = defaultdict[str, asyncio.Queue[dict[str, Any]]](asyncio.Queue)

    async def new_channel(self) -> str:
        if self.away:
            raise ConnectionError("Redis is away")
        self.channels[name := f"channel{len(self.channels)}"].qsize()
        return name

    async def receive(self, channel: str) -> dict[str, Any]:
        return await self.channels[channel].get()

    async def group_add(self, group: str, channel: str) -> None:
        self.groups[group].add(channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if self.away:
            raise ConnectionError("Redis is away")
        if group in self.hung:
            await self.goes_on.wait()
        self.sent.append((group, message))
        for channel in self.groups[group]:
            self.channels[channel].put_nowait(message)

    async def flush(self) -> None:
        pass


class Node:
    """A process: its relay, and what it has heard."""

    def __init__(self, layer: Layer, name: str) -> None:
        self.heard: list[Relayed] = []
        self.relay = Relay(layer, name, self._receive)  # type: ignore[arg-type]

    def _receive(self, relayed: Relayed) -> None:
        assert relayed.payload != b"confusing"
        self.heard.append(relayed)

    async def hears(self, count: int) -> list[Relayed]:
        """Return what it has heard, once it is so much."""
        async with asyncio.timeout(5):
            while len(self.heard) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return self.heard


@pytest.fixture
def layer() -> Layer:
    return Layer()


@pytest.fixture
async def nodes(layer: Layer) -> AsyncIterator[dict[str, Node]]:
    nodes = {name: Node(layer, name) for name in ("here", "there", "far")}
    for node in nodes.values():
        await node.relay.start()
    yield nodes
    for node in nodes.values():
        await node.relay.stop()


def event(number: int, jam_id: str = "jam") -> Relayed:
    return Relayed(jam_id, "here:1", b"%d" % number)


async def test_what_is_told_at_once_travels_together_and_in_order(
    layer: Layer, nodes: dict[str, Node]
) -> None:
    events = [event(number, jam_id=f"jam{number % 3}") for number in range(20)]
    for one in events:
        nodes["here"].relay.publish(one, {"there"})
    assert await nodes["there"].hears(20) == events
    assert len(layer.sent) == 1


async def test_only_the_nodes_it_is_for_hear_an_event(nodes: dict[str, Node]) -> None:
    here, there, far = nodes.values()
    here.relay.publish(event(1), {"there", "far"})
    here.relay.publish(event(2), {"far"})
    here.relay.publish(event(3), set())
    here.relay.publish(event(4), {"there"})
    assert await there.hears(2) == [event(1), event(4)]
    assert await far.hears(2) == [event(1), event(2)]


async def test_nobody_tells_themselves(layer: Layer, nodes: dict[str, Node]) -> None:
    nodes["here"].relay.publish(event(1), {"here", "there"})
    await nodes["there"].hears(1)
    assert [group for group, _ in layer.sent] == ["node.there"]


async def test_what_is_told_while_redis_is_away_is_lost_and_what_follows_is_not(
    layer: Layer, nodes: dict[str, Node], caplog: pytest.LogCaptureFixture
) -> None:
    layer.away = True
    nodes["here"].relay.publish(event(1), {"there"})
    async with asyncio.timeout(5):
        while "didn't reach" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    layer.away = False
    nodes["here"].relay.publish(event(2), {"there"})
    assert await nodes["there"].hears(1) == [event(2)]


async def test_a_process_that_starts_without_redis_hears_as_soon_as_it_is_there(
    layer: Layer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(relay, "_RETRY_SECONDS", 0.01)
    here, there = Node(layer, "here"), Node(layer, "there")
    await here.relay.start()
    layer.away = True
    await there.relay.start()
    assert "aren't heard yet" in caplog.text
    layer.away = False
    async with asyncio.timeout(5):
        while "node.there" not in layer.groups:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    here.relay.publish(event(1), {"there"})
    assert await there.hears(1) == [event(1)]
    for node in (here, there):
        await node.relay.stop()


async def test_the_oldest_go_when_too_many_wait(
    nodes: dict[str, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_BACKLOG", 10)
    for number in range(15):
        nodes["here"].relay.publish(event(number), {"there"})
    assert await nodes["there"].hears(10) == [event(number) for number in range(5, 15)]


async def test_a_process_that_cannot_be_reached_keeps_no_other_waiting(
    layer: Layer, nodes: dict[str, Node]
) -> None:
    here, there, far = nodes.values()
    layer.hung.add("node.there")
    for number in range(3):
        here.relay.publish(event(number), {"there", "far"})
        assert (await far.hears(number + 1))[-1] == event(number)
    layer.hung.clear()
    layer.goes_on.set()
    assert await there.hears(3) == [event(number) for number in range(3)]


async def test_an_event_that_nobody_understands_takes_none_along(nodes: dict[str, Node]) -> None:
    here, there, _ = nodes.values()
    here.relay.publish(Relayed("jam", "here:1", b"confusing"), {"there"})
    here.relay.publish(event(2), {"there"})
    assert await there.hears(1) == [event(2)]


async def test_what_another_version_says_on_top_is_left_out(
    layer: Layer, nodes: dict[str, Node]
) -> None:
    told = event(1)._asdict() | {"mood": "good"}
    await layer.group_send("node.there", {"type": "jam.events", "events": [told]})
    assert await nodes["there"].hears(1) == [event(1)]


def test_the_layer_retries_as_an_asynchronous_client_does() -> None:
    """The other kind of retry looks the same, and does nothing at all."""
    hosts = channel_layers(["redis://127.0.0.1:1"])["default"]["CONFIG"]["hosts"]
    assert all(isinstance(host["retry"], Retry) for host in hosts)
