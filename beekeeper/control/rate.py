"""The rate of a room: how many visitors per minute the operator wants at the destination."""

from beekeeper.config import RoomConfig
from beekeeper.connection import Deployed
from beekeeper.control.changing import change_settings
from beekeeper.control.note import NO_NOTE, Note
from beekeeper.errors import ConfigError
from beekeeper.results import Effect
from beekeeper.rules import sizing


def set_rate(room: Deployed, per_minute: int, note: Note = NO_NOTE) -> Effect:
    """Set the rate. Raise ConfigError when the deployed workers are too few for it."""
    # An operator's rate is checked like a configured one. It can be below the governor's floor.
    values = {**room.config.model_dump(exclude={"governor", "page"}), "rate": per_minute}
    rate = RoomConfig(**values).rate
    capacity = sizing.capacity_per_minute(room.config.rate)
    if rate > capacity:
        raise ConfigError(
            f"rate = {rate} is too high: the room was deployed with workers for {capacity:,}"
            " visitors a minute. Set the rate in the configuration, then deploy."
        )
    return change_settings(room, note, rate=float(rate))
