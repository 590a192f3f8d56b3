"""What a process makes of the events about a jam."""

from jams.jam import Jam, Seat
from jams.messages import (
    FromServer,
    LoopPlayed,
    LoopStopped,
    LoopSwapped,
    UserAway,
    UserBack,
    UserJoined,
    UserLeft,
)
from jams.roster import Roster, Told, new_user
from jams.timeline import LoopState

ANN, BOB, CLEO = new_user("ann", "drums"), new_user("bob", "bass"), new_user("cleo", "pad")


def roster_of(*told: tuple[FromServer, str]) -> Roster:
    roster = Roster("lofi", "here")
    for message, owner in told:
        assert roster.apply(message, owner)
    return roster


def with_both() -> Roster:
    return roster_of((UserJoined(ANN), "here:1"), (UserJoined(BOB), "there:1"))


def test_what_is_told_twice_is_news_once() -> None:
    roster = with_both()
    for message in (UserJoined(BOB), UserBack("bob")):
        assert not roster.apply(message, "there:1")
    played = LoopPlayed("bob", bar=7, seq=3)
    assert roster.apply(played, "there:1")
    assert not roster.apply(played, "there:1")


def test_an_event_that_comes_late_is_dropped() -> None:
    roster = with_both()
    assert roster.apply(LoopStopped("bob", bar=9, seq=5), "there:1")
    assert not roster.apply(LoopPlayed("bob", bar=7, seq=4), "there:1")
    assert roster.members["bob"].user.state == LoopState(playing=False, bar=9, seq=5)
    assert roster.apply(LoopSwapped("bob", "vox", playing=True, bar=10, seq=6), "there:1")
    assert roster.members["bob"].user.loop == "vox"


def test_a_late_leave_of_an_old_connection_removes_nobody() -> None:
    roster = with_both()
    assert roster.apply(UserBack("bob"), "elsewhere:4")
    assert not roster.apply(UserLeft("bob"), "there:1")
    assert not roster.apply(UserAway("bob"), "there:1")
    assert roster.holds("bob", "elsewhere:4")
    assert roster.apply(UserLeft("bob"), "elsewhere:4")


def test_it_knows_whose_users_are_its_own() -> None:
    roster = with_both()
    assert list(roster.mine()) == ["ann"]
    assert roster.others() == {"there"}
    roster.apply(UserLeft("bob"), "there:1")
    assert not roster.others()


def test_who_is_away_is_told_again_with_what_they_play() -> None:
    roster = with_both()
    roster.apply(LoopPlayed("ann", bar=7, seq=3), "here:1")
    roster.apply(UserAway("ann"), "here:1")
    assert roster.states() == [
        Told(LoopPlayed("ann", bar=7, seq=3), "here:1"),
        Told(UserAway("ann"), "here:1"),
    ]


def test_it_learns_from_the_store_what_no_event_has_told() -> None:
    roster = with_both()
    before = roster.standings()
    jam = Jam(
        "lofi",
        1,
        {"ann": Seat("vox", "here:1"), "cleo": Seat("pad", "there:2"), "me": Seat("x", "here:9")},
    )
    for message, owner in roster.differences(jam, before):
        assert roster.apply(message, owner)
    owners = {user_id: member.owner for user_id, member in roster.members.items()}
    assert owners == {"ann": "here:1", "cleo": "there:2"}
    assert roster.members["ann"].user.loop == "vox"


def test_it_tells_whether_all_is_as_the_store_says() -> None:
    ann, bob = Seat("drums", "here:1"), Seat("bass", "there:1")
    roster = with_both()
    assert roster.agrees_with(Jam("lofi", 1, {"bob": bob, "ann": ann}))
    for users in (
        {},
        {"ann": ann},
        {"ann": ann, "cleo": bob},
        {"ann": ann, "bob": bob, "cleo": Seat("pad", "there:2")},
        {"ann": ann, "bob": Seat("bass", "there:2")},
        {"ann": ann, "bob": Seat("vox", "there:1")},
    ):
        assert not roster.agrees_with(Jam("lofi", 1, users)), users
    assert not roster.agrees_with(None)


def test_it_does_not_agree_before_all_is_settled() -> None:
    jam = Jam("lofi", 1, {"ann": Seat("drums", "here:1"), "bob": Seat("bass", "there:1")})
    contested, outdated = with_both(), with_both()
    assert contested.would_take(UserBack("ann"), "there:3")
    outdated.outdated["ann"] = "there:3"
    assert not contested.agrees_with(jam)
    assert not outdated.agrees_with(jam)
    assert outdated.apply(UserLeft("ann"), "here:1")
    assert outdated.agrees_with(Jam("lofi", 1, {"bob": Seat("bass", "there:1")}))


def test_it_keeps_what_an_event_told_after_the_store_was_asked() -> None:
    roster = with_both()
    before = roster.standings()
    roster.apply(UserJoined(new_user("cleo", "pad")), "there:2")
    roster.apply(UserBack("bob"), "elsewhere:1")
    jam = Jam("lofi", 1, {"ann": Seat("drums", "here:1")})
    assert roster.differences(jam, before) == []


def test_a_swap_that_was_told_meanwhile_is_not_undone() -> None:
    roster = with_both()
    before = roster.standings()
    roster.apply(LoopSwapped("bob", "vox", playing=False, bar=0, seq=8), "there:1")
    old = Jam("lofi", 1, {"ann": Seat("drums", "here:1"), "bob": Seat("bass", "there:1")})
    assert roster.differences(old, before) == []


def test_users_of_this_process_who_are_about_to_come_in_bring_their_state() -> None:
    jam = Jam("lofi", 1, {"ann": Seat("drums", "here:1"), "bob": Seat("bass", "there:1")})
    states = {"ann": LoopState(playing=True, bar=3, seq=9)}
    roster = Roster.of("lofi", jam, states, "here")
    assert list(roster.members) == ["bob"]
    assert roster.expected == states


def test_it_knows_after_every_event_which_other_processes_have_users() -> None:
    roster = Roster("lofi", "here")
    assert not roster.others()
    told: list[tuple[FromServer, str, set[str]]] = [
        (UserJoined(ANN), "here:1", set()),
        (UserJoined(BOB), "there:1", {"there"}),
        (UserJoined(CLEO), "far:1", {"there", "far"}),
        (UserBack("bob"), "here:2", {"far"}),
        (UserBack("ann"), "there:2", {"there", "far"}),
        (UserLeft("ann"), "there:2", {"far"}),
    ]
    for message, owner, others in told:
        assert roster.apply(message, owner)
        assert roster.others() == others, message
