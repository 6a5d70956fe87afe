"""SQS's count of a queue, as AWS documents it: late, sampled, and now and then an old value.

AWS says that ``ApproximateNumberOfMessages`` is eventually consistent, and that it needs at least a
minute to settle after the producers stop (Amazon SQS Developer Guide, "Confirming that a queue is
empty").
"""

import random
from collections import deque
from dataclasses import dataclass, field


@dataclass
class QueueCount:
    """A count that is ``lag`` seconds old, up to the share ``error`` wrong, and sometimes older.

    The share ``flaps`` of the counts is up to twice as old.
    """

    chance: random.Random
    lag: float = 30.0
    error: float = 0.05
    flaps: float = 0.02
    history: deque[tuple[float, int]] = field(default_factory=deque)

    def counted(self, now: float, messages: int) -> int:
        """Return what SQS says at ``now``, when the queue has so many messages."""
        self.history.append((now, messages))
        flap = 1 + self.chance.random() if self.chance.random() < self.flaps else 1
        past = now - self.lag * flap
        while len(self.history) > 1 and self.history[1][0] <= now - 2 * self.lag:
            self.history.popleft()
        old = 0  # before the first message, the queue was empty
        for at, count in self.history:
            if at > past:
                break
            old = count
        else:
            old = messages
        return round(old * (1 + self.chance.uniform(-self.error, self.error)))
