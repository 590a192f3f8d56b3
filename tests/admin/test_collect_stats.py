"""``manage.py collect_stats``."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from jams.models import AppStat, JamStat
from tests.processes import REPOSITORY, clean_environment

from .conftest import JamsInRedis

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.mark.django_db
def test_it_says_what_it_stored(jams: JamsInRedis) -> None:
    jams.put("a", 4)
    jams.put("b", 7, kit="funk")
    output = StringIO()
    call_command("collect_stats", stdout=output)
    stat = AppStat.objects.get()
    assert output.getvalue() == f"Stored {stat.at:%Y-%m-%d %H:%M}: 2 jams, 11 users\n"
    assert stat.half_hour is None
    assert set(JamStat.objects.values_list("jam_id", "kit", "users")) == {
        ("a", "lofi", 4),
        ("b", "funk", 7),
    }


@pytest.mark.django_db
def test_without_redis_it_stores_nothing_and_says_why() -> None:
    with (
        override_settings(REDIS_URL=NOWHERE),
        pytest.raises(CommandError, match="Redis doesn't answer, so nothing was counted"),
    ):
        call_command("collect_stats")
    assert not AppStat.objects.exists()


def test_its_exit_code_tells_that_it_failed(tmp_path: Path) -> None:
    environment = clean_environment(
        REDIS_URL=NOWHERE, DATABASE_URL=f"sqlite:///{tmp_path / 'db.sqlite3'}"
    )
    command = [sys.executable, str(REPOSITORY / "manage.py"), "collect_stats"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.startswith("CommandError: Redis doesn't answer")
    assert "Traceback" not in ended.stderr


@override_settings(REDIS_URL="")
def test_it_says_that_it_does_not_know_where_the_jams_live() -> None:
    with pytest.raises(CommandError, match="REDIS_URL is not set"):
        call_command("collect_stats")
