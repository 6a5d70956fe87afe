"""Which AWS quotas an event would exceed, and what to request from AWS.

The default is the documented quotas. ``beekeeper doctor`` uses the quotas of your account.
"""

from beekeeper.results import Finding, Verdict
from beekeeper.rules import quotas, sizing
from beekeeper.rules.first_second import FirstSecond
from beekeeper.rules.quotas import Account, Quota
from beekeeper.rules.settings import Settings
from beekeeper.simulation.usage import Usage

MARGIN = 1.2  # request this many times the simulated need


def findings(
    peak_requests: float,
    concurrent: int,
    settings: Settings,
    usage: Usage,
    peak_arrivals: float,
    first: FirstSecond,
    account: Account = quotas.USUAL,
) -> list[Finding]:
    """Return a finding for each service. Its remedy says what to request from AWS.

    ``peak_requests`` and ``peak_arrivals`` are those of the busiest second. ``concurrent`` is how
    many functions that answer visitors run at once.
    """
    edge = bool(settings.news_seconds)
    return [
        _first_second(first, edge=edge),
        _throttle(peak_requests, account, edge=edge),
        _concurrency(concurrent + sizing.reserved_concurrency(settings.rate), account, edge=edge),
        _table(settings, concurrent, peak_arrivals),
        Finding(
            "queue",
            Verdict.OK,
            f"SQS: {peak_arrivals:,.0f} tickets a second at the peak, {usage.queue_sends:,} in all."
            " A standard queue has no limit.",
        ),
    ]


def _first_second(first: FirstSecond, *, edge: bool) -> Finding:
    remedy = first.remedy(edge=edge)
    verdict = Verdict.WARNING if remedy else Verdict.OK
    return Finding("first second", verdict, first.said, remedy)


def _throttle(need: float, account: Account, *, edge: bool) -> Finding:
    limit, newer = account.requests_per_second, quotas.NEWER_REGION.requests_per_second
    text = f"API Gateway: {need:,.0f} requests a second at the peak"
    if need <= min(limit, newer):
        return Finding("throttle", Verdict.OK, f"{text}. The default quota is {limit:,}.")
    remedy = _ask(quotas.THROTTLE, need)
    if need <= limit and edge:
        text += f", of the default quota of {limit:,}. Pages beyond it ask again for their place."
        return Finding("throttle", Verdict.OK, text)
    if need <= limit:
        text += f". The default quota is {limit:,}, but {newer:,} in some regions."
        return Finding("throttle", Verdict.WARNING, text, f"In one of these regions: {remedy}")
    text += f", above the default quota of {limit:,}. {_beyond(edge=edge)}"
    return Finding("throttle", Verdict.PROBLEM, text, remedy)


def _concurrency(need: int, account: Account, *, edge: bool) -> Finding:
    limit, new = account.concurrent_executions, quotas.NEW_ACCOUNT_CONCURRENT_EXECUTIONS
    text = f"Lambda: about {need:,} functions at once at the peak"
    if need <= limit:
        text += f". The default quota is {limit:,}, and {new} in new accounts."
        return Finding("concurrency", Verdict.OK, text)
    text += f", above the default quota of {limit:,}. {_beyond(edge=edge)}"
    return Finding("concurrency", Verdict.PROBLEM, text, _ask(quotas.CONCURRENCY, need))


def _beyond(*, edge: bool) -> str:
    return "Pages beyond it ask again." if edge else "Visitors beyond it get errors."


def _table(settings: Settings, concurrent: int, peak_arrivals: float) -> Finding:
    rate, overbooking = settings.rate, settings.overbooking
    writes = sizing.write_units_per_second(rate, peak_arrivals * 60, overbooking)
    takes = sizing.warm_write_units(rate, overbooking) or quotas.NEW_TABLE_WRITE_UNITS
    reads = sizing.copy_read_units_per_second(concurrent)
    text = f"DynamoDB: {writes:,.0f} writes a second"
    if writes > takes:
        return Finding(
            "table",
            Verdict.WARNING,
            f"{text}. The table of a room with this rate takes only {takes:,} at once.",
            "Use doctor --arrivals: it shows the command that prepares the table.",
        )
    if reads > quotas.KEY_READ_UNITS:
        return Finding(
            "table",
            Verdict.WARNING,
            f"DynamoDB: {reads:,.0f} reads a second of the room's items. A key takes only"
            f" {quotas.KEY_READ_UNITS:,}. Beyond that, functions continue with an older copy.",
        )
    return Finding("table", Verdict.OK, f"{text}. The table takes {takes:,} at once.")


def _ask(quota: Quota, need: float) -> str:
    return f"{quota.ask_for(quotas.rounded_up(need * MARGIN))}."
