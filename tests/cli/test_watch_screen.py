"""The screen of a watch: what is on it in a terminal of any size, with colours and without."""

import io
from typing import Any

import pytest
from rich.console import Console

from beekeeper.cli.watch_charts import Series
from beekeeper.cli.watch_feed import Look
from beekeeper.cli.watch_screen import Screen
from beekeeper.results import Errors, Light, Trouble
from tests.support.statuses import status

T = 1_800_000_000.0
LAST = "r rate   p pause   q quit"
RED: dict[str, Any] = {
    "light": Light.RED,
    "reason": "Nobody has been admitted for 47 s, and 12,345 visitors wait.",
    "remedy": "Run python -m beekeeper deploy.",
}
WORST: dict[str, Any] = {
    **RED,
    "message": "The shop is slow. " * 25,
    "errors": Errors({"consumer": 3}, {"producer": 4}, 12, 5),
    "unknown": ("The number of unreadable messages can't be read. " * 3,),
    "url": "https://queue.example.com/",
}


def drawn(screen: Screen, width: int, height: int, now: float = T, **options: Any) -> list[str]:
    console = Console(
        width=width, height=height, file=io.StringIO(), force_terminal=True, **options
    )
    with console.capture() as captured:
        console.print(screen.draw(console, LAST, now))
    return captured.get().removesuffix("\n").split("\n")


def lines(screen: Screen, width: int, height: int, now: float = T) -> list[str]:
    return [line.rstrip() for line in drawn(screen, width, height, now, color_system=None)]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (160, 40), (40, 12), (20, 4), (300, 90)])
def test_it_fills_the_terminal_with_the_light_first_and_the_keys_last(
    width: int, height: int
) -> None:
    shown = lines(Screen(Look(status(**WORST)), T), width, height)
    assert len(shown) == height
    assert max(map(len, shown)) <= width
    assert shown[0].startswith(" RED ")
    assert shown[-1].endswith("quit")


def test_what_an_operator_needs_is_there_in_80_columns() -> None:
    shown = "\n".join(lines(Screen(Look(status(**WORST)), T), 80, 24))
    for text in (
        "Nobody has been admitted for 47 s, and 12,345 visitors wait.",
        "Run python -m beekeeper deploy.",
        "sale is on, 600 a minute   https://queue.example.com/",
        "812 a minute",
        "598 a minute",
        "a wait of 21 min; a change is heard within 1 min",
        "joined ~23,456, admitted 11,111, entered 10,888, not come yet 223+",
        "errors of consumer 3",
        "4xx 12, 5xx 5",
        "red: Nobody has been admitted",
    ):
        assert text in shown


def test_colours_are_added_and_nothing_else() -> None:
    screen = Screen(Look(status()), T)
    assert any("\x1b[" in line for line in drawn(screen, 80, 24, color_system="truecolor"))
    assert lines(screen, 80, 24)[0] == " GREEN  The line moves, and 12,345 visitors wait."


def test_old_figures_say_so_and_no_light_is_shown() -> None:
    screen = Screen(Look(status()), T)
    screen.take(Look(Trouble("sale", T + 10, T, "AWS can't be reached.")), T + 10)
    shown = lines(screen, 160, 40, T + 12)
    assert shown[0].startswith(" NOT KNOWN  The figures are 12 s old, of ")
    assert shown[0].endswith("AWS can't be reached.")
    assert shown[1] == "It was green: The line moves, and 12,345 visitors wait."
    screen.take(Look(status()), T + 20)
    assert lines(screen, 160, 40, T + 20)[0].startswith(" GREEN ")


def test_an_answer_that_is_late_is_told_too() -> None:
    screen = Screen(Look(status()), T)
    assert lines(screen, 80, 24, T + 5)[0].startswith(" GREEN ")
    assert lines(screen, 80, 24, T + 7)[0].startswith(" NOT KNOWN ")


def test_the_newest_change_is_above_the_keys() -> None:
    screen = Screen(Look(status()), T)
    for number in range(50):
        screen.say(f"change {number}", T)
    shown = lines(screen, 80, 24)
    assert shown[-2].endswith("change 49")


def test_a_chart_has_a_bar_for_each_ten_seconds_and_a_point_for_what_is_not_known() -> None:
    series = Series()
    for at, value in ((T, 2.0), (T + 2, 6.0), (T + 20, 8.0), (T + 22, None), (T + 31, 0.0)):
        series.add(at, value)
    assert series.chart(T + 30, 6) == "··▄·█ "
    series.add(T + 10_000, 1.0)
    assert series.chart(T + 30, 6) == "······"  # it keeps an hour
