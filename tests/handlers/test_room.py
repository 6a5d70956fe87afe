import base64
import gzip

from beekeeper.contract.page import PAGE_POLICY
from beekeeper.handlers import room
from beekeeper.handlers.http import Request
from beekeeper.handlers.room import Pages
from tests.support.in_memory.fakes import FakeS3
from tests.support.in_memory.recorded import NOW, request

HTML = "<!doctype html><p>Wartezimmer für 🐝</p>".encode()


def test_page_is_packed_where_that_is_accepted() -> None:
    response = room.answer(request("aws_room"), Pages(FakeS3(HTML), "bucket"), NOW)
    assert response["statusCode"] == 200
    assert response["headers"]["content-encoding"] == "gzip"
    assert response["isBase64Encoded"] is True
    assert gzip.decompress(base64.b64decode(response["body"])) == HTML


def test_page_is_plain_elsewhere() -> None:
    response = room.answer(Request(), Pages(FakeS3(HTML), "bucket"), NOW)
    assert response["body"].encode() == HTML
    assert "content-encoding" not in response["headers"]
    assert not response.get("isBase64Encoded")


def test_headers() -> None:
    headers = room.answer(Request(), Pages(FakeS3(HTML), "bucket"), NOW)["headers"]
    assert headers["content-security-policy"] == PAGE_POLICY
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["vary"] == "accept-encoding"


def test_bucket_is_read_once_a_minute() -> None:
    s3 = FakeS3(HTML)
    pages = Pages(s3, "bucket")
    for second in range(0, 120, 5):
        room.answer(Request(), pages, NOW + second)
    assert s3.reads == 2


def test_last_copy_serves_while_the_bucket_is_in_trouble() -> None:
    s3 = FakeS3(HTML)
    pages = Pages(s3, "bucket")
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
    pages = Pages(s3, "bucket")
    response = room.answer(request("aws_room"), pages, NOW)
    assert response["statusCode"] == 503
    assert response["headers"]["retry-after"] == "5"
    s3.failing = False
    assert room.answer(request("aws_room"), pages, NOW + 0.1)["statusCode"] == 200
