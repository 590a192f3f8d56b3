"""Only pages of whole, known origins may open a socket; the others get 403, never an error."""

from typing import Any

import pytest

from loops_project.origins import WholeOriginValidator

PRODUCTION = ["https://loops.example.org", "https://other.example.org:8443"]
DEVELOPMENT = ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"]


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Stands for what the validator guards: it accepts everybody."""
    await send({"type": "websocket.accept"})


async def answer(allowed: list[str], *origins: bytes) -> str:
    """What a handshake with these Origin headers is answered with: the type of the first event."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    headers = [(b"host", b"loops.example.org"), *((b"origin", origin) for origin in origins)]
    scope = {"type": "websocket", "path": "/ws/jams/a/", "headers": headers}
    await WholeOriginValidator(application, allowed)(scope, receive, send)
    return str(sent[0]["type"])


@pytest.mark.parametrize(
    ("allowed", "origin"),
    [
        (PRODUCTION, b"https://loops.example.org"),
        (PRODUCTION, b"https://loops.example.org:443"),
        (PRODUCTION, b"https://other.example.org:8443"),
        (DEVELOPMENT, b"http://localhost:8000"),
        (DEVELOPMENT, b"http://localhost"),
        (DEVELOPMENT, b"http://127.0.0.1:65535"),
        (DEVELOPMENT, b"http://[::1]:8000"),
        (DEVELOPMENT, b"http://[::1]"),
    ],
)
async def test_our_own_pages_are_let_in(allowed: list[str], origin: bytes) -> None:
    assert await answer(allowed, origin) == "websocket.accept"


@pytest.mark.parametrize(
    ("allowed", "origins"),
    [
        (PRODUCTION, []),
        (PRODUCTION, [b"null"]),
        (PRODUCTION, [b""]),
        (PRODUCTION, [b"*"]),
        (PRODUCTION, [b"http://loops.example.org"]),
        (PRODUCTION, [b"https://loops.example.org:8443"]),
        (PRODUCTION, [b"https://other.example.org"]),
        (PRODUCTION, [b"https://loops.example.org.evil.org"]),
        (PRODUCTION, [b"https://evil-loops.example.org"]),
        (PRODUCTION, [b"https://loops.example.org@evil.org"]),
        (PRODUCTION, [b"https://loops.example.org:99999"]),
        (PRODUCTION, [b"https://loops.example.org:*"]),
        (PRODUCTION, [b"http://["]),
        (PRODUCTION, [b"https://loops.ex\xe4mple.org"]),
        (PRODUCTION, [b"https://loops.example.org", b"https://evil.org"]),
        (DEVELOPMENT, [b"https://localhost:8000"]),
        (DEVELOPMENT, [b"http://localhost.evil.org:8000"]),
        (DEVELOPMENT, [b"http://localhost:*"]),
        (DEVELOPMENT, [b"http://192.168.1.7:8000"]),
    ],
)
async def test_all_others_are_refused_before_the_application(
    allowed: list[str], origins: list[bytes]
) -> None:
    assert await answer(allowed, *origins) == "websocket.close"
