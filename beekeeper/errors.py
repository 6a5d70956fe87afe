"""Every error that Beekeeper raises on purpose.

    BeekeeperError
    ├── ConfigError          the configuration is wrong; nothing in AWS was changed
    ├── CredentialsError     no usable AWS credentials, region or connection
    ├── StateError           the state file can't be used as it stands
    │   ├── LockedError      another command is working on this room
    │   └── WrongAccountError  the room was deployed to another account or region
    ├── RoomNotFoundError    the room was not deployed, or its state is in another place
    ├── RotationError        a step of a change of keys is not possible now; nothing was changed
    ├── ProvisionError       AWS refused a step, or a step failed; run the same command again
    │   ├── NotOursError     a resource with a name that we need belongs to somebody else
    │   └── TimedOutError    AWS was not ready before a step's deadline
    ├── InvalidToken         a pass is not valid (gate.py)
    ├── LocalError           the local AWS can't be started
    └── SourceError          the waiting page can't be built from its files (page/sources.py)

A message says what Beekeeper was doing, with which resource, why that failed, and what to do. The
only other error that is raised on purpose is TypeError, for an argument that can't be a room.
"""


class BeekeeperError(Exception):
    """Base of every error that Beekeeper raises on purpose. Its text is written for the user."""


class ConfigError(BeekeeperError):
    """The configuration is wrong. Nothing in AWS was changed."""


class CredentialsError(BeekeeperError):
    """There are no usable AWS credentials, no region, or no connection."""


class StateError(BeekeeperError):
    """The state file can't be read or used."""


class LockedError(StateError):
    """Another command holds the room's lock."""


class WrongAccountError(StateError):
    """The credentials in use belong to another account or region than the room."""


class RoomNotFoundError(BeekeeperError):
    """The room was not deployed, its state is in another place, or it is no longer in AWS."""


class RotationError(BeekeeperError):
    """A step of a change of keys comes too early, out of order, or second. It changed nothing."""


class ProvisionError(BeekeeperError):
    """AWS refused a step, or a step failed. The same command continues from there."""


class NotOursError(ProvisionError):
    """A resource has a name that the room needs, but not the room's tag. It was not changed."""


class TimedOutError(ProvisionError):
    """A step waited for a state of its resource until the deadline. The state did not come."""


class LocalError(BeekeeperError):
    """The local AWS, or a part of the demo, can't be started."""
