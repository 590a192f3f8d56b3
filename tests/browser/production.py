"""The site as production serves it: static files hashed, without comments, compressed."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import REPOSITORY, ServerProcess, clean_environment, free_port, server_process

MANAGE = [sys.executable, str(REPOSITORY / "manage.py")]

#: What the proxy that ends TLS would say.
PROXY_HEADERS = {"X-Forwarded-Proto": "https"}


@contextmanager
def production_server(folder: Path, redis_url: str) -> Iterator[ServerProcess]:
    """Run the production server on a free port of ``localhost``; files and database in `folder`."""
    port = free_port()
    environment = clean_environment(
        DEBUG="0",
        SECRET_KEY=secrets.token_urlsafe(64),
        ALLOWED_HOSTS="localhost",
        ALLOWED_ORIGINS=f"http://localhost:{port}",  # the browser's side of a proxy without TLS
        DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}",
        STATIC_ROOT=str(folder / "static"),
        REDIS_URL=redis_url,
    )
    collect = [*MANAGE, "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=REPOSITORY, env=environment, check=True, timeout=120)
    serve = [*MANAGE, "serve", "--bind", f"127.0.0.1:{port}"]
    log = folder / "server.log"
    with server_process(serve, f"http://127.0.0.1:{port}", log, environment) as server:
        yield server


def address(server: ServerProcess) -> str:
    """The server's address by the one name it answers for."""
    return server.url.replace("127.0.0.1", "localhost")
