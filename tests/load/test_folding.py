"""A profile's stacks, sorted into groups."""

import pytest

from .folding import ELSE, group_of, grouped, unsorted

LOOP = "Runner.run (asyncio/runners.py:118);uv_run (core.c:464)"
PING = "DirectWebSocketProtocol.look (jams/server/protocol.py:70)"


@pytest.mark.parametrize(
    ("frames", "group"),
    [
        (["DirectConnection.put (jams/connections.py:9)", "write (libc.so.6)"], "writing"),
        (["uv__stream_io (stream.c:1210)", "read (libc.so.6)"], "reading"),
        (["uv__io_poll (linux.c:1452)", "epoll_pwait (libc.so.6)"], "the event loop"),
        ([PING, "Frame.parse (websockets/frames.py:299)"], "parsing frames"),
        (["lone_text (jams/server/framing.py:9)", "apply_mask (x.c:1)"], "parsing frames"),
        ([PING, "UVStream_write (loop.c:110085)", "write (libc.so.6)"], "pings and pongs"),
        (["Keepalive._tick (jams/server/keepalive.py:70)", "f (x.c:1)"], "pings and pongs"),
        (["Roster.agrees_with (jams/roster.py:9)"], "audits and beats"),
        (["Presence._turn (jams/presence.py:145)", "f (x.c:1)"], "the event itself"),
        (["Roster.apply (jams/roster.py:136)", "gc_collect_main (x.c:1)"], "the garbage"),
        (["Committer._commit (jams/committer.py:9)", "plan (jams/planning.py:8)"], "commits"),
    ],
)
def test_a_stack_belongs_to_the_innermost_frame_that_a_rule_knows(
    frames: list[str], group: str
) -> None:
    assert group_of([*LOOP.split(";"), *frames]).startswith(group)


def test_shares_are_of_all_samples_the_largest_first() -> None:
    folded = [
        f"{LOOP};Roster.apply (jams/roster.py:136) 1",
        f"{LOOP};Roster.holds (jams/roster.py:104) 2",
        "somewhere (unknown.c:1) 1",
    ]

    assert list(grouped(folded).items()) == [("the event itself", 0.75), (ELSE, 0.25)]
    assert unsorted(folded) == [("somewhere (unknown.c:1)", 1)]


def test_a_profile_without_stacks_has_no_groups() -> None:
    assert grouped([""]) == {}
