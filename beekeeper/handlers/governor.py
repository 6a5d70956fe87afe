"""The governor: it measures the destination once a minute, and holds the pace that it can bear.

EventBridge starts it every minute. It sends a few short bursts of probes, spread over the minute:

    0 s   burst   errors and time-outs?   decide at once, and end
    11 s  burst   ...
    44 s  burst   decide, by all probes of the minute (rules/governor.py), and write the item

It slows the line down, and never stops it. Whatever the destination does is a measurement, so the
function ends well. If the table can't be read or written, it fails, so that the alarm fires; the
pace that is held ends by itself (rules/governed.py). EventBridge can start it twice. Both measure,
and the one that ends first writes.

The same function answers the site's own requests, ``POST /pace`` (handlers/pace_requests.py).
"""

import functools
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from beekeeper.contract.functions import Variable, is_call
from beekeeper.handlers import aws, pace_requests, told
from beekeeper.handlers.governor_table import GovernorTable, Known
from beekeeper.handlers.http import Response
from beekeeper.handlers.probe import LED_ELSEWHERE, NOT_PUBLIC, Prober, trusted
from beekeeper.handlers.reading import TROUBLE
from beekeeper.handlers.visitor_table import VisitorTable
from beekeeper.rules import destination, probes
from beekeeper.rules.cadence import (
    BETWEEN_BURSTS_SECONDS,
    BURSTS,
    PROBE_TIMEOUT_SECONDS,
    PROBES_PER_BURST,
)
from beekeeper.rules.governed import Governed
from beekeeper.rules.governor import Decision, Health, Memory, decide, needs_relief
from beekeeper.rules.probes import Answer, baseline_after, health_of
from beekeeper.rules.settings import GovernorMode, Settings

BLIND = {  # by the outcome of all probes of a minute
    NOT_PUBLIC: "the name of the site has no public address",
    LED_ELSEWHERE: "the site, or its gate, redirects the governor elsewhere",
}
NO_BASELINE = "only errors count before a quiet minute gives the baseline"
LOGGED = (
    "pace", "reason", "sent", "failed", "refused", "median_seconds", "p95_seconds",
    "baseline_seconds",
)  # fmt: skip
Burst = Callable[[Settings], Sequence[Answer]]
logger = logging.getLogger(__name__)


