"""Every error that Beekeeper raises on purpose.

    BeekeeperError
    ├── ConfigError          the configuration is wrong; AWS was not touched
    ├── CredentialsError     no usable AWS credentials, region or connection
    ├── StateError           the state file can't be used as it stands
    │   ├── LockedError      another command is working on this room
    │   └── WrongAccountError  the room was deployed to another account or region
    ├── RoomNotFoundError    the room was not deployed, or not from here
    ├── ProvisionError       AWS refused or failed a step; the same command resumes
    │   ├── NotOursError     a resource of our name belongs to somebody else
    │   └── TimedOutError    AWS did not get ready within a step's deadline
    └── LocalError           the local AWS can't be started

A message is one sentence or two: what was being done, to what, why it failed, and what to do. The
only other error raised on purpose is TypeError, for an argument that can't be a room at all.
"""


class BeekeeperError(Exception):
    """Base of every error raised on purpose; its text is meant for the user."""


class ConfigError(BeekeeperError):
    """The configuration is wrong; nothing in AWS was touched."""


class CredentialsError(BeekeeperError):
    """No usable AWS credentials, no region, or no connection."""


class StateError(BeekeeperError):
    """The state file can't be read or used."""


class LockedError(StateError):
    """Another command holds the room's lock."""


class WrongAccountError(StateError):
    """The credentials in use are for another account or region than the room's."""


class RoomNotFoundError(BeekeeperError):
    """The room was not deployed, its state is in another place, or it is no longer in AWS."""


class ProvisionError(BeekeeperError):
    """AWS refused a step, or failed at it. Run the same command again: it continues from there."""


class NotOursError(ProvisionError):
    """A resource with a name that the room needs lacks the room's tag. It was left alone."""


class TimedOutError(ProvisionError):
    """A resource did not reach the state that a step waits for before the step's deadline."""


class LocalError(BeekeeperError):
    """The local AWS, or a part of the demo, can't be started."""
