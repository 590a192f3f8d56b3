"""``manage.py serve``: the production server. See ``jams/server``."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jams.server.options import listen
from jams.server.supervisor import Supervisor, WorkerDidNotStart
from jams.server.worker import run_worker


class Command(BaseCommand):
    help = (
        "Serves pages and sockets with uvicorn, in several processes. SIGTERM or SIGINT ends it: "
        "the users are told, and come back to their seats on the next server. SIGHUP replaces the "
        "processes one by one, with new code."
    )
    requires_system_checks = ()  # once, below: not in every worker again

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", metavar="HOST:PORT", type=_address)
        parser.add_argument("--workers", default=1, type=_count, help="processes; a core for each")
        parser.add_argument("--inherited", nargs=2, type=int, help=argparse.SUPPRESS)

    def handle(self, **options: Any) -> None:
        if options["inherited"]:
            run_worker(*options["inherited"])
            return
        self.check()
        _require_what_workers_need()
        if settings.DEBUG:
            self.stderr.write("DEBUG is on: there are no static files. `runserver` has them.")
        host, port = options["bind"]
        try:
            listener = listen(host, port)
        except OSError as error:
            raise CommandError(f"Can't listen on {host}:{port}: {error.strerror}") from error
        count = options["workers"]

        def ready() -> None:
            shown = listener.getsockname()[1]
            self.stderr.write(f"Serving on {host}:{shown} with {count} worker(s).")

        try:
            asyncio.run(Supervisor(listener, count, _worker_command).run(ready))
        except WorkerDidNotStart as error:
            raise CommandError(f"A worker didn't start: {error}") from error


def _worker_command(listener_fd: int, supervisor_fd: int) -> Sequence[str]:
    return [sys.argv[0], "serve", "--inherited", str(listener_fd), str(supervisor_fd)]


def _address(value: str) -> tuple[str, int]:
    host, separator, port = value.rpartition(":")
    if not (separator and host and port.isdecimal() and int(port) < 65536):
        raise argparse.ArgumentTypeError(f"{value!r} isn't HOST:PORT, such as 127.0.0.1:8000")
    return host.strip("[]"), int(port)


def _count(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"{value!r} is no number of processes")
    return int(value)


def _require_what_workers_need() -> None:
    """Refuse to start what could only fail later, request by request."""
    if not settings.REDIS_URL:
        raise CommandError(
            "REDIS_URL is not set: the jams live in a Redis that all workers share, such as "
            "redis://127.0.0.1:6379/0."
        )
    hashed = getattr(staticfiles_storage, "hashed_files", None)
    if hashed is not None and not hashed:
        raise CommandError(
            "There are no static files: run `manage.py collectstatic` first, with the same "
            "settings."
        )
