import pytest

from beekeeper.counted import counted, waiting


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 visitors"), (1, "1 visitor"), (1.0, "1 visitor"), (1_200, "1,200 visitors")],
)
def test_what_is_counted_is_in_the_right_number(number: float, text: str) -> None:
    assert counted(number, "visitor") == text


def test_who_waits() -> None:
    assert [waiting(n) for n in (0, 1, 2)] == [
        "0 visitors wait",
        "1 visitor waits",
        "2 visitors wait",
    ]
