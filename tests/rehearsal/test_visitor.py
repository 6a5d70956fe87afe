"""A visitor of a rehearsal notes what a person would see, and goes to the site like a browser."""

import gzip
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from beekeeper.contract.robots import robots_txt
from beekeeper.errors import BeekeeperError
from beekeeper.local import browser
from beekeeper.local.crowd import Crowd
from beekeeper.local.visitor import Stage
from beekeeper.rehearsal import Progress
from beekeeper.rehearsal.run import check_reachable, send, telling_what_is_left
from beekeeper.rehearsal.size import Size
from beekeeper.rehearsal.visitor import AGENT, Rehearser, _why
from beekeeper.rules.turn import State
from tests.support.certificates import DAY, certificate, server_context
from tests.support.site import Behaviour, Site, answering, dripping, site, talking
from tests.support.stub_room import THROTTLED, UNKNOWN, StubRoom, entry, turn

READY = turn(State.READY, enter="enter", ahead=0)
ROBOTS = robots_txt().encode()
NOBODY = "http://127.0.0.1:1/"  # no program listens there


@pytest.fixture
def room() -> Iterator[StubRoom]:
    room = StubRoom()
    yield room
    room.close()


def go(room: StubRoom, steps: int) -> Rehearser:
    """Do so many steps of a visitor who has a place, as fast as possible."""
    visitor = Rehearser(room.url, stage=Stage.WAITING, cookie="beekeeper_ticket_sale", ticket="t")
    for _ in range(steps):
        visitor.step()
        visitor._turn_at = 0.0  # it is time for the next poll
    return visitor


def arrive(room: StubRoom, **behaviours: Behaviour) -> tuple[Rehearser, Site]:
    """Let a visitor whose turn it is arrive at the page ``/landing`` of a site."""
    with site(None, **behaviours) as served:
        room.answers, room.entries = [READY], [entry(url=served.url("/landing?beekeeper_pass=x"))]
        visitor = go(room, 2)
    return visitor, served


def test_the_first_estimate_is_noted(room: StubRoom) -> None:
    room.answers = [turn(ahead=9, eta_seconds=60), turn(ahead=5, eta_seconds=10)]
    visitor = go(room, 2)
    assert 50 < visitor.promised_at - visitor.now() <= 60


def test_each_answer_is_noted_and_a_ticket_that_the_room_does_not_know(room: StubRoom) -> None:
    room.answers = [THROTTLED, turn(), UNKNOWN]
    visitor = go(room, 3)
    assert [(asked.is_room, asked.status) for asked in visitor.asked] == [
        (True, 429),
        (True, 200),
        (True, 401),
    ]
    assert visitor.is_lost


def test_a_turn_that_is_over_is_noted(room: StubRoom) -> None:
    room.answers = [turn(State.EXPIRED)]
    assert go(room, 1).is_lost


def test_it_goes_in_with_the_session_that_the_gate_opens(room: StubRoom) -> None:
    opened = answering(302, Location="/seats", Set_Cookie="session=s; Path=/; HttpOnly")
    visitor, served = arrive(room, landing=opened, seats=answering(200))
    assert served.paths() == ["/landing", "/seats"]
    first, second = served.requests
    assert "session=s" not in first
    assert "Cookie: session=s" in second
    assert f"User-Agent: {AGENT}" in second
    assert "beekeeper_ticket" not in first + second  # a browser shows no site another one's cookie
    assert (visitor.stage, visitor.is_refused) == (Stage.ENTERED, False)
    assert visitor.entered_at
    assert [(asked.is_room, asked.status) for asked in visitor.asked[-2:]] == [
        (False, 302),
        (False, 200),
    ]


def test_a_redirect_to_another_site_is_not_followed(room: StubRoom) -> None:
    with site(None, login=answering()) as other:
        elsewhere = other.url("/login").replace("127.0.0.1", "localhost")
        visitor, _ = arrive(room, landing=answering(302, Location=elsewhere))
    assert visitor.stage == Stage.ENTERED
    assert other.requests == []


@pytest.mark.parametrize(
    ("cookie", "sent"),
    [("s=1; Domain=.example.com", "s=1"), ("s=1", None), ("s=1; Domain=else.org", None)],
)
def test_a_cookie_of_the_whole_domain_is_sent_to_its_other_hosts(
    cookie: str, sent: str | None
) -> None:
    visitor = Rehearser("https://room.example.net/")
    visitor._keep(cookie, "shop.example.com")
    assert visitor.more_headers("https://www.example.com/").get("Cookie") == sent
    assert visitor.more_headers("https://shop.example.com/")["Cookie"] == "s=1"


@pytest.mark.parametrize("status", [401, 403])
def test_a_site_that_refuses_a_pass_is_noted(room: StubRoom, status: int) -> None:
    visitor, _ = arrive(room, landing=answering(status))
    assert (visitor.stage, visitor.is_refused) == (Stage.ENTERED, True)


def test_a_site_that_sends_back_to_the_room_has_refused(room: StubRoom) -> None:
    visitor, _ = arrive(room, landing=answering(302, Location=room.url))
    assert visitor.is_refused
    assert not room.opened  # it takes no second place


