"""What does it cost to tell a waiting visitor how the line stands?

    python -m tests.benchmarks.turnstile

A visitor far from the front is answered from the ticket and the copy of the room that is read once
a second. The limit is what no answer can do without: the token is verified by PyJWT, and the answer
is encoded as JSON. A visitor near the front may have been admitted, and is looked up. The limit is
then a bare ``get_item`` with the same. CPU time in this process, with API Gateway's event, on roto;
the two take turns.
"""

import json
import os
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import jwt

from beekeeper.contract import items
from beekeeper.contract.routes import ticket_cookie_name
from beekeeper.rules import tokens
from beekeeper.rules.curve import MAX_SAMPLES, Sample
from beekeeper.rules.line import Pulse
from beekeeper.rules.tokens import Ticket
from tests.benchmarks.figures import Figure, Report, at_most, figure, run
from tests.benchmarks.roto import NAME, TABLE, TICKET_KEY, Place, roto
from tests.benchmarks.rounds import clocked, in_turns

RATE, ARRIVALS_PER_SECOND = 600.0, 1_000.0
POLLS, ROUNDS = 200, 25
# Without a look-up, and with one.
LIMITS, GOALS = ("token, JSON", "get_item, token, JSON"), (4.0, 1.4)
EVENT = Path(__file__).parents[1] / "support" / "in_memory" / "events" / "aws_turn.json"


def long_line(now: float) -> Pulse:
    """Return a line with as many samples as a curve has: who came a second a thousand."""
    curve = [
        Sample(int((now - MAX_SAMPLES + i) * 1_000), i * ARRIVALS_PER_SECOND)
        for i in range(1, MAX_SAMPLES + 1)
    ]
    waiting = int(curve[-1].arrived)
    return Pulse(
        waiting=waiting,
        serving=ARRIVALS_PER_SECOND,
        slack=50.0,
        arrivals=tuple(curve),
        rate=RATE,
        as_of=now,
        busy_at=now,
    )


def keep_fresh(place: Place, now: float) -> None:
    """Publish the pulse each second, as a consumer does. Otherwise the line would stand still."""
    while True:
        place.publish(replace(long_line(now), as_of=time.time()))
        time.sleep(1)


class Poll:
    """One visitor's poll, and what no answer to it can do without."""

    def __init__(self, ticket: Ticket, place: Place, *, lookups: int) -> None:
        self.lookups = lookups
        self._token = tokens.sign_ticket(ticket, [TICKET_KEY], NAME)
        self._event: dict[str, Any] = json.loads(EVENT.read_text())
        self._event["cookies"] = [f"{ticket_cookie_name(NAME)}={self._token}"]
        self._get = partial(
            place.client("dynamodb").get_item,
            TableName=TABLE,
            Key=items.key(items.visitor_id(ticket.id)),
        )
        self.told = json.loads(self.answer()["body"])
        assert self.told["state"] == "waiting", self.told

    def answer(self) -> Any:
        from beekeeper.handlers import turnstile

        return turnstile.handler(self._event, None)

    def bare(self) -> None:
        for _ in range(self.lookups):
            self._get()
        jwt.decode(self._token, TICKET_KEY.secret, algorithms=["HS256"], audience=NAME)
        json.dumps(self.told)


def counted_calls() -> list[str]:
    """Return a list that grows with each AWS call of the handler."""
    from beekeeper.handlers import aws

    calls: list[str] = []
    aws.session(ours=True).register("before-send", lambda **_: calls.append(""))
    return calls


def figures(name: str, poll: Poll, calls: list[str]) -> list[Figure]:
    """Return the CPU time and the AWS calls of one visitor's polls."""
    name = f"{name} ({poll.told['ahead']:,} ahead)"
    measures = {"ours": poll.answer, "bare": poll.bare}
    calls.clear()
    took = in_turns(ROUNDS, {key: partial(clocked, call, POLLS) for key, call in measures.items()})
    ours, least = ([one.cpu_ms for one in took[key]] for key in measures)
    # A read of the room a second is not a poll's: it is the same for one and for a thousand.
    each = round(len(calls) / (ROUNDS * POLLS), 2)
    limit, goal = LIMITS[poll.lookups], at_most(GOALS[poll.lookups])
    return [
        figure(f"{name}: AWS calls", each, "must be", poll.lookups, at_most(1), digits=2),
        figure(f"{name}: CPU", ours, limit, least, goal, unit=" ms", digits=3),
    ]


def report() -> Report:
    with roto(RATE) as place:
        os.environ.update(place.environment)
        # Before the handler's client is made: it takes the hooks that there are then.
        calls, now = counted_calls(), time.time()
        place.publish(long_line(now))
        Thread(target=keep_fresh, args=(place, now), daemon=True).start()
        far = Poll(tokens.new_ticket(now - 10), place, lookups=0)
        near = Poll(tokens.new_ticket(now - MAX_SAMPLES), place, lookups=1)
        found = [
            *figures("far from the front", far, calls),
            *figures("near the front", near, calls),
        ]
    return Report("Turnstile: one poll, on roto", found)


if __name__ == "__main__":
    run(report, __doc__)
