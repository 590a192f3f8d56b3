"""Every option of the production server, in one place, each with its reason."""

import socket
from typing import Any

from django.conf import settings

#: How often a connection is looked at, in seconds. Whose peer has said nothing since the last time
#: is sent a ping; who hasn't answered by the next time is gone. That takes one to three times this,
#: and with the 10 s for which a dropped user's seat is kept less than 20 s: a connection without
#: its other end (a cable pulled, a phone out of reach) holds a seat no longer than that.
LOOK_SECONDS = 3.0
#: How long the kernel keeps trying to get bytes acknowledged, or read, by a peer. Without it a
#: closed connection whose peer doesn't read stays for many minutes.
UNACKNOWLEDGED_MS = 8_000
#: Connections that wait to be accepted: a whole server's users may come back at once.
BACKLOG = 2048
#: How long an idle connection of a proxy is kept, in seconds: longer than nginx keeps it (60), so
#: that the proxy never sends a request on a connection that is just being closed.
KEEP_ALIVE_SECONDS = 75
#: At its end a worker waits so long for its users to read goodbye and close, in seconds ...
GOODBYE_SECONDS = 2.0
#: ... and so long for requests that are still being answered.
REQUESTS_SECONDS = 2

#: Frames that one socket may send from look to look, however little they say; and for each message
#: it may send at least so many, since a message may come in parts.
_FEWEST_FRAMES = 1000
_FRAMES_OF_A_MESSAGE = 4


def frames_between_looks() -> int:
    """Return how many frames a socket may send in ``LOOK_SECONDS``, pings and parts included.

    To parse a thousand takes some 10 ms, in which nobody else is served.
    """
    limits = settings.JAM_LIMITS
    messages = limits.messages_per_second * LOOK_SECONDS + limits.message_burst
    return max(_FEWEST_FRAMES, int(_FRAMES_OF_A_MESSAGE * messages))


def uvicorn_options() -> dict[str, Any]:
    """Return the options of uvicorn, for ``uvicorn.Config``."""
    module, _, name = settings.ASGI_APPLICATION.rpartition(".")
    return {
        "app": f"{module}:{name}",
        "interface": "asgi3",
        "lifespan": "on",
        # The C implementations: half the CPU of the ones in Python.
        "loop": "uvloop",
        "http": "jams.server.front:FrontProtocol",  # httptools
        "ws": "jams.server.protocol:DirectWebSocketProtocol",
        "ws_ping_interval": None,  # see keepalive.py
        # What a client may say fits in here; a longer message is refused by its header alone.
        "ws_max_size": settings.JAM_LIMITS.frame_bytes,
        # Messages of 60 bytes don't get smaller, and each connection would hold a window.
        "ws_per_message_deflate": False,
        "backlog": BACKLOG,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": REQUESTS_SECONDS,
        # The application does it itself, for the proxies that the settings name.
        "proxy_headers": False,
        "server_header": False,
        # The proxy in front logs requests. uvicorn would log the sockets' addresses, and with them
        # the tokens of the seats.
        "access_log": False,
        "log_config": None,
        "log_level": "warning",
    }


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise OSError if the address can't be had.

    All workers accept from this one, so that each takes what it is free for, and none that hangs or
    restarts keeps a visitor waiting.
    """
    address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.socket(address[0], socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; the accepted sockets inherit it
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
    try:
        listener.bind(address[4])
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
