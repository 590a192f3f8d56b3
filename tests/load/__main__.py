"""Runs the benchmark: ``python -m tests.load``."""

import argparse
import sys

from . import report
from .comparison import compare
from .filling import compare_fillings
from .growth import grow
from .profiling import profile
from .running import bench
from .servers import PEERS
from .soak import soak
from .workers import compare_workers

PARTS = {
    "peers": "our server beside others",
    "growth": "more users on one worker",
    "filling": "more jams in the collection",
    "workers": "several workers",
    "soak": "most of the load, for minutes",
    "profile": "where the time goes",
}


def main() -> None:
    """Measure a part, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    shown = "; ".join(f"{part}: {what}" for part, what in PARTS.items())
    parser.add_argument("part", nargs="?", choices=PARTS, default="peers", help=shown)
    parser.add_argument("--quick", action="store_true", help="peers, with shorter rounds")
    parser.add_argument("--rounds", type=int, default=0, help="how often everything has its turn")
    parser.add_argument(
        "--seconds", type=float, default=900.0, help="begin no round that might end later"
    )
    parser.add_argument("--only", default="", help="peers: a part of the names of those to measure")
    parser.add_argument("--minutes", type=float, default=10.0, help="soak: for how long")
    parser.add_argument("--dry", action="store_true", help="print the results, don't write them")
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("The benchmark reads CPU times as Linux gives them.")
    if options.part == "peers" and not (PEERS / "node_modules").is_dir():
        sys.exit("The peers aren't installed: run `make bench`, or `npm ci` in tests/load/peers.")
    with bench() as ground:
        rounds, seconds = options.rounds, options.seconds
        match options.part:
            case "growth":
                section = grow(ground, rounds, seconds)
            case "filling":
                section = compare_fillings(ground, rounds, seconds)
            case "workers":
                section = compare_workers(ground, rounds, seconds)
            case "soak":
                section = soak(ground, options.minutes)
            case "profile":
                section = profile(ground)
            case _:
                section = compare(ground, rounds, seconds, quick=options.quick, only=options.only)
    print("\n".join(section))
    if not options.dry:
        report.write(section)


main()
