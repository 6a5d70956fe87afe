"""Reads single keys from a terminal, while the screen goes on.

The terminal hands over each key at once and shows none (`cbreak`, termios(3)), and is put back at
the end. Ctrl-C stays what it is. Windows has no such mode: its runtime hands over keys by itself.
"""

import codecs
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

ENTER, ESCAPE, ERASE = "\n", "\x1b", "\x7f"
SAME = {"\r": ENTER, "\b": ERASE}
# What a terminal sends for arrows and the like: ECMA-48, "CSI", and SS3 of the VT100.
SEQUENCES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|O.)")
STEP_SECONDS = 0.02


class Keys(Protocol):
    """Where keys come from."""

    def read(self, seconds: float) -> str:
        """Wait for keys for up to so many seconds. Return them, or nothing."""
        ...


class NoKeys:
    """An input that is no terminal."""

    def read(self, seconds: float) -> str:
        """Wait. Nobody presses a key."""
        time.sleep(seconds)
        return ""


def plain(typed: str) -> str:
    """Return what was typed without the sequences of arrows and the like."""
    return "".join(SAME.get(key, key) for key in SEQUENCES.sub("", typed))


@contextmanager
def keys() -> Iterator[Keys]:
    """Yield the keys of the terminal that the command was started in."""
    if not sys.stdin.isatty():
        yield NoKeys()
    elif sys.platform == "win32":
        yield WindowsKeys()
    else:
        with _each_at_once():
            yield PosixKeys()


if sys.platform == "win32":
    import msvcrt

    class WindowsKeys:
        """The keys of a console of Windows."""

        def read(self, seconds: float) -> str:
            """Wait for keys. It has no call that waits for a time."""
            end = time.monotonic() + seconds
            while not msvcrt.kbhit():
                if time.monotonic() >= end:
                    return ""
                time.sleep(STEP_SECONDS)
            typed = msvcrt.getwch()
            if typed in ("\0", "\xe0"):  # an arrow and the like, in two parts
                msvcrt.getwch()
                return ""
            if typed == "\x03":
                raise KeyboardInterrupt
            return plain(typed)

else:
    import select
    import termios
    import tty

    @contextmanager
    def _each_at_once() -> Iterator[None]:
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal)
        try:
            yield
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)

    class PosixKeys:
        """The keys of a terminal of Linux or macOS."""

        def __init__(self) -> None:
            self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

        def read(self, seconds: float) -> str:
            """Wait for keys, and return all that were pressed."""
            terminal = sys.stdin.fileno()
            if not select.select([terminal], [], [], seconds)[0]:
                return ""
            typed = os.read(terminal, 4096)
            if not typed:  # the terminal has gone
                raise KeyboardInterrupt
            return plain(self._decoder.decode(typed))
