"""The consumer at high rates, with calls that overlap: how fast it is, and how many calls it makes.

A call takes 10 to 20 ms.
"""

import random
from itertools import pairwise

import pytest

from beekeeper.contract import items
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START


def loaded(rate: float, *, strict: bool = False) -> Stage:
    chance = random.Random(7)
    latency = lambda: chance.uniform(0.01, 0.02)  # noqa: E731
    return Stage(rate, latency=latency, strict=strict, parallel=True)


def longest_gap(stage: Stage) -> float:
    times = stage.let_through()
    return max(b - a for a, b in pairwise(times))


def new_visitor(stage: Stage, after: float) -> str:
    """Let one visitor come after so many seconds; return the ticket's id."""
    stage.world.start(lambda: stage.arrive(1), after=after)
    return f"t{len(stage.tickets)}"


def let_through_at(stage: Stage, ticket_id: str) -> float:
    (write,) = [w for w in stage.dynamo.writes if w.ticket_id == ticket_id]
    return write.let_through_at - START


# --- The rate, and the calls ----------------------------------------------------------------------


@pytest.mark.parametrize("rate", [6_000, 60_000])
def test_a_long_line_reaches_the_rate(rate: float) -> None:
    stage = loaded(rate)
    stage.arrive(int(rate / 4))  # fifteen seconds' worth
    stage.run(25)
    stage.check_everyone_admitted()
    times = stage.let_through()
    assert times[-1] - times[0] == pytest.approx(15, abs=0.6)
    received = stage.calls.count()["ReceiveMessage"]
    assert received < len(stage.tickets) / 10 * 1.2 + 25


def test_a_line_that_is_shorter_than_its_rate_takes_few_calls() -> None:
    # A hundred visitors in two minutes, at 6,000 a minute.
    stage = loaded(6_000)
    chance = random.Random(3)
    for _ in range(100):
        new_visitor(stage, chance.uniform(0, 120))
    stage.start(75)
    stage.start(75, after=60)
    stage.world.run()
    stage.check_everyone_admitted()
    # One each second and worker, one for each visitor, and a few.
    assert stage.calls.count()["ReceiveMessage"] <= 150 + 100 + 20


def test_a_queue_that_is_never_empty_but_short_takes_few_calls() -> None:
    stage = loaded(6_000)
    for second in range(20):
        stage.world.start(lambda: stage.arrive(25), after=second + 0.5)
    stage.run(22)
    stage.check_everyone_admitted()
    assert stage.calls.count()["ReceiveMessage"] <= 20 * 6 + 22


# --- Messages that can't be read ------------------------------------------------------------------


@pytest.mark.parametrize("mixed", [False, True])
def test_two_thousand_unreadable_messages_leave_no_second_without_admissions(mixed: bool) -> None:
    stage = loaded(6_000)
    stage.arrive(1_500)

    def spoil() -> None:
        for i in range(2_000):
            stage.sqs._add(f"nonsense {i}")
            if mixed and i % 2:
                stage.arrive(1)
        stage.arrive(500)

    stage.world.start(spoil, after=5)
    stage.run(45)
    stage.check_everyone_admitted()
    assert longest_gap(stage) < 1
    assert sorted(stage.sqs.dead) == sorted(f"nonsense {i}" for i in range(2_000))


def test_twenty_thousand_unreadable_messages_in_front_are_passed_in_seconds() -> None:
    stage = loaded(6_000)
    for i in range(20_000):
        stage.sqs._add(f"nonsense {i}")
    stage.arrive(100)
    stage.run(40)
    stage.check_everyone_admitted()
    assert stage.let_through()[0] - START < 11
    assert len(set(stage.sqs.dead)) == 20_000


# --- Tickets of those who are admitted already ----------------------------------------------------


@pytest.mark.parametrize(("strict", "seconds"), [(False, 4), (True, 20)])
def test_old_tickets_are_cleared_at_the_speed_of_the_queue(strict: bool, seconds: float) -> None:
    """The room was off and is on again. All who wait in the queue went in meanwhile."""
    stage = loaded(60, strict=strict)
    stage.arrive(2_899)
    stage.dynamo.put(*(items.admission_item(t, 1, START - 60) for t in stage.tickets))
    new = new_visitor(stage, after=0.1)
    stage.run(30)
    assert let_through_at(stage, new) < seconds
    assert stage.sqs.messages == {}
    assert stage.dynamo.counted() == 1


def test_old_tickets_among_new_ones_cost_no_slots() -> None:
    stage = loaded(600)
    stage.arrive(2_000)
    old = random.Random(1).sample(stage.tickets, 1_800)
    stage.dynamo.put(*(items.admission_item(t, 1, START - 60) for t in old))
    stage.run(28)
    stage.check_everyone_admitted()
    times = stage.let_through()
    assert times[-1] - times[0] == pytest.approx(20, abs=2)
    # Nobody is handed out so often that SQS could give a message up.
    assert max(stage.calls.count().values()) < 1_500
