"""What a connection has of its seat, and why it may be refused another loop."""

from typing import NamedTuple

from .connections import Connection
from .messages import User


class Attendance(NamedTuple):
    """A user's seat as its connection holds it."""

    jam_id: str
    user_id: str
    owner: str
    connection: Connection


class Entered(NamedTuple):
    """What a user finds: the seat, the kit, and everybody in the jam."""

    attendance: Attendance
    kit: str
    loop: str
    users: list[User]


class UnknownLoop(Exception):
    """No kit has such a loop."""


class LoopTaken(Exception):
    """Somebody else has the loop."""
