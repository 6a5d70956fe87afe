"""What only WSGI has: a decoded path, and an application below a path."""

from collections.abc import Iterable
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from tests.support.gates import COOKIE, PAGE, a_gate, a_pass, a_session, by_wsgi, environ_of
from tests.support.gates import shop_by_wsgi as shop


def environ(target: str, **more: Any) -> dict[str, Any]:
    return {**environ_of("GET", target, PAGE, "203.0.113.9"), **more}


def test_the_application_may_be_below_a_path() -> None:
    app = a_gate(exempt_paths=["/shop/health"]).wsgi(shop)
    assert by_wsgi(app, environ("/a?b=1", SCRIPT_NAME="/shop")).location.endswith("/shop/a%3Fb%3D1")
    reply = by_wsgi(app, environ(f"/a?beekeeper_pass={a_pass()}", SCRIPT_NAME="/shop"))
    assert reply.location == "/shop/a"
    assert by_wsgi(app, environ("", SCRIPT_NAME="/shop")).location.endswith("&to=/shop")
    assert by_wsgi(app, environ("/health", SCRIPT_NAME="/shop")).status == 200
    assert by_wsgi(app, environ("/shop/health", SCRIPT_NAME="/x")).status == 302


def test_a_path_is_encoded_again() -> None:
    reply = by_wsgi(a_gate().wsgi(shop), environ(f"/caf%C3%A9%20%0d%0ax?beekeeper_pass={a_pass()}"))
    assert reply.location == "/caf%C3%A9%20%0D%0Ax"


@pytest.mark.parametrize("missing", ["SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "REMOTE_ADDR"])
def test_an_environ_with_the_bare_minimum(missing: str) -> None:
    found = environ("/")
    del found[missing]
    assert by_wsgi(a_gate().wsgi(shop), found).status == 302


def test_a_stream_of_the_application_is_passed_on_unread() -> None:
    def stream(_: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return iter([b"a", b"b"])

    cookie = f"{COOKIE}={a_session()}"
    body = a_gate().wsgi(stream)(environ("/", HTTP_COOKIE=cookie), lambda *_: print)
    assert list(body) == [b"a", b"b"]


def test_error_information_is_passed_on_with_a_renewed_session() -> None:
    seen: list[Any] = []

    def failing(_: Any, start_response: Any) -> Iterable[bytes]:
        start_response("500 Error", [], ("a", "b", "c"))
        return [b""]

    cookie = f"{COOKIE}={a_session(seconds=60)}"
    app = a_gate(sliding=True).wsgi(failing)

    def start(*told: Any) -> Any:
        seen.append(told)
        return print

    app(environ("/", HTTP_COOKIE=cookie), start)
    assert seen[0][2] == ("a", "b", "c")


def test_what_the_gate_answers_is_valid_wsgi() -> None:
    for target, accept in [
        ("/", "text/html"),
        ("/", "application/json"),
        ("/?beekeeper_pass=", ""),
    ]:
        made: dict[str, Any] = environ(target, HTTP_ACCEPT=accept)
        setup_testing_defaults(made)
        body = validator(a_gate().wsgi(shop))(made, lambda *_: print)
        list(body)
        body.close()  # type: ignore[attr-defined]
