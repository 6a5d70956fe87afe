"""Several consumers side by side: what one can't admit, another one must."""

import random

import pytest
from botocore.exceptions import ClientError

from beekeeper.contract import items
from tests.support.in_memory.alone import alone
from tests.support.in_memory.faults import THROTTLE, failing
from tests.support.in_memory.stage import RATE, Stage
from tests.support.in_memory.virtual import START


@pytest.mark.parametrize("consumers", [2, 5])
def test_several_workers_share_the_rate(consumers: int) -> None:
    stage = Stage(rate=6_000)
    stage.arrive(2_500)
    stage.run(28, consumers)
    stage.check_everyone_admitted()
    assert stage.let_through()[-1] - START < 27
    assert stage.pulse.admitted == 2_500


def test_consumers_that_overlap_or_are_doubled_change_nothing() -> None:
    stage = Stage()
    stage.arrive(1_500)
    for after in (0, 0, 60, 61, 119):  # EventBridge: at least once, and late
        stage.start(75, after)
    stage.world.run()
    stage.check_everyone_admitted()
    times = stage.let_through()
    assert times[-1] - times[0] == pytest.approx(150, abs=3)


@pytest.mark.parametrize("phase", [0.0, 0.005, 0.02, 0.1, 0.5])
def test_consumers_that_overlap_keep_nobody_waiting(phase: float) -> None:
    """One of them can find in each tick that the other one has taken all slots."""
    chance = random.Random(1)
    stage = Stage(rate=300, latency=lambda: chance.uniform(0.005, 0.03))
    for second in range(40):
        stage.world.start(lambda: stage.arrive(10), after=second)
    for after in (0, phase, 60, 60.01 + phase):
        stage.start(75, after)
    stage.world.run()
    order = [w.ticket_id for w in sorted(stage.dynamo.writes, key=lambda w: w.slot)]
    late = [order.index(ticket) - place for place, ticket in enumerate(stage.tickets)]
    assert max(late) < 5 * 10  # places, five a second: it was up to a minute


def test_an_outage_of_the_table_costs_no_ticket_its_thousandth_reception() -> None:
    """Claims succeed and rows do not. After 1,000 receptions SQS gives a message up."""
    chance = random.Random(1)
    stage = Stage(rate=300, latency=lambda: chance.uniform(0.005, 0.03))
    stage.faults = failing("TransactWriteItems", THROTTLE)
    stage.arrive(20)
    for minute in range(10):
        for worker in range(3):
            stage.start(75, 60 * minute + 0.02 * worker)
    stage.world.run()
    # 50 at once, and then one in each visibility time-out of 30 s: 1,000 take eight hours.
    assert 50 <= max(message.receipts for message in stage.sqs.messages.values()) <= 50 + 600 / 30


# --- Tickets for which there is no slot -----------------------------------------------------------


@pytest.mark.parametrize(("strict", "kept"), [(False, 5), (True, 0)])
def test_only_a_strict_line_gets_back_at_once_who_found_no_slot(strict: bool, kept: int) -> None:
    one = alone(strict=strict)
    one.hand.receive(10)
    taken = items.number(one.stage.world.now + 9)
    one.stage.dynamo.put({**items.key(items.PACE), "paced_at": taken})
    one.tick()
    assert len(one.hand.held) == kept
    assert len(one.stage.sqs.visible()) == 5 - kept


def test_who_twice_finds_no_slot_goes_back_to_the_queue() -> None:
    """The ticks of two consumers have the same length. So the second one can always be too late."""
    one = alone()
    one.hand.receive(10)
    for held in (5, 0):
        taken = items.number(one.stage.world.now + 2)
        one.stage.dynamo.put({**items.key(items.PACE), "paced_at": taken})
        one.tick()
        assert len(one.hand.held) == held
    assert len(one.stage.sqs.visible()) == 5


def test_nobody_goes_back_to_the_queue_while_no_slot_can_be_claimed() -> None:
    """Each time counts as a reception, and the thousandth is the last."""
    one = alone()
    one.hand.receive(10)
    one.stage.faults = failing("UpdateItem", THROTTLE)
    for _ in range(6):
        with pytest.raises(ClientError):
            one.hand.let_through(RATE)
        one.stage.world.sleep(1.0)
    assert len(one.hand.held) == 5
    assert one.stage.sqs.visible() == []
