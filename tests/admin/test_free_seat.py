"""Staff free a user's seat: whichever worker has the socket, it is closed and not claimed again."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import AsyncClient, override_settings

from jams.attendance import Attendance
from jams.connections import QueuedConnection
from jams.jam import ANYWHERE
from jams.messages import CloseCode
from jams.names import name_of
from jams.worker import Worker, get_worker, stop_worker

from .conftest import MakeStaff

DEADLINE_SECONDS = 10

pytestmark = pytest.mark.usefixtures("database")


class Seated(NamedTuple):
    """A user on a worker, and what their socket was sent."""

    attendance: Attendance
    events: "asyncio.Queue[dict[str, Any]]"

    async def expect(self, **wanted: object) -> None:
        """Read on until an ASGI event or a message with these fields comes."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                event = await self.events.get()
                content = event | json.loads(event.get("text", "{}"))
                if wanted.items() <= content.items():
                    return


@pytest_asyncio.fixture(params=["this worker", "another worker"])
async def holder(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Worker]:
    """The worker that has the users' sockets: the one that answers staff, or another."""
    mine = await get_worker()
    other = mine if request.param == "this worker" else Worker()
    if other is not mine:
        await other.start()
    yield other
    if other is not mine:
        await other.stop()
    await stop_worker()


async def seat(worker: Worker, user_id: str) -> Seated:
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    connection = QueuedConnection(events.put, lambda: None)
    connection.open()
    entered = await worker.presence.enter(user_id, ANYWHERE, "", connection)
    return Seated(entered.attendance, events)


@pytest.fixture
def staff(make_staff: MakeStaff, transactional_db: None) -> User:
    return make_staff("view_livejam", "free_seat")


def free_url(jam_id: str, user_id: str) -> str:
    return f"/admin/jams/livejam/{jam_id}/seats/{user_id}/free/"


async def test_a_freed_seat_is_free_for_everybody_and_stays_so(
    holder: Worker, staff: User, async_client: AsyncClient
) -> None:
    ann, bob = await seat(holder, "ann"), await seat(holder, "bob")
    jam_id = ann.attendance.jam_id
    await async_client.aforce_login(staff)
    response = await async_client.post(free_url(jam_id, "ann"), follow=True)
    assert f"Freed the seat of {name_of('ann')} (ann, drums)." in response.content.decode()
    await ann.expect(type="websocket.close", code=int(CloseCode.FREED))
    await bob.expect(type="user_left", user_id="ann")
    await holder.presence.upkeep.audit(jam_id)
    jam, _ = await holder.balancer.jam_with_states(jam_id)
    assert jam is not None
    assert list(jam.users) == ["bob"]
    entry = await LogEntry.objects.select_related("user").aget(content_type__model="livejam")
    assert (entry.user, entry.object_id) == (staff, jam_id)
    assert entry.get_change_message() == f"Freed the seat of {name_of('ann')} (ann, drums)."


async def test_who_has_left_already_is_left_alone(
    holder: Worker, staff: User, async_client: AsyncClient
) -> None:
    jam_id = (await seat(holder, "ann")).attendance.jam_id
    await async_client.aforce_login(staff)
    response = await async_client.post(free_url(jam_id, "bob"), follow=True)
    assert response.status_code == HTTPStatus.OK
    assert "The user bob has left." in response.content.decode()
    jam, _ = await holder.balancer.jam_with_states(jam_id)
    assert jam is not None
    assert list(jam.users) == ["ann"]
    assert not await LogEntry.objects.aexists()


async def test_the_log_of_it_leads_to_the_jam(
    holder: Worker, staff: User, async_client: AsyncClient
) -> None:
    ann, _ = await seat(holder, "ann"), await seat(holder, "bob")
    jam_id = ann.attendance.jam_id
    await async_client.aforce_login(staff)
    await async_client.post(free_url(jam_id, "ann"))
    front_page = (await async_client.get("/admin/")).content.decode()
    assert f'<a href="/admin/jams/livejam/{jam_id}/">{jam_id}</a>' in front_page


async def test_a_worker_whose_redis_is_away_gives_a_notice(
    holder: Worker, staff: User, async_client: AsyncClient
) -> None:
    jam_id = (await seat(holder, "ann")).attendance.jam_id
    await async_client.aforce_login(staff)
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        response = await async_client.post(free_url(jam_id, "ann"))
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
