"""Staff's own pages on a phone: what there is to do is in the window."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.states.pages import PHONE
from tests.processes import ServerProcess

NAME, PASSWORD = "keeper", "a password for tests"
#: How far into the window something ends, and where its table begins to fade.
ENDS = """(node) => {
  const table = node.closest(".results").getBoundingClientRect();
  const fade = parseFloat(getComputedStyle(node.closest(".results")).paddingRight);
  return [node.getBoundingClientRect().right, Math.min(innerWidth, table.right - fade)];
}"""


def log_in(new_page: NewPage, server: ServerProcess) -> Page:
    account = {"DJANGO_SUPERUSER_USERNAME": NAME, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    server.manage("createsuperuser", "--noinput", "--email=keeper@example.org", **account)
    page = new_page(viewport={"width": PHONE[0], "height": PHONE[1]})
    page.goto("/admin/jams/livejam/")
    page.fill("#id_username", NAME)
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    return page


def test_a_phone_shows_how_old_a_jam_is_and_how_to_free_a_seat(
    new_page: NewPage, live_server_process: ServerProcess
) -> None:
    visitor = new_page()
    visitor.goto("/")
    expect(visitor.locator(".seat[data-me]")).to_be_visible()
    staff = log_in(new_page, live_server_process)
    age = staff.get_by_role("columnheader", name="Age").locator("span")
    right, limit = age.evaluate(ENDS)
    assert right <= limit
    staff.locator("#result_list th a").first.click()
    free = staff.get_by_role("link", name="Free this seat").first
    right, limit = free.evaluate(ENDS)
    assert right <= limit
    # What is further right is faded, not cut: the table goes on.
    assert staff.locator(".results").evaluate("node => node.scrollWidth > node.clientWidth")
    assert "gradient" in staff.locator(".results").evaluate("n => getComputedStyle(n).maskImage")
