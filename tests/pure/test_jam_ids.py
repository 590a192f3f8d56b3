"""A jam's id and the shard it names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jams.jam_ids import MOST_SHARDS, jam_id_in, shard_of
from jams.routing import JAM_ID

names = st.text("0123456789abcdef", min_size=12, max_size=12)
any_ids = st.from_regex(re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII), fullmatch=True)


@given(st.integers(0, MOST_SHARDS - 1), names)
def test_the_id_of_a_new_jam_names_its_shard_and_fits_into_an_address(
    shard: int, name: str
) -> None:
    jam_id = jam_id_in(shard, name)
    assert shard_of(jam_id) == shard
    assert re.fullmatch(JAM_ID, jam_id)


@given(st.integers(0, MOST_SHARDS - 1), st.integers(0, MOST_SHARDS - 1), names)
def test_ids_of_two_shards_are_never_the_same(one: int, other: int, name: str) -> None:
    assert (jam_id_in(one, name) == jam_id_in(other, name)) == (one == other)


@given(any_ids)
def test_every_id_that_an_address_can_hold_names_one_shard(jam_id: str) -> None:
    shard = shard_of(jam_id)
    assert shard >= 0
    assert shard == 0 or jam_id.endswith(f"-s{shard}")


@pytest.mark.parametrize(
    ("jam_id", "shard"),
    [
        ("3f9a0c51be72", 0),
        ("3f9a0c51be72-s1", 1),
        ("our-band-s12", 12),
        ("-s3", 3),
        ("a-s1-s2", 2),
        ("a-s1-", 0),
        ("a-s0", 0),
        ("a-s01", 0),
        ("a-s", 0),
        ("a_s1", 0),
        ("a-S1", 0),
        ("a-s1x", 0),
        ("a-s-1", 0),
        ("", 0),
        ("a-s" + "9" * 60, int("9" * 60)),
    ],
)
def test_only_a_whole_mark_at_the_end_counts(jam_id: str, shard: int) -> None:
    assert shard_of(jam_id) == shard
