"""Frames that no client of ours sends: each is answered, and nobody else notices."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.processes import ServerProcess, runserver

from .conftest import EVERYTHING
from .frames import BREAKING, CORPUS, generated, is_text
from .raw import Peer, frame
from .stage import stage

Measured = Callable[[str, str, str], None]
#: In one sending; a good one after them, for the tenth bad one in a row would end it.
TOGETHER = 8
EXAMPLES = (10_000 if EVERYTHING else 400) // TOGETHER
#: After so many frames; who never reads is rightly taken for dead.
WITNESS_READS = 25 * TOGETHER
ENDINGS = {1002, 1006, 1007, 1009, 4400}
#: No test of frames is about how many there are.
UNHURRIED = {"JAM_MESSAGES_PER_SECOND": "1000000", "JAM_MESSAGE_BURST": "1000000"}


@contextmanager
def running(kind: str, folder: Path) -> Iterator[ServerProcess]:
    """Either server: daphne as development has it, or the production server."""
    if kind == "runserver":
        with runserver(folder, "--noreload", **UNHURRIED) as server:
            yield server
    else:
        with stage(folder, **UNHURRIED) as on:
            yield on.server


@pytest.fixture(scope="module", params=["runserver", "serve"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    with running(request.param, tmp_path_factory.mktemp(request.param)) as server:
        yield server


@contextmanager
def two_peers(server: ServerProcess) -> Iterator[tuple[Peer, Peer]]:
    """A hostile peer, and a witness in the same jam."""
    jam_id = f"jam-{time.monotonic_ns()}"
    with closing(Peer(server.url, jam_id)) as witness, closing(Peer(server.url, jam_id)) as hostile:
        for peer in (hostile, witness):
            peer.until_clock(0)
        yield hostile, witness


def assert_witness_misses_nothing(hostile: Peer, witness: Peer) -> None:
    """What the witness does is heard by the hostile peer, and the other way round."""
    for speaker, listener in ((witness, hostile), (hostile, witness)):
        speaker.send(frame(b'{"type":"stop"}'))
        for verb, kind in ((b"play", "loop_played"), (b"stop", "loop_stopped")):
            speaker.until_clock(1)
            listener.until_clock(1)
            speaker.send(frame(b'{"type":"%s"}' % verb))
            speaker.until_clock(2)
            assert kind in {message["type"] for message in listener.until_clock(2)}


def test_every_frame_of_the_corpus_is_answered_with_an_error(server: ServerProcess) -> None:
    with two_peers(server) as (hostile, witness):
        for number, (opcode, payload) in enumerate(CORPUS):
            hostile.send(frame(payload, opcode))
            answers = hostile.until_clock(number + 10)
            assert [answer["type"] for answer in answers] == ["error"], (payload[:80], answers)
            assert answers[0]["code"] in {"bad_message", "unknown_loop"}
            assert answers[0]["message"]
        assert_witness_misses_nothing(hostile, witness)
    assert "Traceback" not in server.log


def test_generated_frames_are_answered_each(server: ServerProcess, measured: Measured) -> None:
    numbers = itertools.count(1000)
    answered = 0
    with two_peers(server) as (hostile, witness):

        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(st.lists(generated, min_size=TOGETHER, max_size=TOGETHER))
        def send(frames: list[tuple[int, bytes]]) -> None:
            nonlocal answered
            whole = [one if is_text(one[1]) else (2, one[1]) for one in frames]
            hostile.send(*(frame(payload, opcode) for opcode, payload in whole))
            answers = hostile.until_clock(next(numbers))
            if answered % WITNESS_READS == 0:
                witness.until_clock(next(numbers))
            assert len(answers) >= len(whole), (whole, answers)
            answered += TOGETHER

        send()
        assert_witness_misses_nothing(hostile, witness)
    assert "Traceback" not in server.log
    kind = "runserver" if "daphne" in server.log.lower() else "serve"
    measured(
        f"{answered:,} generated frames, {len(CORPUS)} known traps ({kind})",
        "each answered; the others miss nothing; no traceback",
        "each answered; nothing missed; none",
    )


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_the_protocol_ends_in_a_clear_code_and_hurts_nobody(
    server: ServerProcess, name: str
) -> None:
    opcode, payload, declared = BREAKING[name]
    with two_peers(server) as (hostile, witness):
        # Also behind a message that waits for Redis, and before there is a seat.
        swap = frame(b'{"type":"swap","loop":"vox"}')
        for before in (b"", swap):
            with closing(Peer(server.url, "rude")) as peer, suppress(ConnectionError):
                peer.send(before + frame(payload, opcode, declared=declared))
                answer: object = {"type": "nothing yet"}
                while isinstance(answer, dict) and answer["type"] != "error":
                    answer = peer.receive()
                assert isinstance(answer, dict) or answer in ENDINGS, answer
        assert_witness_misses_nothing(hostile, witness)
    assert "Traceback" not in server.log


def test_the_tenth_bad_frame_in_a_row_ends_it_and_not_the_ninth(server: ServerProcess) -> None:
    with two_peers(server) as (hostile, witness):
        for number in range(3):
            hostile.send(*[frame(b"bad")] * 9)
            answers = hostile.until_clock(number)
            assert [answer["type"] for answer in answers].count("error") == 9
        hostile.send(*[frame(b"bad")] * 10)
        errors = 0
        while isinstance(answer := hostile.receive(), dict):
            errors += answer["type"] == "error"
        assert (errors, answer) == (10, 4400)
        witness.until_clock(5)
