"""Sends the crowd of a rehearsal, and compares what it saw with what the room counted."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from beekeeper.contract.robots import robots_txt
from beekeeper.contract.routes import Path as Route
from beekeeper.errors import BeekeeperError
from beekeeper.local.browser import Response
from beekeeper.local.crowd import WORKERS as LOCAL_WORKERS
from beekeeper.local.crowd import Crowd
from beekeeper.local.ministack import address
from beekeeper.local.visitor import Stage
from beekeeper.provision.aws import is_this_machine
from beekeeper.rehearsal.judging import Tried, conclusion, findings, room_now
from beekeeper.rehearsal.observed import Growth, figures
from beekeeper.rehearsal.size import Size, sized
from beekeeper.rehearsal.visitor import NO_ANSWER, REDIRECTS, Rehearser
from beekeeper.results import Rehearsal, Status
from beekeeper.room import Room, RoomLike
from beekeeper.rules.destination import has_host, origin_of
from beekeeper.rules.settings import GovernorMode, Mode
from beekeeper.shortcuts import as_room

if TYPE_CHECKING:
    from boto3.session import Session

WORKERS = 64  # a request takes a tenth of a second or more, and most of that is waiting
LOOK_SECONDS = 1.0
ASK_AGAIN_SECONDS = (1.0, 2.0)  # the pauses after a link that answers with an error
COUNT_SECONDS = 15.0  # the last entries may be on their way
CLEAR = "python -m beekeeper clear"
NEXT = (
    f"Before the event, run {CLEAR}: the visitors of this rehearsal are in the counts, and some may"
    " still be in line."
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rehearsal is: so many of its visitors, after so many seconds of so many at most."""

    came: int
    joined: int
    entered: int
    failures: int
    seconds: float
    of_seconds: float


def size_of(status: Status, visitors: int | None = None, minutes: float | None = None) -> Size:
    """Return how large a rehearsal of a room would be. Raises ConfigError."""
    return sized(pace_of(status), visitors, minutes)


