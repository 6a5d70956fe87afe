"""The mode of a room: on, off, paused."""

from beekeeper.connection import Deployed
from beekeeper.control.table import change_settings
from beekeeper.errors import BeekeeperError, ProvisionError
from beekeeper.provision import consumer_start, readiness
from beekeeper.rules.settings import Mode


def set_mode(room: Deployed, mode: Mode) -> float:
    """Set the mode. For ``on``, also start a consumer: none runs while a room is off.

    Return when it was started (epoch seconds), and 0 if none was.

    If Lambda has put the functions to sleep, ``on`` wakes them, and returns when they are awake.
    """
    change_settings(room, mode=mode.value)
    if mode is not Mode.ON:
        return 0.0
    try:
        readiness.wake_functions(room.aws, room.names)
        return consumer_start.start(room.aws, room.names)
    except BeekeeperError as error:
        raise ProvisionError(
            f"Room {room.state.room} is on, but its functions may not work yet. {error}"
        ) from error
