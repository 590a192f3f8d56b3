"""What the audits of many jams at once find, and what they leave alone."""

from collections.abc import Container, Mapping
from typing import Any

import pytest

from jams import rounds
from jams.balancer import JamBalancer, Refreshed
from jams.connections import QueuedConnection
from jams.jam import Seat, Wish
from jams.loops import CAPACITY
from jams.worker import Worker

from .nodes import until

pytestmark = pytest.mark.usefixtures("_settings_of_home")


async def nowhere(event: dict[str, Any]) -> None:
    """Where a socket's events go that nobody reads."""


@pytest.fixture
def refreshed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jams that were audited one by one."""
    jam_ids, refresh = list[str](), JamBalancer.refresh

    async def noted(
        self: JamBalancer,
        jam_id: str,
        present: Mapping[str, Seat],
        kit: str,
        owners: Container[str],
    ) -> Refreshed:
        jam_ids.append(jam_id)
        return await refresh(self, jam_id, present, kit, owners)

    monkeypatch.setattr(JamBalancer, "refresh", noted)
    return jam_ids


async def test_only_jams_that_differ_are_audited_one_by_one(refreshed: list[str]) -> None:
    worker = Worker()
    try:
        await worker.start()
        presence, balancer = worker.presence, worker.balancer
        for number in range(3 * CAPACITY):
            connection = QueuedConnection(nowhere, lambda: None)
            await presence.enter(f"user{number}", Wish(), "", connection)
        seats = dict((await balancer.snapshot()).seats)
        jam_ids = presence.upkeep.jam_ids(0)
        assert len(jam_ids) == 3
        await presence.upkeep.audit_many(jam_ids)
        assert refreshed == []
        # The store loses one seat, and one jam.
        one, other = jam_ids[:2]
        lost = [user for user, jam_id in seats.items() if jam_id == other]
        lost += [next(user for user, jam_id in seats.items() if jam_id == one)]
        for user in lost:
            assert await balancer.remove_user(seats[user], user)
        await presence.upkeep.audit_many(jam_ids)
        assert sorted(refreshed) == sorted((one, other))
        assert (await balancer.snapshot()).seats == seats
    finally:
        await worker.stop()


async def test_a_ghost_that_store_and_worker_agree_on_is_freed() -> None:
    worker = Worker()
    try:
        await worker.start()
        connection = QueuedConnection(nowhere, lambda: None)
        ann = (await worker.presence.enter("ann", Wish("a"), "", connection)).attendance
        worker.presence._owners.give_up(ann.owner)
        await worker.presence.upkeep.audit_many([ann.jam_id])
        assert (await worker.balancer.snapshot()).seats == {}
        assert worker.presence.upkeep.jam_ids(0) == []
    finally:
        await worker.stop()


async def test_what_is_lost_is_found_without_being_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "AUDIT_SECONDS", 0.1)
    worker = Worker()
    try:
        await worker.start()
        await worker.balancer.add_shard()
        await until(lambda: len(worker._shards) == 2)
        seats = dict[str, str]()
        for jam_id in ("a", "b", "c-s1"):
            wish = Wish(jam_id, insist=True)
            connection = QueuedConnection(nowhere, lambda: None)
            await worker.presence.enter(f"user of {jam_id}", wish, "", connection)
            seats[f"user of {jam_id}"] = jam_id
        for user, jam_id in seats.items():
            assert await worker.balancer.remove_user(jam_id, user)

        async def are_back() -> bool:
            return dict((await worker.balancer.snapshot()).seats) == seats

        await until(are_back)
    finally:
        await worker.stop()


async def test_jams_that_have_users_elsewhere_are_told_of_again(
    refreshed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = Worker(), Worker()
    try:
        await here.start()
        await there.start()
        entered = [
            await worker.presence.enter(
                user, Wish("a", insist=True), "", QueuedConnection(nowhere, lambda: None)
            )
            for worker, user in ((here, "ann"), (there, "bob"))
        ]
        seen = here.presence._rosters.get("a")
        assert seen is not None
        await until(lambda: "bob" in seen.members)
        # What Ann plays gets lost on its way.
        with monkeypatch.context() as patch:
            patch.setattr(here._relay, "publish", lambda *_: None)
            here.presence.play(entered[0].attendance)
        await here.presence.upkeep.audit_many(["a"])
        known = there.presence._rosters.get("a")
        assert known is not None
        await until(lambda: known.members["ann"].user.playing)
        assert refreshed == []
    finally:
        await here.stop()
        await there.stop()
