"""The ASGI lifespan protocol: what happens once when a worker starts and once when it ends.

uvicorn speaks it; daphne (runserver) doesn't, so nothing that development needs may depend on it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

Hook = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """The hook of whoever has nothing to do at that moment."""


class Lifespan:
    """An ASGI application for the scope type `lifespan`, around two hooks.

    A `startup` that raises keeps the worker from starting, with the error's text in its log.
    """

    def __init__(self, startup: Hook = nothing, shutdown: Hook = nothing) -> None:
        self._hooks = {"lifespan.startup": startup, "lifespan.shutdown": shutdown}

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        while True:
            event = (await receive())["type"]
            try:
                await self._hooks[event]()
            except Exception as error:
                await send(
                    {"type": f"{event}.failed", "message": f"{type(error).__name__}: {error}"}
                )
                raise
            await send({"type": f"{event}.complete"})
            if event == "lifespan.shutdown":
                return
