"""A simulated visitor does what a browser with the waiting page does."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from beekeeper.local.visitor import Stage, Visitor
from tests.support.stub_room import BROKEN, THROTTLED, Answer, StubRoom, news, place, turn

COOKIE = {"Set-Cookie": "beekeeper_ticket_sale=t; Path=/; HttpOnly"}
PLACE = Answer(place().body, 200, COOKIE)
TO_ROOM = Answer("", 302, {"Location": "room", **COOKIE})


class Clock:
    def __init__(self) -> None:
        self.seconds = 1.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Listener(Visitor):
    heard: list[tuple[str, str]] = field(default_factory=list)

    def hear(self, mode: str, message: str) -> None:
        self.heard.append((mode, message))


@pytest.fixture(params=[True, False], ids=["edge", "plain"])
def room(request: pytest.FixtureRequest) -> Iterator[StubRoom]:
    room = StubRoom(edge=request.param)
    yield room
    room.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def visitor(room: StubRoom, clock: Clock) -> Listener:
    return Listener(room.url, clock)


def go_on(visitor: Visitor, clock: Clock, steps: int = 1) -> None:
    """Do so many steps, each when the visitor wants it."""
    for _ in range(steps):
        pause = visitor.step()
        assert pause is not None
        clock.seconds += pause


def joined(visitor: Visitor, clock: Clock) -> None:
    while visitor.stage is not Stage.WAITING:
        go_on(visitor, clock)


at_the_edge = pytest.mark.parametrize("room", [True], ids=["edge"], indirect=True)
without_an_edge = pytest.mark.parametrize("room", [False], ids=["plain"], indirect=True)


@at_the_edge
def test_at_the_edge_a_busy_api_is_no_error(
    room: StubRoom, visitor: Listener, clock: Clock
) -> None:
    room.failures = [THROTTLED, BROKEN, PLACE]
    joined(visitor, clock)
    assert (visitor.errors, visitor.asked_to_wait, visitor.ticket) == (0, 2, "t")
    assert room.requests == [".", *["POST join"] * 3]


@without_an_edge
def test_without_an_edge_it_is_one_and_the_visitor_reloads_what_shows_it(
    room: StubRoom, visitor: Listener, clock: Clock
) -> None:
    room.failures = [THROTTLED, TO_ROOM]
    pause = visitor.step()
    assert pause is not None
    assert 3 <= pause <= 8
    joined(visitor, clock)
    assert (visitor.errors, visitor.asked_to_wait, visitor.ticket) == (1, 0, "t")
    assert room.requests == [".", ".", "room"]


def test_the_turn_comes_by_a_poll_and_the_visitor_goes_in(
    room: StubRoom, visitor: Listener, clock: Clock
) -> None:
    room.failures = [PLACE if room.edge else TO_ROOM]
    room.answers = [turn(message="Soon"), THROTTLED, turn("ready")]
    joined(visitor, clock)
    while visitor.stage is Stage.WAITING:
        go_on(visitor, clock)
    assert room.requests[-3:] == ["turn"] * 3
    assert visitor.stage is Stage.READY
    assert ("", "Soon") in visitor.heard
    assert visitor.entry() == room.destination


def test_after_a_failure_the_visitor_keeps_the_place_and_asks_no_sooner_than_told(
    room: StubRoom, visitor: Listener, clock: Clock
) -> None:
    room.failures = [PLACE if room.edge else TO_ROOM]
    room.answers = [turn(retry_after=20), BROKEN]
    joined(visitor, clock)
    while "turn" not in room.requests:
        go_on(visitor, clock)
    before = clock.seconds
    go_on(visitor, clock)
    assert clock.seconds - before >= 20
    assert (visitor.stage, visitor.ticket) == (Stage.WAITING, "t")


@at_the_edge
def test_far_from_the_front_news_comes_first_and_when_all_may_go_they_go_spread(
    room: StubRoom, visitor: Listener, clock: Clock
) -> None:
    room.failures = [PLACE]
    room.answers = [turn(retry_after=600, eta_seconds=3_600)]
    room.news = [news(message="Later"), news("off", spread_seconds=100)]
    joined(visitor, clock)
    while "turn" not in room.requests:
        go_on(visitor, clock)
    asked_at = clock.seconds
    while "news" not in room.requests:
        go_on(visitor, clock)
    assert visitor.heard[-1] == ("on", "Later")
    while visitor.stage is Stage.WAITING:
        heard_at = clock.seconds
        go_on(visitor, clock)
    assert heard_at - asked_at <= 2 * 60
    assert 0 <= clock.seconds - heard_at <= 100
    assert visitor.entry() == room.destination


@without_an_edge
def test_without_an_edge_nobody_asks_for_news(
    room: StubRoom, visitor: Listener, clock: Clock
) -> None:
    room.failures = [TO_ROOM]
    room.answers = [turn(retry_after=600, eta_seconds=3_600)]
    joined(visitor, clock)
    go_on(visitor, clock, steps=5)
    assert "news" not in room.requests
