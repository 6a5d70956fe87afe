"""Virtual time: several programs run side by side, but only one of them at any time.

Each program has its own thread. When it sleeps, the program that is due next runs. What happens
between two sleeps is one step, and the same seed gives the same run.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

START = 1_700_000_000.0


class Killed(BaseException):
    """The program was killed. It is not an Exception, so that nothing catches it by mistake."""


@dataclass
class _Program:
    work: Callable[[], object]
    due: float
    order: int
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    error: BaseException | None = None
    thread: threading.Thread | None = None
    ended: bool = False


class World:
    """A clock, and the programs that use it."""

    def __init__(self) -> None:
        self.now = START
        self._programs: list[_Program] = []
        self._current: _Program | None = None
        self._back = threading.Semaphore(0)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let the time pass. Other programs that are due run meanwhile."""
        program = self._current
        if program is None:
            self.now += seconds
            return
        program.due = self.now + max(0.0, seconds)
        self._back.release()
        program.go.acquire()

    def start(self, work: Callable[[], object], after: float = 0.0) -> None:
        """Add a program, which starts after this many seconds."""
        self._programs.append(_Program(work, self.now + after, len(self._programs)))

    def run(self) -> None:
        """Run all programs to their ends, and raise their errors. A killed program has ended."""
        while running := [program for program in self._programs if not program.ended]:
            program = min(running, key=lambda p: (p.due, p.order))
            self.now = max(self.now, program.due)
            self._step(program)
        self._programs.clear()

    def _step(self, program: _Program) -> None:
        self._current = program
        if program.thread is None:
            program.thread = threading.Thread(target=self._main, args=(program,), daemon=True)
            program.thread.start()
        else:
            program.go.release()
        self._back.acquire()
        self._current = None
        if program.error is not None:
            raise program.error

    def _main(self, program: _Program) -> None:
        try:
            program.work()
        except Killed:
            pass
        except BaseException as error:  # raised again in run()
            program.error = error
        program.ended = True
        self._back.release()
