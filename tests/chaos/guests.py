"""Guests: users who read all the time, know what they have heard, and come back like the page does.

``tests/process/visitors.py`` reads when a test asks; a guest of a crowd must go on reading, or the
server rightly takes it for dead.
"""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

Message = dict[str, Any]
#: Longer than seating a crowd takes on a busy machine.
SEATED_SECONDS = 60.0
_POLL_SECONDS = 0.02
#: Codes after which the page doesn't come back by itself.
_FOR_GOOD = (1000, 4408, 4410)


class Seat(NamedTuple):
    """What a user wants to have again after a fault."""

    user_id: str
    jam_id: str
    loop: str


class Heard(NamedTuple):
    """A message, and when it came (monotonic seconds)."""

    at: float
    message: Message


async def until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for a condition; return how long it took, in seconds. Fail with ``what``."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s: {what}")
        await asyncio.sleep(_POLL_SECONDS)
    return time.monotonic() - began


class Guest:
    """A user whose socket is read in the background.

    ``address`` is where they come from as a proxy would say. ``returns``: after a lost connection
    they come back with their token, as the page does.
    """

    def __init__(
        self,
        url: str,
        jam_id: str = "anywhere",
        *,
        address: str = "",
        returns: bool = True,
        invite: bool = False,
        cookie: str = "",
    ) -> None:
        self.url, self.jam_id, self.address, self.returns = url, jam_id, address, returns
        self.invite, self.cookie = invite, cookie
        #: The page's origin; the socket's address differs from it behind a proxy.
        self.origin = url
        self.token = ""
        self.heard: list[Heard] = []
        #: The ``joined`` of each time they came, and the code of each time they were closed.
        self.joins: list[Heard] = []
        self.codes: list[Heard] = []
        #: Everybody they see in the jam.
        self.sees: dict[str, Message] = {}
        #: Whether they have a seat and an open socket.
        self.is_in = False
        self.socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def seat(self) -> Seat:
        joined = self.joins[-1].message
        return Seat(joined["user_id"], joined["jam_id"], self.sees[joined["user_id"]]["loop"])

    @property
    def user_id(self) -> str:
        return str(self.joins[-1].message["user_id"])

    @property
    def port(self) -> int:
        """The local port of the open socket: by it a worker's connections are known."""
        assert self.socket is not None
        return int(self.socket.local_address[1])

    async def come(self, within: float = SEATED_SECONDS) -> "Guest":
        """Come in, and stay in the background."""
        await self.try_to_come(within)
        assert self.joins, self.codes
        return self

    async def try_to_come(self, within: float = SEATED_SECONDS) -> None:
        """Come in, or be closed before there was a seat."""
        self._task = asyncio.create_task(self._stay())
        await until(lambda: bool(self.joins) or self._gone(), within, "a seat")

    async def say(self, type_: str, **fields: Any) -> None:
        assert self.socket is not None
        await self.socket.send(json.dumps({"type": type_, **fields}))

    async def hears(
        self, type_: str, within: float = 10.0, since: float = 0.0, **fields: Any
    ) -> Heard:
        """Return the first message of a type with these fields that came after ``since``."""

        def matches() -> list[Heard]:
            return [
                heard
                for heard in self.heard
                if heard.at >= since and _is(heard.message, type_, fields)
            ]

        await until(lambda: bool(matches()), within, f"{type_} {fields}")
        return matches()[0]

    def heard_of(self, *types: str, since: float = 0.0) -> list[Message]:
        """What came of these types."""
        return [
            heard.message
            for heard in self.heard
            if heard.at >= since and heard.message["type"] in types
        ]

    def cut(self) -> None:
        """Lose the network: without a close frame."""
        assert self.socket is not None
        self.socket.transport.abort()

    async def go(self) -> None:
        """Leave for good."""
        self.returns = False
        if self.socket is not None:
            with suppress(WebSocketException, OSError):
                await self.say("leave")
                async with asyncio.timeout(5):
                    await self.socket.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _gone(self) -> bool:
        return self._task is not None and self._task.done()

    async def _stay(self) -> None:
        attempt = 0
        while True:
            seen = len(self.joins)
            code, bye_ms = await self._visit()
            attempt = 0 if len(self.joins) > seen else attempt + 1
            if not self.returns or code in _FOR_GOOD:
                return
            if code == 4401:
                self.token = ""
            wait = min(0.2 * 2**attempt, 2.0) * random.uniform(0.2, 1)
            await asyncio.sleep(bye_ms / 1000 if bye_ms is not None else wait)

    async def _visit(self) -> tuple[int, int | None]:
        """Have one socket until it is closed; return the code, and the wait that ``bye`` asks."""
        bye_ms = None
        try:
            self.socket = await self._connect()
        except (OSError, WebSocketException, TimeoutError):
            return 1006, None
        try:
            async for frame in self.socket:
                heard = Heard(time.monotonic(), json.loads(frame))
                self.heard.append(heard)
                self._follow(heard)
                if heard.message["type"] == "bye":
                    bye_ms = heard.message["reconnect_ms"]
        except WebSocketException:
            pass
        finally:
            code = self.socket.close_code or 1006
            self.codes.append(Heard(time.monotonic(), {"code": code}))
            self.is_in = False
        return code, bye_ms

    async def _connect(self) -> ClientConnection:
        query = "&".join([f"token={self.token}"] * bool(self.token) + ["invite=1"] * self.invite)
        headers = {"X-Forwarded-For": self.address} if self.address else {}
        if self.cookie:
            headers["Cookie"] = self.cookie
        return await connect(
            f"{self.url.replace('http', 'ws', 1)}/ws/jams/{self.jam_id}/?{query}",
            origin=self.origin,  # type: ignore[arg-type]
            additional_headers=headers,
            compression=None,
            open_timeout=30,
            close_timeout=2,
            ping_interval=None,
            max_queue=None,
        )

    def _follow(self, heard: Heard) -> None:
        message = heard.message
        match message["type"]:
            case "joined":
                self.joins.append(heard)
                self.is_in = True
                self.token, self.jam_id = message["token"], message["jam_id"]
                self.sees = {user["user_id"]: dict(user) for user in message["users"]}
            case "user_joined":
                self.sees[message["user"]["user_id"]] = dict(message["user"])
            case "user_left":
                self.sees.pop(message["user_id"], None)
            case "user_away" | "user_back" as type_:
                if user := self.sees.get(message["user_id"]):
                    user["away"] = type_ == "user_away"
            case "loop_played" | "loop_stopped" | "loop_swapped" as type_:
                self._follow_state(message, playing=type_ == "loop_played")

    def _follow_state(self, message: Message, *, playing: bool) -> None:
        user = self.sees.get(message["user_id"])
        if user is not None and message["seq"] > user["seq"]:
            changes = {"playing": playing, **message}
            user.update({key: changes[key] for key in changes if key in user})


