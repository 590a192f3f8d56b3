"""What goes over the wire: a client's frames, and a transport that keeps what it gets."""

import asyncio
from typing import Any

from websockets.speedups import apply_mask

MASK = b"\x12\x34\x56\x78"


def framed(head: int, payload: bytes, mask: bytes | None = MASK) -> bytes:
    """A client's frame with this first byte."""
    size = len(payload)
    masked = 0x80 if mask else 0
    sizes = (
        bytes((masked | size,)) if size < 126 else bytes((masked | 126,)) + size.to_bytes(2, "big")
    )
    return bytes((head,)) + sizes + (mask + apply_mask(payload, mask) if mask else payload)


def text(payload: bytes) -> bytes:
    return framed(0x81, payload)


class Transport(asyncio.Transport):
    """The other side: gets what is written, and sends nothing more once it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.got = bytearray()
        self.closed = False
        self.paused = False

    def write(self, data: Any) -> None:
        self.got += data

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default
