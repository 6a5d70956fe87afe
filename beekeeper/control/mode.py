"""The mode of a room: on, off, paused."""

from beekeeper.connection import Deployed
from beekeeper.control.table import change_settings
from beekeeper.provision import consumer_start
from beekeeper.rules.settings import Mode


def set_mode(room: Deployed, mode: Mode) -> None:
    """Set the mode. For ``on``, also start a consumer: none runs while a room is off."""
    change_settings(room, mode=mode.value)
    if mode is Mode.ON:
        consumer_start.start(room.aws, room.names)
