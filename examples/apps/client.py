"""An app that waits in line: it joins, waits for its turn, and shows the address of the site.

python client.py https://room.example.com/ ticket.txt

The ticket is the place. It is kept in a file, so the app can end and go on. See openapi.json.
"""

import json
import random
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

JOIN, TURN, ENTER, REJOIN = "join", "turn", "enter", "join?rejoin=1"
Sleep = Callable[[float], object]
SECONDS = 15  # an answer that takes longer has failed


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is no answer of the room: it comes from a network that wants a login."""

    def redirect_request(self, *_: Any) -> None:
        return None


def ask(url: str, ticket: str, *, post: bool) -> tuple[int, dict[str, Any], float]:
    """Return the status (0: no answer), the content, and how many seconds to wait at least."""
    headers = {"Accept": "application/json", "User-Agent": "example-app/1.0"}
    if post:
        headers["Content-Type"] = "application/json"
    if ticket:
        headers["Authorization"] = f"Bearer {ticket}"
    request = urllib.request.Request(url, b"{}" if post else None, headers)
    try:
        answer = urllib.request.build_opener(NoRedirect).open(request, timeout=SECONDS)
    except urllib.error.HTTPError as error:
        answer = error
    except OSError:
        return 0, {}, 0
    with answer:
        told = answer.headers.get("Retry-After") or ""
        try:
            content = json.load(answer)
        except (OSError, ValueError):  # no answer of the room
            content = {}
        return answer.status, content, float(told) if told.isdigit() else 0


def answer_of(url: str, ticket: str, *, post: bool, sleep: Sleep) -> dict[str, Any]:
    """Ask until the room answers. It keeps the place meanwhile."""
    failures = 0
    while True:
        status, answer, told = ask(url, ticket, post=post)
        if status in (200, 401) and "state" in answer:
            return answer
        failures += 1  # too many ask, or something fails
        sleep(max(told, min(60, 2**failures)) * (1 + random.random()))


def wait_in_line(link: str, file: Path, sleep: Sleep = time.sleep) -> str:
    """Return the address of the site, with the pass, when it is the visitor's turn."""
    ticket = file.read_text() if file.exists() else ""
    route, left = (TURN if ticket else JOIN), -1.0
    while True:
        joins = route in (JOIN, REJOIN)
        answer = answer_of(urljoin(link, route), ticket, post=joins, sleep=sleep)
        state = answer["state"]
        if state in ("ready", "off") and route != TURN:
            return str(answer["enter"])
        if state == "off":  # all go in, one after the other: draw a moment once
            left = answer["spread_seconds"] * random.random() if left < 0 else left
            pause = min(left, answer["retry_after"])
            sleep(pause)
            left -= pause
            route = TURN if left > 0 else ENTER
            continue
        left = -1
        if state == "ready":
            route = ENTER
        elif state == "expired":
            route = REJOIN
        elif state in ("moved", "unknown"):  # a new address, or a ticket that counts no more
            link, ticket, route = answer.get("enter", link), "", JOIN
            sleep(1 + random.random())
        elif joins:
            ticket, route = answer["ticket"], TURN
            file.write_text(ticket)
        else:  # waiting or paused
            pause, route = answer.get("retry_after", 1), TURN
            sleep(max(1, pause + min(10, pause / 10) * random.uniform(-1, 1)))


if __name__ == "__main__":
    print(wait_in_line(sys.argv[1], Path(sys.argv[2])))
