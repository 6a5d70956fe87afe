"""Which AWS quotas an event would exceed, and what to request from AWS.

The default is the documented quotas. ``beekeeper doctor`` uses the quotas of your account.
"""

from beekeeper.results import Finding, Verdict
from beekeeper.rules import quotas, sizing
from beekeeper.rules.quotas import Account, Quota
from beekeeper.simulation.usage import Usage

MARGIN = 1.2  # request this many times the simulated need


def findings(
    peak_requests: float,
    concurrent: int,
    rate: float,
    usage: Usage,
    peak_arrivals: float,
    account: Account = quotas.USUAL,
) -> list[Finding]:
    """Return a finding for each service. Its remedy says what to request from AWS.

    ``peak_requests`` and ``peak_arrivals`` are those of the busiest second. ``concurrent`` is how
    many functions that answer visitors run at once. ``rate`` is visitors per minute.
    """
    return [
        _throttle(peak_requests, account),
        _concurrency(concurrent + sizing.reserved_concurrency(rate), account),
        _table(rate, concurrent),
        Finding(
            "queue",
            Verdict.OK,
            f"SQS: {peak_arrivals:,.0f} tickets a second at the peak, {usage.queue_sends:,} in all."
            " A standard queue has no limit.",
        ),
    ]


def _throttle(need: float, account: Account) -> Finding:
    limit, newer = account.requests_per_second, quotas.NEWER_REGION.requests_per_second
    text = f"API Gateway: {need:,.0f} requests a second at the peak"
    if need <= min(limit, newer):
        return Finding("throttle", Verdict.OK, f"{text}. The default quota is {limit:,}.")
    remedy = _ask(quotas.THROTTLE, need)
    if need <= limit:
        text += f". The default quota is {limit:,}, but {newer:,} in some regions."
        return Finding("throttle", Verdict.WARNING, text, f"In one of these regions: {remedy}")
    text += f", above the default quota of {limit:,}. Visitors beyond it get errors, and try again."
    return Finding("throttle", Verdict.PROBLEM, text, remedy)


def _concurrency(need: int, account: Account) -> Finding:
    limit, new = account.concurrent_executions, quotas.NEW_ACCOUNT_CONCURRENT_EXECUTIONS
    text = f"Lambda: about {need:,} functions at once at the peak"
    if need <= limit:
        text += f". The default quota is {limit:,}, and {new} in new accounts."
        return Finding("concurrency", Verdict.OK, text)
    text += f", above the default quota of {limit:,}. Visitors beyond it get errors."
    return Finding("concurrency", Verdict.PROBLEM, text, _ask(quotas.CONCURRENCY, need))


def _table(rate: float, concurrent: int) -> Finding:
    writes = sizing.write_units_per_second(rate)
    reads = sizing.copy_read_units_per_second(concurrent)
    text = f"DynamoDB: {writes:,.0f} writes a second"
    if writes > quotas.NEW_TABLE_WRITE_UNITS:
        return Finding(
            "table",
            Verdict.WARNING,
            f"{text}. A new table takes only {quotas.NEW_TABLE_WRITE_UNITS:,} at once.",
            "Raise the rate in steps on the day, or set the table's warm throughput before.",
        )
    if reads > quotas.KEY_READ_UNITS:
        return Finding(
            "table",
            Verdict.WARNING,
            f"DynamoDB: {reads:,.0f} reads a second of the room's items. A key takes only"
            f" {quotas.KEY_READ_UNITS:,}. Beyond that, functions continue with an older copy.",
        )
    text += (
        f". A table takes {quotas.TABLE_WRITE_UNITS:,}, and a new one"
        f" {quotas.NEW_TABLE_WRITE_UNITS:,} at once."
    )
    return Finding("table", Verdict.OK, text)


def _ask(quota: Quota, need: float) -> str:
    return f"{quota.ask_for(quotas.rounded_up(need * MARGIN))}."
