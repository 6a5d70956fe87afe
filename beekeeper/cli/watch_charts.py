"""A figure over time in one line: a bar for each ten seconds."""

from beekeeper.cli.sparkline import sparkline

BAR_SECONDS = 10
MOST_BARS = 360  # an hour, which is more than a terminal is wide
UNKNOWN = "·"


class Series:
    """The mean of a figure in each ten seconds. What was not read has no mean."""

    def __init__(self) -> None:
        self._sums: dict[int, tuple[float, int]] = {}

    def add(self, at: float, value: float | None) -> None:
        """Add a figure that was read at a time (epoch seconds)."""
        if value is None:
            return
        slot = int(at // BAR_SECONDS)
        total, count = self._sums.get(slot, (0.0, 0))
        self._sums[slot] = (total + value, count + 1)
        for old in [each for each in self._sums if each <= slot - MOST_BARS]:
            del self._sums[old]

    def chart(self, at: float, width: int) -> str:
        """Return the last bars, the newest on the right. A point stands for what is not known."""
        last = int(at // BAR_SECONDS)
        slots = range(last - width + 1, last + 1)
        known = {slot: total / count for slot, (total, count) in self._sums.items()}
        bars = sparkline([known.get(slot, 0.0) for slot in slots])
        return "".join(
            bar if slot in known else UNKNOWN for slot, bar in zip(slots, bars, strict=True)
        )
