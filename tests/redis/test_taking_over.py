"""A user who comes back at another worker, before what they play is written."""

from typing import Any

import pytest

from jams.connections import QueuedConnection
from jams.jam import Wish
from jams.messages import User
from jams.state_keeper import StateKeeper
from jams.worker import Worker

from .nodes import until

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
