"""No page of ours does what the content security policy forbids: `new_page` sees to that."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import NewPage
from tests.processes import ServerProcess

STAFF = {"DJANGO_SUPERUSER_USERNAME": "staff", "DJANGO_SUPERUSER_PASSWORD": "a password for tests"}


@pytest.fixture(scope="module")
def staff(live_server_process: ServerProcess) -> None:
    """Someone who may see everything in the admin."""
    email = "staff@example.org"
    live_server_process.manage("createsuperuser", "--noinput", f"--email={email}", **STAFF)


def test_the_jam_page_keeps_to_the_policy(new_page: NewPage) -> None:
    page = new_page()
    response = page.goto("/", wait_until="networkidle")
    assert response is not None
    assert response.status == 200
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_the_policy_is_in_force(browser: Browser, live_server_url: str) -> None:
    """Without this the other tests here would pass with no policy at all."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(live_server_url)
        blocked = page.evaluate(
            """() => new Promise(resolve => {
                const told = event => resolve(event.violatedDirective);
                document.addEventListener("securitypolicyviolation", told);
                fetch("https://elsewhere.invalid/").catch(() => {});
            })"""
        )
        assert blocked == "connect-src"


@pytest.mark.usefixtures("staff")
def test_the_admin_keeps_to_the_policy(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/admin/")
    page.fill("#id_username", STAFF["DJANGO_SUPERUSER_USERNAME"])
    page.fill("#id_password", STAFF["DJANGO_SUPERUSER_PASSWORD"])
    page.click("[type=submit]")
    for path in (
        "/admin/",
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        "/admin/password_change/",
    ):
        response = page.goto(path, wait_until="networkidle")
        assert response is not None
        assert response.status == 200, path
        assert page.locator("#site-name").is_visible(), path
