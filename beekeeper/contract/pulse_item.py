"""The table's ``pulse`` item (rules/line.py), to and from DynamoDB's wire format.

Each attribute is read on its own. If somebody damaged one, its default is used, and the next
consumer writes it anew.
"""

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from beekeeper.contract import pace_item
from beekeeper.contract.attributes import Damaged, logger, or_default, read_json, read_number
from beekeeper.contract.items import LAST_SAMPLE, LATEST, MOST, Item, number
from beekeeper.rules.curve import NOTHING, Curve, Sample
from beekeeper.rules.drift import Drift
from beekeeper.rules.flow import Counted, Samples
from beekeeper.rules.line import Pulse
from beekeeper.rules.no_shows import Shows

# A pulse from further in the future than clocks differ says nothing about the line now.
AHEAD_SECONDS = 5.0
PULSE_NUMBERS = (
    "serving", "slack", "spread", "rate", "paced_at", "as_of", "busy_at", "longest_interval",
    "cleared_at",
)  # fmt: skip


def pulse_of(item: Item | None, now: float = math.inf) -> Pulse:
    """Read the ``pulse`` item. Without one, return the pulse of an empty line.

    Each field that can't be right has its default. ``as_of`` is 0, which is an unknown age, if it
    is more than AHEAD_SECONDS after ``now``: otherwise the pulse would be fresh until then.
    """
    if not item:
        return Pulse()

    def value(name: str, high: float = MOST) -> float:
        return or_default(item, name, 0.0, lambda: read_number(item, name, 0.0, high))

    as_of, checked = value("as_of", LATEST), value("checked")
    if as_of > now + AHEAD_SECONDS:
        logger.error("the pulse is from the future (%r); its age is unknown", as_of)
        as_of = 0.0
    return Pulse(
        admitted=int(value("admitted")),
        waiting=int(value("waiting")),
        serving=value("serving"),
        slack=value("slack"),
        arrivals=_samples(item, "arrivals"),
        settled=next(iter(_samples(item, "settled")), NOTHING),
        rate=value("rate"),
        marks=_samples(item, "marks"),
        paced_at=value("paced_at", LATEST),
        as_of=as_of,
        busy_at=value("busy_at", LATEST),
        is_empty=bool(value("is_empty")),
        shows=Shows(checked, value("showed", checked)),
        spread=value("spread"),
        drift=or_default(item, "drift", Drift(), lambda: _drift(item)),
        lane=pace_item.lane_of(item),
        longest_interval=value("longest_interval"),
        earlier=or_default(item, "earlier", (), lambda: _earlier(item)),
        cleared_at=value("cleared_at", LATEST),
        flow=or_default(item, "flow", (), lambda: _flow(item)),
    )


def _samples(item: Item, name: str) -> Curve:
    def read() -> Curve:
        samples = read_json(item, name)
        try:
            curve = tuple(Sample(int(at), float(arrived)) for at, arrived in samples)
        except (TypeError, ValueError, OverflowError):
            raise Damaged(item, name) from None
        pairs = itertools.pairwise((Sample(0, 0.0), *curve, Sample(LAST_SAMPLE, MOST)))
        if all(a.at <= b.at and a.arrived <= b.arrived for a, b in pairs):
            return curve
        raise Damaged(item, name)

    return or_default(item, name, (), read)


def _earlier(item: Item) -> tuple[float, ...]:
    try:
        return tuple(float(one) for one in read_json(item, "earlier"))
    except (TypeError, ValueError, OverflowError):
        raise Damaged(item, "earlier") from None


def _flow(item: Item) -> Samples:
    try:
        flow = tuple(
            Counted(float(at), int(admitted), int(entered), float(pace), int(waiting))
            for at, admitted, entered, pace, waiting in read_json(item, "flow")
        )
    except (TypeError, ValueError, OverflowError):
        raise Damaged(item, "flow") from None
    are_right = all(0 <= value <= MOST for one in flow for value in astuple(one))
    if are_right and all(a.at < b.at for a, b in itertools.pairwise(flow)):
        return flow
    raise Damaged(item, "flow")


def _drift(item: Item) -> Drift:
    try:
        drift = Drift(*(float(one) for one in read_json(item, "drift")))
    except (TypeError, ValueError, OverflowError):
        raise Damaged(item, "drift") from None
    if all(0 <= one <= MOST for one in astuple(drift)):
        return drift
    raise Damaged(item, "drift")


def pulse_values(pulse: Pulse) -> dict[str, Any]:
    """Return the attributes of the ``pulse`` item, without its key."""
    drift = [round(one, 2) for one in astuple(pulse.drift)]
    return {
        **{name: number(getattr(pulse, name)) for name in PULSE_NUMBERS},
        "admitted": number(pulse.admitted),
        "waiting": number(pulse.waiting),
        "arrivals": _curve(pulse.arrivals),
        "settled": _curve((pulse.settled,)),
        "marks": _curve(pulse.marks),
        "is_empty": number(int(pulse.is_empty)),
        "checked": number(pulse.shows.checked),
        "showed": number(pulse.shows.showed),
        "drift": _packed(drift),
        "earlier": _packed(list(pulse.earlier)),
        "flow": _packed([_counted(each) for each in pulse.flow]),
        pace_item.LANE: pace_item.lane_attribute(pulse.lane),
    }


def _counted(sample: Counted) -> list[float]:
    counts = [sample.admitted, sample.entered, round(sample.pace, 1), sample.waiting]
    return [round(sample.at, 2), *counts]


def _curve(samples: Sequence[Sample]) -> dict[str, str]:
    return _packed([[s.at, round(s.arrived, 1)] for s in samples])


def _packed(values: list[Any]) -> dict[str, str]:
    # A JSON text costs a third of what a list of typed values costs.
    return {"S": json.dumps(values, separators=(",", ":"))}
