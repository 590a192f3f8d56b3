"""What a test may pull in a running server: its wall clock, and faults in its handlers.

A lever is a byte range of one file, which all worker processes map into their memory, so that a
test moves the clock of all of them at the same moment.
"""

import mmap
import os
import struct
from pathlib import Path
from typing import Self

#: Names the levers' file to a server.
VARIABLE = "CHAOS_LEVERS"
_SHIFT = struct.Struct("d")


class Levers:
    """The levers of one server, from either side."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_SHIFT.size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SHIFT.size)
        self.path = path

    @classmethod
    def of_this_process(cls) -> Self:
        return cls(Path(os.environ[VARIABLE]))

    @property
    def clock_shift(self) -> float:
        """How far the server's wall clock is from the real one, in seconds."""
        shift: float = _SHIFT.unpack(self._map)[0]
        return shift

    @clock_shift.setter
    def clock_shift(self, seconds: float) -> None:
        self._map[:] = _SHIFT.pack(seconds)
