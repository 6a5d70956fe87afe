"""Batches: a call to AWS takes ten messages, or 25 rows."""

from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(values: Iterable[T], size: int) -> list[tuple[T, ...]]:
    """Split values into batches of ``size``; the last may be shorter."""
    # itertools.batched came with Python 3.12.
    iterator = iter(values)
    return list(iter(lambda: tuple(islice(iterator, size)), ()))
