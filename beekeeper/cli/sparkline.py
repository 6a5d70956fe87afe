"""A chart in one line of text."""

from collections.abc import Sequence

BARS = " ▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], top: float = 0.0) -> str:
    """Return a block character for each value. Only 0 is an empty one.

    The full one is ``top``, or the largest value if that is more.
    """
    most = max([*values, top, 1e-9])
    return "".join(BARS[-int(-value * (len(BARS) - 1) // most)] for value in values)
