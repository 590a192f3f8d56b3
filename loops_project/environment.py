"""The checks behind the settings: functions of a value that raise ImproperlyConfigured.

Every refusal names the variable and says what it should hold instead.
"""

import ipaddress
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
# Scheme, host and port as a browser's Origin header has them: lower case, no path. `*` is any port.
ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:]+\])(?::(?P<port>\d{1,5}|\*))?"
)
DEFAULT_PORTS = {"http": "80", "https": "443"}
_NO_DATABASE = ("", "/", "/0")


def development_secret_key(path: Path) -> str:
    """This checkout's own key, made once: sessions and seats outlive a reload and a restart.

    Only the owner may read the file. Two processes that start at once agree: whoever links it first
    wins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def require_secret_key(key: str) -> str:
    """The key as given; refuses an empty one."""
    if not key:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. It signs sessions and seats; every worker needs the same, and "
            "nobody else may know it. A good one: python -c "
            "'import secrets; print(secrets.token_urlsafe(64))'. "
            "(For development, DEBUG=1 keeps one by itself.)"
        )
    return key


def stripped(values: Iterable[str]) -> list[str]:
    """The values without the spaces around them, and without empty ones."""
    return [value.strip() for value in values if value.strip()]


def is_nearby(host: str) -> bool:
    """Whether this is a host of this machine or an address of a private network."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_private
    except ValueError:
        return False


def require_hosts(hosts: Sequence[str], *, debug: bool) -> list[str]:
    """The hosts to answer for, loopback by default in development; refuses what would be unsafe."""
    hosts = stripped(hosts)
    if "*" in hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must not contain '*': name the hosts that this server answers for."
        )
    if debug:
        public = [host for host in hosts if not is_nearby(host)]
        if public:
            raise ImproperlyConfigured(
                f"DEBUG is on and ALLOWED_HOSTS names {', '.join(public)}: DEBUG shows settings "
                "and source to visitors. Only this machine and private addresses may be named with "
                "it; otherwise leave DEBUG unset."
            )
        return hosts or list(LOOPBACK_HOSTS)
    if not hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS is not set: name the hosts that this server answers for, such as "
            "loops.example.org."
        )
    return hosts


def normal_origin(origin: str) -> str | None:
    """The origin as browsers send it, without the scheme's own port; None if it is no origin."""
    match = ORIGIN.fullmatch(origin.lower())
    if not match:
        return None
    scheme, host, port = match["scheme"], match["host"], match["port"]
    return (
        f"{scheme}://{host}"
        if port in (None, DEFAULT_PORTS[scheme])
        else f"{scheme}://{host}:{port}"
    )


def require_origins(given: Iterable[str], hosts: Iterable[str], *, debug: bool) -> list[str]:
    """The whole origins whose pages may open a socket: those given, else those of the hosts.

    A host's own is http on any port in development, https on its usual port in production.
    """
    given = stripped(given)
    if not given:
        if any(host.startswith(".") for host in hosts):
            raise ImproperlyConfigured(
                "ALLOWED_ORIGINS is not set and can't be derived from a host with a leading "
                "dot in ALLOWED_HOSTS: name the origins, such as https://loops.example.org."
            )
        given = [f"http://{host}:*" if debug else f"https://{host}" for host in hosts]
    origins = []
    for origin in given:
        normal = normal_origin(origin)
        if normal is None or (normal.endswith(":*") and not debug):
            raise ImproperlyConfigured(
                f"ALLOWED_ORIGINS holds {origin!r}: an origin is scheme://host or "
                "scheme://host:port, no more."
            )
        origins.append(normal)
    return origins


def require_trusted_origins(given: Iterable[str]) -> list[str]:
    """The further origins whose forms staff may send; ``https://*.example.org`` is several."""
    origins = stripped(given)
    for origin in origins:
        if normal_origin(origin.replace("://*.", "://", 1)) is None:
            raise ImproperlyConfigured(
                f"CSRF_TRUSTED_ORIGINS holds {origin!r}: an origin is scheme://host or "
                "scheme://host:port, no more."
            )
    return origins


def require_networks(values: Iterable[str]) -> list[str]:
    """The proxies whose X-Forwarded-* headers are believed; each an address or a network.

    Those of IPv4 also as a socket for both protocols (``--bind [::]:8000``) shows them.
    """
    networks = stripped(values)
    for value in tuple(networks):
        try:
            network = ipaddress.ip_network(value)
            if network.version == 4:
                networks.append(f"::ffff:{network.network_address}/{96 + network.prefixlen}")
        except ValueError as error:
            raise ImproperlyConfigured(
                f"TRUSTED_PROXIES holds {value!r}, which is no address or network "
                f"such as 10.0.0.0/8: {error}"
            ) from error
    return networks


def _names_a_database(url: str) -> bool:
    """Whether a URL of a Redis has a port that is one, and a database's number or none."""
    try:
        parts = urlsplit(url)
        return parts.port != 0 and re.fullmatch(r"(/\d*)?", parts.path) is not None
    except ValueError:
        return False


def require_redis_url(url: str, *, name: str = "REDIS_URL", cluster: bool = False) -> str:
    """The URL as given (empty: none was); refuses one that names no Redis, or no cluster's."""
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(f"{name} must begin with redis://, rediss:// (TLS) or unix://.")
    if url and not url.startswith("unix://") and not _names_a_database(url):
        # Without the URL itself: it may hold a password, and this text ends in a log.
        raise ImproperlyConfigured(
            f"{name} can't be read: it is like redis://user:password@host:6379/0, with a number "
            "for the database."
        )
    if cluster and (not url or url.startswith("unix://") or urlsplit(url).path not in _NO_DATABASE):
        raise ImproperlyConfigured(
            "REDIS_CLUSTER is on: REDIS_URL must name one of the cluster's servers, such as "
            "redis://10.0.0.1:6379 (no unix:// socket, and no database but 0)."
        )
    return url


def require_database(url: str) -> dj_database_url.DBConfig:
    """Django's description of the database at this URL, for SQLite with safe sharing."""
    try:
        database = dj_database_url.parse(url)
    except ValueError as error:
        # Without the URL itself: it may hold a password, and this text ends in a log.
        raise ImproperlyConfigured(
            "DATABASE_URL can't be read: it is like sqlite:///path/to/db.sqlite3 or postgres://user:password@host/name."
        ) from error
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["OPTIONS"] = {
            "timeout": 20,  # seconds to wait for another process's write
            # A read that turns into a write would not wait for another writer but fail at once.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            **database.get("OPTIONS", {}),
        }
    return database
