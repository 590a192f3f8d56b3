"""What leaves the master bus, sample by sample, against the known loops."""

import numpy as np
import pytest

from tests.browser.sound.known_loops import (
    EXACT,
    FADE_FRAMES,
    FRAMES,
    LOOP_IDS,
    RATE,
    analyse,
    difference,
    expected,
    found_position,
)
from tests.browser.sound.musician import (
    IN_PHASE_MS,
    MENDED_SECONDS,
    Enter,
    Musician,
    await_in_phase,
    listen_all,
)
from tests.processes import wait_until

BAR_FRAMES = FRAMES // 2
NO_TIME_MS = 4000
NEWCOMERS = 3
# The browser's idea of the time of day is read once, as it starts, and drifts from the system's.
CLOCK_READING_MS = 5.0


def test_the_first_sound_comes_within_a_second_of_the_tap(enter: Enter) -> None:
    lynx = enter()
    bar = lynx.play()
    # From then on it takes the transport's lead and the device's latency. The least of several:
    # what else the machine does can only add.
    assert min(first_sound_ms(enter(), bar) for _ in range(NEWCOMERS)) < 800


def first_sound_ms(newcomer: Musician, bar: int) -> float:
    """From the tap until the sound is on, in a jam that has played since a bar."""
    newcomer.wait(f"session.state.loading.done === 7 && session.nowBar() >= {bar}")
    waited_ms = newcomer.ask(
        "(async () => {"
        "  const tapped = performance.now();"
        "  session.unlock();"
        "  while (session.state.sound !== 'on') await new Promise((done) => setTimeout(done, 5));"
        "  return performance.now() - tapped;"
        "})()"
    )
    return float(waited_ms)


def test_a_loop_starts_at_the_bar_line_after_silence(enter: Enter) -> None:
    otter = enter().listen()
    assert otter.record(4800).peak == 0
    bar = otter.play()
    recording = otter.record_bar_line(bar)
    line = otter.bar_frame(bar)
    assert recording.part(recording.frame, line).peak == 0
    sounding = recording.part(line)
    assert sounding.peak > 0.01
    assert difference(sounding, otter.kit, [otter.loop]) < EXACT


def test_a_loop_stops_at_the_bar_line(enter: Enter) -> None:
    otter = enter().listen()
    otter.play()
    otter.await_phase("playing")
    bar = otter.stop()
    recording = otter.record_bar_line(bar)
    line = otter.bar_frame(bar)
    before = recording.part(recording.frame, line - FADE_FRAMES)
    assert difference(before, otter.kit, [otter.loop]) < EXACT
    assert recording.part(line).peak == 0


def test_every_loop_sounds_fully_or_not_at_all(enter: Enter) -> None:
    listener = enter().listen()
    players = [enter() for _ in range(3)]
    bars = [player.play() for player in players[:2]]
    listener.wait(f"session.audio.transport.now > ear.barFrame({max(bars)})")
    analysis = analyse(listener.record_steady(RATE), listener.kit)
    assert analysis.sounding() == [player.loop for player in players[:2]]


def test_the_seam_is_exact(enter: Enter) -> None:
    otter = enter().listen()
    bar = otter.play()
    seam = bar + (2 - bar % 2)
    recording = otter.record_bar_line(seam)
    assert recording.frame < otter.bar_frame(seam)
    assert recording.position > FRAMES - RATE
    assert difference(recording, otter.kit, [otter.loop]) < EXACT


