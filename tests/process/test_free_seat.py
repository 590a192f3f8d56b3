"""Staff free a seat on a running server: its user is told that, and nothing of another tab."""

import asyncio
import re
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from loops_project.embedded_redis import EmbeddedRedis

from .serving import serve
from .visitors import ANSWER_SECONDS, come_back, jam_of, visit

NAME, PASSWORD = "ada", "correct horse battery staple"
_FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Staff:
    """A member of staff at a browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def submit(self, path: str, **fields: str) -> str:
        """Fill in the form of a page and send it; return the page that follows."""
        with self.opener.open(self.url + path, timeout=ANSWER_SECONDS) as page:
            found = _FORM_TOKEN.search(page.read().decode())
        assert found is not None
        data = urlencode({"csrfmiddlewaretoken": found[1], **fields}).encode()
        with self.opener.open(self.url + path, data, timeout=ANSWER_SECONDS) as page:
            text: str = page.read().decode()
            return text


async def test_whose_seat_staff_free_is_told_so(tmp_path: Path) -> None:
    with EmbeddedRedis() as redis, serve(tmp_path, redis.url, "--workers", "2") as server:
        server.manage("migrate", "-v0")
        account = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        who = ("--username", NAME, "--email", "ada@example.org")
        server.manage("createsuperuser", "--noinput", *who, **account)
        staff = Staff(server.url)
        login = {"username": NAME, "password": PASSWORD}
        await asyncio.to_thread(staff.submit, "/admin/login/?next=/admin/", **login)
        async with jam_of(server.url, 2) as (ann, bob):
            seat = f"/admin/jams/livejam/{ann.jam_id}/seats/{ann.user_id}/free/"
            assert "Freed the seat" in await asyncio.to_thread(staff.submit, seat)
            assert await ann.expect_close() == 4410
            await bob.expect("user_left", user_id=ann.user_id)
            async with await visit(server.url, ann.jam_id) as again:
                assert (again.jam_id, again.loop) == (ann.jam_id, ann.loop)
            async with await come_back(server.url, bob) as second_tab:
                assert await bob.expect_close() == 4408
                assert second_tab.user_id == bob.user_id
