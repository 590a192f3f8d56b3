"""The relay's subscriptions while Redis is away, on a channel layer that fails on demand."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio.retry import Retry

from jams import relay
from jams.relay import Relay
from loops_project.channel_layers import channel_layers


class Layer:
    """A channel layer that forgets a group before it tells Redis, as the pub/sub layer does."""

    def __init__(self) -> None:
        self.away = False
        self.groups: set[str] = set()
        self.subscribed: set[str] = set()
        self.answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def new_channel(self) -> str:
        return "channel"

    async def receive(self, channel: str) -> dict[str, Any]:
        return await self.answers.get()

    async def group_add(self, group: str, channel: str) -> None:
        self.groups.add(group)
        self._ask()
        self.subscribed.add(group)

    async def group_discard(self, group: str, channel: str) -> None:
        if group in self.groups:
            self.groups.discard(group)
            self._ask()
            self.subscribed.discard(group)

    async def flush(self) -> None:
        pass

    def _ask(self) -> None:
        if self.away:
            raise ConnectionError("Redis is away")


@pytest.fixture
def layer() -> Layer:
    return Layer()


@pytest.fixture
async def subject(layer: Layer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Relay]:
    monkeypatch.setattr(relay, "_RETRY_SECONDS", 0.01)
    subject = Relay(layer, "n0", lambda relayed: None)  # type: ignore[arg-type]
    await subject.start()
    yield subject
    await subject.stop()


async def until_subscribed_to(layer: Layer, *groups: str) -> None:
    async with asyncio.timeout(5):
        while layer.subscribed != set(groups):  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_a_subscription_that_failed_comes_with_redis(layer: Layer, subject: Relay) -> None:
    layer.away = True
    await subject.subscribe("a")
    assert not layer.subscribed
    layer.away = False
    await until_subscribed_to(layer, "jam.a")


async def test_so_does_the_end_of_one(layer: Layer, subject: Relay) -> None:
    await subject.subscribe("a")
    await subject.subscribe("b")
    layer.away = True
    subject.unsubscribe_soon("a")
    await asyncio.sleep(0.05)
    assert layer.subscribed == {"jam.a", "jam.b"}
    layer.away = False
    await until_subscribed_to(layer, "jam.b")


async def test_who_changes_their_mind_meanwhile_gets_what_they_want_last(
    layer: Layer, subject: Relay
) -> None:
    layer.away = True
    await subject.subscribe("a")
    subject.unsubscribe_soon("a")
    await subject.subscribe("a")
    subject.unsubscribe_soon("b")
    layer.away = False
    await until_subscribed_to(layer, "jam.a")


def test_the_layer_retries_as_an_asynchronous_client_does() -> None:
    """The other kind of retry looks the same, and does nothing at all."""
    hosts = channel_layers(["redis://127.0.0.1:1"])["default"]["CONFIG"]["hosts"]
    assert all(isinstance(host["retry"], Retry) for host in hosts)
