"""Drift: whether the line's own count has come away from the queue's.

The producers count who joins (rules/arrivals.py). That count drifts if DynamoDB loses writes, or if
nobody counted: no consumer ran for a long time, or a role was changed by hand. SQS counts the queue
itself, but its count can be a minute old and a few percent wrong. So the two are compared only in
the long run: over WINDOW_SECONDS, the lowest and the highest value of each. While the line changes
quickly the ranges overlap, and nothing is corrected.
"""

from dataclasses import dataclass

WINDOW_SECONDS = 150.0  # more than twice the lag of the queue's count
MARGIN, FEW = 1.2, 50  # what lies within is an error of the sample


@dataclass(frozen=True, slots=True)
class Drift:
    """The range of both counts since ``since`` (epoch seconds)."""

    since: float = 0.0
    queue_low: float = 0.0
    queue_high: float = 0.0
    line_low: float = 0.0
    line_high: float = 0.0

    def after(self, now: float, queue: float, line: float) -> "Drift":
        """Return the range with another measurement."""
        if not 0 <= now - self.since <= 2 * WINDOW_SECONDS:
            return Drift(now, queue, queue, line, line)
        return Drift(
            self.since,
            min(self.queue_low, queue),
            max(self.queue_high, queue),
            min(self.line_low, line),
            max(self.line_high, line),
        )

    def is_complete(self, now: float) -> bool:
        """Return whether the range covers the lag of the queue's count."""
        return now - self.since >= WINDOW_SECONDS

    def true_waiting(self) -> float | None:
        """Return how many wait by the queue's count; None if the line's own count can be right."""
        middle = (self.queue_low + self.queue_high) / 2
        if self.queue_low > MARGIN * self.line_high + FEW:
            return middle
        if self.queue_high < self.line_low / MARGIN - FEW:
            return middle
        return None
