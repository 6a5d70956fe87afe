import base64
import gzip

import pytest

from beekeeper.contract.page import PAGE_POLICY
from beekeeper.handlers import room
from beekeeper.handlers.http import Request
from beekeeper.handlers.room import Pages
from tests.support.in_memory.fakes import FakeS3
from tests.support.in_memory.recorded import NOW, request

HTML = "<!doctype html><p>Wartezimmer für 🐝</p>".encode()


def test_page_is_packed_where_that_is_accepted() -> None:
    response = room.answer(request("aws_room"), Pages(FakeS3(HTML), "bucket", ("en",)), NOW)
    assert response["statusCode"] == 200
    assert response["headers"]["content-encoding"] == "gzip"
    assert response["isBase64Encoded"] is True
    assert gzip.decompress(base64.b64decode(response["body"])) == HTML


def test_page_is_plain_elsewhere() -> None:
    response = room.answer(Request(), Pages(FakeS3(HTML), "bucket", ("en",)), NOW)
    assert response["body"].encode() == HTML
    assert "content-encoding" not in response["headers"]
    assert not response.get("isBase64Encoded")


def test_headers() -> None:
    headers = room.answer(Request(), Pages(FakeS3(HTML), "bucket", ("en",)), NOW)["headers"]
    assert headers["content-security-policy"] == PAGE_POLICY
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["vary"] == "accept-encoding, accept-language"
    assert headers["content-language"] == "en"


def test_bucket_is_read_once_a_minute() -> None:
    s3 = FakeS3(HTML)
    pages = Pages(s3, "bucket", ("en",))
    for second in range(0, 120, 5):
        room.answer(Request(), pages, NOW + second)
    assert s3.reads == 2


def test_last_copy_serves_while_the_bucket_is_in_trouble() -> None:
    s3 = FakeS3(HTML)
    pages = Pages(s3, "bucket", ("en",))
    room.answer(Request(), pages, NOW)
    s3.failing = True
    for second in range(0, 600, 10):
        assert room.answer(Request(), pages, NOW + second)["statusCode"] == 200
    assert s3.reads <= 11
    s3.failing, s3.html = False, b"new"
    assert room.answer(Request(), pages, NOW + 700)["body"] == "new"


def test_page_that_never_could_be_read_is_tried_at_every_request() -> None:
    s3 = FakeS3(HTML)
    s3.failing = True
    pages = Pages(s3, "bucket", ("en",))
    response = room.answer(request("aws_room"), pages, NOW)
    assert response["statusCode"] == 503
    assert response["headers"]["retry-after"] == "5"
    s3.failing = False
    assert room.answer(request("aws_room"), pages, NOW + 0.1)["statusCode"] == 200


OFFERED = ("fr", "en", "ar")
PAGES = {"room.en": b"English", "room.ar": "عربي".encode()}


def _asked(pages: Pages, accept: str = "", lang: str = "", now: float = NOW) -> tuple[str, str]:
    """Return the page that a visitor gets, and the language that the answer says it has."""
    query = {"lang": lang} if lang else {}
    visitor = Request("/room", {"accept-language": accept}, query=query)
    response = room.answer(visitor, pages, now)
    assert "accept-language" in response["headers"]["vary"]
    return response["body"], response["headers"]["content-language"]


@pytest.mark.parametrize(
    ("accept", "lang", "page"),
    [
        ("en-GB,en;q=0.9", "", ("English", "en")),
        ("ar-EG", "", ("عربي", "ar")),
        ("de", "", ("Français", "fr")),
        ("", "", ("Français", "fr")),
        ("ar", "en", ("English", "en")),
        ("ar", "de", ("عربي", "ar")),
    ],
)
def test_page_is_in_the_visitors_language(accept: str, lang: str, page: tuple[str, str]) -> None:
    pages = Pages(FakeS3("Français".encode(), **PAGES), "bucket", OFFERED)
    assert _asked(pages, accept, lang) == page


def test_only_the_languages_that_visitors_ask_for_are_read_each_once_a_minute() -> None:
    s3 = FakeS3("Français".encode(), **PAGES)
    pages = Pages(s3, "bucket", OFFERED)
    for second in range(0, 120, 5):
        _asked(pages, "en", now=NOW + second)
    assert s3.asked == ["room.en", "room.en"]
    _asked(pages, "nl", now=NOW + 115)
    assert s3.asked[2:] == ["room"]


def test_language_whose_page_is_not_there_yet_gets_the_default_and_is_tried_each_minute() -> None:
    s3 = FakeS3("Français".encode())
    pages = Pages(s3, "bucket", OFFERED)
    for second in range(0, 60, 5):
        assert _asked(pages, "ar", now=NOW + second) == ("Français", "fr")
    assert s3.asked == ["room.ar", "room"]
    s3.others = PAGES
    assert _asked(pages, "ar", now=NOW + 60) == ("عربي", "ar")


def test_last_copy_of_a_language_serves_while_the_bucket_is_in_trouble() -> None:
    s3 = FakeS3("Français".encode(), **PAGES)
    pages = Pages(s3, "bucket", OFFERED)
    _asked(pages, "en")
    s3.failing = True
    assert _asked(pages, "en", now=NOW + 90) == ("English", "en")
    unread = Request("/room", {"accept-language": "ar"})
    assert room.answer(unread, pages, NOW + 90)["statusCode"] == 503
