"""On the local AWS: a site suffers, the line slows down, and an operator has the last word.

tests/benchmarks/governor.py has the long form: a site that suffers by the visitors whom it gets.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest

import beekeeper
from beekeeper.gate import ask_pace
from beekeeper.local.crowd import Crowd
from beekeeper.local.leftovers import leftovers
from beekeeper.local.visitor import Stage
from beekeeper.results import GovernorStatus
from tests.support.local_aws import DeployedRoom, DeployRoom, StrictAws, admissions
from tests.support.site import Site, slow
from tests.support.site import site as a_site

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
RATE, CROWD = 240, 40


@pytest.fixture
def site() -> Iterator[Site]:
    """A site that answers after three seconds, which is longer than the governor waits."""
    with a_site(search=slow(lambda: 3.0)) as made:
        yield made


@pytest.fixture
def room(strict_aws: StrictAws, deploy_room: DeployRoom, site: Site) -> DeployedRoom:
    """A room in an AWS that enforces the policies of the functions' roles."""
    governor = {"mode": "automatic", "probe_url": site.url("/search?q=x"), "baseline_seconds": 0.1}
    return deploy_room(strict_aws, rate=RATE, overbooking=1.0, governor=governor)


def measure(room: DeployedRoom) -> GovernorStatus:
    """Let the governor measure now. Its schedule starts it within a minute."""
    name = f"beekeeper-{room.name}-governor"
    answer: dict[str, Any] = room.session.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    governor = room.status().governor
    assert governor is not None
    return governor


def wait_for(room: DeployedRoom, admitted: int) -> list[float]:
    """Wait until so many were admitted."""
    deadline = time.monotonic() + 60
    while len(found := admissions(room.session, room.name)) < admitted:
        assert time.monotonic() < deadline, f"{len(found)} of {admitted} were admitted"
        time.sleep(0.5)
    return found


def per_minute(times: list[float]) -> float:
    return 60 * (len(times) - 1) / (times[-1] - times[0])


def test_a_site_that_suffers_gets_fewer_visitors_until_an_operator_says_otherwise(
    room: DeployedRoom, site: Site
) -> None:
    held = measure(room)
    assert (held.pace, held.failed) == (RATE / 2, 4), "not halved at the first burst"
    assert held.reason.startswith("4 of 4 probes failed: 120 a minute")
    agent = f"User-Agent: Beekeeper-Governor (room {room.name})"
    assert {agent in request for request in site.requests} == {True}, "it does not say who it is"

    crowd = Crowd(room.url, CROWD)
    crowd.start()
    slow = wait_for(room, 14)
    assert per_minute(slow) <= 1.1 * RATE / 2

    ask_pace(room.url, room.handle.pass_keys().keys, room.name, 30, seconds=60)
    asked = room.status().governor
    assert asked is not None
    assert (asked.asked_pace, asked.pace) == (30, 30)

    room.handle.set_governor("off")  # one write
    turned_off_at = time.time()
    times = wait_for(room, CROWD)
    after = [at for at in times if at > turned_off_at + 2]
    assert len(after) > 5, "nobody was left to let in at the operators' rate"
    assert per_minute(after) > 1.3 * RATE / 2
    deadline = time.monotonic() + 30
    while crowd.counts()[Stage.ENTERED] < CROWD and time.monotonic() < deadline:
        time.sleep(0.2)
    crowd.stop()
    assert crowd.counts()[Stage.ENTERED] == CROWD
    report = room.handle.report()
    assert report.decisions[0].pace == RATE / 2
    assert report.entered == len(room.shop.entered) == CROWD

    config = room.handle.config.model_dump(exclude={"governor"})
    beekeeper.deploy(config, session=room.session, state_dir=room.state_dir)
    assert [left for left in leftovers(room.session, room.name) if "governor" in left] == []
    assert room.status().governor is None
