"""The governor of a room: what it holds and why, and whether it may act."""

from collections.abc import Iterator
from datetime import datetime

from beekeeper.connection import Deployed
from beekeeper.contract.functions import GOVERNOR
from beekeeper.control.changing import change_settings
from beekeeper.control.history import history
from beekeeper.control.note import NO_NOTE, Note
from beekeeper.errors import ConfigError
from beekeeper.results import Effect, Finding, GovernorDecision, GovernorStatus, Verdict
from beekeeper.rules.governed import HELD_SECONDS, Governed, pace_advised, pace_in_force
from beekeeper.rules.settings import GovernorMode, Settings

LAST = 10  # changes: a minute has no more of them


def set_governor(room: Deployed, mode: str, note: Note = NO_NOTE) -> Effect:
    """Set the mode of the governor. Raise ConfigError if the room was deployed without one."""
    known = [each.value for each in GovernorMode]
    if mode not in known:
        raise ConfigError(f"governor mode = {mode!r}: give {', '.join(known[:-1])} or {known[-1]}.")
    if mode != GovernorMode.OFF and not room.has_governor:
        raise ConfigError(
            f"Room {room.state.room} was deployed without a governor. Write [governor] and below it"
            f' mode = "{mode}" at the end of the configuration, then run: python -m beekeeper'
            " deploy"
        )
    return change_settings(room, note, governor_mode=mode)


def governor_status(settings: Settings, governed: Governed, now: float) -> GovernorStatus:
    """Return what the governor last measured, and what it holds at ``now`` (epoch seconds)."""
    is_asked = governed.is_asked(now)
    return GovernorStatus(
        mode=settings.governor_mode.value,
        pace=pace_in_force(settings, governed, now),
        advised=pace_advised(settings, governed, now),
        reason=governed.reason,
        measured_at=governed.held_at or None,
        sent=governed.sent,
        failed=governed.failed,
        refused=governed.refused,
        median_seconds=governed.median_seconds,
        p95_seconds=governed.p95_seconds,
        baseline_seconds=governed.baseline_seconds,
        asked_pace=governed.asked_pace if is_asked else None,
        asked_until=governed.asked_until if is_asked else None,
        history=tuple(
            GovernorDecision(at, pace, milliseconds / 1000, failed)
            for at, pace, milliseconds, failed in governed.history
        ),
    )


def is_silent(settings: Settings, governed: Governed, now: float) -> bool:
    """Return whether the governor should have measured the site lately, and has not."""
    return settings.governor_mode is not GovernorMode.OFF and not governed.is_held(now)


def began_at(room: Deployed) -> float:
    """Return when the governor was last deployed, or its mode changed. Raises the errors of AWS."""
    name = room.names.function(GOVERNOR.name)
    function = room.aws.client("lambda").get_function_configuration(FunctionName=name)
    modes = [each.at for each in history(room, most=LAST) if each.what == "governor_mode"]
    return max([datetime.fromisoformat(function["LastModified"]).timestamp(), *modes])


def problems(
    room: Deployed, settings: Settings, governed: Governed, now: float, began: float
) -> Iterator[Finding]:
    """Return whether the governor, unless it is off, does not measure the site.

    One that began just now is given the time of some runs.
    """
    if settings.governor_mode is GovernorMode.OFF:
        return
    if not governed.is_held(now):
        if now - began > HELD_SECONDS:
            yield _silent(room, governed)
    elif governed.sent and governed.refused == governed.sent:
        text = f"The governor of room {room.state.room} does not know how your site is: "
        remedy = (
            "Let your site and its firewall answer requests with the header X-Beekeeper-Probe, and"
            " exempt the page at the gate (exempt_paths). Or set governor.probe_url to another page"
            " and run python -m beekeeper deploy."
        )
        yield Finding("governor", Verdict.PROBLEM, f"{text}{governed.reason}.", remedy)


def _silent(room: Deployed, governed: Governed) -> Finding:
    since = f"for {HELD_SECONDS / 60:.0f} minutes or more" if governed.held_at else "yet"
    text = (
        f"The governor of room {room.state.room} has not measured your site {since}, so it slows"
        " nobody down: the operators' rate is in force."
    )
    remedy = (
        "Run python -m beekeeper doctor, and read its log: python -m beekeeper logs --function"
        f" {GOVERNOR.name}"
    )
    return Finding("governor", Verdict.PROBLEM, text, remedy)
