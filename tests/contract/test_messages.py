import pytest

from beekeeper.contract.messages import read_ticket_message, sending_ids, ticket_message

STANDARD, FIFO = "https://sqs.example/beekeeper-sale", "https://sqs.example/beekeeper-sale.fifo"


def test_round_trip() -> None:
    assert ticket_message("abc", 1_790_000_000_000) == '{"id": "abc", "n": 1790000000000}'
    assert read_ticket_message(ticket_message("abc", 7)) == ("abc", 7)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        "[]",
        "7",
        "null",
        "{}",
        '{"id": "a"}',
        '{"n": 1}',
        '{"id": 1, "n": 1}',
        '{"id": "", "n": 1}',
        '{"id": "ä", "n": 1}',
        '{"id": "a", "n": "1"}',
        '{"id": "a", "n": 1.5}',
        '{"id": "a", "n": -1}',
        '{"id": "a", "n": 9007199254740993}',
        '{"id": "%s", "n": 1}' % ("a" * 65),
        "[" * 100_000,
    ],
    ids=lambda body: body[:30],
)
def test_no_ticket(body: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, RecursionError)):
        read_ticket_message(body)


def test_a_standard_queue_is_told_nothing() -> None:
    assert sending_ids(STANDARD, "a") == {}


def test_a_fifo_queue_has_one_group_and_drops_repeats() -> None:
    assert sending_ids(FIFO, "a") == {"MessageGroupId": "line", "MessageDeduplicationId": "a"}
