"""The wire protocol, version 1: every message once, typed, in both directions.

A frame is one JSON object whose ``type`` names the message. What grows later is added, never
changed: a client ignores what it doesn't know. The tags stand once more in ``protocol.js``; a test
holds the two against each other.
"""

from enum import IntEnum, StrEnum

import msgspec
from msgspec import Struct

from .timeline import LoopState

PROTOCOL = 1


# --- from the client: what a user asks for


class _FromClient(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Play(_FromClient, frozen=True, tag="play"):
    """Start my loop at the next bar, or call off a stop that is queued."""


class Stop(_FromClient, frozen=True, tag="stop"):
    """Stop my loop at the next bar, or call off a start that is queued."""


class Swap(_FromClient, frozen=True, tag="swap"):
    """Give me another loop of the kit, one that nobody has."""

    loop: str


class ClockRequest(_FromClient, frozen=True, tag="clock"):
    """What time is it? ``sent`` is the client's own time, returned as it is."""

    sent: int | float


class Leave(_FromClient, frozen=True, tag="leave"):
    """Give my seat up at once, without the grace of a dropped connection."""


FromClient = Play | Stop | Swap | ClockRequest | Leave


# --- from the server: what has happened


class User(Struct, frozen=True):
    """What everybody sees of a user. ``playing``, ``bar``, ``seq``: see ``LoopState``."""

    user_id: str
    name: str
    loop: str
    playing: bool = False
    bar: int = 0
    seq: int = 0
    away: bool = False

    @property
    def state(self) -> LoopState:
        return LoopState(self.playing, self.bar, self.seq)


class Joined(Struct, frozen=True, tag="joined"):
    """You have a seat. ``token`` brings you back to it; ``users`` are all, you among them."""

    jam_id: str
    user_id: str
    token: str
    kit: str
    loop: str
    capacity: int
    server_ms: float
    users: list[User]
    protocol: int = PROTOCOL


class UserJoined(Struct, frozen=True, tag="user_joined"):
    user: User


class UserLeft(Struct, frozen=True, tag="user_left"):
    user_id: str


class UserAway(Struct, frozen=True, tag="user_away"):
    """The connection is lost; the seat is kept for a moment and the loop goes on."""

    user_id: str


class UserBack(Struct, frozen=True, tag="user_back"):
    user_id: str


class LoopPlayed(Struct, frozen=True, tag="loop_played"):
    user_id: str
    bar: int
    seq: int


class LoopStopped(Struct, frozen=True, tag="loop_stopped"):
    user_id: str
    bar: int
    seq: int


class LoopSwapped(Struct, frozen=True, tag="loop_swapped"):
    """The user has another loop. If it plays, the old one sounds until ``bar``, then the new."""

    user_id: str
    loop: str
    playing: bool
    bar: int
    seq: int


class Clock(Struct, frozen=True, tag="clock"):
    """Times for an NTP-style exchange, in milliseconds; ``sent`` is the client's."""

    sent: int | float
    received_ms: float
    replied_ms: float


class Error(Struct, frozen=True, tag="error"):
    """The frame it answers is otherwise ignored."""

    code: str
    message: str


class Bye(Struct, frozen=True, tag="bye"):
    """The server is going; come back after ``reconnect_ms``, the seat is kept."""

    reconnect_ms: int


#: What is said of one user to the others of the jam.
AboutUser = UserJoined | UserLeft | UserAway | UserBack | LoopPlayed | LoopStopped | LoopSwapped
FromServer = Joined | AboutUser | Clock | Error | Bye


class ErrorCode(StrEnum):
    BAD_MESSAGE = "bad_message"
    UNKNOWN_LOOP = "unknown_loop"
    LOOP_TAKEN = "loop_taken"
    TRY_AGAIN = "try_again"


class CloseCode(IntEnum):
    """Why the server closed a socket (4000-4999 are the application's, RFC 6455 section 7.4.2)."""

    DONE = 1000
    RESTARTING = 4012
    BAD_FRAMES = 4400
    BAD_TOKEN = 4401
    REPLACED = 4408
    FREED = 4410
    TOO_MANY = 4429
    NO_STORE = 4503


class BadMessage(Exception):
    """A frame that is no message. ``str()`` of it says why, in words for the client."""


_decoder: msgspec.json.Decoder[FromClient] = msgspec.json.Decoder(FromClient)
_event_decoder: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)
_encoder = msgspec.json.Encoder()


def decode(frame: str | bytes) -> FromClient:
    """Return the message in a text frame; raise BadMessage if there is none."""
    try:
        return _decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadMessage(str(error)) from None


def encode(message: FromServer) -> bytes:
    """Return a message as the UTF-8 bytes of its text frame."""
    return _encoder.encode(message)


def decode_event(frame: bytes) -> FromServer:
    """Return the event that another process of this server has encoded."""
    return _event_decoder.decode(frame)


def state_event(user_id: str, state: LoopState) -> LoopPlayed | LoopStopped:
    """Return the event that tells what a user's loop does."""
    playing, bar, seq = state
    return LoopPlayed(user_id, bar, seq) if playing else LoopStopped(user_id, bar, seq)
