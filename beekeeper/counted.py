"""Writes a number together with what it counts, as people do: 1 visitor, 1,200 visitors."""


def counted(number: float, one: str) -> str:
    """Return a whole number and its noun. ``one`` is the word for a single one: "visitor"."""
    return f"{number:,.0f} {one}" if number == 1 else f"{number:,.0f} {one}s"


def waiting(visitors: int) -> str:
    """Return how many visitors wait, as a clause."""
    return f"{counted(visitors, 'visitor')} {'waits' if visitors == 1 else 'wait'}"
