"""A Hypothesis machine over everything that can be asked of a collection.

The rules are the same whether one value is changed in memory or a Redis by several processes:
``test_collection.py`` runs it on ``JamCollection``, ``tests/redis/test_store_machine.py`` on the
store.
"""

from typing import Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from jams.collection import JamCollection
from jams.jam import ANYWHERE, FreshJam, Placement, Seat, Standing, Wish
from jams.loops import CAPACITY, KITS, LOOPS

NODES = ("n1", "n2", "n3")
ADDRESSES = ("", "home", "school")
ADDRESS_LIMIT = 3

users = st.sampled_from([f"u{number}" for number in range(24)])
jam_ids = st.sampled_from([f"j{number}" for number in range(6)] + ["elsewhere"])
nodes = st.sampled_from(NODES)
connections = st.tuples(nodes, st.integers(1, 2))
addresses = st.sampled_from(ADDRESSES)
loops = st.sampled_from([*LOOPS, "kazoo"])
wishes = st.builds(
    Wish,
    jam_id=jam_ids | st.none(),
    loop=loops | st.none(),
    kit=st.sampled_from(KITS) | st.none(),
    insist=st.booleans(),
)


def owner_of(user: str, connection: tuple[str, int]) -> str:
    """Return the owner that a connection is: it belongs to one user only."""
    node, number = connection
    return f"{node}:{user}.{number}"


class Subject(Protocol):
    """What the machine drives: a collection, wherever it is kept."""

    def now(self) -> JamCollection: ...
    def add_user(self, user: str, owner: str, wish: Wish, address: str) -> Placement: ...
    def remove_user(self, jam_id: str, user: str, owner: str | None) -> bool: ...
    def swap_loop(self, jam_id: str, user: str, owner: str, loop: str) -> bool: ...
    def refresh(
        self, jam_id: str, node: str, present: dict[str, Seat], kit: str
    ) -> dict[str, Standing]: ...


def check(jams: JamCollection) -> None:
    """Assert the invariants 1 to 3 of the design, and what the collection says of itself."""
    seated = [user for jam in jams.jams.values() for user in jam.users]
    assert len(seated) == len(set(seated)), "a user is in two jams"
    assert jams.seats == {user: jam_id for jam_id, jam in jams.jams.items() for user in jam.users}
    for jam_id, jam in jams.jams.items():
        assert 1 <= len(jam.users) <= CAPACITY, (jam_id, jam)
        assert len(jam.loops()) == len(jam.users), "two users have one loop"
        assert jam.loops() <= set(LOOPS)
        assert jam.kit in KITS
    with_room = {jam_id for jam_id, jam in jams.jams.items() if jam.has_room()}
    assert set(jams.open_jams()) == {jam_id for jam_id in with_room if jams.is_open(jam_id)}
    assert jams.stats().users == len(seated)
    assert jams.stats().jams == len(jams.jams)


