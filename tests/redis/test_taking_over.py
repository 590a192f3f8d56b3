"""A user who comes back by another connection, whatever else goes on just then."""

import time
from typing import Any

import pytest

from jams.attendance import LoopTaken
from jams.connections import QueuedConnection
from jams.jam import Placement, Wish
from jams.loops import LOOPS
from jams.messages import User, UserBack
from jams.redis_client import connect
from jams.roster import Roster
from jams.state_keeper import StateKeeper
from jams.store import Keys, StoreUnavailable
from jams.worker import Worker

from .nodes import DEADLINE_SECONDS, until

pytestmark = pytest.mark.usefixtures("_settings_of_home")


async def nowhere(event: dict[str, Any]) -> None:
    """Where a socket's events go that nobody reads."""


def seen_at(worker: Worker, jam_id: str, user_id: str) -> User | None:
    """What a worker's users see of a user."""
    roster = worker.presence._rosters.get(jam_id)
    member = roster.members.get(user_id) if roster else None
    return member.user if member else None


async def test_the_loop_goes_on_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing is written in time.
    monkeypatch.setattr(StateKeeper, "keep", lambda *_: None)
    here, there = Worker(), Worker()
    try:
        await here.start()
        await there.start()
        ann, bob = [
            (
                await here.presence.enter(name, Wish("a"), "", QueuedConnection(nowhere, object))
            ).attendance
            for name in ("ann", "bob")
        ]
        here.presence.play(bob)
        playing = seen_at(here, ann.jam_id, "bob")
        assert playing is not None
        assert playing.playing
        here.presence.drop(bob)
        wish = Wish(bob.jam_id, playing.loop, "lofi", insist=True)
        await there.presence.enter("bob", wish, "", QueuedConnection(nowhere, object))
        await until(lambda: seen_at(there, bob.jam_id, "bob") == playing)
        await until(lambda: seen_at(here, bob.jam_id, "bob") == playing)
    finally:
        await here.stop()
        await there.stop()


async def test_a_seat_that_an_audit_finds_before_its_user_is_in_stays_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = Worker()
    try:
        await worker.start()
        presence = worker.presence
        entered = await presence.enter("ann", Wish("a"), "", QueuedConnection(nowhere, object))
        jam_id = entered.attendance.jam_id
        presence.drop(entered.attendance)
        enter = presence._rosters.enter

        async def enter_late(placement: Placement) -> Roster:
            await presence.upkeep.audit(jam_id)
            return await enter(placement)

        monkeypatch.setattr(presence._rosters, "enter", enter_late)
        wish = Wish(jam_id, entered.loop, entered.kit, insist=True)
        again = await presence.enter("ann", wish, "", QueuedConnection(nowhere, object))
        # Another process, which hasn't heard of it yet, says that it has the seat.
        roster = presence._rosters.get(jam_id)
        assert roster is not None
        assert roster.would_take(UserBack("ann"), "elsewhere:1")
        await presence.upkeep.audit(jam_id)
        assert roster.holds("ann", again.attendance.owner)
        assert (await worker.balancer.snapshot()).seats == {"ann": jam_id}
    finally:
        await worker.stop()


async def test_a_seat_may_be_taken_over_while_lost_jams_are_rebuilt() -> None:
    here, there = Worker(), Worker()
    try:
        await here.start()
        await there.start()
        connection = QueuedConnection(nowhere, object)
        entered = await here.presence.enter("ann", Wish("a"), "", connection)
        jam_id = entered.attendance.jam_id
        for worker in (here, there):
            for shard in worker._shards:
                shard.committer.healing_until = time.monotonic() + DEADLINE_SECONDS
        assert here.balancer.is_rebuilding(jam_id)
        wish = Wish(jam_id, entered.loop, entered.kit, insist=True)
        again = await there.presence.enter("ann", wish, "", QueuedConnection(nowhere, object))
        # The worker of before may find it out by itself, and then takes it for something of old.
        await here.presence.upkeep.audit(jam_id)
        await until(lambda: connection.closed)
        seats = (await there.balancer.snapshot()).jams[jam_id].users
        assert seats["ann"].owner == again.attendance.owner
    finally:
        await here.stop()
        await there.stop()


async def test_a_loop_is_taken_only_if_somebody_has_it() -> None:
    worker = Worker()
    try:
        await worker.start()
        presence = worker.presence
        ann, bob = [
            (await presence.enter(name, Wish("a"), "", QueuedConnection(nowhere, object)))
            for name in ("ann", "bob")
        ]
        with pytest.raises(LoopTaken):
            await presence.swap(ann.attendance, bob.loop)
        free = min(set(LOOPS) - {ann.loop, bob.loop})
        async with connect() as redis:  # it comes back empty, and ann's seat isn't claimed yet
            await redis.delete(Keys().jams, Keys().seats, Keys().open)
        with pytest.raises(StoreUnavailable):
            await presence.swap(ann.attendance, free)
    finally:
        await worker.stop()
