"""The limit on wrong passwords."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, override_settings
from redis import Redis

from jams.login_throttle import NAMES_PER_ADDRESS, WINDOW_SECONDS, count_attempt, forget_attempts

from .conftest import PASSWORD, MakeStaff

LOGIN = "/admin/login/?next=/admin/"
LIMIT = 3
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _small_limit() -> Iterator[None]:
    limits = replace(settings.JAM_LIMITS, logins_per_quarter_hour=LIMIT)
    with override_settings(JAM_LIMITS=limits):
        yield


@pytest.fixture(autouse=True)
def _ada(make_staff: MakeStaff) -> User:
    return make_staff(username="ada")


def attempt(client: Client, password: str, name: str = "ada", address: str = "192.0.2.1") -> int:
    return send(client, password, name, address).status_code


def send(
    client: Client, password: str, name: str = "ada", address: str = "192.0.2.1"
) -> "HttpResponse":
    response = client.post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)
    assert isinstance(response, HttpResponse)
    return response


def use_up(client: Client, name: str = "ada", address: str = "192.0.2.1") -> None:
    for _ in range(LIMIT):
        assert attempt(client, "wrong", name, address) == HTTPStatus.OK


def test_after_too_many_wrong_passwords_not_even_the_right_one_is_looked_at(
    client: Client,
) -> None:
    use_up(client)
    response = send(client, PASSWORD)
    assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert 0 < int(response["Retry-After"]) <= WINDOW_SECONDS
    assert "Too many attempts to log in. Try again in 15 minutes." in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_right_password_within_the_limit_forgets_the_wrong_ones(client: Client) -> None:
    for _ in range(3):
        for _ in range(LIMIT - 1):
            assert attempt(client, "wrong") == HTTPStatus.OK
        assert attempt(client, PASSWORD) == HTTPStatus.FOUND


@pytest.mark.parametrize("name", ["ADA", " ada ", "\uff41\uff44\uff41"])
def test_another_spelling_of_the_name_is_no_way_around(client: Client, name: str) -> None:
    use_up(client)
    assert attempt(client, "wrong", name) == HTTPStatus.TOO_MANY_REQUESTS


def test_other_names_and_other_addresses_are_not_concerned(client: Client) -> None:
    use_up(client)
    assert attempt(client, "wrong", "grace") == HTTPStatus.OK
    assert attempt(client, PASSWORD, "ada", "192.0.2.2") == HTTPStatus.FOUND


def test_an_ipv6_network_counts_as_one_address(client: Client) -> None:
    use_up(client, address="2001:db8::1")
    assert attempt(client, PASSWORD, address="2001:db8::2") == HTTPStatus.TOO_MANY_REQUESTS
    assert attempt(client, PASSWORD, address="2001:db8:0:1::2") == HTTPStatus.FOUND


def test_one_address_doesnt_try_a_password_on_every_name() -> None:
    waits = [count_attempt(f"name{n}", "192.0.2.1") for n in range(NAMES_PER_ADDRESS * LIMIT + 1)]
    assert not any(waits[:-1])
    assert waits[-1] > 0


def test_the_count_ends_with_its_quarter_of_an_hour(client: Client, redis_url: str) -> None:
    use_up(client)
    with Redis.from_url(redis_url) as redis:
        keys = redis.keys("*")
        assert isinstance(keys, list)
        assert keys
        for key in keys:
            assert b"ada" not in key
            ttl = redis.ttl(key)
            assert isinstance(ttl, int)
            assert 0 < ttl <= WINDOW_SECONDS
            redis.delete(key)  # as it will be then
    assert attempt(client, PASSWORD) == HTTPStatus.FOUND


def test_an_attempt_that_must_wait_doesnt_prolong_the_wait(redis_url: str) -> None:
    for _ in range(LIMIT):
        assert count_attempt("ada", "") == 0
    with Redis.from_url(redis_url) as redis:
        (key,) = redis.keys("*")
        redis.expire(key, 7)
    assert 0 < count_attempt("ada", "") <= 7


def test_many_at_the_same_moment_dont_slip_by() -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: count_attempt("ada", "192.0.2.1"), range(24)))
    assert waits.count(0) == LIMIT


def test_without_redis_staff_still_log_in_and_guessers_are_still_stopped(client: Client) -> None:
    with override_settings(REDIS_URL=NOWHERE):
        assert attempt(client, PASSWORD) == HTTPStatus.FOUND
        client.logout()
        use_up(client)
        assert attempt(client, PASSWORD) == HTTPStatus.TOO_MANY_REQUESTS
        assert attempt(client, PASSWORD, address="192.0.2.2") == HTTPStatus.FOUND


def test_a_field_left_empty_counts_nothing(client: Client, redis_url: str) -> None:
    for _ in range(LIMIT + 1):
        assert attempt(client, "") == HTTPStatus.OK
    with Redis.from_url(redis_url) as redis:
        assert redis.keys("*") == []


def test_forgetting_names_no_other(redis_url: str) -> None:
    for name in ("ada", "grace"):
        for _ in range(LIMIT):
            count_attempt(name, "192.0.2.1")
    forget_attempts("ada", "192.0.2.1")
    assert count_attempt("ada", "192.0.2.1") == 0
    assert count_attempt("grace", "192.0.2.1") > 0


def test_a_cluster_counts_as_well(
    client: Client, redis_cluster_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with override_settings(REDIS_URL=redis_cluster_url, REDIS_CLUSTER=True):
        use_up(client)
        cache.clear()  # what this worker alone counts
        assert attempt(client, PASSWORD) == HTTPStatus.TOO_MANY_REQUESTS
        assert attempt(client, PASSWORD, address="192.0.2.2") == HTTPStatus.FOUND
    assert "Redis" not in caplog.text
