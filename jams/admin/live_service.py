"""Asks the balancer about the live jams, and frees a seat, for views that aren't async."""

import asyncio
from functools import partial
from typing import NamedTuple

from asgiref.sync import async_to_sync
from django.core.paginator import Page, Paginator

from ..balancer import JamBalancer, SyncJamBalancer
from ..clock import now_ms
from ..jam import Jam, Stats
from ..redis_client import REDIS_SECONDS, connect
from ..store import StoreUnavailable
from ..worker import get_worker
from .live_values import LiveJamRow, sorted_jams


class LivePage(NamedTuple):
    """Some of the live jams: the rows of a page of those found, and the counts of all."""

    rows: list[LiveJamRow]
    page: Page[tuple[str, Jam]]
    stats: Stats


class StaffBalancer(SyncJamBalancer):
    """The balancer, asked what a page of the admin shows. Its methods raise StoreError."""

    def __init__(self) -> None:
        # Without a second try: a new connection isn't one that Redis has closed.
        super().__init__(partial(connect, retries=0))

    def page(self, search: str, number: str, size: int) -> LivePage:
        """Return page ``number`` of the jams whose ids contain ``search``, the fullest first."""
        return self.call(partial(_page, search=search, number=number, size=size))

    def jam(self, jam_id: str) -> LiveJamRow | None:
        """Return a jam, None if it isn't on."""
        return self.call(partial(_jam, jam_id=jam_id))


@async_to_sync
async def free_seat(jam_id: str, user_id: str) -> bool:
    """Free a user's seat and close their socket; tell whether the seat was there.

    Asks this process's worker, for it takes more than the store: the worker that has the user's
    socket would claim the seat again. Raises StoreError; then nothing has changed for the user.
    """
    worker = await get_worker()
    jam, _ = await worker.balancer.jam_with_states(jam_id)
    seat = jam.users.get(user_id) if jam else None
    if seat is None:
        return False
    try:
        async with asyncio.timeout(REDIS_SECONDS):
            return await worker.presence.upkeep.free(jam_id, user_id, seat.owner)
    except TimeoutError as error:
        raise StoreUnavailable("Redis doesn't answer") from error


async def _page(balancer: JamBalancer, search: str, number: str, size: int) -> LivePage:
    collection = await balancer.snapshot()
    page = Paginator(sorted_jams(collection, search), size).get_page(number)
    rows = [
        LiveJamRow.of(jam_id, jam, await balancer.states(jam_id), now_ms())
        for jam_id, jam in page.object_list
    ]
    return LivePage(rows, page, collection.stats())


async def _jam(balancer: JamBalancer, jam_id: str) -> LiveJamRow | None:
    jam, states = await balancer.jam_with_states(jam_id)
    return None if jam is None else LiveJamRow.of(jam_id, jam, states, now_ms())
