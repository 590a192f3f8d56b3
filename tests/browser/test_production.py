"""The page as production serves it: hashed, without comments, compressed, behind a proxy."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, expect

from loops_project.embedded_redis import EmbeddedRedis
from tests.browser.conftest import ACTION_MS
from tests.processes import REPOSITORY, ServerProcess, clean_environment, free_port, server_process

#: What a phone loads before the first sound, compressed.
PAGE_BYTES = 60_000
MANAGE = [sys.executable, str(REPOSITORY / "manage.py")]


@pytest.fixture(scope="module")
def production(
    redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """The production server on its port, with the settings of production."""
    folder: Path = tmp_path_factory.mktemp("production-page")
    port = free_port()
    environment = clean_environment(
        DEBUG="0",
        SECRET_KEY=secrets.token_urlsafe(64),
        ALLOWED_HOSTS="localhost",
        ALLOWED_ORIGINS=f"http://localhost:{port}",  # the browser's side of a proxy without TLS
        DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}",
        STATIC_ROOT=str(folder / "static"),
        REDIS_URL=redis_server.url,
    )
    collect = [*MANAGE, "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=REPOSITORY, env=environment, check=True, timeout=120)
    serve = [*MANAGE, "serve", "--bind", f"127.0.0.1:{port}"]
    with server_process(
        serve, f"http://127.0.0.1:{port}", folder / "server.log", environment
    ) as server:
        yield server


def test_the_page_works_and_weighs_little(browser: Browser, production: ServerProcess) -> None:
    context = browser.new_context(
        base_url=production.url.replace("127.0.0.1", "localhost"),
        extra_http_headers={"X-Forwarded-Proto": "https"},
    )
    context.set_default_timeout(ACTION_MS)
    try:
        page = context.new_page()
        errors, finished = list[str](), list[Request]()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfinished", lambda request: finished.append(request))
        page.goto("/")
        expect(page.locator("#seats > li[data-phase=quiet]")).not_to_have_count(0)
        weights = {
            request.url: request.sizes()["responseBodySize"]
            for request in finished
            if not request.url.endswith(".flac")
        }
        assert any("/js/page/main." in url for url in weights)
        assert sum(weights.values()) < PAGE_BYTES, weights
        page.locator("#go").click()
        go = page.locator("#go")
        expect(go).to_contain_text("Play", timeout=2 * ACTION_MS)
        go.click()
        expect(page.locator("#seats > li[data-phase=playing]")).not_to_have_count(0)
        assert errors == []
    finally:
        context.close()
