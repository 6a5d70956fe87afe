"""Probes of a site whose answer is not what it seems, and of one whose answer only seems wrong."""

import pytest

from beekeeper.handlers.deadline import MOST_RECEIVED
from beekeeper.handlers.probe import PARAMETER
from tests.support.site import Behaviour, Site, answering, probe, site, talking

OK, EMPTY = b"HTTP/1.1 200 OK\r\n", b"Content-Length: 0\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"


@pytest.mark.parametrize(("status", "failed"), [(b"200", False), (b"503", True)])
def test_an_interim_answer_is_not_the_answer(status: bytes, failed: bool) -> None:
    for interim in (HINTS, HINTS * 3, HINTS + b"HTTP/1.1 100 Continue\r\n\r\n"):
        with site(index=talking(interim + b"HTTP/1.1 " + status + b" x\r\n" + EMPTY)) as shop:
            answer = probe(shop.url())
        assert (answer.outcome, answer.failed) == (status.decode(), failed)


def test_a_site_that_only_says_that_it_will_answer_has_failed() -> None:
    for text in (HINTS, HINTS * (2 + MOST_RECEIVED // len(HINTS))):
        with site(index=talking(text)) as shop:
            assert probe(shop.url()).failed


def test_a_page_that_breaks_off_has_failed() -> None:
    with site(index=talking(OK + b"Content-Length: 100\r\n\r\nhalf")) as shop:
        answer = probe(shop.url())
    assert (answer.outcome, answer.failed) == ("IncompleteRead", True)


def test_a_chunk_of_a_length_that_cannot_be_has_failed() -> None:
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    for length in (b"-" + b"9" * 100, b"-5"):
        with site(index=talking(head + length + b"\r\n")) as shop:
            assert probe(shop.url()).failed


def endless(head: bytes, sent: list[int]) -> Behaviour:
    def send(site: Site, connection: object) -> None:
        connection.sendall(head)  # type: ignore[attr-defined]
        while not site.closed.is_set():
            connection.sendall(b"x" * 65_536)  # type: ignore[attr-defined]
            sent.append(65_536)

    return send


def test_an_endless_answer_takes_little_memory() -> None:
    sent = list[int]()
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n"
    with site(index=endless(head, sent)) as shop:
        answer = probe(shop.url())
    assert answer.failed
    assert sum(sent) < MOST_RECEIVED + 16_000_000  # some is under way


def test_no_cache_answers_after_a_redirect_either() -> None:
    with site(index=answering(302, Location="/page?a=1"), page=answering()) as shop:
        assert probe(shop.url()).outcome == "200"
    assert shop.requests[1].startswith(f"GET /page?a=1&{PARAMETER}=")
