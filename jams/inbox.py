"""The receiving side of a socket: what its frames say, and how many it may send."""

import time

from django.conf import settings

from .connections import Connection
from .messages import BadMessage, CloseCode, Error, ErrorCode, FromClient, decode
from .rates import Rate


class Inbox:
    """Reads a socket's frames: answers what is no message, and closes on who sends too much."""

    __slots__ = ("_bad_frames", "_connection", "_limits", "_rate")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._limits = limits = settings.JAM_LIMITS
        self._rate = Rate(limits.messages_per_second, limits.message_burst)
        self._bad_frames = 0

    def read(self, frame: str | bytes | None) -> FromClient | None:
        """Return a text frame's message; refuse a frame that holds none, or is none (None)."""
        try:
            if frame is None:
                raise BadMessage("A message is a text frame.")
            if len(frame) > self._limits.frame_bytes:
                raise BadMessage("No message is that long.")
            message = decode(frame)
        except BadMessage as error:
            if self.admits():
                self.refuse(ErrorCode.BAD_MESSAGE, str(error))
                self._bad_frames += 1
                if self._bad_frames >= self._limits.bad_frames_in_a_row:
                    self._connection.close(CloseCode.BAD_FRAMES)
            return None
        self._bad_frames = 0
        return message

    def admits(self) -> bool:
        """Count a message; tell whether it is within the rate, and close the socket if it isn't."""
        if self._connection.closed:
            return False
        if self._rate.allows(time.monotonic()):
            return True
        self._connection.close(CloseCode.TOO_MANY)
        return False

    def refuse(self, code: ErrorCode, message: str) -> None:
        """Answer a frame that asks for what can't be."""
        self._connection.push_message(Error(code, message))
