"""A jam as its users live it, through a real server and a real Redis."""

import asyncio
import time

import pytest

from jams.loops import CAPACITY, LOOPS
from jams.names import name_of
from jams.timeline import BAR_MS, LEAD_MS

from .visitors import ANSWER_SECONDS, Message, come_back, jam_of, open_socket, page_data, visit

#: Longer than several tries take on a busy machine.
IN_TIME_SECONDS = 60.0


async def test_the_page_suggests_the_jam_that_the_socket_then_joins(url: str) -> None:
    async with jam_of(url, 1) as (ann,):
        data = page_data(url)
        assert data["jam_id"] == ann.jam_id
        assert data["socket_path"] == f"/ws/jams/{ann.jam_id}/"
        assert list(data["kits"][ann.joined["kit"]]["loops"]) == list(LOOPS)


async def test_seven_share_a_jam_with_seven_loops_and_the_eighth_starts_another(url: str) -> None:
    async with jam_of(url, CAPACITY) as seven:
        assert {visitor.jam_id for visitor in seven} == {seven[0].jam_id}
        assert [visitor.loop for visitor in seven] == list(LOOPS)
        users = seven[-1].joined["users"]
        assert [user["name"] for user in users] == [name_of(user["user_id"]) for user in users]
        async with jam_of(url, 1) as (eighth,):
            assert eighth.jam_id != seven[0].jam_id
            assert eighth.loop == "drums"


async def start_and_stop(url: str) -> tuple[Message, Message, float]:
    """Let one of three start and stop at once; return what all of them heard.

    And how long before the start's bar the stop was told, in milliseconds.
    """
    async with jam_of(url, 3) as visitors:
        ann, *others = visitors
        asked_ms = time.time() * 1000
        await ann.send("play")
        played = await ann.expect("loop_played", user_id=ann.user_id)
        told_ms = time.time() * 1000
        assert asked_ms + LEAD_MS <= played["bar"] * BAR_MS <= told_ms + LEAD_MS + BAR_MS
        for other in others:
            assert await other.expect("loop_played") == played
        await ann.send("stop")
        stopped = await ann.expect("loop_stopped")
        left_ms = played["bar"] * BAR_MS - time.time() * 1000
        assert stopped["seq"] > played["seq"]
        for other in others:
            assert await other.expect("loop_stopped") == stopped
    return played, stopped, left_ms


async def test_a_start_and_a_stop_fall_on_the_same_bar_for_everybody(url: str) -> None:
    async with asyncio.timeout(IN_TIME_SECONDS):
        played, stopped, left_ms = await start_and_stop(url)
        while left_ms <= 0:  # the machine was too busy: the bar had come
            played, stopped, left_ms = await start_and_stop(url)
    # Before its bar has come, a stop calls the start off.
    assert stopped["bar"] < played["bar"]


async def test_who_comes_later_hears_who_plays_since_when(url: str) -> None:
    async with jam_of(url, 1) as (ann,):
        await ann.send("play")
        played = await ann.expect("loop_played")
        async with await visit(url, ann.jam_id) as bob:
            await bob.knows(played)
            await bob.leave()
            await ann.expect("user_left", user_id=bob.user_id)


async def test_asking_twice_changes_nothing_and_is_answered(url: str) -> None:
    async with jam_of(url, 2) as (ann, bob):
        await ann.send("play")
        played = await ann.expect("loop_played")
        await ann.send("play")
        assert await ann.expect("loop_played") == played
        await bob.expect("loop_played")
        assert await bob.expect_nothing_but() == []


async def test_a_dropped_connection_comes_back_to_its_seat_and_loop(url: str) -> None:
    async with jam_of(url, 3) as (ann, bob, cleo):
        await bob.send("play")
        played = await ann.expect("loop_played")
        await bob.drop()
        await ann.expect("user_away", user_id=bob.user_id)
        again = await come_back(url, bob)
        assert (again.user_id, again.loop, again.jam_id) == (bob.user_id, bob.loop, bob.jam_id)
        await again.knows(played)
        await ann.expect("user_back", user_id=bob.user_id)
        await cleo.expect("user_back", user_id=bob.user_id)
        assert {seen["type"] for seen in cleo.passed_over} <= {"loop_played", "user_away"}
        await cleo.expect_nothing_but("loop_played", "user_away", "user_back")
        await again.leave()
        await ann.expect("user_left", user_id=bob.user_id)
        await again.socket.close()


async def test_a_newer_connection_replaces_the_older_one_whose_leave_then_does_nothing(
    url: str,
) -> None:
    async with jam_of(url, 2) as (ann, bob):
        again = await come_back(url, bob)
        assert await bob.expect_close() == 4408
        await ann.expect("user_back", user_id=bob.user_id)
        assert again.loop == bob.loop
        assert await ann.expect_nothing_but() == []
        await again.leave()
        await ann.expect("user_left", user_id=bob.user_id)
        await again.socket.close()