@dataclass
class Governor:
    """One minute's measurement. ``burst`` sends some probes side by side."""

    table: GovernorTable
    burst: Burst
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    answers: list[Answer] = field(default_factory=list)

    def run(self) -> Governed | None:
        """Measure, decide and write; return what is held now, or None if the governor is off."""
        known = self.table.read(self.clock())
        settings, governed = known.settings, known.governed
        if settings.governor_mode is GovernorMode.OFF:
            logger.info("the governor is off: nothing was measured")
            return None
        is_held = governed.is_held(self.clock())
        memory = Memory.of(governed.memory) if is_held else Memory()
        # What it advises is not in force.
        is_automatic = settings.governor_mode is GovernorMode.AUTOMATIC
        is_in_force = is_held and governed.is_lowered and is_automatic
        self._probe(settings, memory)
        return self._hold(known, memory, governed.pace if is_in_force else settings.rate)

    def _probe(self, settings: Settings, memory: Memory) -> None:
        """Send the bursts of the minute. Stop as soon as the destination needs relief."""
        started = self.clock()
        for number in range(BURSTS):
            due = started + number * BETWEEN_BURSTS_SECONDS
            # At most that, if the clock is set back.
            self.sleep(min(BETWEEN_BURSTS_SECONDS, max(0.0, due - self.clock())))
            self.answers += self.burst(settings)
            if needs_relief(health_of(self.answers), memory):
                return

    def _hold(self, known: Known, memory: Memory, pace: float) -> Governed:
        settings, health = known.settings, health_of(self.answers)
        baseline = settings.governor_baseline_seconds or self._baseline(known)
        decision = decide(
            # Without a baseline nobody knows what is slow.
            health if baseline else replace(health, median_seconds=None, p95_seconds=None),
            memory,
            pace=pace,
            rate=settings.rate,
            floor=settings.governor_floor,
            baseline_seconds=baseline,
        )
        governed = Governed(
            pace=decision.pace,
            held_at=self.clock(),
            reason=self._reason(decision, health, baseline),
            sent=health.sent,
            failed=health.failed,
            refused=health.refused,
            median_seconds=health.median_seconds or 0.0,
            p95_seconds=health.p95_seconds or 0.0,
            baseline_seconds=baseline,
            memory=decision.memory.as_numbers(),
            rate=settings.rate,
            history=known.governed.history,
            baseline_of="" if settings.governor_baseline_seconds else probed_url(settings),
        )
        self._write(governed, known)
        return governed

    def _reason(self, decision: Decision, health: Health, baseline: float) -> str:
        outcomes = {answer.outcome for answer in self.answers}
        for outcome, why in BLIND.items():
            if outcomes == {outcome}:
                return f"{why}: {decision.pace:,.0f} a minute"
        if health.median_seconds is not None and not baseline:
            return f"{NO_BASELINE}: {decision.reason}"
        return decision.reason

    def _baseline(self, known: Known) -> float:
        """Return how long the site takes when it is well, as measured; 0 if that is not known."""
        governed, page = known.governed, probed_url(known.settings)
        # One of another page, or of the configuration, says nothing about this page. It could be so
        # short that no minute ever counts as well again.
        before = governed.baseline_seconds if governed.baseline_of == page else 0.0
        try:
            after = self.table.read(self.clock()).pulse
        except TROUBLE as error:
            logger.warning("reading the pulse failed: %s; the baseline stays as it is", error)
            return before
        is_quiet = probes.is_quiet(known.settings.mode, known.pulse, after)
        return baseline_after(before, health_of(self.answers)) if is_quiet else before

    def _write(self, governed: Governed, known: Known) -> None:
        try:
            is_first = self.table.hold(governed, known.stored)
        except TROUBLE as error:
            self._tell(governed, known.settings, "not written")
            raise RuntimeError(f"the governor's item can't be written: {error}") from error
        self._tell(governed, known.settings, "written" if is_first else "another one was first")
        if is_first:
            self._note(governed, known)

    def _note(self, governed: Governed, known: Known) -> None:
        """Write what changed, for reports. If that fails, only a report lacks it."""
        before, is_held = known.governed, known.governed.is_held(self.clock())
        if is_held and (governed.pace, governed.rate) == (before.pace, before.rate):
            return
        try:
            self.table.note(governed, known.settings)
        except TROUBLE as error:
            logger.warning("noting a decision for reports failed: %s", error)

    def _tell(self, governed: Governed, settings: Settings, item: str) -> None:
        """Log one structured line: in Lambda's JSON format, ``extra`` becomes a part of it."""
        told = {
            **{name: getattr(governed, name) for name in LOGGED},
            "mode": settings.governor_mode.value,
            "rate": settings.rate,
            "probed": destination.origin_of(probed_url(settings)),
            "outcomes": dict(Counter(answer.outcome for answer in self.answers)),
            "item": item,
        }
        logger.info(governed.reason, extra={"governor": told})


def probed_url(settings: Settings) -> str:
    """Return the page that the probes ask for."""
    return settings.governor_probe_url or settings.destination


def bursts(room: str, timeout_seconds: float = PROBE_TIMEOUT_SECONDS) -> Burst:
    """Return what sends PROBES_PER_BURST probes side by side, and waits for all of them."""
    trusted()  # now, and not in the time of the first probes, each of which would do it

    def burst(settings: Settings) -> Sequence[Answer]:
        prober = Prober(probed_url(settings), room, timeout_seconds)
        with ThreadPoolExecutor(PROBES_PER_BURST) as pool:
            return list(pool.map(lambda _: prober.ask(), range(PROBES_PER_BURST)))

    return burst


@functools.cache
def _parts() -> tuple[GovernorTable, VisitorTable, Burst]:
    environ = os.environ
    dynamodb, name = aws.client("dynamodb"), Variable.TABLE.read(environ)
    room = Variable.ROOM.read(environ)
    return GovernorTable(dynamodb, name), VisitorTable(dynamodb, name, room), bursts(room)


def handler(event: Mapping[str, Any], context: object) -> Response:
    """Lambda's entry: a minute, or a request. It raises if the table fails, so the alarm fires."""
    return {} if is_call(event) else handle(event, *_parts(), time.time, time.sleep)


def handle(
    event: Mapping[str, Any],
    table: GovernorTable,
    copies: VisitorTable,
    burst: Burst,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Response:
    """Answer a request of API Gateway. Any other event is the schedule's, and begins a minute."""
    if "requestContext" in event:
        return pace_requests.answer(event, copies, table, clock())
    if governed := Governor(table, burst, clock, sleep).run():
        told.tell(told.of_minute(copies.name, governed, clock()))
    return {}


if aws.in_lambda():
    _parts()
