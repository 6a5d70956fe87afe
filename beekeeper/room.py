"""The public handle of one room."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from beekeeper import control, lifecycle
from beekeeper.control.note import At, Note
from beekeeper.following import Following
from beekeeper.provision.engine.pipeline import OnEvent
from beekeeper.reference import Form
from beekeeper.reporting.outcome import Report
from beekeeper.results import (
    Deployment,
    Destruction,
    Effect,
    Entry,
    KeyRotation,
    PassKeys,
    Plan,
    Status,
)
from beekeeper.rules.settings import Mode


class Room(Following):
    """One waiting room: deploy it, watch it, operate it, remove it.

    ``room`` says which one. Give one of these:

    - the name of a room: ``Room("summer-sale")``
    - the path of a configuration file: ``Room("beekeeper.toml")``. A string is a path if it ends in
      ``.toml`` or contains a ``/``. A ``pathlib.Path`` is always a path.
    - a ``RoomConfig``, or a mapping with its fields
    - another ``Room``

    Making a handle makes no call to AWS. ``beekeeper.deploy(...)`` also returns a handle. The
    handle keeps what you give it:

    - ``session``: the boto3 session to use. By default boto3 finds the credentials and the region.
    - ``region``: the AWS region. By default this is the region in the configuration, or the region
      of the last deploy. With it, a room whose state is on another machine is found in AWS by its
      names and its tag, and can be operated.
    - ``state_dir``: where the room's state is, a folder or ``s3://bucket/prefix``. By default this
      is ``$BEEKEEPER_STATE_DIR``, then ``state`` in the configuration, then the folder
      ``.beekeeper`` beside the configuration file, or without a file in the current directory.

    A typical day::

        room = beekeeper.Room("beekeeper.toml")
        print(room.deploy().url)       # the campaign link: give it to your visitors
        room.set_rate(900)             # visitors per minute
        print(room.status().waiting)   # how many visitors wait

    A change of mode, rate or message takes effect within two seconds, and :meth:`history` has a row
    about it. ``reason`` says there why it was made. ``at`` plans it for later: a ``datetime``, or a
    text such as ``"18:00"`` or ``"2026-11-28T18:00"``, of this machine's time zone unless it has
    one. The functions then apply it by themselves. A planned change is at most 30 days ahead. These
    methods return what a change means for those who wait (:class:`beekeeper.Effect`).

    Raises TypeError for anything that can't be a room, and ConfigError for a wrong name or
    configuration. All methods that call AWS raise CredentialsError when the credentials can't be
    used, WrongAccountError when they belong to another account or region than the room, and
    ProvisionError when AWS refuses a call. Those that need a deployed room raise RoomNotFoundError.
    """

    def plan(self, *, on_event: OnEvent | None = None) -> Plan:
        """Return what :meth:`deploy` would do. Changes nothing.

        Raises the errors that ``deploy`` raises before its first change.

        >>> [change.action for change in Room("beekeeper.toml").plan().changes]
        ['update', 'unchanged', 'unchanged', ...]
        """
        return lifecycle.plan(self._connection, on_event)

    def deploy(
        self,
        *,
        on_event: OnEvent | None = None,
        approve: lifecycle.Approve | None = None,
        wait_seconds: float = 0,
    ) -> Deployment:
        """Create the room in AWS, or update it to match its configuration. Return what was done.

        Uses the configuration that you made the handle with. A file is read again. A handle made
        from a name uses the configuration of the last deploy. Creates and changes only what
        differs. If anything changed, it also starts a consumer at once. After any failure, you can
        call it again: it continues from there. ``on_event`` is called with each event as it
        happens: StepStarted, StepWaiting, StepWarning, StepDone, StepFailed. If it raises an
        exception, it is not called again, and the exception is raised when the deploy is complete.
        ``approve`` is called with the Plan before the first change. Raise an exception in it to
        stop: ``Plan.warnings`` say what the deploy means for your visitors and your site. When
        another command is working on this room, wait for it for up to ``wait_seconds``.

        Raises ConfigError before anything in AWS changes, RoomNotFoundError when no configuration
        is known, LockedError when another command is still working on this room, and NotOursError
        when a resource with the room's name belongs to somebody else.

        >>> Room("beekeeper.toml").deploy().changes
        (<Change: create queue beekeeper-summer-sale>, ...)
        """
        self.deployment = lifecycle.deploy(self._connection, on_event, approve, wait_seconds)
        return self.deployment

    def status(self, *, drift: bool = False) -> Status:
        """Return the room's status. Changes nothing.

        ``light`` says whether all is well, ``reason`` why, and ``remedy`` what to do. What can't be
        read is None, and ``unknown`` says why.

        Rates are in visitors per minute, times in seconds. With ``drift``, it reads every resource,
        which takes a few seconds. ``Status.drift`` then lists what differs in AWS from what was
        deployed. Raises RoomNotFoundError when the room is not deployed.

        >>> Room("summer-sale").status().waiting
        1200
        """
        return control.status.status(self._connection.deployed(), drift=drift)

    def on(self, *, reason: str = "", at: At = None) -> Effect:
        """Turn the room on: visitors wait, and are admitted at the rate.

        This is one write to the table, and a start of a consumer, because no consumer runs while a
        room is off. If Lambda has put the functions to sleep, it first wakes them, which takes a
        minute or two. Raises RoomNotFoundError when the room is not deployed, and ProvisionError,
        with the mode changed, when a function can't be woken or started.
        """
        return self._set_mode(Mode.ON, reason, at)

    def off(self, *, reason: str = "", at: At = None) -> Effect:
        """Turn the room off: every visitor goes straight to the destination.

        This is one write to the table.
        """
        return self._set_mode(Mode.OFF, reason, at)

    def pause(self, *, reason: str = "", at: At = None) -> Effect:
        """Pause the line: nobody is admitted, and everybody keeps their place.

        New visitors can still join. This is one write to the table.
        """
        return self._set_mode(Mode.PAUSED, reason, at)

    def _set_mode(self, mode: Mode, reason: str, at: At) -> Effect:
        note, room = _note(reason, at), self._connection.deployed()
        effect, started_at = control.mode.set_mode(room, mode, note)
        self._connection.consumer_started_at = started_at
        return effect

    def set_rate(self, rate: int, *, reason: str = "", at: At = None) -> Effect:
        """Set the rate, in visitors per minute.

        This is one write to the table. Raises ConfigError for a rate that is out of bounds or too
        high for the workers of the deployed room.

        >>> Room("summer-sale").set_rate(900, reason="the shop has more servers").changes[0].before
        '600'
        """
        note = _note(reason, at)
        return control.rate.set_rate(self._connection.deployed(), rate, note)

    def message(self, text: str | None, *, reason: str = "", at: At = None) -> Effect:
        """Show a message to everybody who waits, in place of the former one. None shows none.

        This is one write to the table. A message is one line of at most 500 characters. Raises
        ConfigError for another one.

        >>> Room("summer-sale").message("We open at 10:00.").heard_within_seconds
        60.0
        """
        note, text = _note(reason, at), control.message.message_text(text)
        return control.message.set_message(self._connection.deployed(), text, note)

    def set_governor(self, mode: str, *, reason: str = "") -> Effect:
        """Set what the governor does: ``off``, ``advise`` or ``automatic``. This is one write.

        Raises ConfigError to turn it on in a room that was deployed without a governor.
        """
        note = _note(reason, None)
        return control.governor.set_governor(self._connection.deployed(), mode, note)

    def clear(self, *, reason: str = "") -> Effect:
        """Clear the line: all who wait lose their place, and the counts start anew.

        Use it after a rehearsal, or between two events in one room. A visitor of before who follows
        the campaign link, or whose page still waits, gets a new place. Mode and rate stay. This is
        one write to the table, and starts a consumer unless the room is off. It takes two seconds.
        """
        return control.clear.clear(self._connection.deployed(), _note(reason, None))

    def history(self, most: int = 100) -> tuple[Entry, ...]:
        """Return the last changes of the room, the newest last: what, when, by whom, and why.

        Planned changes are among them. A clear keeps the history, and a destroy removes it.

        >>> print(Room("summer-sale").history()[-1])
        2026-11-27 18:00:03 CET  rate: 600 → 900
        """
        return control.history.history(self._connection.deployed(), most)

    def cancel(self, number: int, *, reason: str = "") -> Entry:
        """Take back a planned change, by its number in :meth:`history`. This is one write.

        Raises ConfigError when there is no such plan, or when its time has come.

        >>> Room("summer-sale").cancel(12).before
        'rate 900 from 2026-11-28 17:00:00 UTC on'
        """
        note = _note(reason, None)
        return control.history.cancel(self._connection.deployed(), number, note)

    def report(
        self, *, since: float | None = None, on_read: control.report.OnRead | None = None
    ) -> Report:
        """Return what happened to all who joined since the line was last cleared.

        Changes nothing. ``since`` (epoch seconds) counts those who joined from then on, instead. It
        reads the whole table once, which takes about a minute for a million visitors: ``on_read``
        is called with the number of rows read so far. Rows are kept for 15 days. Raises
        RoomNotFoundError when the room is not deployed.

        >>> Room("summer-sale").report().save("report")
        [PosixPath('report/report.html'), PosixPath('report/report.csv'), ...]
        """
        return control.report.report(self._connection.deployed(), since, on_read)

    def pass_keys(self) -> PassKeys:
        """Return what the destination needs to verify passes. The keys are secret.

        ``PassKeys.environment()`` has it as the variables that the gate reads. Raises
        RoomNotFoundError when the room is not deployed.

        >>> Room("summer-sale").pass_keys().audience
        'https://shop.example.com'
        """
        return control.keys.pass_keys(self._connection.deployed())

    def rotate_keys(self, step: str) -> KeyRotation:
        """Do one step of a change of the key that signs passes. Return where the change stands.

        Nobody who is under way is refused if your site gets :meth:`pass_keys` after each step:

        - ``add`` makes a new key. Passes signed by it are accepted, and none is signed yet.
        - ``sign`` lets the new key sign. Do it when each server of your site has the new key.
        - ``remove`` removes the former key. It is refused until no pass signed by it is good any
          more, eleven minutes after ``sign``. ``KeyRotation.wait_seconds`` is what is left of that.

        Each step is one write to the table. A step that was done before changes nothing. The keys
        of tickets stay. The result has the ids of keys and no secret.

        Raises ConfigError for an unknown step, RoomNotFoundError when the room is not deployed, and
        RotationError when the step is not possible now, or another command was quicker.

        >>> Room("summer-sale").rotate_keys("add").added
        ('k5e6f7a8b',)
        """
        return control.rotation.rotate(self._connection.deployed, step)

    def destroy(
        self,
        *,
        on_event: OnEvent | None = None,
        approve: Callable[[], None] | None = None,
        wait_seconds: float = 0,
        report: str | Path | None = None,
    ) -> Destruction:
        """Remove everything that belongs to the room, including its logs. Return what was removed.

        Visitors who wait lose their place. Without a state, it finds the resources by name and tag.
        After any failure, you can call it again. It does nothing when nothing is left. ``approve``
        is called before anything is removed. Raise an exception in it to stop. ``on_event`` and
        ``wait_seconds`` are as in :meth:`deploy`. ``report`` is a folder, in which the
        :meth:`report` is saved first: if that fails, nothing is removed. Raises LockedError when
        another command is still working on this room.

        >>> len(Room("summer-sale").destroy().deleted)
        32
        """
        if report is not None:
            control.report.save_last(self._connection, report)
        return lifecycle.destroy(self._connection, on_event, approve, wait_seconds)


def _note(reason: str, at: At) -> Note:
    """Read what was given with a change, before AWS is asked. Raises ConfigError."""
    return Note.of(reason, at, time.time())


RoomLike: TypeAlias = Room | Form
"""A room in any form that the public functions take."""
