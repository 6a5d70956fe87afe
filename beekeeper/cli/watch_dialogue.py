"""The keys of a watch: what each does, and what it asks before.

    idle      a key begins something
    typing    a rate or a message, up to Enter
    asking    y does it, and any other key leaves everything as it is
    working   AWS is called, in a thread: the screen goes on, and only q is heard

Escape goes back to idle from typing and asking.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from beekeeper.cli.noting import heard, waits
from beekeeper.cli.options import setting_value
from beekeeper.cli.watch_keys import ENTER, ERASE, ESCAPE
from beekeeper.control.message import message_text
from beekeeper.counted import waiting
from beekeeper.errors import BeekeeperError
from beekeeper.results import Effect, Status
from beekeeper.room import Room

HELP = "r rate   p pause   o on   f off   m message   q quit"
NOTHING = "Nothing was changed."


@dataclass(frozen=True)
class Wish:
    """What an operator wants, the question before it, and how to do it."""

    question: str
    change: Callable[[], Effect]


class Dialogue:
    """What is asked on the last line, and what was answered."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._workers = ThreadPoolExecutor(max_workers=1)
        self._typing: Callable[[str, Status], Wish] | None = None
        self._label = self._typed = self._said = ""
        self._wish: Wish | None = None
        self._working: Future[Effect] | None = None
        self.is_over = False

    @property
    def line(self) -> str:
        """The last line: a question, what is typed, or the keys."""
        if self._working:
            return "Sending …"
        if self._typing:
            return f"{self._label}{self._typed}▏  (Enter, or Esc to leave it)"
        if self._wish:
            return f"{self._wish.question} [y/N]"
        return f"{self._said}   {HELP}" if self._said else HELP

    @property
    def asks(self) -> bool:
        """Whether an answer is wanted."""
        return bool(self._typing or self._wish)

    def press(self, key: str, status: Status) -> None:
        """Take one key. ``status`` is what the operator sees."""
        if self._typing:
            self._type(key, status)
        elif self._wish:
            self._answer(key)
        elif key in ("q", "Q"):
            self.is_over = True
        elif not self._working:
            self._begin(key.lower(), status)  # Caps Lock may be on

    def outcome(self) -> Iterator[str]:
        """Yield what a change has brought, once, when it is done."""
        if self._working is None or not self._working.done():
            return
        done, self._working = self._working, None
        try:
            effect = done.result()
        except BeekeeperError as error:
            yield f"Not done: {error}"
        else:
            yield " ".join(filter(None, ("Done.", waits(effect), heard(effect))))

    def finish(self) -> Iterator[str]:
        """Wait for a change that is on its way. Yield what it has brought, as outcome does."""
        self._workers.shutdown()
        yield from self.outcome()

    def _begin(self, key: str, status: Status) -> None:
        self._said, room = "", self._room
        simple = {
            "p": Wish(f"Pause the line? Nobody loses their place: {_line(status)}.", room.pause),
            "o": Wish(f"Turn the room on, at {status.rate:,.0f} a minute?", room.on),
            "f": Wish(
                f"Turn the room off? Everybody goes to your site: {_line(status)}.", room.off
            ),
        }
        self._wish = simple.get(key)
        if key == "r":
            self._ask(f"Visitors a minute (now {status.rate:,.0f}): ", self._rate)
        elif key == "m":
            self._ask("Message to all who wait (empty takes it away): ", self._message)
        elif not self._wish and key.isprintable():
            self._said = f"There is no key {key}."

    def _ask(self, label: str, then: Callable[[str, Status], Wish]) -> None:
        self._label, self._typed, self._typing = label, "", then

    def _type(self, key: str, status: Status) -> None:
        if key == ERASE:
            self._typed = self._typed[:-1]
        elif key == ESCAPE:
            self._typing, self._said = None, NOTHING
        elif key == ENTER and self._typing:
            self._typed_all(self._typing, status)
        elif key.isprintable():
            self._typed += key

    def _typed_all(self, then: Callable[[str, Status], Wish], status: Status) -> None:
        self._typing = None
        try:
            self._wish = then(self._typed, status)
        except BeekeeperError as error:
            self._said = str(error)

    def _rate(self, typed: str, status: Status) -> Wish:
        rate = setting_value("rate", typed)
        question = f"Set the rate from {status.rate:,.0f} to {rate:,} a minute?"
        return Wish(question, lambda: self._room.set_rate(rate))

    def _message(self, typed: str, status: Status) -> Wish:
        text = message_text(typed) if typed.strip() else None
        question = f"Show “{text}”? {_line(status)}." if text else "Take the message away?"
        return Wish(question, lambda: self._room.message(text))

    def _answer(self, key: str) -> None:
        wish, self._wish = self._wish, None
        if key in ("y", "Y") and wish:
            self._working = self._workers.submit(wish.change)
        else:
            self._said = NOTHING


def _line(status: Status) -> str:
    return waiting(status.waiting) if status.waiting else "nobody waits"
