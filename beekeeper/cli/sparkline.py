"""A chart in one line of text."""

from collections.abc import Sequence

BARS = " ▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float]) -> str:
    """Return a block character for each value, scaled to the largest. Only 0 is an empty one."""
    most = max([*values, 1e-9])
    return "".join(BARS[-int(-value * (len(BARS) - 1) // most)] for value in values)
