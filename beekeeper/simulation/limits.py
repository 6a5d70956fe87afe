"""Which of AWS's default quotas an event would hit, and what to ask AWS for.

``beekeeper doctor`` compares with the quotas of an account; here they are those of a usual one.
"""

import math
from collections.abc import Iterator

from beekeeper.results import Finding
from beekeeper.rules.workers import workers_for
from beekeeper.simulation.usage import Usage

# Requests a second to all HTTP APIs of an account in a region; 2,500 in some newer ones
# (API Gateway quotas).
THROTTLE, THROTTLE_NEWER_REGIONS = 10_000, 2_500
CONCURRENCY = 1_000  # functions at once (Lambda quotas); new accounts have ten
CONSUMERS_PER_WORKER = 3  # provision.steps.RESERVED_PER_WORKER
# Units a second: of a new table on demand at once, and of any by default (DynamoDB quotas).
NEW_TABLE_WRITES, TABLE_UNITS = 4_000, 40_000
PARTITION_READS = 3_000  # units a second and key; each is two reads of up to 4 KB
MARGIN = 1.2  # what is asked for, over what was simulated


def findings(
    peak_requests: float, concurrent: int, rate: float, usage: Usage, peak_arrivals: float
) -> list[Finding]:
    """Return a finding for each service; its remedy says what to ask for."""
    return [
        *_throttle(peak_requests),
        *_concurrency(concurrent + workers_for(rate) * CONSUMERS_PER_WORKER),
        *_table(rate, concurrent),
        Finding(
            "queue",
            "ok",
            f"SQS: {peak_arrivals:,.0f} tickets a second at the peak, {usage.queue_sends:,} in all;"
            " a standard queue has no limit.",
        ),
    ]


def _throttle(need: float) -> Iterator[Finding]:
    text = f"API Gateway: {need:,.0f} requests a second at the peak"
    if need <= THROTTLE_NEWER_REGIONS:
        yield Finding("throttle", "ok", f"{text}; accounts may make {THROTTLE:,}.")
        return
    remedy = _ask("Throttle rate", "L-8A5B8E43", need)
    if need <= THROTTLE:
        text += f"; accounts may make {THROTTLE:,}, but {THROTTLE_NEWER_REGIONS:,} in some regions."
        yield Finding("throttle", "warning", text, f"In one of those: {remedy}")
        return
    text += f", above the default of {THROTTLE:,}: visitors beyond it get errors, and try again."
    yield Finding("throttle", "problem", text, remedy)


def _concurrency(need: int) -> Iterator[Finding]:
    text = f"Lambda: about {need:,} functions at once at the peak"
    if need <= CONCURRENCY:
        yield Finding(
            "concurrency", "ok", f"{text}; accounts may run {CONCURRENCY:,}, new ones 10."
        )
        return
    text += f", above the default of {CONCURRENCY:,}: visitors beyond it get errors."
    yield Finding("concurrency", "problem", text, _ask("Concurrent executions", "L-B99A9384", need))


def _table(rate: float, concurrent: int) -> Iterator[Finding]:
    # A row for each who is admitted, and a note in it for each who goes in.
    writes, reads = 2 * rate / 60, 1.5 * concurrent
    text = f"DynamoDB: {writes:,.0f} writes a second"
    if writes > NEW_TABLE_WRITES:
        yield Finding(
            "table",
            "warning",
            f"{text}, of which a new table takes {NEW_TABLE_WRITES:,} at once.",
            "Let the rate rise in steps on the day, or set the table's warm throughput before.",
        )
    elif reads > PARTITION_READS:
        yield Finding(
            "table",
            "warning",
            f"DynamoDB: {reads:,.0f} reads a second of the room's items, of which a key takes"
            f" {PARTITION_READS:,}; functions then go on with an older copy.",
        )
    else:
        yield Finding("table", "ok", f"{text}; tables take {TABLE_UNITS:,}, new ones"
                      f" {NEW_TABLE_WRITES:,} at once.")  # fmt: skip


def _ask(name: str, code: str, need: float) -> str:
    value = math.ceil(need * MARGIN / 100) * 100
    return f'Ask AWS for {value:,} of the quota "{name}" ({code}); it can take days.'