class CollectionMachine(RuleBasedStateMachine):
    """Every operation in any order; what each one promises is checked against the value before."""

    subject: Subject

    @rule(user=users, at=connections, wish=wishes | st.just(ANYWHERE), address=addresses)
    def add(self, user: str, at: tuple[str, int], wish: Wish, address: str) -> None:
        owner, before = owner_of(user, at), self.subject.now()
        placement = self.subject.add_user(user, owner, wish, address)
        after = self.subject.now()
        seat = after.jams[placement.jam_id].users[user]
        assert (seat.loop, seat.owner) == (placement.loop, owner)
        assert placement.kit == after.jams[placement.jam_id].kit
        assert placement.made_jam == (placement.jam_id not in before.jams)
        if user in before.seats:
            assert placement.jam_id == before.seats[user]
            seat_before = before.jams[placement.jam_id].users[user]
            assert placement.loop == seat_before.loop
            assert placement.owner_before == seat_before.owner
        else:
            assert not placement.owner_before
            self._check_placement(before, placement, wish, address)

    def _check_placement(
        self, before: JamCollection, placement: Placement, wish: Wish, address: str
    ) -> None:
        wished = before.jams.get(wish.jam_id or "")
        if wish.insist and wish.jam_id and (wished is None or wished.has_room()):
            assert placement.jam_id == wish.jam_id
        elif placement.jam_id != wish.jam_id or wished is None:
            # Nobody is sent anywhere but to the fullest jam that they may join, or to a new one.
            may_join = [
                (-len(jam.users), jam.created_ms, jam_id)
                for jam_id, jam in before.jams.items()
                if before.is_open(jam_id)
                and not (address and jam.seats_of(address) >= ADDRESS_LIMIT)
            ]
            if may_join:
                assert placement.jam_id == min(may_join)[2]
            else:
                assert placement.jam_id not in before.jams
        taken = before.jams[placement.jam_id].loops() if placement.jam_id in before.jams else set()
        free = [loop for loop in LOOPS if loop not in taken]
        assert placement.loop == (wish.loop if wish.loop in free else free[0])

    @rule(jam_id=jam_ids, user=users, at=connections | st.none())
    def remove(self, jam_id: str, user: str, at: tuple[str, int] | None) -> None:
        owner, before = at and owner_of(user, at), self.subject.now()
        removed = self.subject.remove_user(jam_id, user, owner)
        self._check_removal(before, jam_id, user, owner, removed=removed)

    @rule(user=users, at=connections | st.none())
    def remove_where_seated(self, user: str, at: tuple[str, int] | None) -> None:
        owner, before = at and owner_of(user, at), self.subject.now()
        jam_id = before.seats.get(user, "nowhere")
        removed = self.subject.remove_user(jam_id, user, owner)
        self._check_removal(before, jam_id, user, owner, removed=removed)

    def _check_removal(
        self, before: JamCollection, jam_id: str, user: str, owner: str | None, *, removed: bool
    ) -> None:
        after = self.subject.now()
        jam = before.jams.get(jam_id)
        seat = jam.users.get(user) if jam else None
        assert removed == (seat is not None and owner in (None, seat.owner))
        if removed and jam is not None:
            assert user not in after.seats
            assert (jam_id in after.jams) == (len(jam.users) > 1)
        else:
            assert after.jams == before.jams

    @rule(user=users, at=connections, loop=loops)
    def swap(self, user: str, at: tuple[str, int], loop: str) -> None:
        owner, before = owner_of(user, at), self.subject.now()
        jam_id = before.seats.get(user, "nowhere")
        swapped = self.subject.swap_loop(jam_id, user, owner, loop)
        after = self.subject.now()
        jam = before.jams.get(jam_id)
        seat = jam.users.get(user) if jam else None
        if jam is None or seat is None or seat.owner != owner:
            assert not swapped
        else:
            free = loop in LOOPS and loop not in jam.loops()
            assert swapped == (free or seat.loop == loop)
            assert after.jams[jam_id].users[user].loop == (loop if swapped else seat.loop)

    @rule(
        jam_id=jam_ids,
        node=nodes,
        kit=st.sampled_from(KITS),
        claimed=st.dictionaries(users, st.tuples(st.sampled_from(LOOPS), st.integers(1, 2))),
    )
    def refresh(
        self, jam_id: str, node: str, kit: str, claimed: dict[str, tuple[str, int]]
    ) -> None:
        present = {
            user: Seat(loop, owner_of(user, (node, number)))
            for user, (loop, number) in claimed.items()
        }
        before = self.subject.now()
        standings = self.subject.refresh(jam_id, node, present, kit)
        after = self.subject.now()
        for user, standing in standings.items():
            holder = after.jams[after.seats[user]].users[user] if user in after.seats else None
            if standing is Standing.SEATED:
                assert holder is not None
                assert holder.owner == present[user].owner
            elif standing is Standing.REPLACED:
                assert holder is not None
                assert holder.owner != present[user].owner
            else:
                assert holder is None
                assert len(after.jams[jam_id].users) == CAPACITY
        for user, seat in (before.jams[jam_id].users if jam_id in before.jams else {}).items():
            is_ghost = seat.owner.startswith(f"{node}:") and user not in present
            assert (after.seats.get(user) == jam_id) == (not is_ghost)

    @invariant()
    def holds(self) -> None:
        check(self.subject.now())


def fresh_jams(number: int) -> FreshJam:
    """Return the ``number``-th new jam, a millisecond after the one before."""
    return FreshJam(f"j{number}", KITS[number % len(KITS)], 1_000 + number)
