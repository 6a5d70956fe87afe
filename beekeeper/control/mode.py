"""The mode of a room: on, off, paused."""

from beekeeper.connection import Deployed
from beekeeper.control.changing import change_settings
from beekeeper.control.note import NO_NOTE, Note
from beekeeper.errors import BeekeeperError, ProvisionError
from beekeeper.provision import consumer_start, readiness
from beekeeper.results import Effect
from beekeeper.rules.settings import Mode


def set_mode(room: Deployed, mode: Mode, note: Note = NO_NOTE) -> tuple[Effect, float]:
    """Set the mode. For ``on``, also start a consumer: none runs while a room is off.

    Return what it means, and when a consumer was started (epoch seconds), or 0 if none was.

    If Lambda has put the functions to sleep, ``on`` wakes them, and returns when they are awake. It
    also does so when it is planned. AWS starts a consumer in each minute, so also in time for that.
    """
    effect = change_settings(room, note, mode=mode.value)
    if mode is not Mode.ON:
        return effect, 0.0
    try:
        readiness.wake_functions(room.aws, room.names)
        is_now = note.planned_for is None
        return effect, consumer_start.start(room.aws, room.names) if is_now else 0.0
    except BeekeeperError as error:
        is_set = "is on" if note.planned_for is None else "is planned to be on"
        raise ProvisionError(
            f"Room {room.state.room} {is_set}, but its functions may not work yet. {error}"
        ) from error
