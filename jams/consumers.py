"""``JamConsumer``: a user's socket. Each verb decodes, asks the presence, and answers."""

import secrets
from typing import Any
from urllib.parse import parse_qs

from channels.consumer import AsyncConsumer

from . import tokens
from .addresses import address_tag
from .admission import admits_socket
from .attendance import Attendance, LoopTaken, UnknownLoop
from .clock import now_ms
from .connections import connection_of
from .inbox import Inbox
from .jam import Wish
from .loops import CAPACITY
from .messages import (
    Clock,
    ClockRequest,
    CloseCode,
    ErrorCode,
    FromClient,
    Joined,
    Leave,
    Play,
    Stop,
    Swap,
)
from .presence import Presence
from .shards import NoSuchShard
from .store import StoreError
from .worker import get_worker


class JamConsumer(AsyncConsumer):
    """A user in a jam, for as long as the socket is open.

    It has no channel of its own and uses no database, so it reads its events itself: one awaited
    receive, and no task or thread for each message.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket; give the seat up exactly once, whatever ends it."""
        self.scope = scope
        self.busy = False
        self.attendance: Attendance | None = None
        self.connection = connection_of(scope, send)
        self.inbox = Inbox(self.connection)
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        self.connection.open()
        try:
            await self.enter()
            self.connection.take_texts(self.take)
            while (event := await receive())["type"] == "websocket.receive":
                await self.receive(event)
        finally:
            self.connection.end()
            if self.attendance is not None:
                self.presence.drop(self.attendance)

    async def enter(self) -> None:
        """Take a seat: the one the token is for, in the suggested jam, or in the fullest."""
        if not admits_socket(self.scope):
            self.connection.close(CloseCode.TOO_MANY)
            return
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        jam_id = self.scope["url_route"]["kwargs"]["jam_id"]
        try:
            user_id, wish = _seat_asked_for(query, jam_id)
            worker = await get_worker()
            self.presence: Presence = worker.presence
            address = address_tag((self.scope.get("client") or [""])[0])
            entered = await self.presence.enter(user_id, wish, address, self.connection)
        except (tokens.BadToken, NoSuchShard):
            self.connection.close(CloseCode.BAD_TOKEN)
            return
        except StoreError:
            self.connection.close(CloseCode.NO_STORE)
            return
        self.attendance = entered.attendance
        jam_id = entered.attendance.jam_id
        seat = tokens.SeatToken(user_id, jam_id, entered.kit, entered.loop)
        self.connection.push_message(
            Joined(
                jam_id=jam_id,
                user_id=user_id,
                token=tokens.issue(seat),
                kit=entered.kit,
                loop=entered.loop,
                capacity=CAPACITY,
                server_ms=now_ms(),
                users=entered.users,
            )
        )
        if self.presence.draining:
            worker.send_away(self.connection)

    async def receive(self, event: dict[str, Any]) -> None:
        """Carry out what a frame asks for."""
        self.busy = True
        try:
            message = self.inbox.read(event.get("text"))
            if message is None or not self.inbox.admits():
                return
            if isinstance(message, Swap):
                await self.swap(message.loop)
            else:
                self.carry_out(message)
        finally:
            self.busy = False

    def take(self, frame: bytes) -> bool:
        """Carry out a frame at once; tell whether that can be (see ``DirectSocket.take_text``)."""
        if self.busy:
            return False  # an earlier frame goes first
        message = self.inbox.read(frame)
        if isinstance(message, Swap):
            return False  # it waits for the store
        if message is not None and self.inbox.admits():
            self.carry_out(message)
        return True

    def carry_out(self, message: FromClient) -> None:
        """Do what a message asks for that needs no waiting."""
        assert self.attendance is not None
        match message:
            case Play():
                self.presence.play(self.attendance)
            case Stop():
                self.presence.stop(self.attendance)
            case ClockRequest(sent):
                self.connection.push_message(Clock(sent, now_ms(), now_ms()))
            case Leave():
                self.presence.leave(self.attendance)
                self.connection.close(CloseCode.DONE)

    async def swap(self, loop: str) -> None:
        """Take another loop, if nobody has it."""
        assert self.attendance is not None
        try:
            await self.presence.swap(self.attendance, loop)
        except UnknownLoop:
            self.inbox.refuse(ErrorCode.UNKNOWN_LOOP, "No kit has this loop.")
        except LoopTaken:
            self.inbox.refuse(ErrorCode.LOOP_TAKEN, "Somebody was faster: this loop is taken.")
        except StoreError:
            self.inbox.refuse(ErrorCode.TRY_AGAIN, "That didn't work just now. Try again.")


def _seat_asked_for(query: dict[str, list[str]], jam_id: str) -> tuple[str, Wish]:
    """Return who asks, and for which seat; raise BadToken for a token that isn't good here."""
    if "token" in query:
        seat = tokens.read(query["token"][0], jam_id)
        return seat.user_id, Wish(jam_id, seat.loop, seat.kit, insist=True)
    return secrets.token_hex(8), Wish(jam_id, insist="invite" in query)
