"""The commit script's test build, which logs what it writes; and the replay of such a log.

Looking at the state now and then misses what was wrong only for a moment. The log has every
commit, in the order in which Redis made them.
"""

import re
from dataclasses import dataclass, field
from typing import cast

from redis import Redis, RedisCluster

from jams.jam import Jam
from jams.jam_ids import shard_of
from jams.loops import CAPACITY
from jams.planning import decode_jam, score
from jams.store import Keys, script

KEYS = Keys()
Client = Redis | RedisCluster


def log_of(shard: int) -> str:
    """Return the key of a shard's log."""
    return f"{{s{shard}}}test-log"


def logging_commit_script(shard: int = 0) -> str:
    """Return the commit script with one line more: each write also goes to a stream."""
    text = script("commit")
    add = f"redis.call('XADD', '{log_of(shard)}', '*', 'jam', jam, 'old', old, 'new', new)"
    line = f"  if ok then {add} end\n"
    logged, count = re.subn(r"(?m)^  if ok then$", f"{line}  if ok then", text)
    assert count == 1
    return logged


@dataclass
class Replay:
    """The state after each commit of a log, checked at each."""

    jams: dict[str, Jam] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    commits: int = 0
    made: int = 0

    def follow(self, jam_id: str, old: bytes, new: bytes) -> None:
        """Apply one commit; assert that it followed from what was there, and broke no rule."""
        self.commits += 1
        self.made += not old
        before = self.jams.get(jam_id)
        assert before == (decode_jam(old) if old else None), "a commit overwrote another"
        users_before = before.users if before else {}
        if new:
            jam = self.jams[jam_id] = decode_jam(new)
            assert 1 <= len(jam.users) <= CAPACITY, f"{len(jam.users)} users in a jam"
            assert len(jam.loops()) == len(jam.users), "two users have one loop"
            users = jam.users
        else:
            del self.jams[jam_id]
            users = {}
        for user in users_before.keys() - users.keys():
            assert self.where.pop(user) == jam_id
        for user in users.keys() - users_before.keys():
            assert user not in self.where, f"{user} is in two jams"
            self.where[user] = jam_id


def replay(redis: Client, shard: int = 0) -> Replay:
    """Replay a shard's whole log, and assert that Redis holds what comes of it, indexes included.

    Every jam of it must be one of that shard.
    """
    done = Replay()
    log = cast("list[tuple[bytes, dict[bytes, bytes]]]", redis.xrange(log_of(shard)))
    for _, entry in log:
        jam_id = entry[b"jam"].decode()
        assert shard_of(jam_id) == shard, f"{jam_id} was made in shard {shard}"
        done.follow(jam_id, entry[b"old"], entry[b"new"])
    assert_indexes_agree(redis, done.jams, shard)
    return done


def assert_indexes_agree(redis: Client, jams: dict[str, Jam], shard: int = 0) -> None:
    """Assert that a shard has these jams, and that ``seats`` and ``open`` agree with them."""
    keys = Keys(shard)
    stored = cast("dict[bytes, bytes]", redis.hgetall(keys.jams))
    assert {jam_id.decode(): decode_jam(jam) for jam_id, jam in stored.items()} == jams
    seats = cast("dict[bytes, bytes]", redis.hgetall(keys.seats))
    assert {user.decode(): jam_id.decode() for user, jam_id in seats.items()} == {
        user: jam_id for jam_id, jam in jams.items() for user in jam.users
    }
    index = cast("list[tuple[bytes, float]]", redis.zrange(keys.open, 0, -1, withscores=True))
    assert {jam_id.decode(): at for jam_id, at in index} == {
        jam_id: score(jam) for jam_id, jam in jams.items() if jam.has_room()
    }
