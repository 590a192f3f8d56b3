"""Sorts a profile's stacks into groups that have words: what is the time spent on?

A stack belongs to the first of its frames, from the innermost outwards, that a rule knows. So a
system call counts for whoever makes it, and a helper for whoever calls it. Frames of C are known by
the names of their functions, the others by their modules.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

ELSE = "else"


class Rule(NamedTuple):
    """The frames of a group."""

    group: str
    frames: re.Pattern[str]


def _rule(group: str, *frames: str) -> Rule:
    return Rule(group, re.compile("|".join(frames)))


#: Of two rules that know a frame, the first holds.
RULES = (
    _rule("the garbage collector", r"^gc_collect", r"^deduce_unreachable", r"^gc_\w+ \("),
    _rule("writing to the sockets", r"^(DirectConnection|QueuedConnection|Connection)\."),
    _rule(
        "pings and pongs",
        r"jams/server/keepalive\.py",
        r"Protocol\.(look|handle_pong|keepalive_timeout) ",
    ),
    _rule(
        "audits and beats",
        r"jams/(upkeep|leases|rounds)\.py",
        r"^Roster\.agrees_with ",
        r"^Worker\._sweep",
    ),
    _rule("keeping states in Redis", r"jams/state_keeper\.py", r"keep_states", r"_encode_state"),
    _rule(
        "commits",
        r"jams/(committer|planning|collection|balancer|store|jam|loops)\.py",
    ),
    _rule("the relay", r"jams/relay\.py", r"/channels_redis/", r"^channels_redis"),
    _rule(
        "decoding and counting a message",
        r"jams/(inbox|rates|admission)\.py",
        r"^decode \(jams",
        r"^JamConsumer\.(take|receive|carry_out) ",
        r"django/(utils/functional|conf/__init__)\.py",
    ),
    _rule(
        "the event itself",
        r"jams/(roster|timeline|news|hub|connections|messages|presence|clock|rosters|owners)\.py",
        r"jams/(attendance|names)\.py",
    ),
    _rule("tokens", r"jams/tokens\.py", r"django/core/signing\.py", r"django/utils/crypto\.py"),
    _rule(
        "the handshake",
        r"uvicorn/protocols/http/",
        r"httptools",
        r"websockets/(server|http11|headers|datastructures|handshake)",
        r"WebSocketsSansIOProtocol\.(__init__|connection_made|handle_connect|run_asgi|send) ",
        r"(WebSocketsSansIOProtocol|DirectWebSocketProtocol)\.(asgi_send|run_asgi|connection_lost)",
        r"uvicorn/protocols/utils\.py",
    ),
    _rule(
        "parsing frames",
        r"websockets/(frames|protocol|streams|speedups|utils|extensions)",
        r"jams/server/framing\.py",
        r"^(WebSockets|Direct\w*)\w*Protocol\.",
    ),
    _rule(
        "the consumer, and what is around it",
        r"jams/(consumers|addresses|worker|server)",
        r"channels/",
        r"asgiref/",
        r"django/",
        r"loops_project/",
        r"urllib/parse\.py",
        r"(secrets|uuid|random)\.py",
    ),
    _rule("Redis' client", r"redis/", r"^_?hiredis", r"async_timeout"),
    _rule("reading from the sockets", r"^uv__(read|stream_io) "),
    # Not its functions that write: who writes stands outside of them.
    _rule(
        "the event loop",
        r"^(uv__(io_poll|run|update)\w*|uv_run|epoll_p?wait|run_forever|heap_\w+) ",
        r"^(timer_less_than|Loop__\w+|Handle__\w+|TimerHandle\w*|loop_cb\w*) ",
        r"asyncio/",
        r"uvloop/",
        r"uvicorn/server\.py",
    ),
)


def grouped(folded: Iterable[str], rules: Iterable[Rule] = RULES) -> dict[str, float]:
    """Return each group's share of the samples, the largest first.

    ``folded`` has a line for each stack: its frames from the outside in, and how often it was seen.
    """
    rules, seen = tuple(rules), Counter[str]()
    for line in folded:
        stack, _, count = line.rpartition(" ")
        if stack:
            seen[group_of(stack.split(";"), rules)] += int(count)
    total = seen.total()
    return {group: count / total for group, count in seen.most_common()}


def unsorted(folded: Iterable[str], rules: Iterable[Rule] = RULES) -> list[tuple[str, int]]:
    """Return the innermost frames that no rule knows, and how often each was seen."""
    rules, seen = tuple(rules), Counter[str]()
    for line in folded:
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if stack and group_of(frames, rules) == ELSE:
            seen[frames[-1]] += int(count)
    return seen.most_common()


def group_of(frames: list[str], rules: Iterable[Rule] = RULES) -> str:
    """Return the group of one stack, its frames from the outside in."""
    for frame in reversed(frames):
        for rule in rules:
            if rule.frames.search(frame):
                return rule.group
    return ELSE
