"""The status of a room, and what in AWS differs from what was deployed."""

from beekeeper.changes import differences
from beekeeper.connection import Deployed
from beekeeper.contract import items, pulse_item
from beekeeper.control import health
from beekeeper.control.table import find_items
from beekeeper.provision.blueprint import steps
from beekeeper.provision.checks.account import account_of
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.results import Change, Status
from beekeeper.rules import no_shows
from beekeeper.rules.settings import Mode, Settings


def status(room: Deployed, *, drift: bool = False) -> Status:
    """Return the room's status. With ``drift``, also read every resource and compare it.

    Raises ProvisionError when somebody has damaged the settings.
    """
    found = find_items(room, (items.ROOM, items.KEYS, items.PULSE, *items.COUNT_IDS))
    if items.ROOM not in found:
        raise room.missing()
    settings = health.settings_of(room, found[items.ROOM])
    pulse = pulse_item.pulse_of(found.get(items.PULSE))
    counts = [found[count_id] for count_id in items.COUNT_IDS if count_id in found]
    admitted = items.total_of(counts, items.ADMITTED)
    rate = pulse.rate or settings.pace(pulse)
    return Status(
        room=room.state.room,
        url=room.state.url,
        settings=settings,
        waiting=pulse.waiting,
        joined=admitted + pulse.waiting,
        admitted=admitted,
        entered=items.total_of(counts, items.ENTERED),
        measured_rate=round(pulse.rate, 1) if pulse.rate else None,
        no_show_share=no_shows.share(pulse.shows),
        longest_wait_seconds=_longest_wait(settings, pulse.waiting, rate),
        heard_within_seconds=round(settings.heard_within_seconds(pulse), 1),
        updated_at=pulse.as_of or None,
        account=room.state.account,
        region=room.state.region,
        problems=tuple(health.problems(room, found)),
        drift=_drift(room) if drift else (),
    )


def _longest_wait(settings: Settings, waiting: int, rate: float) -> float | None:
    return round(waiting / rate * 60, 1) if settings.mode is Mode.ON else None


def _drift(room: Deployed) -> tuple[Change, ...]:
    planned = steps(room.config, room.names, account_of(room.aws))
    return differences(Engine(room.aws, room.state.room, planned, room.store).plan())