def test_a_site_that_is_down_ends_the_visit_too(room: StubRoom) -> None:
    room.answers, room.entries = [READY], [entry(url=NOBODY)]
    visitor = go(room, 2)
    assert (visitor.stage, visitor.asked[-1].status) == (Stage.ENTERED, 0)
    assert not visitor.asked[-1].is_room
    assert visitor.asked[-1].why == "it refused the connection"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (socket.gaierror(-2, "Name or service not known"), "its name was not found"),
        (TimeoutError("timed out"), "it did not answer within 30 s"),
        (OSError(113, "No route to host"), "No route to host"),
        (ConnectionResetError(), "the connection was lost"),
        (ValueError("\x1b[2J"), "its answer can't be read"),
    ],
)
def test_why_a_site_did_not_answer_is_noted_in_words(error: Exception, why: str) -> None:
    assert _why(error) == why


def test_a_site_that_redirects_for_ever_is_left(room: StubRoom) -> None:
    _, served = arrive(room, landing=answering(302, Location="/landing"))
    assert len(served.requests) == 5


def test_a_room_that_this_machine_can_not_reach_is_told_before_anybody_comes(
    room: StubRoom,
) -> None:
    with pytest.raises(BeekeeperError, match=r"127\.0\.0\.1:1/ can't be reached from this machine"):
        check_reachable(NOBODY)
    check_reachable(room.url)
    assert room.opened == ["robots.txt"]  # which takes no place


def test_who_interrupts_it_hears_that_its_visitors_are_still_in_line(room: StubRoom) -> None:
    crowd = Crowd(room.url, 3, visitor=Rehearser, workers=2)

    def interrupt(progress: Progress) -> None:
        assert progress.of_seconds == 60
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as ended, telling_what_is_left():
        send(crowd, Size(visitors=3, seconds=60, arrive_seconds=5), interrupt)
    assert "still in line. Run: python -m beekeeper clear" in ended.value.__notes__[0]
    assert crowd._next() is None  # nobody goes on


def test_a_crowd_notes_how_far_this_machine_is_behind(room: StubRoom) -> None:
    crowd = Crowd(room.url, 2, visitor=Rehearser)
    crowd._due = [(time.monotonic() - 7, 0), (time.monotonic() - 3, 1)]
    assert (crowd._next(), crowd._next()) == (0, 1)
    assert 7 <= crowd.late_seconds < 60


def test_a_room_whose_certificate_is_not_trusted_is_not_sent_a_visitor(tmp_path: Path) -> None:
    context = server_context(certificate(tmp_path, DAY))
    with (
        site(context, **{"robots.txt": answering(200)}) as served,
        pytest.raises(BeekeeperError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        check_reachable(served.url())


def test_a_room_whose_certificate_is_trusted_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = certificate(tmp_path, DAY)
    monkeypatch.setenv("SSL_CERT_FILE", str(known))
    browser.certificates.cache_clear()
    with site(server_context(known), **{"robots.txt": answering(200, ROBOTS)}) as served:
        check_reachable(served.url())
    assert served.paths() == ["/robots.txt"]
    browser.certificates.cache_clear()


@pytest.mark.parametrize(
    "broken",
    [
        answering(503, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"),
        answering(200, body=b"\x1f\x8b\x08\x00", Content_Encoding="gzip"),
        answering(302, Location="http://[::1"),
        talking(b"HTTP/1.1 200 x\r\nContent-Length: 99999999999999\r\n\r\nx"),
    ],
    ids=["a date", "half a body", "no address", "a body without an end"],
)
def test_whatever_a_site_answers_the_visit_ends(room: StubRoom, broken: Behaviour) -> None:
    visitor, _ = arrive(room, landing=broken)
    assert (visitor.stage, visitor.failures) == (Stage.ENTERED, 0)


def test_a_site_that_sends_single_bytes_does_not_hold_a_visitor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browser, "TIMEOUT_SECONDS", 0.3)
    head = b"HTTP/1.1 200 x\r\nContent-Length: 999\r\n\r\n"
    with site(None, slow=dripping(head)) as served, pytest.raises(TimeoutError):
        browser.send("GET", urlsplit(served.url("/slow")), {}, None)


def test_what_a_site_answers_takes_a_bounded_space() -> None:
    packed = gzip.compress(bytes(3 * browser.MOST_BYTES))
    with site(None, big=answering(200, body=packed, Content_Encoding="gzip")) as served:
        response = browser.send("GET", urlsplit(served.url("/big")), {}, None)
    assert len(response.body) == browser.MOST_BYTES


@pytest.mark.parametrize("other", [answering(200), answering(302, Location="/elsewhere")])
def test_a_link_that_does_not_lead_to_a_room_is_sent_no_visitor(other: Behaviour) -> None:
    with (
        site(None, **{"robots.txt": other}) as served,
        pytest.raises(BeekeeperError, match="does not lead to a room"),
    ):
        check_reachable(served.url("/"))


def test_the_site_that_a_link_leads_to_is_named() -> None:
    other = answering(302, Location="https://parked.example/for-sale?token=s3cret")
    with (
        site(None, **{"robots.txt": other}) as served,
        pytest.raises(BeekeeperError, match=r"another site \(https://parked\.example\), so no"),
    ):
        check_reachable(served.url("/"))


@pytest.mark.parametrize("status", [429, 503])
def test_a_link_that_answers_with_errors_is_asked_again_and_sent_no_visitor(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    with (
        site(None, **{"robots.txt": answering(status)}) as served,
        pytest.raises(BeekeeperError, match=rf"answers with an error \({status}\)"),
    ):
        check_reachable(served.url("/"))
    assert len(served.requests) == 3
