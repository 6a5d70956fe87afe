"""A strict room with real functions and FIFO queues admits visitors in order of arrival."""

import time

import pytest

import beekeeper
from beekeeper.contract import items
from beekeeper.local.ministack import MiniStack
from beekeeper.local.visitor import Stage, Visitor
from tests.support.local_aws import DeployRoom

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
VISITORS = 14  # a FIFO queue hands out only ten at a time
RATE = 110  # visitors a minute: an interval longer than pacing.CATCH_UP_SECONDS
SECONDS = 90


def test_visitors_get_in_in_the_order_of_joining(
    strict_aws: MiniStack, deploy_room: DeployRoom
) -> None:
    # No slot of the past is given out at this rate, so a slow machine forfeits none.
    room = deploy_room(strict_aws, rate=RATE, order="strict")
    room.set_mode(beekeeper.pause)
    visitors = [Visitor(room.url) for _ in range(VISITORS)]
    for visitor in visitors:
        visitor.step()
        assert visitor.stage is Stage.WAITING

    room.set_mode(beekeeper.on)
    deadline = time.monotonic() + SECONDS
    while any(visitor.stage is not Stage.ENTERED for visitor in visitors):
        assert time.monotonic() < deadline, [visitor.stage.value for visitor in visitors]
        for visitor in visitors:
            if visitor.stage is not Stage.ENTERED:
                visitor.step()
        time.sleep(0.2)

    joined = [visitor.ticket_id for visitor in visitors]
    assert room.shop.entered.keys() == set(joined)
    dynamodb, admitted_at = room.session.client("dynamodb"), {}
    for ticket_id in joined:
        row = dynamodb.get_item(
            TableName=f"beekeeper-{room.name}", Key=items.key(items.visitor_id(ticket_id))
        )["Item"]
        admitted_at[ticket_id] = float(row["admitted_at"]["N"])
    assert sorted(joined, key=admitted_at.__getitem__) == joined
    assert len(set(admitted_at.values())) == VISITORS
