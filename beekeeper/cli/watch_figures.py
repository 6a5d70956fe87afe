"""A status in a few lines: what an operator has to see of a room at a glance. Pure."""

from collections.abc import Iterator

from beekeeper.results import Status
from beekeeper.rules.durations import at_most, duration, estimate
from beekeeper.rules.settings import GovernorMode, Mode

COUNTS, HEALTH, PROBLEM, NOT_KNOWN = "in all", "health", "problem", "not known"


def headline(status: Status) -> str:
    """Return which room it is, its mode, and what is in force of its rate."""
    governor = status.governor
    held = f", governor {governor.held}" if governor and governor.mode != GovernorMode.OFF else ""
    return f"{status.room} is {status.mode}, {status.rate:,.0f} a minute{held}"


def details(status: Status) -> Iterator[tuple[str, str]]:
    """Yield names and values."""
    heard = f"a change is heard within {at_most(status.heard_within_seconds)}"
    yield "joining now", f"{wait(status)}; {heard}"
    yield COUNTS, _counts(status)
    yield HEALTH, _health(status)
    if status.message:
        yield "message", status.message
    for entry in status.planned:
        yield "planned", f"{entry.number}: {entry.plan}"
    for problem in status.problems:
        yield PROBLEM, f"{problem.text} {problem.remedy}"
    for text in status.unknown:
        yield NOT_KNOWN, text


def wait(status: Status) -> str:
    """Return the wait of who joins now."""
    if status.mode == Mode.OFF:
        return "no wait, straight to your site"
    if status.longest_wait_seconds is None:
        return "a wait until the line moves"
    return f"a wait of {estimate(status.longest_wait_seconds)}"


def a_minute(value: float | None) -> str:
    """Return a rate."""
    return NOT_KNOWN if value is None else f"{value:,.0f} a minute"


def arrivals(status: Status) -> str:
    """Return who joined in the last minute, which is not exact."""
    count = status.arrivals_per_minute
    return f"~{a_minute(count)}" if count else a_minute(count)


def line(status: Status) -> str:
    """Return a status as one line, for a log."""
    return (
        f"{status.light}  {status.mode}  waiting {status.waiting:,}  {wait(status)}"
        f"  arrivals {arrivals(status)}"
        f"  admitted {a_minute(status.held_rate)} of {status.rate:,.0f}"
        f"  in all {_counts(status)}"
    )


def _counts(status: Status) -> str:
    about = "~" if status.waiting else ""
    least = "+" if status.held_rate else ""  # as in status: at least so many
    absent = f", not come yet {status.no_shows:,}{least}" if status.no_shows else ""
    late = f", latecomers {status.latecomers:,}" if status.latecomers else ""
    return (
        f"joined {about}{status.joined:,}, admitted {status.admitted:,},"
        f" entered {status.entered:,}{absent}{late}"
    )


def _health(status: Status) -> str:
    beat = status.heartbeat_seconds
    seen = "no consumer yet" if beat is None else f"consumer {duration(beat)} ago"
    letters = status.unreadable
    unreadable = "" if letters is None else f"; unreadable {letters:,}"
    errors = f"in 5 min: {status.errors}" if status.errors else "errors not known"
    return f"{seen}{unreadable}; {errors}"
