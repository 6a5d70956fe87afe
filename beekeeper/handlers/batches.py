"""Batches, because one call to AWS takes only so many messages or items."""

from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(values: Iterable[T], size: int) -> list[tuple[T, ...]]:
    """Split values into batches of ``size``. The last one can be shorter."""
    # itertools.batched came with Python 3.12.
    iterator = iter(values)
    return list(iter(lambda: tuple(islice(iterator, size)), ()))
