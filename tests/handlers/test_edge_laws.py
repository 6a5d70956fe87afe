"""The laws of a room with an edge: the door, the keys and the news, with the real functions."""

import random

import pytest

from beekeeper.rules.settings import Mode
from tests.support.in_memory.edge import Work
from tests.support.in_memory.laws import LAWS, news_reaches_everybody
from tests.support.in_memory.whole_room import WholeRoom
from tests.support.in_memory.whole_weather import Change, DoorWork, Weather, door_works


def keeps_the_laws(weather: Weather) -> WholeRoom:
    room = WholeRoom(weather).run()
    for name, law in LAWS.items():
        found = law(room)
        assert found is None or found.holds, (name, found)
    return room


def test_everybody_hears_within_the_time_that_is_stated_however_far_from_the_front() -> None:
    """The last one waits for three minutes, and asks for a turn after half of that."""
    room = keeps_the_laws(
        Weather(
            rate=30.0,
            visitors=90,
            crowd=1.0,
            news_seconds=10,
            works=(DoorWork(5.0, Work.CLOSE),),
            messages=(20.0, 50.0, 80.0),
        )
    )
    found = news_reaches_everybody(room)
    assert found is not None
    assert found.worst > found.bound / 2  # or nobody was far away
    polls = [poll.retry_after for visitor in room.visitors for poll in visitor.polls]
    assert max(polls) > 5 * found.bound


def test_nobody_is_lost_while_the_door_closes_the_keys_change_and_the_door_opens() -> None:
    works = (*door_works(random.Random(1)), DoorWork(140.0, Work.OPEN))
    assert {work.work for work in works} == set(Work)
    room = keeps_the_laws(
        Weather(rate=30.0, visitors=60, news_seconds=20, works=works, direct=0.5, late=0.2)
    )
    assert any(visitor.moved for visitor in room.visitors)
    assert all(visitor.entered_at for visitor in room.visitors)


@pytest.mark.parametrize("news_seconds", [0, 20])
def test_nobody_is_lost_if_the_room_goes_off_and_on_while_all_are_told_to_spread(
    news_seconds: int,
) -> None:
    off = (Change(80.0, Mode.OFF, 1.0),)  # at the end of the storm it is on again
    room = keeps_the_laws(
        Weather(rate=30.0, visitors=90, crowd=1.0, news_seconds=news_seconds, changes=off)
    )
    passed = sorted(visitor.entered_at for visitor in room.visitors if visitor.passed)
    assert 20 < len(passed) < 50  # of a spread of two minutes, there were 70 seconds
    assert passed[-1] - passed[0] > 50
