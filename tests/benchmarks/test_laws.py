"""The benchmark of the laws, on a few small rooms."""

from tests.benchmarks.laws import measure
from tests.support.in_memory.laws import LAWS


def test_no_law_is_broken_in_some_rooms() -> None:
    found = measure(rooms=16, most=20)
    assert len(found) == len(LAWS)
    assert all(figure.reached for figure in found)
