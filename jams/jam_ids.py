"""A jam's id names the shard that the jam is in: ``3f9a0c51be72-s1`` is in shard 1.

An id without such a mark is in shard 0, which is the only one until another is added.
"""

import re

#: Past this no shard is added: each costs every worker a beat and a look at the others' beats.
MOST_SHARDS = 64
_MARK = re.compile(r"-s([1-9][0-9]{0,63})", re.ASCII)


def shard_of(jam_id: str) -> int:
    """Return the number of the shard that an id names, whether there is such a shard or not."""
    if "-s" not in jam_id:
        return 0
    mark = _MARK.fullmatch(jam_id, jam_id.rindex("-s"))
    return int(mark[1]) if mark else 0


def jam_id_in(shard: int, name: str) -> str:
    """Return the id in a shard that is made of ``name`` (hexadecimal digits)."""
    return f"{name}-s{shard}" if shard else name
