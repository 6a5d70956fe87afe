"""The messages on the queue: what is read as a ticket, and what is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract.messages import NotATicket, read_ticket_message, sending_ids, ticket_message
from beekeeper.rules import tokens

STANDARD, FIFO = "https://sqs.example/beekeeper-sale", "https://sqs.example/beekeeper-sale.fifo"
SENT_AT = 1_790_000_000.0
NUMBER = int(SENT_AT * 1000)
YEAR_2020 = 1_577_836_800_000
GOOD = ticket_message("abc", NUMBER)
JSON_VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 1.0, 1.5, NUMBER + 0.5, float(NUMBER), 2**53, 10**400,
    float("nan"), float("inf"), "", "a b", "a\n", "a\x00", "ä", "\ud800", "x" * 65,
    [], ["a"], [NUMBER], {}, {"id": "a"},
]  # fmt: skip


def body(**changed: Any) -> str:
    return json.dumps({"id": "abc", "n": NUMBER} | changed)


def test_round_trip() -> None:
    assert ticket_message("abc", 1_790_000_000_000) == '{"id": "abc", "n": 1790000000000}'
    assert read_ticket_message(ticket_message("abc", NUMBER), SENT_AT) == ("abc", NUMBER)
    ticket = tokens.new_ticket(SENT_AT)
    sent = ticket_message(ticket.id, ticket.number)
    assert read_ticket_message(sent, SENT_AT) == (ticket.id, ticket.number)


@pytest.mark.parametrize("ticket_id", ["a", "x" * 64, "Az09_-"])
def test_ids_that_are_read(ticket_id: str) -> None:
    assert read_ticket_message(body(id=ticket_id), SENT_AT) == (ticket_id, NUMBER)


@pytest.mark.parametrize("number", [YEAR_2020, NUMBER - 1, NUMBER])
def test_numbers_that_are_read(number: int) -> None:
    assert read_ticket_message(body(n=number), SENT_AT) == ("abc", number)


@pytest.mark.parametrize("ahead", [1, 2_000, 60_000])
def test_nobody_came_after_the_message_was_sent(ahead: int) -> None:
    assert read_ticket_message(body(n=NUMBER + ahead), SENT_AT) == ("abc", NUMBER)


@pytest.mark.parametrize(
    "number", [0, 1, -NUMBER, 2**53, YEAR_2020 - 1, NUMBER + 60_001, NUMBER + 3_600_000]
)
def test_no_time_of_arrival(number: int) -> None:
    with pytest.raises(NotATicket, match="time of arrival"):
        read_ticket_message(body(n=number), SENT_AT)


@pytest.mark.parametrize("field", ["id", "n"])
@pytest.mark.parametrize("value", JSON_VALUES, ids=lambda value: repr(value)[:20])
def test_another_type_of_value(field: str, value: Any) -> None:
    with pytest.raises(NotATicket):
        read_ticket_message(body(**{field: value}), SENT_AT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        '["id", "n"]',
        '"id"',
        "7",
        "null",
        "true",
        "NaN",
        "{}",
        '{"id": "abc"}',
        f'{{"n": {NUMBER}}}',
        '{"id": "abc", "n": 1' + "0" * 5_000 + "}",
        GOOD[:-1] + ', "id": "abc"}',
        GOOD[:-1] + f', "n": {NUMBER}}}',
        GOOD[:-1] + ', "more": NaN}',
        GOOD + " {}",
        "[" * 100_000,
        GOOD[:-1] + ', "more": ' + "[" * 100_000,
    ],
    ids=lambda text: text[:40],
)
def test_no_ticket(text: str) -> None:
    with pytest.raises(NotATicket):
        read_ticket_message(text, SENT_AT)


def test_more_than_is_known_is_ignored() -> None:
    assert read_ticket_message(body(later="x"), SENT_AT) == ("abc", NUMBER)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.fixed_dictionaries({}, optional={"id": json_values, "n": json_values}) | json_values)
def test_whatever_is_sent_is_a_ticket_or_not(content: Any) -> None:
    try:
        ticket_id, number = read_ticket_message(json.dumps(content), SENT_AT)
    except NotATicket:
        return
    assert (type(ticket_id), type(number)) == (str, int)


def test_a_standard_queue_is_told_nothing() -> None:
    assert sending_ids(STANDARD, "a") == {}


def test_a_fifo_queue_has_one_group_and_drops_repeats() -> None:
    assert sending_ids(FIFO, "a") == {"MessageGroupId": "line", "MessageDeduplicationId": "a"}
