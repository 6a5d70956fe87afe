"""The public handle of one room."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from beekeeper import control, lifecycle
from beekeeper.handle import Handle
from beekeeper.provision.engine.pipeline import OnEvent
from beekeeper.reference import Form
from beekeeper.results import (
    Deployment,
    Destruction,
    KeyRotation,
    LogLine,
    PassKeys,
    Plan,
    Status,
)
from beekeeper.rules.settings import Mode


class Room(Handle):
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
      of the last deploy.
    - ``state_dir``: where the room's state is, a folder or ``s3://bucket/prefix``. By default this
      is ``$BEEKEEPER_STATE_DIR``, then ``state`` in the configuration, then the folder
      ``.beekeeper`` beside the configuration file, or without a file in the current directory.

    A typical day::

        room = beekeeper.Room("beekeeper.toml")
        print(room.deploy().url)       # the campaign link: give it to your visitors
        room.set_rate(900)             # visitors per minute
        print(room.status().waiting)   # how many visitors wait

    A change of mode or rate takes effect within two seconds.

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

        Rates are in visitors per minute, times in seconds. With ``drift``, it reads every resource,
        which takes a few seconds. ``Status.drift`` then lists what differs in AWS from what was
        deployed. Raises RoomNotFoundError when the room is not deployed.

        >>> Room("summer-sale").status().waiting
        1200
        """
        return control.status.status(self._connection.deployed(), drift=drift)

    def on(self) -> None:
        """Turn the room on: visitors wait, and are admitted at the rate.

        This is one write to the table, and a start of a consumer, because no consumer runs while a
        room is off. If Lambda has put the functions to sleep, it first wakes them, which takes a
        minute or two. Raises RoomNotFoundError when the room is not deployed, and ProvisionError,
        with the mode changed, when a function can't be woken or started.
        """
        room = self._connection.deployed()
        self._connection.consumer_started_at = control.mode.set_mode(room, Mode.ON)

    def off(self) -> None:
        """Turn the room off: every visitor goes straight to the destination.

        This is one write to the table.
        """
        control.mode.set_mode(self._connection.deployed(), Mode.OFF)

    def pause(self) -> None:
        """Pause the line: nobody is admitted, and everybody keeps their place.

        New visitors can still join. This is one write to the table.
        """
        control.mode.set_mode(self._connection.deployed(), Mode.PAUSED)

    def set_rate(self, rate: int) -> None:
        """Set the rate, in visitors per minute.

        This is one write to the table. Raises ConfigError for a rate that is out of bounds or too
        high for the workers of the deployed room.

        >>> Room("summer-sale").set_rate(900)
        """
        control.rate.set_rate(self._connection.deployed(), rate)

    def set_governor(self, mode: str) -> None:
        """Set what the governor does: ``off``, ``advise`` or ``automatic``. This is one write.

        Raises ConfigError to turn it on in a room that was deployed without a governor.
        """
        control.governor.set_governor(self._connection.deployed(), mode)

    def clear(self) -> None:
        """Clear the line: all who wait lose their place, and the counts start anew.

        Use it after a rehearsal, or between two events in one room. A visitor of before who follows
        the campaign link, or whose page still waits, gets a new place. Mode and rate stay. This is
        one write to the table, and starts a consumer unless the room is off.
        """
        control.clear.clear(self._connection.deployed())

    def wait_for_consumer(self) -> None:
        """Wait until a consumer works, for up to 20 seconds. Raise ProvisionError if none does.

        ``on`` and ``deploy`` start one, and AWS starts one every minute. What one published before
        that does not count. Without a consumer nobody is admitted. None runs while the room is off.
        """
        started_at = self._connection.consumer_started_at
        control.consumer.wait_for_consumer(self._connection.deployed(), started_at)

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

    def logs(
        self,
        *,
        since_seconds: float = 600,
        function: str = "",
        level: str = "",
        visitor: str = "",
        follow: bool = False,
    ) -> Iterator[LogLine]:
        """Return what the functions have logged, merged, the oldest line first. Changes nothing.

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
        return control.logs.logs(
            self._connection.deployed(),
            since_seconds=since_seconds,
            function=function,
            level=level,
            visitor=visitor,
            follow=follow,
        )

    def destroy(
        self,
        *,
        on_event: OnEvent | None = None,
        approve: Callable[[], None] | None = None,
        wait_seconds: float = 0,
    ) -> Destruction:
        """Remove everything that belongs to the room, including its logs. Return what was removed.

        Visitors who wait lose their place. Without a state, it finds the resources by name and tag.
        After any failure, you can call it again. It does nothing when nothing is left. ``approve``
        is called before anything is removed. Raise an exception in it to stop. ``on_event`` and
        ``wait_seconds`` are as in :meth:`deploy`. Raises LockedError when another command is
        still working on this room.

        >>> len(Room("summer-sale").destroy().deleted)
        32
        """
        return lifecycle.destroy(self._connection, on_event, approve, wait_seconds)


RoomLike: TypeAlias = Room | Form
"""A room in any form that the public functions take."""