def test_the_measure_sees_what_is_wrong(enter: Enter) -> None:
    """Negative controls: out of phase, silent, a loop missing."""
    otter, lynx = enter().listen(), enter()
    bar = max(otter.play(), lynx.play())
    otter.wait(f"session.audio.transport.now > ear.barFrame({bar})")
    both = [otter.loop, lynx.loop]
    recording = otter.record_steady(RATE)
    assert analyse(recording, otter.kit).sounding() == both
    assert found_position(recording, otter.kit, both) == recording.position

    ten_ms_late = (recording.position + 480) % FRAMES
    assert analyse(recording, otter.kit, ten_ms_late).left_over_db > -20

    otter.ask("session.audio.output.disconnect()")
    assert otter.record(RATE // 4).peak == 0


def test_loops_are_in_phase_however_slow_the_line(enter: Enter) -> None:
    """Round trips of 0, 100 and 300 ms, and one who joins while it plays."""
    early = [enter(), enter(rtt=100, jitter=1), enter(rtt=300, jitter=1)]
    listen_all(early)
    bar = early[0].play()
    early[0].wait(f"session.audio.transport.now > ear.barFrame({bar})")
    everybody = [*early, enter().listen()]
    await_in_phase(everybody, [early[0].loop])


def test_seven_pages_are_in_phase(enter: Enter) -> None:
    seven = [enter() for _ in range(7)]
    listen_all(seven)
    assert sorted(musician.loop for musician in seven) == sorted(LOOP_IDS)
    bar = max(musician.play() for musician in seven)
    for musician in seven:
        musician.wait(f"session.audio.transport.now > ear.barFrame({bar})")
        assert analyse(musician.record_steady(RATE), musician.kit).sounding() == list(LOOP_IDS)
    await_in_phase(seven, list(LOOP_IDS))


def test_a_page_that_gets_no_time_goes_on_and_is_in_phase_after_it(enter: Enter) -> None:
    """As happens to tabs out of sight: no timer runs and no message is read for seconds."""
    otter = enter().listen()
    bar = otter.play()
    otter.wait(f"session.audio.transport.now > ear.barFrame({bar})")
    otter.ask("void (window.taken = ear.record(3 * 48000))")
    otter.ask(f"for (const end = performance.now() + {NO_TIME_MS}; performance.now() < end;);")
    assert difference(otter.take(), otter.kit, [otter.loop]) < EXACT
    assert otter.ask("session.state.connection") == "online"
    wait_until(
        lambda: abs(otter.measure_phase_ms([otter.loop])) < IN_PHASE_MS + CLOCK_READING_MS,
        MENDED_SECONDS,
        "in phase",
    )


def test_a_swap_changes_the_loop_at_the_bar_line(enter: Enter) -> None:
    otter, lynx = enter().listen(), enter().listen()
    otter.play()
    otter.await_phase("playing")
    old = otter.loop
    new = next(loop for loop in LOOP_IDS if loop not in (old, lynx.loop))
    otter.await_early_bar()
    otter.ask(f"session.swap('{new}')")
    lynx.wait(f"session.state.users.some(user => user.loop === '{new}')")
    otter.await_phase("queued")
    bar = lynx.user(otter.user_id)["bar"]
    recording = lynx.record_bar_line(bar)
    line = lynx.bar_frame(bar)
    before = recording.part(recording.frame, line - FADE_FRAMES)
    assert difference(before, lynx.kit, [old]) < EXACT
    assert difference(recording.part(line), lynx.kit, [new]) < EXACT
    assert otter.loop == new


def test_a_queued_start_can_be_called_off(enter: Enter) -> None:
    otter = enter().listen()
    bar = otter.play()
    assert otter.phase() == "queued"
    otter.stop(early=False)
    assert otter.record_bar_line(bar).peak == 0
    assert otter.phase() == "quiet"


def test_a_queued_stop_can_be_called_off_without_a_gap(enter: Enter) -> None:
    otter = enter().listen()
    otter.play()
    otter.await_phase("playing")
    bar = otter.stop()
    assert otter.phase() == "stopping"
    otter.play(early=False)
    recording = otter.record_bar_line(bar)
    assert difference(recording, otter.kit, [otter.loop]) < EXACT
    assert otter.phase() == "playing"


def test_the_mixer_is_for_this_listener_alone(enter: Enter) -> None:
    otter, lynx = enter().listen(), enter().listen()
    bar = max(otter.play(), lynx.play())
    for musician in (otter, lynx):
        musician.wait(f"session.audio.transport.now > ear.barFrame({bar})")
    otter.ask(f"session.setMix({{ loops: {{ {lynx.loop}: {{ muted: true }} }} }})")
    otter.ask(f"session.setMix({{ master: 0.5, loops: {{ {otter.loop}: {{ volume: 0.5 }} }} }})")
    otter.skip(FADE_FRAMES * 4)
    gains = analyse(otter.record_steady(RATE), otter.kit).gains
    # The faders are square: half way up is a quarter.
    assert gains[otter.loop] == pytest.approx(0.25 * 0.25, abs=0.001)
    assert gains[lynx.loop] == pytest.approx(0, abs=0.001)
    assert analyse(lynx.record_steady(RATE), lynx.kit).sounding() == [otter.loop, lynx.loop]


def test_the_trim_moves_the_sound_and_a_scheduled_stop_with_it(enter: Enter) -> None:
    """A trim is a step of the clock like any other: whole frames, no click, and all of it."""
    otter = enter().listen()
    bar = otter.play()
    otter.wait(f"session.audio.transport.now > ear.barFrame({bar})")
    zero = otter.record(RATE // 10).zero
    end = otter.stop()
    otter.ask("session.setMix({ trimMs: 200 })")
    otter.wait(f"session.audio.transport.zero !== {zero}")
    moved = otter.ask("session.audio.transport.zero") - zero
    assert moved == pytest.approx(-200 * RATE / 1000, abs=IN_PHASE_MS * RATE / 1000)
    otter.skip(RATE // 3)
    recording = otter.record_bar_line(end)
    line = otter.bar_frame(end)
    before = recording.part(recording.frame, line - FADE_FRAMES)
    assert difference(before, otter.kit, [otter.loop]) < EXACT
    assert recording.part(line).peak == 0


def test_a_correction_does_not_click(enter: Enter) -> None:
    otter = enter().listen()
    bar = otter.play()
    otter.wait(f"session.audio.transport.now > ear.barFrame({bar})")
    zero = otter.ask("session.audio.transport.zero")
    otter.ask("void (window.taken = ear.record(3 * 48000))")
    otter.ask("session.setMix({ trimMs: 10 })")
    recording = otter.take()
    assert recording.zero != zero
    steps = np.abs(np.diff(recording.samples)).max()
    known = expected(otter.kit, [otter.loop], 0, FRAMES)
    assert steps <= np.abs(np.diff(known)).max() + EXACT


def test_a_refresh_comes_back_to_the_seat_and_a_copied_tab_does_not(
    enter: Enter, jam_id: str
) -> None:
    otter = enter()
    user_id, loop = otter.user_id, otter.loop
    otter.page.reload()
    otter.start()
    assert (otter.user_id, otter.loop) == (user_id, loop)

    # A window that a page opens begins with a copy of its sessionStorage, as a duplicated tab does.
    with otter.page.expect_popup() as popup:
        otter.ask("void open(location.href)")
    serve_copy = Musician.sit_down(popup.value, jam_id)
    assert serve_copy.user_id != user_id
    assert otter.ask("session.state.connection") == "online"
