"""The production server with production's settings: static files, headers, its start."""

import http.client
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import pytest

from loops_project.embedded_redis import EmbeddedRedis
from tests.processes import (
    REPOSITORY,
    ServerProcess,
    clean_environment,
    free_port,
    server_process,
)

HOST = "loops.example.org"
FROM_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
# What follows `from` or `import`, static or dynamic.
MODULE_NAME = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"']+)["']""")
COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a production server, its static files collected."""
    folder = tmp_path_factory.mktemp("production")
    environment = clean_environment(
        DEBUG="0",
        SECRET_KEY=secrets.token_urlsafe(64),
        ALLOWED_HOSTS=HOST,
        DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}",
        STATIC_ROOT=str(folder / "static"),
    )
    for command in (["collectstatic", "--noinput", "-v0"], ["migrate", "-v0"]):
        manage = [sys.executable, "-W", "error", "manage.py", *command]
        subprocess.run(manage, cwd=REPOSITORY, env=environment, check=True, timeout=120)
    return environment


@pytest.fixture(scope="module")
def server(
    production: dict[str, str],
    redis_server: EmbeddedRedis,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ServerProcess]:
    """``manage.py serve``, as the README has it, with the suite's Redis."""
    address = f"127.0.0.1:{free_port()}"
    log = tmp_path_factory.mktemp("serve") / "server.log"
    command = [sys.executable, "manage.py", "serve", "--bind", address]
    environment = {**production, "REDIS_URL": redis_server.url}
    with server_process(command, f"http://{address}", log, environment) as process:
        yield process


class Response(NamedTuple):
    """What a request was answered with."""

    status: int
    headers: Message
    body: bytes


def get(server: ServerProcess, path: str, headers: Mapping[str, str]) -> Response:
    """The answer to a GET, whatever its status; no redirect is followed."""
    address = server.url.removeprefix("http://")
    with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return Response(response.status, response.headers, response.read())


def test_without_https_in_front_it_only_redirects(server: ServerProcess) -> None:
    response = get(server, "/", {"Host": HOST})
    assert response.status == 301
    assert response.headers["Location"] == f"https://{HOST}/"


def test_another_host_is_refused_without_a_word_in_the_log(server: ServerProcess) -> None:
    assert get(server, "/", {**FROM_PROXY, "Host": "evil.example.org"}).status == 400
    assert get(server, "/admin/", {**FROM_PROXY, "Host": "evil.example.org"}).status == 400
    assert "evil.example.org" not in server.log


def test_a_link_that_leads_nowhere_shows_a_way_on(server: ServerProcess) -> None:
    response = get(server, "/jams/cut/off", FROM_PROXY)
    assert response.status == 404
    assert b'href="/">Join the jam</a>' in response.body


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/admin/login/", 200), ("/no", 404)])
def test_pages_carry_the_headers(server: ServerProcess, path: str, status: int) -> None:
    response = get(server, path, FROM_PROXY)
    assert response.status == status
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "microphone=()" in response.headers["Permissions-Policy"]
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_static_files_are_served_for_ever_under_their_hashed_names(
    server: ServerProcess, production: dict[str, str]
) -> None:
    manifest = json.loads((Path(production["STATIC_ROOT"]) / "staticfiles.json").read_text())
    hashed = manifest["paths"]["jams/js/page/main.js"]
    response = get(server, f"/static/{hashed}", FROM_PROXY)
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_files_of_builds_before_and_after_are_served_too(
    server: ServerProcess, production: dict[str, str]
) -> None:
    """While workers are replaced pages and their files come from different builds."""
    folder = Path(production["STATIC_ROOT"]) / "jams" / "css"
    other = folder / "tokens.0123456789ab.css"
    assert get(server, f"/static/jams/css/{other.name}", FROM_PROXY).status == 404
    other.write_text("/* of another build */")
    response = get(server, f"/static/jams/css/{other.name}", FROM_PROXY)
    assert (response.status, response.body) == (200, b"/* of another build */")
    assert response.headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize(
    "path",
    [
        "staticfiles.json",
        "..%2fdb.sqlite3",
        "../db.0123456789ab.sqlite3",
        "..%2fdb.0123456789ab.sqlite3",
        "%2e%2e/db.0123456789ab.sqlite3",
        "%00.0123456789ab.css",
        "jams/css",
    ],
)
def test_nothing_but_static_files_is_served(
    server: ServerProcess, production: dict[str, str], path: str
) -> None:
    secret = Path(production["STATIC_ROOT"]).parent / "db.0123456789ab.sqlite3"
    secret.write_text("secret")
    assert get(server, f"/static/{path}", FROM_PROXY).status == 404


def test_every_import_names_a_file_by_its_hash(production: dict[str, str]) -> None:
    """An import that Django's storage missed would load a module twice, or an old one."""
    root = Path(production["STATIC_ROOT"]) / "jams" / "js"
    modules = [path for path in root.rglob("*.js") if HASHED.search(path.name)]
    assert modules
    imports = [
        (module, name)
        for module in modules
        for name in MODULE_NAME.findall(COMMENT.sub("", module.read_text()))
    ]
    assert imports
    missed = [(module.name, name) for module, name in imports if not HASHED.search(name)]
    assert not missed
    broken = [
        (module.name, name) for module, name in imports if not (module.parent / name).is_file()
    ]
    assert not broken


def test_it_refuses_to_start_without_a_redis(production: dict[str, str]) -> None:
    command = [sys.executable, "-c", "import loops_project.asgi"]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=production, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "REDIS_URL is not set" in done.stderr.splitlines()[-1]


def test_djangos_own_checks_for_production_are_content(production: dict[str, str]) -> None:
    command = [sys.executable, "-W", "error", "manage.py", "check", "--deploy"]
    done = subprocess.run(
        [*command, "--fail-level", "WARNING"],
        cwd=REPOSITORY,
        env={**production, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
