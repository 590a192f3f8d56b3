"""The rules of placement."""

import pytest
from hypothesis import settings

from jams.collection import JamCollection
from jams.jam import FreshJam, Jam, Placement, Seat, Standing, Stats, Wish
from jams.loops import CAPACITY, LOOPS, kit_in_turn, next_free_loop

from .collection_machine import ADDRESS_LIMIT, CollectionMachine, fresh_jams

FRESH = FreshJam("new", "funk", 99)


class InMemory:
    """The machine's subject: one value after the other."""

    def __init__(self) -> None:
        self.jams = JamCollection.new(address_limit=ADDRESS_LIMIT)
        self.number = 0

    def now(self) -> JamCollection:
        return self.jams

    def fresh(self) -> FreshJam:
        """Return a new jam, with an id that nobody has wished for: a real one is random."""
        self.number += 1
        while f"j{self.number}" in self.jams.jams:
            self.number += 1
        return fresh_jams(self.number)

    def add_user(self, user: str, owner: str, wish: Wish, address: str) -> Placement:
        self.jams, placement = self.jams.add_user(user, owner, self.fresh(), wish, address)
        return placement

    def remove_user(self, jam_id: str, user: str, owner: str | None) -> bool:
        self.jams, removed = self.jams.remove_user(jam_id, user, owner)
        return removed

    def swap_loop(self, jam_id: str, user: str, owner: str, loop: str) -> bool:
        self.jams, swapped = self.jams.swap_loop(jam_id, user, owner, loop)
        return swapped

    def refresh(
        self, jam_id: str, node: str, present: dict[str, Seat], kit: str
    ) -> dict[str, Standing]:
        def is_ghost(user: str, seat: Seat) -> bool:
            return seat.owner.startswith(f"{node}:")

        self.jams, standings = self.jams.refresh(jam_id, present, kit, self.fresh(), is_ghost)
        return standings


class MemoryMachine(CollectionMachine):
    def __init__(self) -> None:
        super().__init__()
        self.subject = InMemory()


TestMemoryMachine = MemoryMachine.TestCase
TestMemoryMachine.settings = settings(stateful_step_count=60)


def jam_of(count: int, created_ms: int, first: int = 0, address: str = "") -> Jam:
    users = {f"u{first + n}": Seat(LOOPS[n], "n:1", address) for n in range(count)}
    return Jam("lofi", created_ms, users)


def test_the_first_user_of_all_starts_a_new_jam() -> None:
    jams, placement = JamCollection.new().add_user("ann", "n:1", FRESH)
    assert placement == Placement("new", "funk", "drums", made_jam=True)
    assert jams.jams == {"new": Jam("funk", 99, {"ann": Seat("drums", "n:1")})}


def test_the_fullest_jam_with_room_comes_first_and_of_equals_the_oldest() -> None:
    jams = JamCollection.new(
        {
            "full": jam_of(CAPACITY, 1, 0),
            "small": jam_of(2, 2, 10),
            "young": jam_of(5, 30, 20),
            "old": jam_of(5, 20, 30),
        }
    )
    assert jams.open_jams() == ["old", "young", "small"]
    assert jams.most_populated_jam_with_capacity_or_new("new") == "old"


def test_with_every_jam_full_it_is_a_new_one() -> None:
    jams = JamCollection.new({"full": jam_of(CAPACITY, 1)})
    assert jams.most_populated_jam_with_capacity_or_new("new") == "new"


def test_two_first_visitors_who_were_shown_different_ids_end_up_together() -> None:
    jams, first = JamCollection.new().add_user("ann", "n:1", FRESH, Wish("shown-to-ann"))
    _, second = jams.add_user("bob", "n:2", FRESH, Wish("shown-to-bob"))
    assert (first.jam_id, second.jam_id) == ("shown-to-ann", "shown-to-ann")


def test_the_suggested_jam_is_taken_while_it_has_room() -> None:
    jams = JamCollection.new({"fuller": jam_of(5, 1, 0), "shown": jam_of(2, 2, 10)})
    assert jams.add_user("ann", "n:1", FRESH, Wish("shown"))[1].jam_id == "shown"


def test_an_invitation_to_a_full_jam_leads_to_the_fullest_other() -> None:
    jams = JamCollection.new({"full": jam_of(CAPACITY, 1, 0), "other": jam_of(2, 2, 10)})
    placement = jams.add_user("ann", "n:1", FRESH, Wish("full", insist=True))[1]
    assert placement.jam_id == "other"


