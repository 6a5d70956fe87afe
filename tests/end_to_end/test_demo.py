"""The demo as its users run it, and the results that it reports."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.local.demo import ROOM, Demo
from tests.support.local_aws import admissions
from tests.support.windows import most_in

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("own local aws")]


def demo(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "beekeeper", "demo", "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background lets its children ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


def test_three_hundred_at_ten_a_second() -> None:
    with Demo(rate=600, crowd=300) as running:
        running.send_crowd()
        deadline = time.monotonic() + 240  # on a busy machine; it is a minute on a quiet one
        while len(running.shop.entered) < 300 and time.monotonic() < deadline:
            time.sleep(1)
        time.sleep(2)  # the last counts of who went in
        admitted_at = admissions(running.session, ROOM)
        report, logged = running.room.report(), sorted(running.shop.entered.values())
        outcome = running.finish()
    check_report(report, logged)
    assert (outcome.joined, outcome.lost, outcome.leftover) == (300, 0, 0)
    assert outcome.admitted == outcome.entered == 300
    assert (outcome.counted_admitted, outcome.counted_entered, outcome.logged) == (300, 300, 300)
    assert most_in(admitted_at, seconds=10) <= 100 + 2 * 10


def lines(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    return [json.loads(line) for line in out.splitlines()]


def check_report(report: beekeeper.Report, logged: list[float]) -> None:
    """Compare a report with the shop's own log."""
    assert (report.joined, report.admitted, report.entered, report.waiting) == (300, 300, 300, 0)
    assert report.agrees
    assert report.no_shows == report.pending == 0
    assert sum(step.entered for step in report.steps) == len(logged)
    # The turnstile lets a visitor in a moment before the shop sees the pass.
    entered = [step.at for step in report.steps for _ in range(step.entered)]
    late = [at - step for at, step in zip(logged, entered, strict=True)]
    assert -1 < min(late) <= max(late) < report.step_seconds + 10


def test_it_ends_after_its_duration_and_leaves_nothing() -> None:
    ready, end = lines(demo("--crowd", "10", "--rate", "600", "--duration", "25"))
    assert set(ready) == {"room_url", "destination_url", "endpoint_url", "state_dir"}
    assert end == {
        "joined": 10,
        "admitted": 10,
        "entered": 10,
        "refused": 0,
        "lost": 0,
        "counted_admitted": 10,
        "counted_entered": 10,
        "logged": 10,
        "leftover": 0,
        "refused_by_api": 0,
        "asked_to_wait": 0,
        "errors": 0,
    }
    assert not Path(ready["state_dir"]).exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_good_order_when_it_is_told_to(number: signal.Signals) -> None:
    process = demo("--crowd", "10", "--rate", "60")
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    time.sleep(5)
    os.kill(process.pid, number)
    (end,) = lines(process)
    assert (end["lost"], end["leftover"]) == (0, 0)
    assert end["admitted"] == end["entered"]
    assert not listens(ready["endpoint_url"])


def listens(url: str) -> bool:
    import socket
    from urllib.parse import urlsplit

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) == 0


def test_it_listens_on_loopback_only() -> None:
    process = demo("--edge", "--crowd", "1", "--duration", "20")
    assert process.stdout is not None
    process.stdout.readline()
    children = session_of(process.pid)
    addresses = listening(children)
    process.send_signal(signal.SIGINT)
    lines(process)
    assert addresses
    assert {address for address in addresses if not address.startswith("0100007F:")} == set()


def session_of(pid: int) -> set[int]:
    """Return the pids of a process and its descendants, from /proc."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc")
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def listening(pids: set[int]) -> set[str]:
    """Return the addresses on which these processes listen, as /proc/net/tcp writes them."""
    inodes = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                inodes.add(str(link.readlink()))
            except OSError:
                continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1])
    return found
