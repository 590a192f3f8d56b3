"""Frames that need no parser: whole, short, and by themselves.

A client says "play" in one frame of twenty bytes, which nearly always arrives alone, and so does
its answer to a ping. To read them the library's parser touches a dozen objects of the connection,
and takes as long as all that an event is about; among 10,000 users most of these objects are in no
cache of the processor.
"""

from websockets.frames import Opcode
from websockets.speedups import apply_mask

#: A client's frame (RFC 6455, section 5.2): a byte with FIN and the opcode, one with MASK and the
#: size, four of the mask. Longer ones have more bytes for the size.
_FIN = _MASK = 0x80
_HEADER_BYTES = 6
_MOST_BYTES = 125
#: More at once isn't looked through: no client of ours has so much to say.
_MOST_TOGETHER = 4096
_WHOLE_TEXT = _FIN | int(Opcode.TEXT)
_EMPTY_PONG = bytes((_FIN | Opcode.PONG, _MASK))


def lone_text(data: bytes) -> bytes | None:
    """Return the text if the data is one frame that is a whole short text message, else None."""
    size = len(data) - _HEADER_BYTES
    if 0 <= size <= _MOST_BYTES and data[0] == _WHOLE_TEXT and data[1] == _MASK | size:
        return apply_mask(data[_HEADER_BYTES:], data[2:_HEADER_BYTES])
    return None


def is_lone_pong(data: bytes) -> bool:
    """Tell whether the data is an answer to a ping with nothing in it."""
    return len(data) == _HEADER_BYTES and data.startswith(_EMPTY_PONG)


def are_whole_frames(data: bytes) -> bool:
    """Tell whether the data is short frames that are whole messages each, and nothing of a next."""
    if len(data) > _MOST_TOGETHER:
        return False
    at = 0
    while at + _HEADER_BYTES <= len(data):
        head, size = data[at], data[at + 1] & ~_MASK
        if not head & _FIN or head & 0x0F == Opcode.CONT or size > _MOST_BYTES:
            return False
        at += _HEADER_BYTES + size
    return at == len(data)
