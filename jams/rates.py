"""How much may be asked: buckets of tokens that refill."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class Rate:
    """Allows ``burst`` messages at once and ``per_second`` in the long run."""

    per_second: float
    burst: int
    _tokens: float = -1.0
    _at: float = 0.0

    def allows(self, now: float) -> bool:
        """Count one message at ``now`` (monotonic seconds); tell whether it is within the rate."""
        if self._tokens < 0:
            self._tokens, self._at = self.burst, now
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.per_second)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Rates:
    """A rate for each of many askers, in bounded memory.

    Beyond ``most`` askers the one that was silent for the longest is forgotten: its rate would be
    full again, or nearly.
    """

    def __init__(self, per_minute: int, most: int) -> None:
        self._per_minute = per_minute
        self._most = most
        self._rates: OrderedDict[Hashable, Rate] = OrderedDict()

    def allows(self, asker: Hashable, now: float) -> bool:
        """Count one request at ``now`` (monotonic seconds); tell whether it is within the rate."""
        rate = self._rates.get(asker)
        if rate is None:
            rate = self._rates[asker] = Rate(self._per_minute / 60, self._per_minute)
            if len(self._rates) > self._most:
                self._rates.popitem(last=False)
        self._rates.move_to_end(asker)
        return rate.allows(now)

    def __len__(self) -> int:
        return len(self._rates)
