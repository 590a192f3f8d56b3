"""Settings fail loudly on what they can't read, and refuse what would be unsafe."""

import ipaddress
import os
import stat
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from loops_project import environment
from loops_project.channel_layers import channel_layers
from loops_project.limits import Limits, read_limits
from tests.processes import REPOSITORY

GOOD_KEY = "x" * 60
PRODUCTION = {"SECRET_KEY": GOOD_KEY, "ALLOWED_HOSTS": "loops.example.org"}


def load_settings(expression: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process with just these variables, and print an expression of them."""
    code = f"from loops_project import settings; print({expression})"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "SECRET_KEY"),
        ({"SECRET_KEY": GOOD_KEY}, "ALLOWED_HOSTS"),
        ({**PRODUCTION, "ALLOWED_HOSTS": "loops.example.org,*"}, "ALLOWED_HOSTS"),
        ({**PRODUCTION, "ALLOWED_HOSTS": ".example.org"}, "ALLOWED_ORIGINS"),
        ({**PRODUCTION, "DEBUG": "1"}, "DEBUG"),
        ({**PRODUCTION, "DEBUG": "perhaps"}, "DEBUG"),
        ({**PRODUCTION, "REDIS_URL": "http://127.0.0.1"}, "REDIS_URL"),
        ({**PRODUCTION, "REDIS_URL": "redis://10.0.0.1:redis"}, "REDIS_URL"),
        ({**PRODUCTION, "REDIS_URL": "redis://10.0.0.1:6379/jams"}, "REDIS_URL"),
        ({**PRODUCTION, "RELAY_REDIS_URLS": "redis://10.0.0.1, 10.0.0.2"}, "RELAY_REDIS_URLS must"),
        ({**PRODUCTION, "RELAY_REDIS_URLS": "redis://10.0.0.1/one"}, "RELAY_REDIS_URLS can't"),
        ({**PRODUCTION, "CSRF_TRUSTED_ORIGINS": "loops.example.org"}, "CSRF_TRUSTED_ORIGINS"),
        ({**PRODUCTION, "REDIS_CLUSTER": "1"}, "REDIS_CLUSTER"),
        ({**PRODUCTION, "REDIS_CLUSTER": "1", "REDIS_URL": "unix:///redis.sock"}, "REDIS_CLUSTER"),
        ({**PRODUCTION, "REDIS_CLUSTER": "1", "REDIS_URL": "redis://10.0.0.1/2"}, "REDIS_CLUSTER"),
        ({**PRODUCTION, "REDIS_CLUSTER": "perhaps"}, "REDIS_CLUSTER"),
        ({**PRODUCTION, "DATABASE_URL": "mumble://user:hunter2@host/name"}, "DATABASE_URL"),
        ({**PRODUCTION, "TRUSTED_PROXIES": "10.0.0.0/99"}, "TRUSTED_PROXIES"),
        ({**PRODUCTION, "HSTS_SECONDS": "a year"}, "HSTS_SECONDS"),
        ({**PRODUCTION, "HSTS_SECONDS": "-5"}, "HSTS_SECONDS"),
        ({**PRODUCTION, "LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({**PRODUCTION, "JAM_MESSAGE_BURST": "0"}, "JAM_MESSAGE_BURST"),
    ],
)
def test_a_bad_value_stops_the_start_by_its_name(variables: dict[str, str], named: str) -> None:
    done = load_settings("settings.DEBUG", **variables)
    last_line = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert named in last_line
    assert "hunter2" not in last_line


def test_production_is_the_default_and_safe() -> None:
    done = load_settings(
        "settings.DEBUG, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, "
        "settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS, settings.ALLOWED_ORIGINS",
        **PRODUCTION,
    )
    assert done.stdout.strip() == ("False True True True 31536000 ['https://loops.example.org']"), (
        done.stderr
    )


def test_a_list_may_have_spaces_after_its_commas() -> None:
    done = load_settings(
        "settings.CSRF_TRUSTED_ORIGINS, settings.RELAY_REDIS_URLS",
        **PRODUCTION,
        CSRF_TRUSTED_ORIGINS="https://a.org, https://*.b.org:8443",
        RELAY_REDIS_URLS="redis://10.0.0.1, redis://10.0.0.2",
    )
    assert done.stdout.strip() == (
        "['https://a.org', 'https://*.b.org:8443'] ['redis://10.0.0.1', 'redis://10.0.0.2']"
    ), done.stderr


def test_development_needs_nothing() -> None:
    done = load_settings("settings.ALLOWED_HOSTS, len(settings.SECRET_KEY) >= 50", DEBUG="1")
    assert done.stdout.strip() == "['localhost', '127.0.0.1', '[::1]'] True", done.stderr


def test_the_policy_for_content_allows_nothing_unsafe() -> None:
    done = load_settings("settings.CONTENT_SECURITY_POLICY['DIRECTIVES']", **PRODUCTION)
    assert "unsafe" not in done.stdout
    assert "'default-src': [\"'none'\"]" in done.stdout


def test_the_development_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "secret-key"
    key = environment.development_secret_key(path)
    assert len(key) >= 50
    assert environment.development_secret_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert environment.development_secret_key(tmp_path / "other") != key
    assert [entry.name for entry in path.parent.iterdir()] == ["secret-key"]


@pytest.mark.parametrize("host", ["localhost", "pc.localhost", "127.0.0.1", "[::1]", "192.168.1.7"])
def test_debug_may_answer_for_this_machine_and_its_network(host: str) -> None:
    assert environment.require_hosts([host], debug=True) == [host]


@pytest.mark.parametrize("host", ["loops.example.org", ".example.org", "8.8.8.8", "localhost.org"])
def test_debug_may_not_answer_for_a_public_host(host: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DEBUG is on"):
        environment.require_hosts(["localhost", host], debug=True)


@pytest.mark.parametrize(
    ("origin", "normal"),
    [
        ("https://loops.example.org", "https://loops.example.org"),
        ("https://Loops.Example.org:443", "https://loops.example.org"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://loops.example.org:8443", "https://loops.example.org:8443"),
        ("https://loops.example.org/", None),
        ("https://loops.example.org\n", None),
        ("https://user@loops.example.org", None),
        ("loops.example.org", None),
        ("null", None),
        ("", None),
        ("http://[", None),
        ("ftp://loops.example.org", None),
    ],
)
def test_an_origin_is_whole_or_none(origin: str, normal: str | None) -> None:
    assert environment.normal_origin(origin) == normal


def test_given_origins_replace_those_of_the_hosts() -> None:
    given = environment.require_origins(
        ["https://a.example.org:8443"], ["b.example.org"], debug=False
    )
    assert given == ["https://a.example.org:8443"]


@pytest.mark.parametrize("origin", ["*", "https://*", "loops.example.org", "https://a.org:*"])
def test_production_knows_its_origins_wholly(origin: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="ALLOWED_ORIGINS"):
        environment.require_origins([origin], ["a.org"], debug=False)


def test_sqlite_can_be_shared_and_postgres_is_left_alone() -> None:
    options = environment.require_database("sqlite:///db.sqlite3")["OPTIONS"]
    assert "journal_mode=WAL" in options["init_command"]
    assert options["timeout"] > 0
    postgres = environment.require_database("postgres://user:password@host:5432/name")
    assert postgres["ENGINE"] == "django.db.backends.postgresql"
    assert not postgres.get("OPTIONS")


def test_each_limit_is_read_from_its_own_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {field.name: number for number, field in enumerate(fields(Limits), 101)}
    for name, value in wanted.items():
        monkeypatch.setenv(f"JAM_{name.upper()}", str(value))
    assert read_limits(Env(), debug=False) == Limits(**wanted)


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_a_limit_is_a_positive_count(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("JAM_FRAME_BYTES", value)
    with pytest.raises(EnvError, match="JAM_FRAME_BYTES"):
        read_limits(Env(), debug=False)


def test_one_address_fills_a_jam_only_in_development() -> None:
    assert read_limits(Env(), debug=True).seats_per_address == 7
    assert read_limits(Env(), debug=False).seats_per_address <= 3


def test_the_channel_layer_survives_a_restart_of_redis() -> None:
    (host,) = channel_layers(["redis://127.0.0.1:6379/0"])["default"]["CONFIG"]["hosts"]
    assert host["retry"].get_retries() > 0
    assert host["retry_on_error"]
    assert channel_layers([]) == {}


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "::1"])
def test_a_proxy_is_trusted_by_whatever_socket_it_comes(address: str) -> None:
    trusted = [
        ipaddress.ip_network(one) for one in environment.require_networks(["10.0.0.0/8", "::1"])
    ]
    assert any(ipaddress.ip_address(address) in network for network in trusted)
    assert not any(ipaddress.ip_address("::ffff:11.1.2.3") in network for network in trusted)
