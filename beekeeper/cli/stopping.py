"""What ends a command that runs until somebody ends it: Ctrl-C, SIGTERM, a closed terminal."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

STREAMS = (0, 1, 2)


@contextmanager
def stoppable() -> Iterator[None]:
    """Treat SIGTERM and a closed terminal like Ctrl-C, so that each ends a command cleanly."""
    # Under nohup, a closed terminal is to end nothing.
    handled = [s for s in _ends() if signal.getsignal(s) is not signal.SIG_IGN]
    at_terminal = [stream for stream in STREAMS if os.isatty(stream)]

    def interrupt(number: int, _: object) -> None:
        if signal.Signals(number).name == "SIGHUP":
            _leave(at_terminal)
        raise KeyboardInterrupt

    before = {s: signal.signal(s, interrupt) for s in handled}
    try:
        yield
    finally:
        _restore(before)


def _ends() -> list[signal.Signals]:
    # Windows has no SIGHUP.
    return [s for s in signal.Signals if s.name in ("SIGTERM", "SIGHUP")]


def _restore(handlers: dict[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _leave(streams: Iterable[int]) -> None:
    """Go on without a terminal that was closed: more signals and failed writes end no cleanup."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in streams:
        os.dup2(nowhere, stream)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore Ctrl-C and its like, so that they can't interrupt the cleanup."""
    before = {s: signal.signal(s, signal.SIG_IGN) for s in (signal.SIGINT, *_ends())}
    try:
        yield
    finally:
        _restore(before)
