"""Hostile requests at both middlewares. `python -m tests.benchmarks.gate` sends 10,000 of them."""

from hypothesis import given, settings

from tests.support.gates import a_gate, by_asgi, by_wsgi, shop_by_asgi, shop_by_wsgi
from tests.support.hostile import EXEMPT, Hostile, faults, is_ours, is_static, requests

GATE = a_gate(exempt_paths=[f"{EXEMPT}*"], sliding=True)
WSGI, ASGI = GATE.wsgi(shop_by_wsgi), GATE.asgi(shop_by_asgi)


@settings(max_examples=200)
@given(request=requests)
def test_no_request_is_an_error_or_leads_off_the_two_origins(request: Hostile) -> None:
    assert list(faults(request, by_wsgi(WSGI, request.environ()))) == []
    assert list(faults(request, by_asgi(ASGI, request.scope()))) == []


OURS = ["/", "/a//b", "https://shop.example.com/x", "https://room.example.com/?to=//evil", "/%5Ca"]
NOT_OURS = ["//evil.example", "/\\evil.example", "/\t/evil.example", "https:evil.example",
            "\\\\evil.example", "https://shop.example.com@evil.example/", "javascript:x", "x",
            "http://shop.example.com/", "https://shop.example.com.evil.example/"]  # fmt: skip


def test_the_judge_reads_addresses_as_browsers_do() -> None:
    assert [address for address in OURS if not is_ours(address)] == []
    assert [address for address in NOT_OURS if is_ours(address)] == []
    assert is_static("/static/a")
    assert not any(map(is_static, ["/static/../a", "/static/%252e%252e/a", "/x", "/static\\..\\"]))
