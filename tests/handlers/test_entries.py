"""Entries: each visitor who goes in is counted once, whatever fails."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract import items
from beekeeper.handlers.entries import ATTEMPTS, Entries, Unavailable
from beekeeper.rules import tokens
from beekeeper.rules.no_shows import PROMPT_SECONDS
from beekeeper.rules.tokens import Ticket
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE, Calls
from tests.support.in_memory.faults import LOST_ANSWER, THROTTLE, failing, troubles
from tests.support.in_memory.virtual import START, Killed, World


def ticket(name: str) -> Ticket:
    return replace(tokens.new_ticket(START), id=name)


def place(calls: Calls | None = None) -> tuple[FakeDynamo, Entries]:
    dynamo = FakeDynamo(calls)
    return dynamo, Entries(dynamo, TABLE)


def counted(dynamo: FakeDynamo, name: str) -> int:
    found = [item for item_id, item in dynamo.items.items() if item_id in items.COUNT_IDS]
    return items.total_of(found, name)


def gone_in(dynamo: FakeDynamo) -> int:
    return sum("claimed_at" in row for row in dynamo.rows().values())


def test_a_second_tab_goes_in_and_is_not_counted_again() -> None:
    dynamo, entries = place()
    dynamo.put(items.admission_item("a", 1, START))
    for later in (0, 1, 100):
        admission = entries.claim("a", START + later)
        assert admission is not None
        assert admission.claimed_at == START
    assert counted(dynamo, items.ENTERED) == 1


@pytest.mark.parametrize(
    ("now", "enters"),
    [(START - 0.1, 0), (START, 1), (START + PROMPT_SECONDS, 1), (START + PROMPT_SECONDS + 0.1, 0)],
)
def test_a_claim_counts_only_in_time(now: float, enters: int) -> None:
    dynamo, entries = place()
    dynamo.put(items.admission_item("a", 1, START))
    admission = entries.claim("a", now)
    assert admission is not None
    assert (admission.claimed_at is not None) == bool(enters)
    assert counted(dynamo, items.ENTERED) == enters == gone_in(dynamo)


def test_who_has_no_row_is_not_counted() -> None:
    dynamo, entries = place()
    assert entries.claim("nobody", START) is None
    assert (counted(dynamo, items.ENTERED), dynamo.rows()) == (0, {})


def test_off_counts_each_visitor_once_as_admitted_and_entered() -> None:
    dynamo, entries = place()
    dynamo.put(items.admission_item("admitted", 1, START))
    for name in ("new", "admitted", "new", "admitted"):
        entries.let_pass(ticket(name), START)
    assert counted(dynamo, items.ENTERED) == 2 == gone_in(dynamo)
    assert counted(dynamo, items.ADMITTED) == 1  # the other was counted with the row


class Conflicts(FakeDynamo):
    """Cancels so many transactions, because others write the same count."""

    left = 0

    def transact_write_items(self, **arguments: object) -> dict[str, object]:
        if self.left:
            self.left -= 1
            codes = [{"Code": "None"}, {"Code": "TransactionConflict"}]
            raise self.exceptions.TransactionCanceledException(
                {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": codes},
                "TransactWriteItems",
            )
        return super().transact_write_items(**arguments)  # type: ignore[arg-type]


def test_a_conflict_over_a_count_takes_another_but_not_for_ever() -> None:
    dynamo = Conflicts()
    entries = Entries(dynamo, TABLE)
    dynamo.put(items.admission_item("a", 1, START))
    dynamo.left = ATTEMPTS
    with pytest.raises(Unavailable):
        entries.claim("a", START)
    dynamo.left = ATTEMPTS - 1
    assert entries.claim("a", START) is not None
    assert counted(dynamo, items.ENTERED) == 1


def test_entries_spread_over_the_counts() -> None:
    dynamo, entries = place()
    for i in range(100):
        entries.let_pass(ticket(f"t{i}"), START)
    assert len(dynamo.items.keys() & set(items.COUNT_IDS)) > items.COUNT_SHARDS / 2


def test_what_cant_be_written_is_no_conflict_and_not_tried_again() -> None:
    calls = Calls()
    dynamo, entries = place(calls)
    dynamo.put(items.admission_item("a", 1, START))
    dynamo.damaged = set(items.COUNT_IDS)
    with pytest.raises(Unavailable):
        entries.claim("a", START)
    assert calls.count()["TransactWriteItems"] == 1


def test_a_refusal_that_does_not_show_the_row_has_it_looked_up() -> None:
    class Bare(FakeDynamo):
        def _reason(self, key: str, action: dict[str, Any]) -> dict[str, Any]:
            return {"Code": super()._reason(key, action)["Code"]}

    dynamo = Bare()
    dynamo.put(items.admission_item("a", 1, START))
    for _ in range(2):
        admission = Entries(dynamo, TABLE).claim("a", START)
        assert admission is not None
        assert admission.claimed_at == START


def test_a_row_that_is_gone_before_its_claim_is_not_written_in_part() -> None:
    """The room is off, and the row's time to live ended between the two writes."""
    calls = Calls()
    dynamo, entries = place(calls)
    dynamo.put(items.admission_item("a", 1, START))

    def faults(number: int, _: str) -> None:
        if number == 1:
            del dynamo.items[items.visitor_id("a")]

    calls.faults = faults
    entries.let_pass(ticket("a"), START)
    assert (dynamo.rows(), counted(dynamo, items.ENTERED)) == ({}, 0)


@pytest.mark.parametrize("fault", [THROTTLE, LOST_ANSWER])
def test_a_claim_without_an_answer_is_tried_again_by_the_page(fault: str) -> None:
    calls = Calls(World(), failing("TransactWriteItems", fault, only={1}))
    dynamo, entries = place(calls)
    dynamo.put(items.admission_item("a", 1, START))
    with pytest.raises(Unavailable):
        entries.claim("a", START)
    admission = entries.claim("a", START + 2)
    assert admission is not None
    assert admission.claimed_at is not None
    assert counted(dynamo, items.ENTERED) == 1


@given(st.integers(0, 2**32), st.floats(0, 0.6))
def test_the_count_is_the_number_of_rows_whatever_fails(seed: int, share: float) -> None:
    chance = random.Random(seed)
    dynamo, entries = place(Calls(World(), troubles(chance, share)))
    for i in range(10):
        dynamo.put(items.admission_item(f"t{i}", i, START))
    for _ in range(60):
        name = f"t{chance.randrange(14)}"
        try:
            if chance.random() < 0.7:
                entries.claim(name, START + 1)
            else:
                entries.let_pass(ticket(name), START + 1)
        except (Unavailable, Killed):
            pass
        assert counted(dynamo, items.ENTERED) == gone_in(dynamo)
