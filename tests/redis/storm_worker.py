"""One process of a storm: ``python -m tests.redis.storm_worker URL server|cluster NODE COUNT ...``.

Says "ready", waits for a line, does its part with everything at once, and prints what it saw.
"""

import asyncio
import json
import random
import sys

from jams.jam import Wish
from jams.jam_ids import jam_id_in
from jams.loops import LOOPS

from .nodes import Home, Node, node_on

SHARED_USERS = 60


async def join_all(node: Node, name: str, count: int, _: random.Random) -> dict[str, object]:
    """Seat ``count`` users of this process, all at once."""
    placements = await asyncio.gather(
        *(node.balancer.join(f"{name}-{n}", f"{name}:{n}") for n in range(count))
    )
    return {"seated": len(placements)}


async def churn(node: Node, name: str, count: int, chance: random.Random) -> dict[str, object]:
    """Do ``count`` random operations, 50 at a time, on users that all processes share."""
    gate = asyncio.Semaphore(50)

    async def act(number: int) -> None:
        chosen = chance.randrange(SHARED_USERS)
        user, shard = f"u{chosen}", chosen % len(node.shards)
        owner = f"{name}:{user}"
        some_jam = jam_id_in(shard, f"j{chance.randrange(12)}")
        async with gate:
            balancer = node.balancer
            match chance.choices(("join", "leave", "late leave", "swap"), (50, 30, 10, 10))[0]:
                case "join":
                    await balancer.join(user, owner, Wish(some_jam, insist=chance.random() < 0.3))
                case "leave":
                    await balancer.remove_user(some_jam, user, owner, wherever=True)
                case "late leave":
                    await balancer.remove_user(some_jam, user, f"gone:{number}")
                case _:
                    jam_id = (await balancer.join(user, owner, Wish(some_jam))).jam_id
                    await balancer.swap_loop(jam_id, user, owner, chance.choice(LOOPS))

    await asyncio.gather(*map(act, range(count)))
    return {"done": count}


async def main(home: Home, name: str, count: int, kind: str, seed: int) -> None:
    """Wait for the start, then do the part."""
    async with node_on(home, name) as node:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        part = {"join": join_all, "churn": churn}[kind]
        seen = await part(node, name, count, random.Random(f"{seed}{name}"))
        print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    url, url_kind, node_name, how_many, what, chance_seed = sys.argv[1:]
    where = Home(url, url_kind == "cluster")
    asyncio.run(main(where, node_name, int(how_many), what, int(chance_seed)))
