"""What does the gate cost a site, and does any request get the better of it?

    python -m tests.benchmarks.gate [--requests 10000]

The cost is CPU time in this process, of a request that has a session: an empty page of Flask (WSGI)
and of FastAPI (ASGI), without the gate and with it; the two take turns. Most of it is one
verification of a JWT by PyJWT, which is shown beside it. Then Hypothesis makes hostile requests
(tests/support/hostile.py), and each is sent to both middlewares.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import jwt
from fastapi import FastAPI
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings

from beekeeper.gate.asgi import Scope
from beekeeper.rules import tokens
from tests.benchmarks.figures import EQUAL, Figure, Report, at_most, figure, run
from tests.benchmarks.rounds import clocked, in_turns
from tests.support.gates import (
    COOKIE,
    KEY,
    ORIGIN,
    PAGE,
    Reply,
    a_gate,
    a_session,
    by_wsgi,
    environ_of,
    over_asgi,
    scope_of,
    shop_by_asgi,
    shop_by_wsgi,
)
from tests.support.hostile import EXEMPT, Hostile, faults, requests

RUNS, ROUNDS, GOAL_MS = 300, 25, 0.1
SESSION = a_session()
# What else a browser sends, and the cookies of a site.
HEADERS = {
    **PAGE,
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "accept-language": "en-US,en;q=0.5",
    "accept-encoding": "gzip, deflate, br",
    "cookie": f"_ga=GA1.1.1234567890.1700000000; {COOKIE}={SESSION}; cart=0123456789abcdef",
}
REQUEST = ("GET", "/seats?block=7&utm_source=mail", HEADERS, "203.0.113.9")


def by_flask() -> tuple[Callable[[], Reply], Callable[[], Reply]]:
    """Return a request to a page of Flask, without the gate and with it."""
    site = Flask("site")
    site.add_url_rule("/seats", view_func=lambda: "")
    environ = environ_of(*REQUEST) | {
        "SERVER_NAME": "shop.example.com",
        "SERVER_PORT": "443",
        "wsgi.url_scheme": "https",
    }
    bare, gated = site.wsgi_app, a_gate().wsgi(site.wsgi_app)
    return partial(by_wsgi, bare, environ), partial(by_wsgi, gated, environ)


def by_fastapi(loop: asyncio.Runner) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return requests to a page of FastAPI, without the gate and with it."""
    site = FastAPI()

    @site.get("/seats")
    async def seats() -> str:
        return ""

    async def several(app: Any) -> None:
        for _ in range(RUNS):
            await over_asgi(app, scope())

    def scope() -> Scope:
        return scope_of(*REQUEST)

    return (lambda: loop.run(several(site))), (lambda: loop.run(several(a_gate().asgi(site))))


def verify() -> None:
    """Do what no gate with sessions in cookies can do without."""
    key = tokens.session_key(KEY).secret
    jwt.decode(SESSION, key, algorithms=["HS256"], audience=ORIGIN)


def cost(
    name: str, bare: Callable[[], object], gated: Callable[[], object], each: int
) -> list[Figure]:
    """Return the CPU time of a request; a call of ``bare`` or ``gated`` makes ``each`` of them."""
    calls = {"bare": bare, "gated": gated}
    for call in calls.values():
        call()
    runs = RUNS // each
    took = in_turns(ROUNDS, {key: partial(clocked, call, runs) for key, call in calls.items()})
    without, with_gate = ([one.cpu_ms / each for one in took[key]] for key in calls)
    more = [ours - least for ours, least in zip(with_gate, without, strict=True)]
    limit = [GOAL_MS] * ROUNDS
    return [
        figure(f"{name}, CPU", with_gate, "without the gate", without, unit=" ms", digits=3),
        figure(f"{name}, the gate", more, "goal", limit, at_most(1), unit=" ms", digits=3),
    ]


def attack(count: int, loop: asyncio.Runner) -> list[Figure]:
    """Send hostile requests to both middlewares, and count what went wrong."""
    gate = a_gate(exempt_paths=[f"{EXEMPT}*"], sliding=True)
    ways: dict[str, Callable[[Hostile], Reply]] = {
        "WSGI": lambda request: by_wsgi(gate.wsgi(shop_by_wsgi), request.environ()),
        "ASGI": lambda request: loop.run(over_asgi(gate.asgi(shop_by_asgi), request.scope())),
    }
    sent, wrong = dict.fromkeys(ways, 0), dict[str, list[str]]((way, []) for way in ways)

    @seed(1)
    @settings(max_examples=count, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(requests)
    def strike(request: Hostile) -> None:
        for way, ask in ways.items():
            sent[way] += 1
            wrong[way] += judged(request, ask)

    strike()
    names = {way: f"{way}: faults in {sent[way]:,} hostile requests" for way in ways}
    return [figure(names[way], len(wrong[way]), "must be", 0, EQUAL) for way in ways]


def judged(request: Hostile, ask: Callable[[Hostile], Reply]) -> Iterable[str]:
    try:
        return list(faults(request, ask(request)))
    except Exception as error:
        return [repr(error)]


def report(requests: int) -> Report:
    logging.disable(logging.CRITICAL)  # the gate tells of each refusal
    with asyncio.Runner() as loop:
        verified = [
            one.cpu_ms for one in in_turns(ROUNDS, {"jwt": lambda: clocked(verify, RUNS)})["jwt"]
        ]
        figures = [
            *cost("WSGI, Flask", *by_flask(), each=1),
            *cost("ASGI, FastAPI", *by_fastapi(loop), each=RUNS),
            figure("one verification by PyJWT alone", verified, unit=" ms", digits=3),
            *attack(requests, loop),
        ]
    return Report("The gate: a request that has a session, and hostile ones", figures)


if __name__ == "__main__":
    run(report, __doc__, requests=10_000)
