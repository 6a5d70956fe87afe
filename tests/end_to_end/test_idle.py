"""A room without visitors: its consumer ends, and the first visitor starts one again."""

import time

import pytest

from beekeeper.local.ministack import MiniStack
from beekeeper.local.visitor import Stage, Visitor
from tests.support.local_aws import DeployedRoom, DeployRoom

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]

# Ten, by the book, and seen to be one; a busy machine has time, and the schedule takes a minute.
LONGEST_SECONDS = 30.0


def await_first_look(room: DeployedRoom) -> None:
    deadline = time.monotonic() + 30
    while room.status().updated_at is None:
        assert time.monotonic() < deadline, "no consumer has run"
        time.sleep(0.2)
    time.sleep(1)  # it checks the queue once, and ends


def test_the_first_visitor_does_not_wait_for_the_schedule(
    strict_aws: MiniStack, deploy_room: DeployRoom
) -> None:
    room = deploy_room(strict_aws, rate=600)
    await_first_look(room)
    visitor, started = Visitor(room.url), time.monotonic()
    while (pause := visitor.step()) is not None:
        time.sleep(pause)
        assert time.monotonic() - started < 60, "nobody was woken"
    assert visitor.stage is Stage.ENTERED
    assert time.monotonic() - started < LONGEST_SECONDS
