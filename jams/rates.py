"""How much one socket may ask: a bucket of tokens that refills, and bad frames in a row."""

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
