"""The mode of a room: on, off, paused."""

from beekeeper.connection import Deployed
from beekeeper.control.table import change_settings
from beekeeper.provision import consumer_start, readiness
from beekeeper.rules.settings import Mode


def set_mode(room: Deployed, mode: Mode) -> None:
    """Set the mode. For ``on``, also start a consumer: none runs while a room is off.

    If Lambda has put the functions to sleep, ``on`` wakes them, and returns when they are awake.
    """
    change_settings(room, mode=mode.value)
    if mode is Mode.ON:
        readiness.wake_functions(room.aws, room.names)
        consumer_start.start(room.aws, room.names)
