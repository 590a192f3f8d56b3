"""Runs the benchmark: ``python -m tests.load``."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from . import report
from .phases import PHASES, Measure, Size
from .running import Bench, bench
from .servers import OURS, PEERS, PEERS_OF_JAMS, Server

Phase = Callable[[Measure], Awaitable[None]]

FULL = (Size(users=350, seconds=2.0, pages=2000), 7)
QUICK = (Size(users=350, seconds=2.0, pages=1000), 3)


def main() -> None:
    """Measure all servers in turns and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds")
    parser.add_argument("--rounds", type=int, help="how often each server has its turn")
    parser.add_argument("--only", help="a part of the names of the peers to measure")
    parser.add_argument("--dry", action="store_true", help="print the results, don't write them")
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("The benchmark reads CPU times as Linux gives them.")
    if not (PEERS / "node_modules").is_dir():
        sys.exit("The peers aren't installed: run `make bench`, or `npm ci` in tests/load/peers.")
    size, rounds = QUICK if options.quick else FULL
    peers = [peer for peer in PEERS_OF_JAMS if (options.only or "").lower() in peer.name.lower()]
    with bench() as ground:
        express = _express(*ground.page_file())
        results = []
        for number in range(options.rounds or rounds):
            results.append(_round(ground, size, peers, express))
            print(f"Round {number + 1} is done.", flush=True)
    command = " ".join(["python -m tests.load", *sys.argv[1:]])
    text = report.section(results, command, size.users)
    print(text)
    if not options.dry:
        report.write(text)


def _round(ground: Bench, size: Size, peers: list[Server], express: Server) -> report.Round:
    """Measure every server once, each alone: an idle one would still take cache and time."""
    figures: report.Round = {}
    for server in (OURS, *peers, express):
        ground.empty()
        with ground.run(server, size) as measure:
            phases: list[Phase] = []
            if server is not express:
                phases += PHASES
            if server in (OURS, express):
                phases.append(Measure.pages)
            uvloop.run(_measure(measure, phases))
        figures[server.name] = measure.figures
    return figures


async def _measure(measure: Measure, phases: list[Phase]) -> None:
    for phase in phases:
        async with asyncio.timeout(60):
            await phase(measure)


def _express(page: Path, shown: str) -> Server:
    """Return Express with our page."""
    return Server(
        report.EXPRESS,
        lambda port: ["node", str(PEERS / "express.mjs"), str(port), str(page), shown],
        play=b"",
        stop=b"",
        seat=lambda _: None,
    )


main()
