"""What it costs to tell a waiting visitor how the line stands.

    python -m tests.benchmarks.turnstile

A visitor far from the front is answered from the ticket and the copy of the room that is read once
a second; one near the front may have been admitted, and is looked up. CPU time of the handler, with
API Gateway's event, on roto; the best of several runs, as the rest is the machine's.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from beekeeper.rules import tokens
from beekeeper.rules.line import MAX_SAMPLES, Pulse, Sample
from beekeeper.rules.tokens import Ticket
from tests.benchmarks.figures import Figure, at_most, show
from tests.benchmarks.roto import NAME, TICKET_KEY, Place, roto

RATE, ARRIVALS_PER_SECOND = 600.0, 1_000.0
POLLS, RUNS = 1_000, 5
GOAL_CPU_MS = 0.2
EVENT = Path(__file__).parents[1] / "support" / "in_memory" / "events" / "aws_turn.json"


def long_line(now: float) -> Pulse:
    """Return a line with as many samples as a curve has: who came a second a thousand."""
    curve = [
        Sample(int((now - MAX_SAMPLES + i) * 1_000), i * ARRIVALS_PER_SECOND)
        for i in range(1, MAX_SAMPLES + 1)
    ]
    waiting = int(curve[-1].arrived)
    # Published a little later than now, so that it is fresh for as long as this takes.
    return Pulse(
        0, waiting, ARRIVALS_PER_SECOND, 50.0, tuple(curve), RATE, as_of=now + 3_600, busy_at=now
    )


def event_of(ticket: Ticket) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(EVENT.read_text())
    event["cookies"] = [f"beekeeper_ticket={tokens.sign_ticket(ticket, [TICKET_KEY], NAME)}"]
    return event


def cpu_ms(poll: Callable[[], object]) -> float:
    """Return the CPU time of a poll."""
    runs = []
    for _ in range(RUNS):
        started = time.process_time()
        for _ in range(POLLS):
            poll()
        runs.append((time.process_time() - started) / POLLS * 1_000)
    return min(runs)


def measure(event: dict[str, Any]) -> tuple[float, float, int]:
    """Return the CPU time and the AWS calls for a poll, and how many are ahead."""
    from beekeeper.handlers import aws, turnstile

    calls: list[str] = []
    aws.session(ours=True).register("before-send", lambda **_: calls.append(""))
    turnstile._table.cache_clear()  # its client takes the hooks that there are when it is made
    told = json.loads(turnstile.handler(event, None)["body"])
    assert told["state"] == "waiting", told
    calls.clear()
    taken = cpu_ms(lambda: turnstile.handler(event, None))
    return taken, len(calls) / (RUNS * POLLS), told["ahead"]


def figures(place: Place) -> list[Figure]:
    os.environ.update(place.environment)
    now = time.time()
    place.publish(long_line(now))
    far_ms, far_calls, ahead = measure(event_of(tokens.new_ticket(now - 10)))
    near_ms, near_calls, near_ahead = measure(event_of(tokens.new_ticket(now - MAX_SAMPLES)))
    peer = "1 (npm original, any poll)"
    far, near = f"far from the front ({ahead:,} ahead)", f"near the front ({near_ahead} ahead)"
    # A read of the room a second is not a poll's: it is the same for one and for a thousand.
    return [
        at_most(f"AWS calls for a poll, {far}", round(far_calls, 2), 0, "", peer, 2),
        at_most(f"CPU for a poll, {far}", far_ms, GOAL_CPU_MS, " ms", "", 3),
        Figure(f"AWS calls for a poll, {near}", f"{near_calls:.2f}", peer),
        Figure(f"CPU for a poll, {near}", f"{near_ms:.3f} ms"),
    ]


def main() -> int:
    with roto(RATE) as place:
        return show("Turnstile, on roto", figures(place))


if __name__ == "__main__":
    sys.exit(main())
