"""How soon a worker that died is replaced."""

import asyncio
import re
import socket
from collections.abc import Sequence
from contextlib import closing, suppress

import pytest

from jams.server import supervisor
from jams.server.supervisor import Supervisor

DEADLINE_SECONDS = 20.0
SAYS_READY = "import os, sys; os.write(int(sys.argv[2]), b'+')"
DOES_NOT_START = "pass"
LIVES = f"{SAYS_READY}; sys.stdin = os.fdopen(int(sys.argv[2])); sys.stdin.read()"


async def pauses(caplog: pytest.LogCaptureFixture, *scripts: str) -> list[float]:
    """Let each worker run the next of these scripts, then one that lives; return the pauses."""
    started = iter(scripts)
    ended = asyncio.Event()

    def command(listener_fd: int, line_fd: int) -> Sequence[str]:
        script = next(started, LIVES)
        if script is LIVES:
            ended.set()
        return ["-c", script, str(listener_fd), str(line_fd)]

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        running = asyncio.create_task(Supervisor(listener, 1, command).run(lambda: None))
        await asyncio.wait_for(ended.wait(), DEADLINE_SECONDS)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    return [float(pause) for pause in re.findall(r"another in ([\d.]+) s", caplog.text)]


@pytest.mark.parametrize("victim", [0, 2], ids=["in its turn", "before its turn"])
async def test_one_that_dies_while_all_are_replaced_makes_none_too_many(victim: int) -> None:
    begun, ready = list[int](), asyncio.Event()

    def command(listener_fd: int, line_fd: int) -> Sequence[str]:
        begun.append(line_fd)
        if len(begun) == 4:  # the first new one begins, in the place of the first
            old[victim].process.kill()
        return ["-c", LIVES, str(listener_fd), str(line_fd)]

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        workers = Supervisor(listener, 3, command)
        running = asyncio.create_task(workers.run(ready.set))
        await asyncio.wait_for(ready.wait(), DEADLINE_SECONDS)
        old = list(workers._workers)
        keeper_of_the_dead = workers._keepers[old[victim]]
        await asyncio.wait_for(workers._roll(), DEADLINE_SECONDS)
        await asyncio.wait_for(keeper_of_the_dead, DEADLINE_SECONDS)
        assert len(workers._workers) == 3
        assert workers._keepers.keys() == set(workers._workers)
        assert not set(old) & set(workers._workers)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_RESTART_SECONDS", (0.1, 0.4))


async def test_those_that_die_young_are_replaced_after_longer_and_longer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    waited = await pauses(caplog, *[SAYS_READY] * 4)
    assert waited == [0.1, 0.2, 0.4, 0.4]


async def test_so_are_those_that_do_not_start(caplog: pytest.LogCaptureFixture) -> None:
    waited = await pauses(caplog, SAYS_READY, DOES_NOT_START, DOES_NOT_START, SAYS_READY)
    assert waited == [0.1, 0.2, 0.4, 0.4]


async def test_one_that_has_lived_is_replaced_at_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_YOUNG_SECONDS", 0.0)
    assert await pauses(caplog, *[SAYS_READY] * 3) == [0.1, 0.1, 0.1]
