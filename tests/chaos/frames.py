"""Frames that no client of ours sends: a corpus of the known traps, and generated ones."""

import json
from typing import Any

from hypothesis import strategies as st

#: (opcode, payload) of whole frames; 1 is text, 2 binary. Each is answered with an error.
CORPUS: tuple[tuple[int, bytes], ...] = (
    (1, b""),
    (1, b"x"),
    (1, b"\x00"),
    (1, b"null"),
    (1, b"[]"),
    (1, b"{}"),
    (1, b'"play"'),
    (1, b"123"),
    (1, b"NaN"),
    (1, b'{"type":"clock","sent":NaN}'),
    (1, b'{"type":"clock","sent":Infinity}'),
    (1, b'{"type":"clock","sent":"1"}'),
    (1, b'{"type":"clock","sent":null}'),
    (1, b'{"type":"clock"}'),
    (1, b'{"type":"clock","sent":[1]}'),
    (1, b'{"type":null}'),
    (1, b'{"type":1}'),
    (1, b'{"type":["play"]}'),
    (1, b'{"type":{"play":1}}'),
    (1, b'{"type":""}'),
    (1, b'{"type":"PLAY"}'),
    (1, b'{"type":"play "}'),
    (1, b'{"type":"play","user_id":"somebody"}'),
    (1, b'{"type":"play","type":"stop","more":1}'),
    (1, b'{"type":"swap"}'),
    (1, b'{"type":"swap","loop":7}'),
    (1, b'{"type":"swap","loop":{}}'),
    (1, b'{"type":"swap","loop":"kazoo"}'),
    (1, b'{"type":"swap","loop":"\\ud800"}'),
    (1, b'{"type":"swap","loop":"\\u0000"}'),
    (1, b'{"type":"swap","loop":"' + "\N{PILE OF POO}".encode() * 900 + b'"}'),
    *((1, json.dumps({"type": name}).encode()) for name in (
        "websocket.receive", "websocket.disconnect", "websocket_connect", "receive", "enter",
        "take", "carry_out", "__call__", "__class__", "joined", "user_left", "bye", "jam.event",
    )),
    (1, b"[" * 4000),
    (1, b'{"a":' * 800),
    (1, b'{"type":"play"' + b" " * 4000 + b"}}"),
    (2, b""),
    (2, b"\xff\xfe\xfd"),
    (2, b"\x00" * 4096),
    (2, b'{"type":"play"}'),
)  # fmt: skip

#: Frames for which a server may also end the connection: they break the WebSocket itself, or are
#: longer than any message may be.
BREAKING: dict[str, tuple[int, bytes, int | None]] = {
    "bad UTF-8": (1, b'{"type":"\xc3\x28"}', None),
    "an encoded surrogate": (1, b'{"type":"\xed\xa0\x80"}', None),
    "4 KB and 1 byte": (1, b'"' + b"a" * 4095 + b'"', None),
    "[ 100,000 times": (1, b"[" * 100_000, None),
    "10 MB declared": (1, b"a" * 100, 10 * 1024 * 1024),
    "2^62 bytes declared": (1, b"", 2**62),
    "an opcode that means nothing": (5, b"x", None),
    "a ping that is too long": (9, b"p" * 200, None),
    "a continuation of nothing": (0, b"{}", None),
    "a close frame of one byte": (8, b"\x03", None),
    "a close code of nobody": (8, b"\x00\x01", None),
}

_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
    | st.sampled_from(["play", "stop", "swap", "clock", "drums", "vox", "websocket.close"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "sent", "loop", "user_id", ""]), inner)
    ),
    max_leaves=12,
)


def _as_json(value: object) -> bytes:
    # Lone surrogates as escapes; NaN and Infinity as Python writes them.
    return json.dumps(value).encode()


#: Text or binary frames of any kind, most of them nearly messages; none leaves.
generated: st.SearchStrategy[tuple[int, bytes]] = st.tuples(
    st.sampled_from([1, 1, 1, 2]),
    st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | _values.map(_as_json)
    | st.fixed_dictionaries(
        {"type": st.sampled_from(["play", "stop", "swap", "clock", "leave "]) | _values},
        optional={"sent": _values, "loop": _values, "more": _values},
    ).map(_as_json),
).filter(lambda frame: b'"leave"' not in frame[1])


def is_text(payload: bytes) -> bool:
    """Whether a payload may stand in a text frame at all."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
