"""The project's application, with levers: a wall clock that jumps, handlers that fail, counts.

- The wall clock is shifted as the levers say.
- In a jam named ``broken-<verb>-...`` that verb raises.
- ``/chaos/counts`` tells what the worker process holds at the moment.
- ``/chaos/garbage`` tells what only the garbage collector could free (how many objects of each
  type), and frees it; from the first time on that happens at no other moment.
"""

import asyncio
import gc
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import psutil

from .levers import Levers

_levers = Levers.of_this_process()
_real_time = time.time
time.time = lambda: _real_time() + _levers.clock_shift

from jams import tokens, worker  # noqa: E402
from jams.balancer import JamBalancer  # noqa: E402
from jams.consumers import JamConsumer  # noqa: E402
from jams.inbox import Inbox  # noqa: E402
from jams.messages import ErrorCode  # noqa: E402
from jams.presence import Presence  # noqa: E402
from loops_project.asgi import application as project  # noqa: E402

#: How often each user's seat was freed.
_freed: Counter[str] = Counter()


class Broken(Exception):
    """What a handler raises because a test wants it to."""


def _break(owner: Any, name: str, jam_of: Callable[..., object], verb: str = "") -> None:
    """Let a function raise in a jam whose id says so."""
    whole = getattr(owner, name)
    mark = f"broken-{verb or name}-"

    def broken(*args: Any, **kwargs: Any) -> Any:
        if str(jam_of(*args)).startswith(mark):
            raise Broken(mark)
        return whole(*args, **kwargs)

    setattr(owner, name, broken)


def _break_handlers() -> None:
    _break(Presence, "enter", lambda _, user, wish, *rest: wish.jam_id)
    _break(tokens, "issue", lambda seat: seat.jam_id, "joined")
    for verb in ("play", "stop", "swap", "leave"):
        _break(Presence, verb, lambda _, attendance, *rest: attendance.jam_id)
    _break_refusals()


class _BrokenInbox(Inbox):
    def refuse(self, code: ErrorCode, message: str) -> None:
        raise Broken("broken-refuse-")


def _break_refusals() -> None:
    enter = JamConsumer.enter

    async def enter_broken(self: JamConsumer) -> None:
        await enter(self)
        if self.attendance is not None and self.attendance.jam_id.startswith("broken-refuse-"):
            self.inbox = _BrokenInbox(self.connection)

    JamConsumer.enter = enter_broken  # type: ignore[method-assign]


def _count_releases() -> None:
    free = JamBalancer.free

    async def counted(
        self: JamBalancer, jam_id: str, user_id: str, owner: str | None = None, **how: bool
    ) -> frozenset[str] | None:
        freed = await free(self, jam_id, user_id, owner, **how)
        _freed[user_id] += freed is not None
        return freed

    JamBalancer.free = counted  # type: ignore[method-assign]


_break_handlers()
_count_releases()


def _counts() -> dict[str, Any]:
    process = psutil.Process()
    counts: dict[str, Any] = {
        "pid": os.getpid(),
        "tasks": len(asyncio.all_tasks()),
        "descriptors": process.num_fds(),
        "rss": process.memory_info().rss,
        "freed": dict(_freed),
        "max_freed": max(_freed.values(), default=0),
    }
    starting = worker._workers.get(asyncio.get_running_loop())
    if starting is not None and starting.done() and not starting.exception():
        presence = starting.result().presence
        counts |= {
            "sockets": len(starting.result().hub.connections()),
            "owners": len(presence._owners),
            "rosters": len(list(presence._rosters.items())),
            "waiting": presence._owners.waiting(),
        }
    return counts


def _garbage() -> Counter[str]:
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    types = Counter(type(thing).__qualname__ for thing in gc.garbage)
    gc.set_debug(0)
    gc.garbage.clear()
    gc.collect()
    return types


_ANSWERS: dict[str, Callable[[], Any]] = {"/chaos/counts": _counts, "/chaos/garbage": _garbage}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer what only tests ask; the project answers everything else."""
    answer = _ANSWERS.get(scope["path"]) if scope["type"] == "http" else None
    if answer is None:
        await project(scope, receive, send)
        return
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer()).encode()})
