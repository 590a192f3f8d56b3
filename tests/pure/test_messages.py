"""The wire protocol: what is a message, and that Python, JavaScript and the README agree."""

import re
from contextlib import suppress
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jams.messages import (
    PROTOCOL,
    BadMessage,
    ClockRequest,
    CloseCode,
    ErrorCode,
    FromClient,
    FromServer,
    Play,
    Swap,
    UserJoined,
    decode,
    decode_event,
    encode,
)
from jams.roster import new_user

ROOT = Path(__file__).resolve().parents[2]
PROTOCOL_JS = ROOT / "jams" / "static" / "jams" / "js" / "protocol.js"


def tags(union: object) -> set[str]:
    """Return the types of all messages of one direction."""
    return {kind.__struct_config__.tag for kind in get_args(union)}


def test_a_frame_is_one_typed_message() -> None:
    assert decode('{"type":"play"}') == Play()
    assert decode(b'{"type":"swap","loop":"vox"}') == Swap("vox")
    assert decode('{"type":"clock","sent":1.5}') == ClockRequest(1.5)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"type":"connect"}',
        '{"type":"play","user_id":"ann"}',
        '{"type":"swap"}',
        '{"type":"swap","loop":7}',
        '{"type":"clock","sent":NaN}',
        '{"type":"clock","sent":1e999}',
        '{"type":"clock","sent":"\\ud800"}',
        b"\xff\xfe",
        "[" * 100_000,
    ],
)
def test_what_is_no_message_says_why(frame: str | bytes) -> None:
    with pytest.raises(BadMessage, match=r"."):
        decode(frame)


@given(st.text() | st.binary())
def test_any_frame_is_a_message_or_a_bad_one(frame: str | bytes) -> None:
    with suppress(BadMessage):
        assert isinstance(decode(frame), FromClient)


def test_what_one_process_encodes_another_decodes() -> None:
    message = UserJoined(new_user("ann", "drums"))
    assert decode_event(encode(message)) == message


def test_the_client_knows_the_same_messages_and_codes() -> None:
    text = PROTOCOL_JS.read_text()

    def values(name: str) -> set[str]:
        block = re.search(rf"export const {name} = (?:Object\.freeze\()?\{{(.*?)\n\}}", text, re.S)
        assert block is not None, name
        return set(re.findall(r':\s*"?([\w]+)"?,', block[1]))

    assert values("FROM_SERVER") == tags(FromServer)
    assert values("FROM_CLIENT") == tags(FromClient)
    assert values("CLOSE") >= {str(int(code)) for code in CloseCode if code != CloseCode.DONE}
    assert f"PROTOCOL_VERSION = {PROTOCOL};" in text


def test_error_codes_are_words() -> None:
    assert all(re.fullmatch(r"[a-z_]+", code) for code in ErrorCode)
    assert msgspec.json.encode(ErrorCode.LOOP_TAKEN) == b'"loop_taken"'
