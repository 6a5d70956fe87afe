"""What visitors see in the first second, without an edge and with one."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beekeeper.contract.asking import BACK_OFF
from beekeeper.rules.first_second import FirstSecond, first_second
from beekeeper.rules.joining import Limits
from beekeeper.rules.quotas import NEWER_REGION, USUAL, Account


def brings(minute: float, account: Account = USUAL, busiest_second: float = 0.0) -> FirstSecond:
    return first_second(minute, Limits(account), BACK_OFF, busiest_second=busiest_second)


def test_a_tenth_of_the_first_minute_comes_in_its_first_second() -> None:
    found = brings(60_000)
    assert (found.minute, found.visitors) == (60_000, 6_000)
    assert (found.api_requests, found.edge_requests) == (18_000, 12_000)


def test_a_second_that_is_known_to_be_busier_counts() -> None:
    assert brings(60_000, busiest_second=10_000).visitors == 10_000
    assert brings(60_000, busiest_second=1_000).visitors == 6_000
    assert brings(3, busiest_second=30).visitors == 3


@pytest.mark.parametrize(
    ("minute", "account", "refused", "failed"),
    [
        (10_000, USUAL, 0, 0),
        (10_004, USUAL, 0, 0),  # a thousand people, and no part of one more
        (10_010, USUAL, 0, 1),  # Lambda starts a thousand environments
        (50_000, USUAL, 0, 4_000),  # 15,000 in the bucket, and three requests for each
        (50_010, USUAL, 1, 4_001),
        (12_500, NEWER_REGION, 0, 250),
        (12_510, NEWER_REGION, 1, 251),
        (200, replace(USUAL, concurrent_executions=10), 0, 10),
    ],
)
def test_who_would_read_an_error(
    minute: float, account: Account, refused: int, failed: int
) -> None:
    found = brings(minute, account)
    assert (found.refused, found.failed) == (refused, failed)
    assert found.needs_edge == (refused > 0 or failed > 0)


def test_each_sentence_says_it() -> None:
    calm, cold, crowd, flood = (brings(n) for n in (5_000, 20_000, 500_000, 10_000_000))
    assert calm.without_edge == (
        "Without an edge, all 500 visitors of the first second see the page."
    )
    assert calm.with_edge.endswith("sees the waiting page at once, and gets a place at once.")
    assert "about 1,000 of the 2,000 visitors" in cold.without_edge
    assert "Lambda starts only 1,000 environments" in cold.without_edge
    assert crowd.without_edge == (
        "Without an edge, at least 45,000 of the 50,000 visitors of the first second would read"
        ' {"message":"Too Many Requests"} in place of the waiting page.'
    )
    assert "the last of 500,000 has a place 4 min after the first came." in crowd.with_edge
    assert "if AWS raises CloudFront's quota of 250,000 requests a second to 2,000,000" in (
        flood.with_edge
    )
    for found in (calm, cold, crowd, flood):
        for sentence in (found.without_edge, found.with_edge):
            assert sentence.count(". ") == 0


@settings(max_examples=30)
@given(st.integers(1, 10**6), st.integers(100, 10**5))
def test_more_visitors_never_see_less_trouble(minute: int, more: int) -> None:
    small, large = brings(minute), brings(minute + more)
    assert large.refused >= small.refused
    assert large.needs_edge or not small.needs_edge
    assert large.place_seconds >= small.place_seconds - 60  # a tail is up to one pause long
