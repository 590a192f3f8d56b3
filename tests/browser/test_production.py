"""The page as production serves it: hashed, without comments, compressed, behind a proxy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Request, expect

from loops_project.embedded_redis import EmbeddedRedis
from tests.browser.conftest import ACTION_MS
from tests.browser.production import PROXY_HEADERS, address, production_server
from tests.processes import ServerProcess

#: What a phone loads before the first sound, compressed.
PAGE_BYTES = 60_000


@pytest.fixture(scope="module")
def production(
    redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """The production server on its port, with the settings of production."""
    with production_server(tmp_path_factory.mktemp("production-page"), redis_server.url) as server:
        yield server


def test_the_page_works_and_weighs_little(browser: Browser, production: ServerProcess) -> None:
    context = browser.new_context(
        base_url=address(production),
        extra_http_headers=PROXY_HEADERS,
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
        expect(go).to_contain_text("Play")
        go.click()
        expect(page.locator("#seats > li[data-phase=playing]")).not_to_have_count(0)
        assert errors == []
    finally:
        context.close()
