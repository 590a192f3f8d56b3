"""What is told of a jam while its roster is being loaded."""

import asyncio

from jams.jam import Jam
from jams.rosters import Rosters
from jams.timeline import LoopState


class SlowBalancer:
    """Answers when it may."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()

    async def jam_with_states(self, jam_id: str) -> tuple[Jam | None, dict[str, LoopState]]:
        await self.may_answer.wait()
        return None, {}


async def test_what_came_while_a_roster_was_loaded_is_followed_first_and_in_order() -> None:
    balancer, followed = SlowBalancer(), list[tuple[int, bool]]()
    rosters = Rosters("here", balancer)  # type: ignore[arg-type]
    entering = asyncio.create_task(rosters.enter("jam", "lofi"))
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
    rosters = Rosters("here", SlowBalancer())  # type: ignore[arg-type]
    rosters.once_loaded("jam", lambda: None)
    assert not rosters._early
