"""The connections of this process that hold a seat, each by its name: ``node:number``.

A seat names its owner, so that a late leave of an old connection never removes the new one.
"""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from typing import Any

from .routine import survive

#: How long the seat of a dropped connection is kept, in seconds: a refresh, a tunnel.
GRACE_SECONDS = 10.0


class Owners:
    """Who holds a seat or is about to, who keeps one for a moment, and what is being freed."""

    def __init__(self, node: str) -> None:
        self._mark = f"{node}:"
        self._numbers = itertools.count(1)
        self._known: set[str] = set()
        self._graces: dict[str, asyncio.TimerHandle] = {}
        self._freeing: set[asyncio.Task[None]] = set()

    def new(self) -> str:
        """Return the name of a connection that is about to take a seat."""
        owner = f"{self._mark}{next(self._numbers)}"
        self._known.add(owner)
        return owner

    def __contains__(self, owner: object) -> bool:
        return owner in self._known

    def __len__(self) -> int:
        return len(self._known)

    def are_of_this_process(self, owner: str) -> bool:
        return owner.startswith(self._mark)

    def came_later(self, owner: str, than: str) -> bool:
        """Tell whether a connection of this process asked for its seat after ``than`` did.

        The store seats a process's connections of one user in this order.
        """
        return self.are_of_this_process(owner) and _number(owner) > _number(than)

    def give_up(self, owner: str) -> None:
        """Forget an owner: the seat is free, or somebody else's."""
        self._known.discard(owner)
        grace = self._graces.pop(owner, None)
        if grace is not None:
            grace.cancel()

    def after_grace(self, owner: str, release: Callable[[], None]) -> None:
        """Release the owner's seat after the grace, unless it is given up before."""
        loop = asyncio.get_running_loop()
        self._graces[owner] = loop.call_later(GRACE_SECONDS, release)

    def free(self, owner: str, freeing: Coroutine[Any, Any, object]) -> None:
        """Give the owner up once its seat has been freed."""

        async def run() -> None:
            try:
                await survive(freeing)  # a seat that nobody owns is found by an audit
            finally:
                self.give_up(owner)

        task = asyncio.create_task(run(), name="release")
        self._freeing.add(task)
        task.add_done_callback(self._freeing.discard)

    async def stop(self) -> None:
        """Release no more seats, and wait for what is being freed."""
        for grace in self._graces.values():
            grace.cancel()
        self._graces.clear()
        await asyncio.gather(*self._freeing)

    def waiting(self) -> int:
        """Return how many seats are kept for a moment, or are being freed."""
        return len(self._graces) + len(self._freeing)


def _number(owner: str) -> int:
    return int(owner.rpartition(":")[2])
