"""The server's clock."""

import time


def now_ms() -> float:
    """Return the server's time: milliseconds since the Unix epoch."""
    return time.time() * 1000
