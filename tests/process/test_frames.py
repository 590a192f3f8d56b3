"""What one socket sends is carried out in order, and answered, on whatever server."""

import json

from .visitors import jam_of


async def test_messages_in_one_packet_are_carried_out_in_order(url: str) -> None:
    async with jam_of(url, 2) as (ann, bob):
        # A swap waits for the store; what comes after it waits for the swap.
        for message in ({"type": "play"}, {"type": "swap", "loop": "vox"}, {"type": "stop"}):
            ann.socket.protocol.send_text(json.dumps(message).encode())
        await ann.socket.send('{"type":"clock","sent":7}')
        for visitor in (ann, bob):
            await visitor.expect("loop_played", user_id=ann.user_id)
            await visitor.expect("loop_swapped", user_id=ann.user_id, loop="vox")
            await visitor.expect("loop_stopped", user_id=ann.user_id)
            assert not {"loop_played", "loop_stopped"} & {
                message["type"] for message in visitor.passed_over
            }
        await ann.expect("clock", sent=7)


async def test_a_message_may_come_in_parts(url: str) -> None:
    async with jam_of(url, 2) as (ann, bob):
        await ann.socket.send(iter(['{"ty', 'pe":"pl', 'ay"}']))
        assert await bob.expect("loop_played") == await ann.expect("loop_played")
        await ann.socket.send(iter(['{"type":', '"swap","loop":"vox"}']))
        await bob.hears(await ann.expect("loop_swapped"))


async def test_every_message_counts_once_towards_the_rate(url: str) -> None:
    async with jam_of(url, 1) as (ann,):
        for _ in range(19):
            await ann.send("swap", loop="kazoo")
            await ann.expect("error", code="unknown_loop")
        for _ in range(19):
            await ann.send("clock", sent=1)
            await ann.expect("clock")
        assert await ann.expect_nothing_but() == []