def _is(message: Message, type_: str, fields: Message) -> bool:
    about = {**message.get("user", {}), **message}
    return bool(message["type"] == type_ and fields.items() <= about.items())


@asynccontextmanager
async def crowd(
    url: str, count: int, *, addresses: range = range(0), together: int = 50, **options: Any
) -> AsyncIterator[list[Guest]]:
    """So many guests, all seated, who come from these addresses in turn (see ``address_of``)."""
    places = [address_of(number) for number in addresses] or [""]
    guests = [
        Guest(url, address=places[number % len(places)], **options) for number in range(count)
    ]
    gate = asyncio.Semaphore(together)

    async def come(guest: Guest) -> None:
        async with gate:
            await guest.come()

    try:
        await asyncio.gather(*map(come, guests))
        yield guests
    finally:
        await asyncio.gather(*(guest.go() for guest in guests))


def address_of(number: int) -> str:
    """Return an address of the network that is for tests of networks (RFC 2544)."""
    return f"198.18.{number // 250}.{number % 250 + 1}"


def by_jam(guests: Iterable[Guest]) -> dict[str, list[Guest]]:
    """Return the guests of each jam."""
    jams: dict[str, list[Guest]] = {}
    for guest in guests:
        jams.setdefault(guest.seat.jam_id, []).append(guest)
    return jams
