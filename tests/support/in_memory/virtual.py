"""Virtual time: several programs run side by side, but only one of them at any time.

Each program has its own thread. When it sleeps, the program that is due next runs. What happens
between two sleeps is one step, and the same seed gives the same run.
"""

import heapq
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

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
        # When each program is due. Earlier entries of a program, and of one that ended, are void.
        self._due: list[tuple[float, int, int, _Program]] = []
        self._orders, self._entries = itertools.count(), itertools.count()
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
        self._set_due(program, self.now + max(0.0, seconds))
        if self._next() is program:  # no other is due before, so nobody has to take over
            self.now = program.due
            return
        self._back.release()
        program.go.acquire()

    def start(self, work: Callable[[], object], after: float = 0.0) -> None:
        """Add a program, which starts after this many seconds."""
        due = self.now + after
        self._set_due(_Program(work, due, next(self._orders)), due)

    def run(self) -> None:
        """Run all programs to their ends, and raise their errors. A killed program has ended."""
        while program := self._next():
            self.now = max(self.now, program.due)
            self._step(program)

    def _set_due(self, program: _Program, due: float) -> None:
        program.due = due
        heapq.heappush(self._due, (due, program.order, next(self._entries), program))

    def _next(self) -> _Program | None:
        """Return the program that is due next, or None if all have ended."""
        while self._due:
            due, _, _, program = self._due[0]
            if due == program.due and not program.ended:
                return program
            heapq.heappop(self._due)
        return None

    def together(self, works: Sequence[Callable[[], object]]) -> None:
        """Run programs side by side, and return when all have ended."""
        caller = self._current
        if caller is None:  # no program runs, so nothing can overlap
            for work in works:
                work()
            return
        left = len(works)

        def tracked(work: Callable[[], object]) -> None:
            nonlocal left
            try:
                work()
            finally:
                left -= 1
                if left == 0:
                    self._set_due(caller, self.now)

        self._set_due(caller, float("inf"))
        for work in works:
            self.start(partial(tracked, work))
        self._back.release()
        caller.go.acquire()

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


class SideBySide(Executor):
    """An executor whose calls overlap in virtual time, as those of a pool of threads do."""

    def __init__(self, world: World, threads: int) -> None:
        self._world = world
        self._threads = threads

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
    ) -> Iterator[Any]:
        if not (tasks := list(zip(*iterables, strict=True))):
            return iter(())
        waiting = iter(enumerate(tasks))
        results: dict[int, Any] = {}
        errors: dict[int, BaseException] = {}

        def thread() -> None:
            for i, arguments in waiting:
                try:
                    results[i] = fn(*arguments)
                except BaseException as error:  # raised again below, in the caller
                    errors[i] = error
                if any(isinstance(error, Killed) for error in errors.values()):
                    return  # all threads of a process that was killed have ended

        self._world.together([thread] * min(self._threads, len(tasks)))
        for error in sorted(errors.values(), key=lambda error: not isinstance(error, Killed)):
            raise error
        return iter([results[i] for i in range(len(tasks))])
