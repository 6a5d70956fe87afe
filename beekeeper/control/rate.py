"""The rate of a room: how many visitors per minute the operator wants at the destination."""

from collections.abc import Iterator

from beekeeper.config import RoomConfig
from beekeeper.connection import Deployed
from beekeeper.control.changing import change_settings
from beekeeper.control.note import NO_NOTE, Note
from beekeeper.errors import ConfigError
from beekeeper.results import Effect, Finding, Verdict
from beekeeper.rules import sizing
from beekeeper.rules.settings import Mode, Settings


def problems(room: Deployed, settings: Settings) -> Iterator[Finding]:
    """Return whether the deployed workers are too few for the rate, as it is in force.

    It was checked when it was set or planned. A deploy since then can have made the workers fewer.
    """
    capacity = sizing.capacity_per_minute(room.config.rate)
    if settings.rate <= capacity or settings.mode is Mode.OFF:
        return
    text = (
        f"The rate is {settings.rate:,.0f} visitors a minute, but the room was deployed with"
        f" workers for {capacity:,}, so it admits no more than these."
    )
    remedy = (
        f"Set rate = {settings.rate:.0f} in the configuration, and run python -m beekeeper deploy."
        f" Or run python -m beekeeper set-rate {capacity}."
    )
    yield Finding("rate", Verdict.WARNING, text, remedy)


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
