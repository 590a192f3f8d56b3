"""The way of a change: into the roster of its jam, to the sockets here, to the other processes."""

from collections.abc import Iterable

from .balancer import JamBalancer
from .connections import Frame
from .hub import Hub
from .messages import CloseCode, FromServer, UserJoined, UserLeft, state_event
from .owners import Owners
from .relay import Relay, Relayed
from .roster import Roster
from .rosters import Rosters


class News:
    """Makes known what changes in the jams of this process."""

    def __init__(
        self,
        rosters: Rosters,
        owners: Owners,
        balancer: JamBalancer,
        hub: Hub,
        relay: Relay,
    ) -> None:
        self._rosters = rosters
        self._owners = owners
        self._balancer = balancer
        self._hub = hub
        self._relay = relay

    def tell(self, jam_id: str, message: FromServer, owner: str, but: str | None = None) -> None:
        """Make a change of one of this process's users known everywhere."""
        roster = self._rosters.get(jam_id)
        if roster is None or not roster.apply(message, owner):
            return
        frame = Frame.of(message)
        self._hub.send(jam_id, frame, but)
        self._relay.publish(Relayed(jam_id, owner, frame.payload), roster.others())

    def tell_everywhere(
        self,
        jam_id: str,
        message: FromServer,
        owner: str,
        nodes: Iterable[str],
        *,
        lease_ended: bool,
    ) -> None:
        """Make a change known of a user of whatever process, in a jam that these nodes are in."""
        frame = Frame.of(message)
        self._relay.publish(Relayed(jam_id, owner, frame.payload, lease_ended), nodes)
        roster = self._rosters.get(jam_id)
        if roster is not None:
            self.follow(roster, jam_id, message, owner, frame)

    def follow(
        self, roster: Roster, jam_id: str, message: FromServer, owner: str, frame: Frame
    ) -> bool:
        """Make a change that others have made known here; tell whether it was news."""
        mine = {user_id: member.owner for user_id, member in roster.mine().items()}
        if not roster.apply(message, owner):
            return False
        self._hub.send(jam_id, frame)
        for user_id, held_by in mine.items():
            if not roster.holds(user_id, held_by):
                # An audit on its way may have claimed the seat once more.
                freeing = self._balancer.remove_user(jam_id, user_id, held_by)
                self._owners.free(held_by, freeing)
                self._hand_over(roster, jam_id, user_id)
                connection = self._hub.connection(jam_id, user_id)
                if connection is not None:
                    # A seat that another connection claims may be free again by now.
                    gone = isinstance(message, UserLeft) and user_id not in roster.contested
                    connection.close(CloseCode.FREED if gone else CloseCode.REPLACED)
        return True

    def _hand_over(self, roster: Roster, jam_id: str, user_id: str) -> None:
        """Tell what a user plays who was of this process, and of whom another has the seat now.

        They may have come back before it was written: then the other one doesn't know.
        """
        member = roster.members.get(user_id)
        if member is not None:
            payload = Frame.of(state_event(user_id, member.user.state)).payload
            self._relay.publish(Relayed(jam_id, member.owner, payload), roster.others())

    def repeat(self, roster: Roster, jam_id: str) -> None:
        """Tell the other processes again who sits here and plays what: to most it is no news."""
        for member in roster.mine().values():
            payload = Frame.of(UserJoined(member.user)).payload
            self._relay.publish(Relayed(jam_id, member.owner, payload), roster.others())
        for message, owner in roster.states():
            self._relay.publish(Relayed(jam_id, owner, Frame.of(message).payload), roster.others())