def test_an_invitation_to_a_jam_that_is_gone_brings_it_back() -> None:
    jams = JamCollection.new({"other": jam_of(2, 2)})
    placement = jams.add_user("ann", "n:1", FRESH, Wish("gone", insist=True))[1]
    assert placement.jam_id == "gone"


def test_a_seat_taken_over_keeps_its_loop_and_the_old_owner_has_no_say() -> None:
    jams, before = JamCollection.new().add_user("ann", "n:1", FRESH)
    jams, after = jams.add_user("ann", "m:7", FRESH, Wish("elsewhere"))
    assert after == before._replace(owner_before="n:1", made_jam=False)
    jams, removed = jams.remove_user("new", "ann", "n:1")
    assert not removed
    assert jams.seats == {"ann": "new"}


def test_the_last_to_leave_takes_the_jam_along() -> None:
    jams, _ = JamCollection.new().add_user("ann", "n:1", FRESH)
    jams, removed = jams.remove_user("new", "ann")
    assert removed
    assert jams.jams == {}
    assert jams.stats() == Stats(0, 0, ())


def test_one_origin_never_has_more_than_its_share_of_a_jam_it_was_not_invited_to() -> None:
    jams = JamCollection.new(address_limit=3)
    for number in range(500):
        fresh = FreshJam(f"j{number}", "lofi", number)
        jams, _ = jams.add_user(f"u{number}", "n:1", fresh, address="one host")
    assert max(jam.seats_of("one host") for jam in jams.jams.values()) == 3
    _, newcomer = jams.add_user("honest", "n:1", FRESH, address="another")
    assert jams.jams[newcomer.jam_id].seats_of("one host") <= CAPACITY / 2


def test_a_jam_that_one_origin_fills_by_invitation_is_not_offered_to_strangers() -> None:
    jams = JamCollection.new({"theirs": jam_of(4, 1, address="home")}, address_limit=3)
    assert jams.add_user("stranger", "n:1", FRESH)[1].jam_id == "new"
    assert jams.add_user("aunt", "n:1", FRESH, Wish("theirs", insist=True))[1].jam_id == "theirs"


def test_refresh_gives_lost_seats_back_and_crowds_nobody() -> None:
    jams = JamCollection.new({"full": jam_of(CAPACITY, 1)})
    claims = {"late": Seat("drums", "n:9")}
    after, standings = jams.refresh("full", claims, "lofi", FRESH)
    assert standings == {"late": Standing.CROWDED_OUT}
    assert after.jams == jams.jams
    after, standings = JamCollection.new().refresh("lost", claims, "afro", FRESH)
    assert standings == {"late": Standing.SEATED}
    assert after.jams == {"lost": Jam("afro", 99, {"late": Seat("drums", "n:9")})}


@pytest.mark.parametrize("ghost_in", ["jam", "other"])
def test_refresh_takes_a_seat_over_that_none_of_the_workers_connections_has(ghost_in: str) -> None:
    """In older data a user may have had the seat by another connection, or another seat."""
    ghost = Seat("drums", "n:1")
    jams = JamCollection.new({ghost_in: Jam("lofi", 1, {"ann": ghost})})
    claims = {"ann": Seat("vox", "n:2")}
    after, standings = jams.refresh("jam", claims, "lofi", FRESH, lambda _, seat: seat == ghost)
    assert standings == {"ann": Standing.SEATED}
    assert {jam_id: jam.users for jam_id, jam in after.jams.items()} == {"jam": claims}
    assert set(after.changed) == {"jam", ghost_in}


@pytest.mark.parametrize("made", range(8))
def test_new_jams_take_the_kits_in_turn(made: int) -> None:
    assert kit_in_turn(made) == ("lofi", "funk", "afro", "synthwave")[made % 4]


def test_loops_are_given_out_in_the_kits_order() -> None:
    assert next_free_loop(()) == "drums"
    assert next_free_loop({"drums", "bass"}) == "percussion"
    assert next_free_loop({"drums"}, "vox") == "vox"
    assert next_free_loop({"drums", "vox"}, "vox") == "percussion"
    assert next_free_loop((), "kazoo") == "drums"
    assert next_free_loop(LOOPS) is None
