"""How soon does everybody who waits hear a message, and that the room is off?

    python -m tests.benchmarks.news [--visitors 1000] [--requests 20]

A thousand visitors wait at the edge of a room on the local AWS, whose API answers 20 requests a
second. The operators write a message, and a minute later turn the room off. Each visitor polls and
asks for news as the page does (local/visitor.py), and notes when it would have shown the message,
or that everybody may go. Positions are those at the moment of the change, by the ticket's number.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

import jwt

from beekeeper.contract import items
from beekeeper.local.crowd import Crowd
from beekeeper.local.demo import ROOM, Demo
from beekeeper.local.visitor import Stage, Visitor
from beekeeper.rules.news import spread_seconds
from beekeeper.rules.polling import BUDGET_SHARE, heard_within_seconds
from beekeeper.rules.settings import Mode
from tests.benchmarks.edge import RATE, WORKERS
from tests.benchmarks.figures import EQUAL, Figure, Report, at_least, at_most, figure, run

MESSAGE = "The doors open a little later today."
GOAL_SECONDS = 60
# So that the figure says by how much the goal was missed.
LONGEST_SECONDS = 90
JOINED_SECONDS = 240
TENTHS = 10


@dataclass
class Listener(Visitor):
    """A visitor who notes when a message and a mode were heard first (monotonic)."""

    heard: dict[str, float] = field(default_factory=dict)

    def hear(self, mode: str, message: str) -> None:
        """Note it."""
        for news in (mode, message):
            self.heard.setdefault(news, time.monotonic())

    @property
    def number(self) -> int:
        """The number in the ticket, by which the line is ordered."""
        return int(jwt.decode(self.ticket, options={"verify_signature": False})["n"])


@dataclass(frozen=True, slots=True)
class Hearing:
    """After how many seconds each visitor heard, in the order of the line; None: not in time."""

    what: str
    after: Sequence[float | None]
    went_in: int  # while the others still heard
    refused: int  # requests, by the API

    @property
    def heard(self) -> list[float]:
        return sorted(after for after in self.after if after is not None)

    def figures(self) -> list[Figure]:
        """Return what is judged."""
        once, heard = at_most(1), self.heard
        goal = (GOAL_SECONDS, once)
        return [
            figure(f"{self.what}: heard", len(heard), "waited", len(self.after), EQUAL),
            figure(f"{self.what}: first after", heard[0], unit=" s", digits=1),
            figure(f"{self.what}: half after", median(heard), unit=" s", digits=1),
            figure(f"{self.what}: last after", heard[-1], "goal", *goal, unit=" s", digits=1),
        ]

    def notes(self) -> list[str]:
        """Return the first, the median and the last of each tenth of the line."""
        size, rows = len(self.after), []
        for tenth in range(TENTHS):
            part = self.after[size * tenth // TENTHS : size * (tenth + 1) // TENTHS]
            heard = sorted(after for after in part if after is not None)
            times = f"{heard[0]:.1f}, {median(heard):.1f}, {heard[-1]:.1f} s" if heard else "none"
            rows.append(f"{self.what}, tenth {tenth + 1} of the line: {times}")
        return rows


def listeners(crowd: Crowd) -> list[Listener]:
    """Return those who wait, in the order of the line."""
    waiting = [v for v in crowd.visitors if v.stage is Stage.WAITING]
    return sorted((v for v in waiting if isinstance(v, Listener)), key=lambda v: v.number)


def hearing(
    what: str, running: Demo, crowd: Crowd, news: str, change: Callable[[], object]
) -> Hearing:
    """Change something, and wait until everybody has heard."""
    waiting, started, refused = listeners(crowd), time.monotonic(), running.aws.requests().refused
    change()
    while any(news not in v.heard and v.stage is Stage.WAITING for v in waiting):
        time.sleep(0.5)
        if time.monotonic() > started + LONGEST_SECONDS:
            break
    # Whose turn came in the meantime went in, and needed no news.
    waiting = [v for v in waiting if news in v.heard or v.stage is Stage.WAITING]
    after = [v.heard[news] - started if news in v.heard else None for v in waiting]
    went_in = sum(v.stage is Stage.ENTERED for v in waiting)
    return Hearing(what, after, went_in, running.aws.requests().refused - refused)


def write_message(running: Demo) -> None:
    """Do what the operators do when they write a message."""
    running.session.client("dynamodb").update_item(
        TableName=f"beekeeper-{ROOM}",
        Key=items.key(items.ROOM),
        UpdateExpression="SET message = :message",
        ExpressionAttributeValues={":message": {"S": MESSAGE}},
    )


def held(visitors: int, requests: int) -> tuple[Hearing, Hearing]:
    """Let all join, write the message, and turn the room off."""
    with Demo(RATE, 0, edge=True, requests_per_second=requests) as running:
        crowd = Crowd(running.room_url, visitors, visitors, Listener, WORKERS)
        running.crowd = crowd
        crowd.start()
        deadline = time.monotonic() + JOINED_SECONDS
        while crowd.joined < visitors and time.monotonic() < deadline:
            time.sleep(0.5)
        message = hearing("message", running, crowd, MESSAGE, lambda: write_message(running))
        off = hearing("off", running, crowd, Mode.OFF, running.room.off)
        return message, off


def report(visitors: int, requests: int) -> Report:
    message, off = held(visitors, requests)
    budget = max(BUDGET_SHARE * requests, 10.0)
    by_polls = heard_within_seconds(len(message.after), RATE, budget)
    spread = spread_seconds(len(off.after), RATE, budget)
    evenly = len(off.after) * GOAL_SECONDS / spread
    figures = [
        figure("waited when the message came", len(message.after), "came", visitors, at_least(0.7)),
        *message.figures(),
        *off.figures(),
        figure("by polls alone, last after (stated)", by_polls, unit=" s"),
        figure("off: went in meanwhile", off.went_in, "evenly, in 60 s", evenly),
        figure("off: requests that the API refused", off.refused),
    ]
    title = f"{visitors:,} wait, and the API answers {requests} a second"
    return Report(title, figures, [*message.notes(), *off.notes()])


if __name__ == "__main__":
    run(report, __doc__, visitors=1_000, requests=20)
