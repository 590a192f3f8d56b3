"""Development's server reloads itself: nobody loses a seat by somebody's saving a file."""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.processes import REPOSITORY, runserver

from .guests import Guest, crowd, until

Measured = Callable[[str, str, str], None]
#: Daphne and Django start anew in it.
BACK_SECONDS = 15.0


def save_until_reloaded(settings: Path, guests: list[Guest]) -> bool:
    """Tell whether the server has gone; save once a second, for it looks only now and then."""
    gone = all(guest.codes for guest in guests)
    if not gone and time.time() - settings.stat().st_mtime > 1:
        os.utime(settings)
    return gone


@pytest.mark.long
async def test_a_reload_brings_everybody_back_to_their_seat(
    tmp_path: Path, measured: Measured
) -> None:
    settings = tmp_path / "reloading_settings.py"
    settings.write_text("from loops_project.settings import *\n")
    paths = os.pathsep.join([str(tmp_path), str(REPOSITORY)])
    variables = {"DJANGO_SETTINGS_MODULE": settings.stem, "PYTHONPATH": paths}
    with runserver(tmp_path, **variables) as server:
        async with crowd(server.url, 10) as guests:
            seats = {guest: guest.seat for guest in guests}
            player = guests[0]
            await player.say("play")
            bar = (await player.hears("loop_played")).message["bar"]
            began = time.monotonic()
            save = partial(save_until_reloaded, settings, guests)
            await until(save, 20, "the reload")
            await until(lambda: all(guest.is_in for guest in guests), 30, "everybody back")
            away = max(guest.joins[-1].at - guest.codes[0].at for guest in guests)
            assert away <= BACK_SECONDS
            assert {guest: guest.seat for guest in guests} == seats
            assert player.sees[player.user_id]["playing"]
            assert player.sees[player.user_id]["bar"] == bar
            users = {guest.user_id for guest in guests}
            for guest in guests:
                left = {message["user_id"] for message in guest.heard_of("user_left", since=began)}
                assert not left & users
            measured(
                "runserver reloads itself",
                "everybody comes back to their seat, still playing",
                f"all 10 within {away:.1f} s",
            )
