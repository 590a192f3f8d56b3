"""How much one visitor may use of the server: variables of the environment, with safe defaults.

What the music or the protocol fixes (seven users in a jam, lease times) is a constant where it is
used, not here.
"""

from dataclasses import dataclass, fields

from environs import Env
from marshmallow.validate import Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits in force: `messages_per_second` is read from JAM_MESSAGES_PER_SECOND, etc."""

    # One socket. Above them it is closed: 4429 (too many messages), 4400 (bad frames).
    messages_per_second: int = 20
    message_burst: int = 40
    bad_frames_in_a_row: int = 10
    frame_bytes: int = 4096

    # One session's and one address's requests. An address may be a school's whole network (IPv6: a
    # /64).
    pages_per_minute_per_session: int = 60
    pages_per_minute_per_address: int = 1200
    connects_per_minute_per_session: int = 60
    connects_per_minute_per_address: int = 1200

    # Seats of one address in one public jam; its further users go to other jams, none is turned
    # away.
    seats_per_address: int = 3

    # Wrong passwords for one staff name from one address, until it has to wait.
    logins_per_quarter_hour: int = 10


def read_limits(env: Env, *, debug: bool) -> Limits:
    """The limits from the environment; raises environs.EnvError on what is no positive count.

    In development one address fills a jam: whoever tries the page with seven tabs expects one jam.
    """
    defaults = Limits(seats_per_address=7) if debug else Limits()
    return Limits(
        **{
            field.name: env.int(
                f"JAM_{field.name.upper()}", getattr(defaults, field.name), validate=Range(min=1)
            )
            for field in fields(Limits)
        }
    )
