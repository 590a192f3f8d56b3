"""The server's clock, and how it is compared with another's."""

import time


def now_ms() -> float:
    """Return the server's time: milliseconds since the Unix epoch."""
    return time.time() * 1000


def ahead_ms(theirs: float, asked: float, answered: float) -> float:
    """Return how far another clock is ahead of this one at least; negative if it is behind.

    It showed ``theirs`` at some moment between ``asked`` and ``answered`` by this one, so within
    that time there is no telling. All in ms.
    """
    return max(theirs - answered, 0.0) or min(theirs - asked, 0.0)
