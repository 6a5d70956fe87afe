"""The part of a room's handle that looks at the room again and again."""

from collections.abc import Iterator

from beekeeper.control import consumer, logs, waiting, watching
from beekeeper.control.waiting import Goal, OnStatus
from beekeeper.control.watching import Seen
from beekeeper.handle import Handle
from beekeeper.provision.aws import machine_of
from beekeeper.results import LogLine, Status


class Following(Handle):
    """The methods of :class:`beekeeper.Room` that take their time. They change nothing.

    They block. In an ``async`` program, run them in a thread::

        status = await asyncio.to_thread(room.wait_until, "drained", timeout_seconds=3600)

        watching = room.watch()
        seen = await asyncio.to_thread(next, watching)  # again and again: it has no end

    A thread can't be cancelled. So give ``wait_until`` a time-out that you can live with.
    """

    def watch(self, *, every_seconds: float = 2.0) -> Iterator[Seen]:
        """Return an iterator that yields the status every so many seconds, without an end.

        While the status can't be read, it yields a :class:`beekeeper.Trouble`, which says why and
        since when the figures are old. It goes on by itself when the network is back, or when you
        have signed in again. Break out of the loop to end it. Each look makes two or three calls
        to AWS, and more while no consumer works. So ``every_seconds`` is at least 1.

        The first look raises what ``status`` raises. Later ones raise RoomNotFoundError if the room
        is gone, and WrongAccountError if the credentials are those of another account.

        >>> for seen in Room("summer-sale").watch():
        ...     print(seen.waiting if isinstance(seen, Status) else seen)
        """
        every_seconds = watching.interval(every_seconds)
        machine = machine_of(self._connection.session)
        return watching.watch(self._connection.deployed, machine, every_seconds)

    def wait_until(
        self,
        state: str | None = None,
        *,
        waiting_below: int | None = None,
        timeout_seconds: float | None = None,
        every_seconds: float = 2.0,
        on_status: OnStatus | None = None,
    ) -> Status:
        """Wait until the room is ``"on"``, ``"off"``, ``"paused"`` or ``"drained"``.

        ``"drained"`` means that nobody waits, latecomers included. Who was admitted in the last
        half minute may still be on the way to your site. With ``waiting_below`` instead, it waits
        until fewer visitors than that wait. It looks as :meth:`watch` does, and goes on while the
        status can't be read. ``on_status`` is called with each look. In a notebook this shows them
        live, in one place::

            shown = display("…", display_id=True)
            room.wait_until("drained", on_status=shown.update)

        Returns the status that it waited for. Raises TimedOutError after ``timeout_seconds``, which
        says how the room stands then, and what ``watch`` raises. By default it waits without end.
        """
        goal = Goal.of(state, waiting_below)
        machine = machine_of(self._connection.session)
        seen = self.watch(every_seconds=every_seconds)
        return waiting.wait_until(seen, goal, machine, timeout_seconds, on_status)

    def wait_for_consumer(self) -> None:
        """Wait until a consumer works, for up to 20 seconds. Raise ProvisionError if none does.

        ``on`` and ``deploy`` start one, and AWS starts one every minute. What one published before
        that does not count. Without a consumer nobody is admitted. None runs while the room is off.
        """
        started_at = self._connection.consumer_started_at
        consumer.wait_for_consumer(self._connection.deployed(), started_at)

    def logs(
        self,
        *,
        since_seconds: float = 600,
        function: str = "",
        level: str = "",
        visitor: str = "",
        follow: bool = False,
    ) -> Iterator[LogLine]:
        """Return what the functions have logged, merged, the oldest line first.

        ``function`` is one of them: ``producer``, ``room``, ``turnstile``, ``consumer`` or
        ``governor``. ``level`` is the least: ``debug``, ``info``, ``warning``, ``error`` or
        ``critical``. ``visitor`` is the id of a visitor (``sub`` of a pass) or its first characters
        (six or more), or a whole ticket or pass. With a whole id, what the table says of the
        visitor comes first. With ``follow``, the lines never end: new ones come as they are
        written, some seconds late, and a network that is away does not end it.

        Raises ConfigError for an unknown function or level, and RoomNotFoundError when the room is
        not deployed. The iterator raises ProvisionError when AWS refuses to be read.

        >>> [line.message for line in Room("summer-sale").logs(level="error")]
        []
        """
        return logs.logs(
            self._connection.deployed(),
            since_seconds=since_seconds,
            function=function,
            level=level,
            visitor=visitor,
            follow=follow,
        )
