"""What is heard when the connection is lost, and found again."""

from tests.browser.sound.known_loops import EXACT, RATE, difference
from tests.browser.sound.musician import Enter


def test_a_lost_connection_leaves_no_gap_with_anybody(enter: Enter) -> None:
    otter, lynx = enter().listen(), enter().listen()
    bar = otter.play()
    lynx.wait(f"session.audio.transport.now > ear.barFrame({bar})")
    otter.wait(f"session.audio.transport.now > ear.barFrame({bar})")
    for musician in (otter, lynx):
        musician.ask("void (window.taken = ear.record(3 * 48000))")
    otter.ask("session.link.socket.reset()")
    otter.wait("session.state.connection !== 'online'")
    otter.wait("sockets.length === 2 && session.state.connection === 'online'")
    for musician in (otter, lynx):
        assert difference(musician.take(), musician.kit, [otter.loop]) < EXACT
        assert otter.user_id in [user["userId"] for user in musician.ask("session.state.users")]
    otter.await_phase("playing")


def test_a_loop_stopped_during_an_outage_is_silent_on_coming_back(enter: Enter) -> None:
    otter, lynx = enter().listen(), enter()
    otter.play()
    otter.await_phase("playing")
    seq = otter.user()["seq"]
    otter.ask("session.link.close()")  # and no server hears of the stop
    otter.ask("session.toggle()")
    otter.await_phase("quiet")
    otter.await_early_bar()
    otter.ask(f"void (window.taken = ear.record({3 * RATE}))")
    otter.ask("session.rejoin()")
    lynx.wait(f"session.state.users.some(u => u.userId === '{otter.user_id}' && !u.playing)")
    otter.wait(f"session.state.users.some(u => u.userId === '{otter.user_id}' && u.seq > {seq})")
    assert otter.phase() == "quiet"
    assert otter.take().peak == 0
