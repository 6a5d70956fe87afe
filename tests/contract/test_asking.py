"""How pages ask that join at once, and those that ask for news."""

import heapq
import random
from itertools import pairwise

import pytest

from beekeeper.contract.asking import ASKING, counting_waits, joining_waits, news_waits
from tests.support.share import Share

SHARES = [0.0, 0.5, 0.999]


def crowd(pages: int, per_second: float, burst: float) -> tuple[list[float], list[int]]:
    """Let pages join and ask for their place in the same second, at an API that refuses the rest.

    Return when each joined, and the requests of each second. An answer takes a tenth of a second.
    """
    chance = random.Random(1)
    arrivals = [chance.random() for _ in range(pages)]
    due = [(at, at, page, False) for page, at in enumerate(arrivals)]
    heapq.heapify(due)
    tokens, last = burst, 0.0
    joined: list[float] = []
    requests: list[int] = []
    while due:
        at, since, page, has_place = heapq.heappop(due)
        tokens = min(burst, tokens + (at - last) * per_second)
        last = at
        requests += [0] * (int(at) + 1 - len(requests))
        requests[int(at)] += 1
        tried, answered = at - since, at + 0.1
        if tokens < 1:
            heapq.heappush(
                due, (answered + joining_waits(tried, 0, chance), since, page, has_place)
            )
            continue
        tokens -= 1
        if not has_place:
            joined.append(at)
            heapq.heappush(due, (answered + counting_waits(tried, chance), since, page, True))
    return joined, requests


@pytest.mark.parametrize(
    ("pages", "per_second", "burst"), [(1_000, 20, 20), (5_000, 1_000, 500)], ids=["20/s", "1000/s"]
)
def test_a_crowd_has_places_in_the_time_that_the_api_needs_for_it(
    pages: int, per_second: float, burst: float
) -> None:
    joined, _ = crowd(pages, per_second, burst)
    assert len(joined) == pages
    # Each page makes two requests that must be answered: it joins, and asks for its place.
    assert joined[-1] <= 1.15 * 2 * pages / per_second
    assert joined[pages // 2] <= 0.7 * pages / per_second


@pytest.mark.parametrize(
    ("pages", "per_second", "burst"), [(1_000, 20, 20), (5_000, 1_000, 500)], ids=["20/s", "1000/s"]
)
def test_a_crowd_comes_back_without_waves(pages: int, per_second: float, burst: float) -> None:
    _, requests = crowd(pages, per_second, burst)
    later = requests[3:]
    # After the first retries, no second has many more requests than the one before.
    assert all(now <= 1.35 * before + 40 for before, now in pairwise(later))


@pytest.mark.parametrize("share", SHARES)
def test_who_joins_waits_a_quarter_of_the_time_so_far_give_or_take_half(share: float) -> None:
    chance = Share(share)
    for tried, usual in ((0, 2), (8, 2), (40, 10), (10_000, 60)):
        assert joining_waits(tried, 0, chance) == pytest.approx(usual * (0.5 + share))


@pytest.mark.parametrize("share", SHARES)
def test_who_joins_waits_as_long_as_told_and_up_to_as_long_again(share: float) -> None:
    assert joining_waits(0, 30, Share(share)) == pytest.approx(30 * (1 + share))


@pytest.mark.parametrize("share", SHARES)
def test_who_has_joined_asks_within_as_long_as_it_took(share: float) -> None:
    for tried, longest in ((0, 2), (8, 10), (10_000, 62)):
        assert counting_waits(tried, Share(share)) == pytest.approx(longest * share)


def test_all_hear_in_time_though_the_edge_keeps_an_answer_for_two_seconds() -> None:
    for seconds in (60, 3_600):
        assert news_waits(seconds, 0, Share(0)) == pytest.approx(0.75 * seconds)
        assert news_waits(seconds, 0, Share(1)) <= seconds - 2


def test_who_got_no_news_asks_once_more_soon_and_then_less_and_less_often() -> None:
    assert (news_waits(60, 1, Share(0)), news_waits(60, 1, Share(1))) == (1.5, 3)
    assert news_waits(60, 2, Share(0)) == 90
    assert news_waits(60, 9, Share(0)) == 60 * 2**ASKING.most_news_doublings * 0.75