def rehearse(
    room: RoomLike,
    *,
    visitors: int | None = None,
    minutes: float | None = None,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Rehearsal:
    """Send a bounded crowd through a deployed room by its campaign link, and say what held.

    ``visitors`` arrive from this machine as browsers would, at most 2,000. By default they are as
    many as go in at the rate in two minutes. It ends when all are in, or after ``minutes``. Each of
    them arrives at your site once, with a pass. ``on_progress`` is called each second.

    Their places and counts stay in the room: call ``clear`` afterwards. Raises ConfigError for a
    size that is not possible, BeekeeperError if the room is not on, or somebody waits, or the link
    can't be reached from this machine, and the errors of :meth:`beekeeper.Room.status`: a room of
    another account is refused.

    >>> rehearse("sale", visitors=100).has_problems
    False
    """
    handle = as_room(room, session=session, state_dir=state_dir)
    before = handle.status()
    size = size_of(before, visitors, minutes)
    check_ready(before)
    link = address(before.url)
    check_reachable(link)
    crowd = _crowd(link, size)
    started_at, began = time.time(), time.monotonic()
    with telling_what_is_left():
        send(crowd, size, on_progress)
        return _judged(handle, before, crowd, started_at, time.monotonic() - began)


def _crowd(link: str, size: Size) -> Crowd:
    joins_per_second = size.visitors / size.arrive_seconds
    workers = LOCAL_WORKERS if is_this_machine(link) else WORKERS
    return Crowd(link, size.visitors, joins_per_second, visitor=Rehearser, workers=workers)


def pace_of(status: Status) -> float:
    """Return the visitors a minute that may arrive at the site now."""
    governor = status.governor
    if governor and governor.mode == GovernorMode.AUTOMATIC:
        return governor.pace
    return status.rate


def check_ready(status: Status) -> None:
    """Raise BeekeeperError if a rehearsal would show nothing, or be in the way of real visitors."""
    if status.mode != Mode.ON:
        raise BeekeeperError(
            f"Room {status.room} is {status.mode}. A rehearsal needs it on: python -m beekeeper on"
        )
    if status.waiting:
        raise BeekeeperError(
            f"In room {status.room}, visitors wait ({status.waiting:,}). A rehearsal would stand in"
            " line with them. Rehearse before the event. After an earlier rehearsal, first run:"
            f" {CLEAR}"
        )


def check_reachable(link: str) -> None:
    """Raise BeekeeperError if this machine can't reach the room, or the link leads elsewhere.

    A custom domain may be somebody else's by now, who must not get a crowd. This takes no place.
    """
    for pause in (*ASK_AGAIN_SECONDS, 0.0):
        found = _robots(link)
        if found.status != 429 and found.status < 500:
            break
        time.sleep(pause)
    else:
        raise BeekeeperError(
            f"The campaign link {link} answers with an error ({found.status}), so no visitor was"
            " sent. Run python -m beekeeper status, and rehearse when all is well."
        )
    elsewhere = urljoin(link, found.location) if found.status in REDIRECTS else ""
    if has_host(elsewhere) and origin_of(elsewhere) != origin_of(link):
        raise BeekeeperError(
            f"The campaign link {link} leads to another site ({origin_of(elsewhere)}), so no"
            " visitor was sent. Check where its domain leads, and run python -m beekeeper deploy."
        )
    if found.status != 200 or found.body != robots_txt().encode():
        raise BeekeeperError(
            f"The campaign link {link} does not lead to a room (its robots.txt is another one), so"
            " no visitor was sent. Check where its domain leads, and run python -m beekeeper"
            " deploy."
        )


def _robots(link: str) -> Response:
    try:
        return Rehearser(link).request("GET", urljoin(link, Route.ROBOTS.link), "text/plain")
    except NO_ANSWER as error:
        raise BeekeeperError(
            f"The campaign link {link} can't be reached from this machine: {error}. A rehearsal"
            " uses no proxy. Check the network, and open the link in a browser."
        ) from error


def send(crowd: Crowd, size: Size, on_progress: Callable[[Progress], None] | None) -> None:
    """Let the crowd go through the room until all are in, or the time is over."""
    began = time.monotonic()
    try:
        crowd.start()
        while (seconds := time.monotonic() - began) < size.seconds:
            entered = crowd.counts()[Stage.ENTERED]
            if on_progress:
                failures = sum(visitor.failures + visitor.errors for visitor in crowd.visitors)
                on_progress(
                    Progress(crowd.came, crowd.joined, entered, failures, seconds, size.seconds)
                )
            if entered == size.visitors:
                return
            time.sleep(LOOK_SECONDS)
    finally:
        crowd.stop()


@contextmanager
def telling_what_is_left() -> Iterator[None]:
    """Note on an interruption that the visitors stay."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(f"The visitors of the rehearsal are still in line. Run: {CLEAR}")
        raise


def _judged(
    room: Room, before: Status, crowd: Crowd, started_at: float, seconds: float
) -> Rehearsal:
    visitors = [visitor for visitor in crowd.visitors if isinstance(visitor, Rehearser)]
    entered = sum(bool(visitor.entered_at) for visitor in visitors)
    after = _counted(room, before.entered + entered)
    counted = Growth(
        pace_of(before),
        after.admitted - before.admitted,
        after.entered - before.entered,
        crowd.late_seconds,
    )
    seen = figures(visitors, counted)
    tried = Tried(
        overbooking=before.settings.overbooking,
        site=origin_of(before.destination),
        seconds=seconds,
        open_status=_open_status(crowd.room_url, before),
    )
    afterwards = room_now(after.light, after.reason, after.remedy)
    found = tuple(findings(seen, tried, afterwards))
    return Rehearsal(
        room=before.room,
        url=before.url,
        started_at=started_at,
        seconds=round(seconds, 1),
        conclusion=conclusion(found),
        figures=seen,
        findings=found,
        next=NEXT,
    )


def _counted(room: Room, entered: int) -> Status:
    """Return the status once it counts so many entries, or after a while."""
    deadline = time.monotonic() + COUNT_SECONDS
    while (status := room.status()).entered < entered and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return status


def _open_status(link: str, status: Status) -> int | None:
    """Return what the site answers without a pass: 0 if it sends to the room, None if nothing."""
    stranger = Rehearser(link)
    stranger.go_in(status.destination)
    answered = stranger.asked[-1].status
    if stranger.is_refused and answered in REDIRECTS:
        return 0
    return answered or None
