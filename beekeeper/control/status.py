"""The status of a room, and what in AWS differs from what was deployed."""

from dataclasses import replace

from beekeeper.changes import differences
from beekeeper.connection import Deployed
from beekeeper.contract import governor_item, items, pulse_item
from beekeeper.control import consumer, governor, health, history
from beekeeper.control.table import find_items_at
from beekeeper.errors import ConfigError
from beekeeper.provision.blueprint import steps
from beekeeper.provision.checks.account import account_of
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.results import Change, Status
from beekeeper.rules import line, no_shows
from beekeeper.rules.governed import pace_in_force
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings

MEASURED_MARGIN = 1.2


def status(room: Deployed, *, drift: bool = False) -> Status:
    """Return the room's status. With ``drift``, also read every resource and compare it.

    Raises ProvisionError when somebody has damaged the settings.
    """
    ids = [items.ROOM, items.KEYS, items.PULSE, *items.COUNT_IDS]
    # Only then: an operator's permissions can be those of a room without a governor.
    ids += [items.GOVERNOR] if room.has_governor else []
    found, now = find_items_at(room, ids)
    if items.ROOM not in found:
        raise room.missing()
    settings = health.settings_of(room, found[items.ROOM], now)
    published = pulse_item.pulse_of(found.get(items.PULSE))
    governed = governor_item.governed_of(found.get(items.GOVERNOR))
    pulse = line.since_cleared(published, settings.cleared_at)
    counts = [found[count_id] for count_id in items.COUNT_IDS if count_id in found]
    admitted, entered = (
        items.total_of(counts, items.counted(name, settings.cleared_at))
        for name in (items.ADMITTED, items.ENTERED)
    )
    return Status(
        room=room.state.room,
        url=room.state.url,
        settings=settings,
        waiting=settings.waiting(pulse),
        joined=admitted + pulse.waiting,
        admitted=admitted,
        entered=entered,
        measured_rate=_measured(settings, pulse),
        no_show_share=no_shows.share(pulse.shows),
        longest_wait_seconds=_longest_wait(settings, pulse, pace_in_force(settings, governed, now)),
        heard_within_seconds=round(settings.heard_within_seconds(pulse), 1),
        updated_at=pulse.as_of or None,
        account=room.state.account,
        region=room.state.region,
        problems=(
            *health.problems(room, found),
            *consumer.problems(room, settings, published, now),
            *(governor.problems(room, settings, governed, now) if room.has_governor else ()),
        ),
        governor=governor.governor_status(settings, governed, now) if room.has_governor else None,
        drift=_drift(room) if drift else (),
        planned=history.planned(room, found[items.ROOM], now),
    )


def _measured(settings: Settings, pulse: Pulse) -> float | None:
    """Return the measured rate, if it is one of the line that moves now.

    What is more than the room can let through was measured before the rate was changed.
    """
    most = MEASURED_MARGIN * settings.rate * settings.overbooking
    return round(pulse.rate, 1) if settings.mode is Mode.ON and 0 < pulse.rate <= most else None


def _longest_wait(settings: Settings, pulse: Pulse, rate: float) -> float | None:
    """Return what the page tells a visitor who joined at the time of the pulse.

    ``rate`` is what is in force of the operators' rate.
    """
    if settings.mode is not Mode.ON:
        return None
    pace = replace(settings, rate=rate).pace(pulse)
    return round(line.eta_seconds(pulse.waiting, pulse, pace, pulse.as_of), 1)


def _drift(room: Deployed) -> tuple[Change, ...]:
    if room.is_partial:
        raise ConfigError(
            f"What differs from the last deploy of room {room.state.room} can't be told without its"
            " state or its configuration. Run status --drift with --config FILE."
        )
    account = account_of(room.aws, room.state.id_of("api"))
    planned = steps(room.config, room.names, account, room.state.tag_keys)
    return differences(Engine(room.aws, room.state.room, planned, room.store).plan())
