"""The keys of a watch: each asks first, and only yes changes anything."""

from concurrent.futures import wait
from typing import Any

import pytest

from beekeeper.cli.watch_dialogue import HELP, NOTHING, Dialogue
from beekeeper.cli.watch_keys import plain
from beekeeper.errors import ProvisionError
from beekeeper.results import Effect
from tests.support.statuses import status

NOW = status()


class Room:
    """A room that only notes what it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.told: list[Any] = []
        self.error = error

    def _note(self, *told: Any) -> Effect:
        if self.error:
            raise self.error
        self.told.append(told)
        return Effect((), 600.0, 300.0, 60.0)

    def pause(self) -> Effect:
        return self._note("pause")

    def on(self) -> Effect:
        return self._note("on")

    def off(self) -> Effect:
        return self._note("off")

    def set_rate(self, rate: int) -> Effect:
        return self._note("rate", rate)

    def message(self, text: str | None) -> Effect:
        return self._note("message", text)


@pytest.fixture
def room() -> Room:
    return Room()


def typed(room: Any, keys: str) -> Dialogue:
    dialogue = Dialogue(room)
    for key in plain(keys):
        dialogue.press(key, NOW)
    if dialogue._working:
        wait([dialogue._working])
    return dialogue


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("py", ("pause",)),
        ("oy", ("on",)),
        ("fY", ("off",)),
        ("r900\ry", ("rate", 900)),
        ("r9000\x7f\b1\r\x1b[Ay", ("rate", 901)),
        ("r1,200\ny", ("rate", 1_200)),
        ("mBack soon, Grüße\ry", ("message", "Back soon, Grüße")),
        ("m\ry", ("message", None)),
    ],
)
def test_a_key_and_yes_change_the_room(room: Room, keys: str, told: Any) -> None:
    dialogue = typed(room, keys)
    assert dialogue.line == "Sending …"
    (said,) = dialogue.outcome()
    assert said.startswith("Done. Who joins now waits 5 min. ")
    assert said.endswith("hears of it within 1 min.")
    assert room.told == [told]
    assert (dialogue.line, list(dialogue.outcome())) == (HELP, [])


@pytest.mark.parametrize(
    "keys", ["p", "pn", "p\r", "p\x1b", "r900\r", "r900\rn", "r900\x1b", "zx?"]
)
def test_without_yes_nothing_changes(room: Room, keys: str) -> None:
    typed(room, keys)
    assert room.told == []


def test_the_questions_say_what_will_be() -> None:
    asked = {
        keys: typed(Room(), keys).line for keys in ("p", "o", "f", "r900\r", "mHello\r", "m\r")
    }
    assert asked == {
        "p": "Pause the line? Nobody loses their place: 12,345 visitors wait. [y/N]",
        "o": "Turn the room on, at 600 a minute? [y/N]",
        "f": "Turn the room off? Everybody goes to your site: 12,345 visitors wait. [y/N]",
        "r900\r": "Set the rate from 600 to 900 a minute? [y/N]",
        "mHello\r": "Show “Hello”? 12,345 visitors wait. [y/N]",
        "m\r": "Take the message away? [y/N]",
    }


def test_a_rate_that_cannot_be_is_refused_before_the_question(room: Room) -> None:
    dialogue = typed(room, "rmany\r")
    assert "rate" in dialogue.line
    assert dialogue.line.endswith(HELP)
    assert not dialogue.asks


def test_an_error_is_told_and_the_watch_goes_on() -> None:
    dialogue = typed(Room(ProvisionError("AWS can't be reached.")), "py")
    assert list(dialogue.outcome()) == ["Not done: AWS can't be reached."]
    assert dialogue.line == HELP


def test_q_ends_the_watch_and_is_a_letter_in_a_message(room: Room) -> None:
    assert typed(room, "q").is_over
    assert not typed(room, "mquiet").is_over
    assert typed(room, "pn").line == f"{NOTHING}   {HELP}"


def test_capitals_do_the_same() -> None:
    assert typed(Room(), "P").line == typed(Room(), "p").line
    assert typed(Room(), "R").line == typed(Room(), "r").line
    assert typed(Room(), "Q").is_over


def test_a_key_that_does_nothing_is_named(room: Room) -> None:
    assert typed(room, "x").line == f"There is no key x.   {HELP}"
    assert typed(room, "\n").line == HELP


def test_arrows_are_no_keys() -> None:
    assert plain("a\x1b[A\x1bOP\x1b[3~b\x1b[1;5C\r") == "ab\n"
    assert plain("\x1b") == "\x1b"


def test_who_leaves_while_a_change_is_on_its_way_hears_what_it_brought(room: Any) -> None:
    dialogue = Dialogue(room)
    for key in "pyq":
        dialogue.press(key, NOW)
    (said,) = dialogue.finish()
    assert said.startswith("Done. ")
    assert room.told == [("pause",)]
