"""A whole event as examples/event_day.py plays it: the report equals the shop's own log."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

import beekeeper
from examples.event_day import HIGHER_RATE, RATE, ROOM, SHOP_LOG, VISITORS

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
SCRIPT = Path(__file__).parents[2] / "examples" / "event_day.py"
LONGEST_SECONDS = 480  # of a minute and a half, on a busy machine


def shop_log(folder: Path) -> Sequence[float]:
    """Return when the visitors came in, by the shop's own log."""
    title, *times = (folder / SHOP_LOG).read_text().splitlines()
    assert title == "entered_at"
    return [datetime.fromisoformat(time).timestamp() for time in times]


def test_the_report_of_an_event_equals_the_log_of_the_shop(tmp_path: Path) -> None:
    folder = tmp_path / "event"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    log, report = shop_log(folder), beekeeper.Report.load(folder / "report.json")
    assert len(log) == VISITORS
    assert (report.joined, report.admitted, report.entered) == (len(log),) * 3
    assert (report.counted_admitted, report.counted_entered) == (len(log), len(log))
    assert (report.waiting, report.no_shows, report.pending) == (0, 0, 0)
    check_steps(report, log)
    check_history(report)
    paces = [decision.pace for decision in report.decisions]
    assert paces[0] == HIGHER_RATE / 2, "the governor did not halve the rate"
    assert paces[-1] > paces[-2], "the governor did not see that the shop was well again"
    assert ROOM in (folder / "report.html").read_text()
    assert (
        "ok counts: The room counted 10 who went to your site with a pass, and 10 did."
        in done.stdout
    )


def check_steps(report: beekeeper.Report, log: Sequence[float]) -> None:
    """Nobody is in the shop whom the room had not let in by then."""
    entered = 0
    for step in report.steps:
        entered += step.entered
        end = step.at + report.step_seconds
        assert sum(at < end for at in log) <= entered
    assert entered == len(log)


def check_history(report: beekeeper.Report) -> None:
    told = [(entry.what, entry.before, entry.after) for entry in report.history]
    assert told[0][0] == "cleared_at"
    assert told[1:] == [
        ("rate", str(RATE), str(HIGHER_RATE)),
        ("message", "", "Ten minutes to go: please stay."),
        ("mode", "on", "paused"),
        ("mode", "paused", "on"),
        ("mode", "on", "off"),
    ]
    assert all(entry.reason and entry.by and entry.place for entry in report.history)