async def test_a_seat_is_free_after_the_grace(url: str) -> None:
    async with jam_of(url, 2) as (ann, bob):
        began = time.monotonic()
        await bob.drop()
        await ann.expect("user_away", user_id=bob.user_id)
        await ann.expect("user_left", within=15, user_id=bob.user_id)
        assert time.monotonic() - began > 9
        async with asyncio.timeout(ANSWER_SECONDS):
            # The others hear of it at once, another worker's newcomer a commit later.
            taken = {bob.loop}
            while bob.loop in taken:
                async with await visit(url, ann.jam_id) as cleo:
                    taken = {user["loop"] for user in cleo.joined["users"]} - {cleo.loop}
                    await cleo.leave()
                    await ann.expect("user_left", user_id=cleo.user_id)


async def test_a_loop_is_swapped_for_a_free_one_and_a_taken_one_is_refused(url: str) -> None:
    async with jam_of(url, 2) as (ann, bob):
        await ann.send("swap", loop="vox")
        swapped = await ann.expect("loop_swapped", user_id=ann.user_id, loop="vox")
        await bob.hears(swapped)
        assert swapped["playing"] is False
        await bob.send("swap", loop="vox")
        await bob.expect("error", code="loop_taken")
        await bob.send("swap", loop="kazoo")
        await bob.expect("error", code="unknown_loop")
        await bob.send("swap", loop="drums")
        await ann.expect("loop_swapped", user_id=bob.user_id, loop="drums")


async def test_one_of_two_who_swap_for_the_same_loop_gets_it(url: str) -> None:
    async with jam_of(url, 2) as (ann, bob):
        await asyncio.gather(ann.send("swap", loop="pad"), bob.send("swap", loop="pad"))
        told = {visitor.user_id: await visitor.expect("loop_swapped") for visitor in (ann, bob)}
        (winner,) = {swapped["user_id"] for swapped in told.values()}
        # The loser may be refused before or after it sees the other's swap.
        for visitor in (ann, bob):
            if told[visitor.user_id] != told[winner]:
                await visitor.hears(told[winner])
            await visitor.expect_nothing_but("error")
            refused = [seen["code"] for seen in visitor.passed_over if seen["type"] == "error"]
            assert refused == ([] if visitor.user_id == winner else ["loop_taken"])


async def test_the_clock_is_answered_with_what_was_sent(url: str) -> None:
    async with jam_of(url, 1) as (ann,):
        await ann.send("clock", sent=12.5)
        clock = await ann.expect("clock")
        assert clock["sent"] == 12.5
        assert clock["received_ms"] <= clock["replied_ms"]
        assert abs(clock["replied_ms"] - time.time() * 1000) < 5_000


@pytest.mark.parametrize(
    "frame",
    ["", "x", "[]", "{}", "null", '{"type":"connect"}', '{"type":"play","more":1}', "[" * 1_000],
)
async def test_what_is_no_message_is_answered_and_hurts_nobody(url: str, frame: str) -> None:
    async with jam_of(url, 2) as (ann, bob):
        await ann.socket.send(frame)
        await ann.expect("error", code="bad_message")
        await ann.send("play")
        await bob.expect("loop_played", user_id=ann.user_id)


async def test_ten_bad_frames_in_a_row_end_the_connection(url: str) -> None:
    async with jam_of(url, 1) as (ann,):
        for _ in range(10):
            await ann.socket.send(b"\xff\x00")
        assert await ann.expect_close() == 4400


async def test_too_many_messages_end_the_connection(url: str) -> None:
    async with jam_of(url, 1) as (ann,):
        for _ in range(60):
            await ann.send("play")
        assert await ann.expect_close() == 4429


@pytest.mark.parametrize("token", ["forged", "a:b:c", "%00", "x" * 1_000])
async def test_a_forged_token_is_refused(url: str, token: str) -> None:
    socket = await open_socket(url, "anywhere", token)
    await socket.wait_closed()
    assert socket.close_code == 4401


async def test_a_token_is_good_for_its_own_jam_only(url: str) -> None:
    async with jam_of(url, 1) as (ann,):
        socket = await open_socket(url, "another", ann.token)
        await socket.wait_closed()
        assert socket.close_code == 4401
        # Of those whom earlier tests have had thrown out, another worker may still tell.
        await ann.expect_nothing_but("user_away", "user_left")


async def test_an_invitation_makes_its_jam_if_it_is_gone(url: str) -> None:
    assert page_data(url, "/jams/our-own_jam/")["invite"] is True
    async with jam_of(url, 1), await visit(url, "our-own_jam", invite=True) as ann:
        assert ann.jam_id == "our-own_jam"
        assert await ann.leave() == 1000
