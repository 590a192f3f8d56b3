"""The token with which a user comes back to a seat: after a refresh, or a lost network.

It is signed with the secret key, expires, and says which seat it is for. Nothing else that a
client sends names a user.
"""

from typing import NamedTuple

from django.core import signing

#: Longer than anybody stays; a user who was away for longer than the grace has lost the seat.
TOKEN_SECONDS = 24 * 60 * 60
_SALT = "jams.seat"


class SeatToken(NamedTuple):
    """Whose seat it is, and where: the loop and the kit serve if the server has lost the jam."""

    user_id: str
    jam_id: str
    kit: str
    loop: str


class BadToken(Exception):
    """Not a token of ours, an expired one, or one for another jam."""


def issue(seat: SeatToken) -> str:
    """Return the token for a seat."""
    return signing.dumps(list(seat), salt=_SALT)


def read(token: str, jam_id: str) -> SeatToken:
    """Return the seat in this jam that a token is for; raise BadToken if there is none."""
    try:
        seat = SeatToken(*signing.loads(token, salt=_SALT, max_age=TOKEN_SECONDS))
    except signing.BadSignature as error:
        raise BadToken(str(error)) from None
    if seat.jam_id != jam_id:
        raise BadToken("the token is for another jam")
    return seat
