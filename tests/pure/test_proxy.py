"""The sample of a proxy: what the application believes has to come with every request."""

import re

import pytest

from tests.processes import REPOSITORY

SAMPLE = (REPOSITORY / "docs" / "nginx.conf").read_text()
LOCATIONS = {
    found["path"]: found["body"]
    for found in re.finditer(
        r"^    location (?P<path>\S+) {\n(?P<body>.*?)^    }", SAMPLE, re.M | re.S
    )
}
FORWARDED = ("Host $host;", "X-Forwarded-For $remote_addr;", "X-Forwarded-Proto $scheme;")


def headers_set(part: str) -> list[str]:
    return re.findall(r"^\s*proxy_set_header (.*?;)", part, re.M)


@pytest.mark.parametrize("path", LOCATIONS)
def test_every_location_forwards_where_a_request_comes_from(path: str) -> None:
    """A location that sets one header inherits none."""
    server = SAMPLE
    for body in LOCATIONS.values():
        server = server.replace(body, "")
    sent = headers_set(LOCATIONS[path]) or headers_set(server)
    assert set(FORWARDED) <= set(sent)


def test_there_are_pages_and_sockets() -> None:
    assert set(LOCATIONS) == {"/", "/ws/"}
