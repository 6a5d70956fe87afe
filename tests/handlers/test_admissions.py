"""Admissions by transaction: what is written, counted, set aside, refused and left in doubt."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings

from beekeeper.contract import items
from beekeeper.handlers.admissions import Admissions, Admitting, Outcome
from beekeeper.rules.cadence import ROWS_PER_TRANSACTION
from tests.support.in_memory.bad_weather import BadWeather, any_weather
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE, Calls
from tests.support.in_memory.faults import LOST_ANSWER, PARTIAL, THROTTLE, Faults, failing
from tests.support.in_memory.virtual import START

TRANSACT = "TransactWriteItems"
TOO_LONG = "x" * 3_000  # as a key of DynamoDB


def never(slot: float) -> bool:
    return False


class Written:
    """A table, and admissions to it."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.calls = Calls(faults=faults or (lambda *_: None))
        self.dynamo = FakeDynamo(self.calls)
        self.admissions = Admissions(self.dynamo, TABLE, random.Random(1))

    def write(self, *ticket_ids: str, too_late: Callable[[float], bool] = never) -> Outcome:
        batch: list[Admitting] = [(t, 1, START + i) for i, t in enumerate(ticket_ids)]
        return self.admissions.write(batch, too_late)

    def check(self, *ticket_ids: str, calls: int) -> None:
        """Check who has a row, that the count agrees, and how many transactions were sent."""
        assert sorted(self.dynamo.rows()) == sorted(ticket_ids)
        assert self.dynamo.counted() == len(self.dynamo.writes)
        assert self.calls.count() == {TRANSACT: calls}


def put(written: Written, *ticket_ids: str) -> None:
    written.dynamo.put(*(items.admission_item(t, 1, START) for t in ticket_ids))


def test_rows_and_their_count_are_one_transaction() -> None:
    found = Written()
    some = [f"t{i}" for i in range(ROWS_PER_TRANSACTION)]
    assert found.write(*some) == Outcome(confirmed=frozenset(some))
    found.check(*some, calls=1)
    assert found.dynamo.counted() == 99


def test_transactions_one_after_another_take_different_counts() -> None:
    found = Written()
    for i in range(items.COUNT_SHARDS):
        found.write(f"t{i}")
    assert [found.dynamo.items[i][items.ADMITTED] for i in items.COUNT_IDS] == [{"N": "1.0"}] * 32


def test_the_order_of_the_counts_is_random() -> None:
    first = set()
    for seed in range(20):
        dynamo = FakeDynamo()
        Admissions(dynamo, TABLE, random.Random(seed)).write([("t", 1, START)], never)
        first |= dynamo.items.keys() & set(items.COUNT_IDS)
    assert len(first) > 5


def test_who_was_admitted_by_another_is_present_and_not_counted_again() -> None:
    found = Written()
    put(found, "t1", "t3")
    outcome = found.write("t0", "t1", "t2", "t3")
    assert outcome == Outcome(confirmed=frozenset({"t0", "t2"}), present=frozenset({"t1", "t3"}))
    found.check("t0", "t1", "t2", "t3", calls=2)
    assert found.dynamo.counted() == 2
    slots = [items.admission_of(found.dynamo.rows()[t]) for t in ("t1", "t3")]
    assert [slot and slot.admitted_at for slot in slots] == [START, START]  # not written over


def test_nothing_is_left_to_write_if_all_are_present() -> None:
    found = Written()
    put(found, "t0")
    assert found.write("t0") == Outcome(present=frozenset({"t0"}))
    found.check("t0", calls=1)


def test_a_conflict_is_tried_again_once_with_another_count() -> None:
    found = Written(failing(TRANSACT, PARTIAL, only=[1]))
    assert found.write("t0", "t1").confirmed == {"t0", "t1"}
    found.check("t0", "t1", calls=2)
    (count,) = found.dynamo.items.keys() & set(items.COUNT_IDS)
    first, second = random.Random(1).sample(items.COUNT_IDS, 32)[:2]
    assert count == second != first


def test_a_conflict_that_stays_leaves_nobody_in_doubt() -> None:
    found = Written(failing(TRANSACT, PARTIAL))
    assert found.write("t0", "t1") == Outcome()
    found.check(calls=2)


@pytest.mark.parametrize(("fault", "rows"), [(THROTTLE, ()), (LOST_ANSWER, ("t0", "t1"))])
def test_without_an_answer_all_are_in_doubt(fault: str, rows: tuple[str, ...]) -> None:
    found = Written(failing(TRANSACT, fault))
    assert found.write("t0", "t1") == Outcome()
    found.check(*rows, calls=1)


def test_slots_that_are_too_late_are_not_written() -> None:
    found = Written()
    outcome = found.write("t0", "t1", "t2", too_late=lambda slot: slot < START + 1)
    assert outcome == Outcome(confirmed=frozenset({"t1", "t2"}))
    assert found.write("t3", too_late=lambda _: True) == Outcome()
    found.check("t1", "t2", calls=1)


def test_before_another_try_the_slots_are_checked_again() -> None:
    found = Written(failing(TRANSACT, PARTIAL, only=[1]))
    outcome = found.write(
        "t0", "t1", too_late=lambda slot: bool(found.calls.names) and slot == START
    )
    assert outcome == Outcome(confirmed=frozenset({"t1"}))
    found.check("t1", calls=2)


@pytest.mark.parametrize("bad", [0, 1, 50, 98])
def test_a_row_that_is_refused_is_found_and_stops_nobody(bad: int) -> None:
    found = Written()
    some = [f"t{i}" for i in range(ROWS_PER_TRANSACTION)]
    some[bad] = TOO_LONG
    outcome = found.write(*some)
    assert outcome.refused == {TOO_LONG}
    assert outcome.confirmed == set(some) - {TOO_LONG}
    assert found.calls.count()[TRANSACT] <= 15  # two for each halving of 99, and the first
    assert found.dynamo.counted() == 98


def test_a_row_that_the_reasons_name_is_left_out() -> None:
    found = Written()
    found.dynamo.damaged = {items.visitor_id("t1")}
    outcome = found.write("t0", "t1", "t2")
    assert outcome == Outcome(confirmed=frozenset({"t0", "t2"}), refused=frozenset({"t1"}))
    found.check("t0", "t2", calls=2)


def test_a_count_that_somebody_damaged_is_no_fault_of_the_rows() -> None:
    found = Written()
    first, *_ = random.Random(1).sample(items.COUNT_IDS, 32)
    found.dynamo.damaged = {first}
    assert found.write("t0", "t1") == Outcome(confirmed=frozenset({"t0", "t1"}))
    found.dynamo.damaged = set(items.COUNT_IDS)
    assert found.write("t2") == Outcome()
    found.check("t0", "t1", calls=4)


@settings(max_examples=40)
@given(any_weather)
def test_whatever_is_killed_the_counts_are_the_rows(weather: BadWeather) -> None:
    stage = weather.run(visitors=int(weather.rate / 3))  # checks the counts before each call
    assert stage.dynamo.counted() == len(stage.dynamo.rows())
    stage.recover(90)
    assert stage.dynamo.counted() == len(stage.dynamo.rows()) == len(stage.tickets)
