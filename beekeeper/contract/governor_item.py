"""The table's ``governor`` item (rules/governed.py), to and from DynamoDB's wire format.

    pace, held_at, reason               what the governor holds, since when, and why
    rate                                the operators' rate at that time
    sent, failed, refused,              what it last measured: requests, and seconds
    median_seconds, p95_seconds
    baseline_seconds, baseline_of       how long the site takes when it is well (0: not known yet),
                                        and the page that this was measured of
    memory                              what the law remembers: a JSON list of numbers
    asked_pace, asked_until, asked_at   what the site asked for, and when
    history                             the last decisions (JSON), the newest last: when, the pace,
                                        the 95th percentile in ms, and the share that failed

Only the governor writes it. Two kinds of writes touch different attributes: a measurement's, and
that of a request of the site. Each attribute is read on its own. One that was damaged counts as
absent, so that at worst the operator's rate is in force.
"""

import json
from typing import Any

from beekeeper.contract.attributes import Damaged, or_default, read_json, read_number, read_text
from beekeeper.contract.items import LATEST, MOST, Item, number
from beekeeper.rules.governed import NEVER, Governed

HELD_AT = "held_at"
ASKED_PACE, ASKED_UNTIL, ASKED_AT = "asked_pace", "asked_until", "asked_at"
HISTORY = "history"
MOST_DECISIONS = 30  # half an hour
MOST_REASON_CHARACTERS = 300


def governed_of(item: Item | None) -> Governed:
    """Read the ``governor`` item. What is absent or damaged has its default."""
    if not item:
        return NEVER

    def value(name: str, high: float = MOST) -> float:
        return or_default(item, name, 0.0, lambda: _within(item, name, high))

    return Governed(
        pace=value("pace"),
        held_at=value(HELD_AT, LATEST),
        reason=or_default(item, "reason", "", lambda: read_text(item, "reason")),
        sent=int(value("sent")),
        failed=int(value("failed")),
        refused=int(value("refused")),
        median_seconds=value("median_seconds"),
        p95_seconds=value("p95_seconds"),
        baseline_seconds=value("baseline_seconds"),
        rate=value("rate"),
        baseline_of=or_default(item, "baseline_of", "", lambda: read_text(item, "baseline_of")),
        memory=or_default(item, "memory", (), lambda: _memory(item)),
        asked_pace=value(ASKED_PACE),
        asked_until=value(ASKED_UNTIL, LATEST),
        history=or_default(item, HISTORY, (), lambda: _history(item)),
    )


def _within(item: Item, name: str, high: float) -> float:
    # A bound in place of the value would be a pace, or a time, that nobody decided.
    found = read_number(item, name, -high - 1, high + 1)
    if 0 <= found <= high:
        return found
    raise Damaged(item, name)


def _memory(item: Item) -> tuple[float, ...]:
    try:
        # The law itself checks how many there are, and their bounds.
        return tuple(float(one) for one in read_json(item, "memory"))
    except (TypeError, ValueError, OverflowError):
        raise Damaged(item, "memory") from None


def _history(item: Item) -> tuple[tuple[float, ...], ...]:
    try:
        history = tuple(tuple(float(one) for one in each) for each in read_json(item, HISTORY))
    except (TypeError, ValueError, OverflowError):
        raise Damaged(item, HISTORY) from None
    are_right = all(len(each) == 4 and all(0 <= one <= LATEST for one in each) for each in history)
    if are_right and len(history) <= MOST_DECISIONS:
        return history
    raise Damaged(item, HISTORY)


def _continued(governed: Governed) -> dict[str, str]:
    """Return the history with the decision of this measurement."""
    failed = governed.failed / governed.sent if governed.sent else 0.0
    milliseconds = round(1000 * governed.p95_seconds)
    last = (int(governed.held_at), round(governed.pace, 1), milliseconds, round(failed, 2))
    decisions = (*governed.history, last)[-MOST_DECISIONS:]
    return {"S": json.dumps(decisions, separators=(",", ":"))}


def measured_values(governed: Governed) -> dict[str, Any]:
    """Return the attributes that a measurement writes. Its ``history`` is that until then."""
    names = (
        "pace", HELD_AT, "sent", "failed", "refused", "median_seconds", "p95_seconds",
        "baseline_seconds", "rate",
    )  # fmt: skip
    return {
        **{name: number(getattr(governed, name)) for name in names},
        "reason": {"S": governed.reason[:MOST_REASON_CHARACTERS]},
        "baseline_of": {"S": governed.baseline_of},
        HISTORY: _continued(governed),
        "memory": {"S": json.dumps(governed.memory, separators=(",", ":"))},
    }


def asked_values(pace: float, asked_at: float, until: float) -> dict[str, Any]:
    """Return the attributes that a request of the site writes."""
    return {ASKED_PACE: number(pace), ASKED_AT: number(asked_at), ASKED_UNTIL: number(until)}
