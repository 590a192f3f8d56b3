"""Owners of seats: their order, their grace, and that nothing of them stays."""

import asyncio

import pytest

from jams import owners
from jams.owners import Owners
from jams.store import StoreUnavailable


def test_of_two_connections_of_a_process_the_later_one_is_known() -> None:
    here = Owners("n0")
    first, second = here.new(), here.new()
    assert here.came_later(second, first)
    assert not here.came_later(first, second)
    assert not here.came_later(first, first)
    assert not here.came_later("n1:99", first), "another process's numbers say nothing"
    assert first in here
    assert "n1:99" not in here


def test_the_tenth_comes_after_the_ninth() -> None:
    here = Owners("n0")
    names = [here.new() for _ in range(10)]
    assert here.came_later(names[9], names[8])


async def test_a_seat_is_released_once_after_the_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "GRACE_SECONDS", 0.01)
    here, released = Owners("n0"), asyncio.Event()
    gone, stays = here.new(), here.new()
    here.after_grace(stays, lambda: pytest.fail("was given up before"))
    here.give_up(stays)
    here.after_grace(gone, released.set)
    async with asyncio.timeout(5):
        await released.wait()


async def test_nothing_stays_of_an_owner_whose_seat_could_not_be_freed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    here = Owners("n0")
    owner = here.new()

    async def fail() -> None:
        raise StoreUnavailable("away")

    here.after_grace(owner, lambda: None)
    here.free(owner, fail())
    await here.stop()
    assert "away" in caplog.text
    assert owner not in here
    assert here.waiting() == 0
    assert len(here) == 0


async def test_nobody_is_released_by_a_process_that_goes() -> None:
    here, freed = Owners("n0"), asyncio.Event()
    gone, away = here.new(), here.new()

    async def free() -> None:
        await asyncio.sleep(0)
        freed.set()

    here.free(gone, free())
    here.after_grace(away, lambda: pytest.fail("the lease ends it"))
    (timer,) = here._graces.values()
    await here.stop()
    assert freed.is_set()
    assert timer.cancelled()
    assert here.waiting() == 0
