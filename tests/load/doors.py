"""Which process of a server the users of each jam come to."""

import zlib
from collections.abc import Callable, Sequence

from .crowd import CAPACITY, Door

#: Returns the doors of so many users, given the ports of a server's processes.
Doors = Callable[[Sequence[int], int], Sequence[Door | None]]


def where_visitors_do(ports: Sequence[int], users: int) -> list[None]:
    """Everybody comes to the jam that is the most fun."""
    return [None]


def hashed(ports: Sequence[int], users: int) -> list[Door]:
    """All users of a jam come to one process, as a proxy has it that hashes on the path."""
    return [
        _door(ports[zlib.crc32(_jam(user).encode()) % len(ports)], user) for user in range(users)
    ]


def spread(ports: Sequence[int], users: int) -> list[Door]:
    """The users of each jam come to all processes in turn: no event can stay in one."""
    return [_door(ports[user % len(ports)], user) for user in range(users)]


def _door(port: int, user: int) -> Door:
    return Door(port, f"/ws/jams/{_jam(user)}/?invite=1")


def _jam(user: int) -> str:
    return f"jam-{user // CAPACITY}"
