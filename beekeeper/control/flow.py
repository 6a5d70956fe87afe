"""Who has joined lately, from the rows in which the producers count (rules/arrivals.py)."""

from dataclasses import replace

from beekeeper.connection import Deployed
from beekeeper.contract import arrival_rows
from beekeeper.control.table import find_items
from beekeeper.rules import arrivals, line
from beekeeper.rules.arrivals import SHARDS, JoinedBySecond
from beekeeper.rules.line import Pulse

MINUTE_SECONDS = 60
# A producer counts a visit within a second or two, so the last seconds are not whole.
LATE_SECONDS = 2
# Without a consumer for longer, those who joined before are left out: that is two calls.
LONGEST_SECONDS = 600
CALL = 96  # rows; BatchGetItem takes a hundred keys


def joined(room: Deployed, pulse: Pulse, now: float) -> JoinedBySecond:
    """Return who joined in the last minute, and since the pulse if that is longer ago."""
    since = line.counting_from(pulse, now).at / 1000 if line.is_stale(pulse, now) else now
    first = max(min(since, now - MINUTE_SECONDS - LATE_SECONDS), now - LONGEST_SECONDS)
    ids = [
        arrival_rows.row_id(span, shard)
        for span in arrivals.spans(first, now)
        for shard in range(SHARDS)
    ]
    calls = [find_items(room, ids[i : i + CALL]) for i in range(0, len(ids), CALL)]
    return arrival_rows.joined_of(row for found in calls for row in found.values())


def per_minute(counts: JoinedBySecond, now: float) -> float:
    """Return how many joined in the last whole minute."""
    last = int(now) - LATE_SECONDS
    came = sum(one.count for at, one in counts.items() if last - MINUTE_SECONDS <= at < last)
    return round(max(0.0, came), 1)


def up_to_date(pulse: Pulse, counts: JoinedBySecond, now: float) -> Pulse:
    """Return the pulse with those who joined since, if consumers don't publish it any more.

    Then nobody is admitted either, so at least as many wait as it says.
    """
    if not line.is_stale(pulse, now):
        return pulse
    found = line.with_joined(pulse, counts, now)
    return replace(found, waiting=max(pulse.waiting, found.waiting))
