"""Who may see and do what in staff's pages."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jams.models import LiveJam

from .conftest import JamsInRedis, MakeStaff

LIST = "/admin/jams/livejam/"
JAM = "/admin/jams/livejam/jam/"
SEAT = "/admin/jams/livejam/jam/seats/jam-0/free/"
READS = (LIST, JAM, "/admin/jams/livejam/no-such-jam/")


@pytest.fixture(autouse=True)
def _a_jam(jams: JamsInRedis) -> None:
    jams.put("jam", 2)


def login_page(url: str) -> str:
    return f"/admin/login/?next={url}"


@pytest.mark.parametrize("url", [*READS, SEAT])
def test_who_is_not_logged_in_is_sent_to_the_login(client: Client, url: str, db: None) -> None:
    response = client.get(url)
    assert (response.status_code, response["Location"]) == (HTTPStatus.FOUND, login_page(url))


@pytest.mark.parametrize("url", [*READS, SEAT])
def test_an_account_that_isnt_staff_is_sent_to_the_login(
    client: Client, make_staff: MakeStaff, url: str
) -> None:
    client.force_login(make_staff("view_livejam", "free_seat", is_staff=False))
    response = client.get(url)
    assert (response.status_code, response["Location"]) == (HTTPStatus.FOUND, login_page(url))


@pytest.mark.parametrize("permissions", [(), ("free_seat",), ("view_appstat", "view_jamstat")])
@pytest.mark.parametrize("url", [*READS, SEAT])
def test_staff_without_the_permission_to_view_are_refused(
    client: Client, make_staff: MakeStaff, url: str, permissions: tuple[str, ...]
) -> None:
    client.force_login(make_staff(*permissions))
    assert client.get(url).status_code == HTTPStatus.FORBIDDEN


def test_the_permission_to_view_shows_jams_and_frees_no_seat(viewer: Client) -> None:
    assert viewer.get(LIST).status_code == HTTPStatus.OK
    html = viewer.get(JAM).content.decode()
    assert "jam-0" in html
    assert "/free/" not in html
    assert viewer.get(SEAT).status_code == HTTPStatus.FORBIDDEN
    assert viewer.post(SEAT).status_code == HTTPStatus.FORBIDDEN


def test_the_permission_to_free_a_seat_offers_it_and_asks_first(
    client: Client, make_staff: MakeStaff, jams: JamsInRedis
) -> None:
    client.force_login(make_staff("view_livejam", "free_seat"))
    before = jams.redis.hgetall("{s0}jams")
    assert SEAT in client.get(JAM).content.decode()
    response = client.get(SEAT)
    assert response.status_code == HTTPStatus.OK
    assert "Yes, free the seat" in response.content.decode()
    assert jams.redis.hgetall("{s0}jams") == before


def test_a_seat_is_freed_only_by_a_form_of_the_admins_own(make_staff: MakeStaff) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff("view_livejam", "free_seat"))
    assert client.post(SEAT).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("url", [LIST, JAM])
def test_the_pages_only_read(viewer: Client, url: str) -> None:
    assert viewer.post(url).status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize(
    ("permissions", "shown"),
    [
        ((), set()),
        (("view_livejam",), {LIST}),
        (("free_seat",), set()),
        (("view_appstat", "view_jamstat"), {"/admin/jams/appstat/", "/admin/jams/jamstat/"}),
    ],
)
def test_the_admins_front_page_lists_what_one_may_see(
    client: Client, make_staff: MakeStaff, permissions: tuple[str, ...], shown: set[str]
) -> None:
    client.force_login(make_staff(*permissions))
    html = client.get("/admin/").content.decode()
    pages = {LIST, "/admin/jams/appstat/", "/admin/jams/jamstat/"}
    assert {url for url in pages if f'href="{url}"' in html} == shown


def test_not_even_a_superuser_changes_statistics_or_jams_by_hand(client: Client, db: None) -> None:
    client.force_login(User.objects.create_superuser("root"))
    html = client.get("/admin/").content.decode()
    assert 'href="/admin/auth/user/add/"' in html
    for model in ("livejam", "appstat", "jamstat"):
        assert f'href="/admin/jams/{model}/"' in html
        assert f'href="/admin/jams/{model}/add/"' not in html
    assert client.get("/admin/jams/appstat/add/").status_code == HTTPStatus.FORBIDDEN


def test_a_live_jam_asks_no_table_of_the_database(db: None) -> None:
    assert LiveJam.objects.count() == 0
    assert not LiveJam._base_manager.filter(pk="jam").exists()
    with pytest.raises(LiveJam.DoesNotExist):
        LiveJam.objects.get(pk="jam")
