"""Every error that Beekeeper raises on purpose.

    BeekeeperError
    ├── ConfigError          the configuration is wrong; AWS was not touched
    ├── CredentialsError     no usable AWS credentials, region or connection
    ├── StateError           the state file can't be used as it stands
    │   ├── LockedError      another command is working on this room
    │   └── WrongAccountError  the room was deployed to another account or region
    ├── RoomNotFoundError    there is no such room here
    ├── ProvisionError       AWS refused or failed a step; the same command resumes
    │   ├── NotOursError     a resource of our name belongs to somebody else
    │   └── TimedOutError    AWS did not get ready within a step's deadline
    └── LocalError           the local AWS can't be started

A message is one sentence or two: what was being done, to what, why it failed, and what to do.
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
    """The credentials in use belong to another account or region than the room."""


class RoomNotFoundError(BeekeeperError):
    """No room of that name is deployed in this account and region."""


class ProvisionError(BeekeeperError):
    """AWS refused or failed a step. What was done is recorded: the same command resumes."""


class NotOursError(ProvisionError):
    """A resource has the name that we need but not our tag; it was left alone."""


class TimedOutError(ProvisionError):
    """AWS did not reach the state that a step waits for within its deadline."""


class LocalError(BeekeeperError):
    """The local AWS, or a part of the demo, can't be started."""
