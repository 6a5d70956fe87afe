"""Events for the tests of reports: visitors by the second, and what operators did."""

from dataclasses import replace
from typing import Any

from beekeeper.reporting import tally as tallies
from beekeeper.reporting.measured import Decision, Step
from beekeeper.reporting.outcome import Report
from beekeeper.reporting.tally import Tally
from beekeeper.results import Entry

START = 1_795_800_000.0  # 17:20 UTC


def entry(at: float, what: str, before: str, after: str, **more: Any) -> Entry:
    return Entry(START + at, what, before, after, "arn:aws:iam::123456789012:user/ann", **more)


def step(at: float = 0.0, **values: Any) -> Step:
    """Return a step at so many seconds after the start. What is not given is 0, or not known."""
    counts = dict.fromkeys(("joined", "waiting", *tallies.COUNTED), 0)
    waits = dict.fromkeys(f"wait_{n}_seconds" for n in (50, 90, 99, 100))
    more = {"mode": "on", "rate": 600.0, "pace": None}
    return Step(**{"at": START + at, **counts, **waits, **more, **values})


def event(*steps: Step, **values: Any) -> Report:
    """Return a report with the sums of these steps."""
    totals = {name: sum(getattr(s, name) for s in steps) for name in ("joined", "admitted")}
    known: dict[str, Any] = {
        "room": "sale",
        "url": "https://abc.execute-api.eu-central-1.amazonaws.com/",
        "destination": "https://shop.example.com/",
        "account": "123456789012",
        "region": "eu-central-1",
        "since": 0.0,
        "until": START + 10_000,
        "mode": "on",
        "rate": 600.0,
        **totals,
        "waiting": steps[-1].waiting if steps else 0,
        "entered": sum(s.entered for s in steps),
        "latecomers": sum(s.late for s in steps),
        "no_shows": sum(s.never for s in steps),
        "pending": sum(s.pending for s in steps),
        "counted_admitted": totals["admitted"],
        "counted_entered": sum(s.entered for s in steps),
        "wait_percentiles": tuple(float(n) for n in range(101)) if totals["admitted"] else (),
        "step_seconds": 60,
        "steps": steps,
        "history": (),
        "decisions": (),
    }
    return Report(**{**known, **values})


def busy_event() -> Report:
    """Return an hour in which all happened that a report can show."""
    steps = [
        step(60 * i, joined=12, admitted=10, entered=8, prompt=7, late=1, never=1, pending=1)
        for i in range(60)
    ]
    steps = [
        replace(s, waiting=2 * i, wait_50_seconds=5.0 * i, wait_90_seconds=6.0 * i)
        for i, s in enumerate(steps, 1)
    ]
    return event(
        *steps,
        until=START + 3_590,
        history=(
            entry(-600, "rate", "", "600", number=1, reason="deploy"),
            entry(600, "rate", "600", "900", number=2, reason="more servers"),
            entry(1_200, "mode", "on", "paused", number=3, place="ann@laptop"),
            entry(1_800, "mode", "paused", "on", number=4),
            entry(1_900, "rate", "900", "1200", number=5, planned_for=START + 2_400),
            entry(
                1_950, "rate", "1200", "9", number=6, planned_for=START + 3_000, cancelled_at=1.0
            ),
        ),
        decisions=(
            Decision(START + 60, 600.0, "automatic", "the site is well"),
            Decision(START + 660, 450.0, "automatic", "slow"),
        ),
    )


def tally(until: float = START + 10_000) -> Tally:
    return Tally(0.0, until)
