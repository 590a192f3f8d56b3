"""When a jam's roster is loaded, and what is told of the jam meanwhile."""

import asyncio

from jams.jam import Jam, Placement, Seat
from jams.roster import Roster
from jams.rosters import Rosters
from jams.timeline import LoopState

FOUND = Placement("jam", "lofi", "drums")
MADE = FOUND._replace(made_jam=True)


class SlowBalancer:
    """Answers when it may: that a user of another process is in the jam."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()

    async def jam_with_states(self, jam_id: str) -> tuple[Jam | None, dict[str, LoopState]]:
        await self.may_answer.wait()
        return Jam("lofi", 0, {"bob": Seat("bass", "there:1")}), {}


def rosters_of(balancer: SlowBalancer) -> Rosters:
    return Rosters("here", balancer)  # type: ignore[arg-type]


async def enter(rosters: Rosters, placement: Placement, *told_of: str) -> Roster:
    """Come in; other processes tell of jams after the seat is taken, and before it is known."""
    with rosters.somebody_comes():
        for jam_id in told_of:
            rosters.once_loaded(jam_id, lambda: None)
        return await rosters.enter(placement)


async def test_what_came_while_a_roster_was_loaded_is_followed_first_and_in_order() -> None:
    balancer, followed = SlowBalancer(), list[tuple[int, bool]]()
    rosters = rosters_of(balancer)
    entering = asyncio.create_task(enter(rosters, FOUND))
    await asyncio.sleep(0)

    def follow(number: int) -> None:
        followed.append((number, rosters.get("jam") is not None))
        if number == 1:
            raise ValueError(number)

    for number in range(3):
        rosters.once_loaded("jam", lambda number=number: follow(number))  # type: ignore[misc]
    assert not followed
    balancer.may_answer.set()
    await entering
    assert followed == [(0, True), (1, True), (2, True)]


async def test_what_is_told_of_a_jam_that_nobody_here_is_in_is_not_kept() -> None:
    rosters = rosters_of(SlowBalancer())
    rosters.once_loaded("jam", lambda: None)
    await enter(rosters, MADE._replace(jam_id="other"), "jam")
    assert not rosters._early
    assert not rosters._told_of


async def test_who_makes_a_jam_finds_nobody_and_asks_nobody() -> None:
    rosters = rosters_of(SlowBalancer())
    roster = await enter(rosters, MADE, "other")
    assert (roster.kit, roster.members) == ("lofi", {})
    assert await enter(rosters, FOUND) is roster


async def test_who_makes_a_jam_to_which_others_have_come_since_finds_them() -> None:
    balancer = SlowBalancer()
    balancer.may_answer.set()
    roster = await enter(rosters_of(balancer), MADE, "jam")
    assert set(roster.members) == {"bob"}


async def test_who_makes_a_jam_that_is_being_loaded_waits_for_that() -> None:
    balancer = SlowBalancer()
    rosters = rosters_of(balancer)
    others = asyncio.create_task(enter(rosters, FOUND))
    await asyncio.sleep(0)
    mine = asyncio.create_task(enter(rosters, MADE))
    await asyncio.sleep(0)
    assert not mine.done()
    balancer.may_answer.set()
    assert await mine is await others
    assert set((await mine).members) == {"bob"}


async def test_who_makes_a_jam_that_is_known_here_changes_nothing() -> None:
    balancer = SlowBalancer()
    balancer.may_answer.set()
    rosters = rosters_of(balancer)
    roster = await enter(rosters, FOUND)
    assert await enter(rosters, MADE) is roster
    assert set(roster.members) == {"bob"}
