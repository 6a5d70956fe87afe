"""Writes the tables of GROWTH.md from the rules: python -m tests.growth_table

The tables of the first second, of what to ask for and of the quotas come from the rules, and a test
compares all of them. The table of costs comes from eight simulations, which take a minute. A test
compares it with the prices of its requests.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path

from beekeeper.contract.asking import BACK_OFF
from beekeeper.costs.estimate import (
    EDGE_FREE_FUNCTIONS,
    EDGE_FREE_GB,
    EDGE_FREE_REQUESTS,
    GB,
    priced,
)
from beekeeper.costs.prices import Item, listed_prices
from beekeeper.rules import arrivals, first_second, polling, quotas, sizing
from beekeeper.rules.durations import estimate
from beekeeper.rules.first_second import FirstSecond
from beekeeper.rules.joining import REQUESTS_PER_PLACE, Limits
from beekeeper.rules.quotas import NEWER_REGION, USUAL, Account
from beekeeper.simulation.outcome import Simulation
from beekeeper.simulation.whatif import simulate

PAGE = Path(__file__).parents[1] / "GROWTH.md"
CROWDS = (10_000, 100_000, 1_000_000, 10_000_000)
HOUR = 60  # minutes in which all are admitted
PLACE_SECONDS = 180  # the goal for what to ask AWS for
MARGIN = 1.2
BEGIN, END = "<!-- {name}: python -m tests.growth_table -->\n", "<!-- end of {name} -->\n"
Rows = Iterable[Sequence[str]]


def brings(crowd: float, account: Account = USUAL) -> FirstSecond:
    return first_second.first_second(crowd, Limits(account), BACK_OFF)


def asked_for(crowd: int) -> Account:
    """Return the quotas with which all have a place within PLACE_SECONDS, or the usual ones."""
    rate, share = crowd / HOUR, 1 - polling.BUDGET_SHARE
    joins = crowd / PLACE_SECONDS * REQUESTS_PER_PLACE / share
    others = sizing.requests_per_second(rate, rate) + polling.polls_per_second(
        crowd, rate, polling.BUDGET_PER_SECOND
    )
    need = quotas.rounded_up(max(joins, MARGIN * others))
    functions = sizing.concurrent_executions(need) + sizing.reserved_concurrency(rate)
    requests = max(USUAL.requests_per_second, need)
    return Account(
        requests_per_second=requests,
        burst=requests // 2,
        concurrent_executions=max(USUAL.concurrent_executions, quotas.rounded_up(functions)),
    )


def first_seconds() -> Rows:
    yield (
        "arrivals in the first minute",
        "in the first second",
        "requests to the API without an edge",
        "visitors who read an error without an edge",
        "requests to CloudFront with an edge",
        "all have a place with an edge",
        "in a newer region",
    )
    for crowd in CROWDS:
        found, newer = brings(crowd), brings(crowd, NEWER_REGION)
        yield (
            f"{crowd:,}",
            f"{found.visitors:,}",
            f"{found.api_requests:,}",
            f"{max(found.refused, found.failed):,}",
            f"{found.edge_requests:,}",
            _placed(found),
            _placed(newer),
        )


def _placed(found: FirstSecond) -> str:
    return f"after {estimate(found.place_seconds)}" if found.refused_joins else "at once"


def requests_to_aws() -> Rows:
    yield (
        "arrivals in the first minute",
        f"{quotas.THROTTLE.name} ({quotas.THROTTLE.code}), API Gateway",
        f"{quotas.CONCURRENCY.name} ({quotas.CONCURRENCY.code}), Lambda",
        "Requests per second per distribution, CloudFront",
        "writes a second of the table, DynamoDB",
        "then all have a place",
        "without an edge, of the throttle",
    )
    for crowd in CROWDS:
        account, usual = asked_for(crowd), brings(crowd)
        warm = sizing.warm_write_units(crowd / HOUR, overbooking=1.5)
        yield (
            f"{crowd:,}",
            _ask(account.requests_per_second, USUAL.requests_per_second),
            _ask(account.concurrent_executions, USUAL.concurrent_executions),
            _ask(usual.edge_requests, quotas.EDGE_REQUESTS_PER_SECOND),
            f"{warm:,}, by deploy" if warm else f"{quotas.NEW_TABLE_WRITE_UNITS:,}, as it is",
            _placed(brings(crowd, account)),
            # The burst is half of the rate.
            _ask(quotas.rounded_up(usual.api_requests / 1.5), USUAL.requests_per_second),
        )


def _ask(need: int, usual: int) -> str:
    return f"**{need:,}**" if need > usual else f"{usual:,}, as it is"


def limits() -> Rows:
    yield "quota", "by default", "reached by", "then, without an edge", "then, with an edge"
    yield from _limits_of_requests()
    yield from _limits_of_the_line()


def _limits_of_requests() -> Rows:
    functions, new = quotas.NEW_ENVIRONMENTS, quotas.NEW_ENVIRONMENTS_SECONDS
    share, requests = first_second.SHARE, USUAL.requests_per_second
    yield (
        "Lambda: new environments of a function",
        f"{functions:,} in {new} s; AWS does not raise it",
        f"{functions / share:,.0f} in the first minute",
        "visitors read an error of API Gateway",
        "pages ask again",
    )
    bucket = (USUAL.burst + requests) / first_second.REQUESTS
    newer = (NEWER_REGION.burst + NEWER_REGION.requests_per_second) / first_second.REQUESTS
    yield (
        f"API Gateway: {quotas.THROTTLE.name} ({quotas.THROTTLE.code}), of the account",
        f"{requests:,} a second, {NEWER_REGION.requests_per_second:,} in newer regions",
        f"{bucket / share:,.0f} in the first minute, {newer / share:,.0f} in newer regions",
        f"visitors read `{first_second.REFUSED}`",
        f"pages ask again; up to {_at_once():,} all have a place within the minute",
    )
    yield (
        f"Lambda: {quotas.CONCURRENCY.name} ({quotas.CONCURRENCY.code}), of the account",
        f"{USUAL.concurrent_executions:,},"
        f" {quotas.NEW_ACCOUNT_CONCURRENT_EXECUTIONS} in new accounts",
        f"{USUAL.concurrent_executions / sizing.REQUEST_SECONDS:,.0f} requests a second",
        "visitors read an error of API Gateway",
        "pages ask again",
    )
    most = quotas.EDGE_REQUESTS_PER_SECOND
    yield (
        "CloudFront: requests of a distribution",
        f"{most:,} a second; a form, or a flat-rate plan",
        f"{most / first_second.EDGE_REQUESTS / share:,.0f} in the first minute",
        "no limit",
        "visitors read an error of CloudFront",
    )


def _limits_of_the_line() -> Rows:
    counts = quotas.NEW_ENVIRONMENTS * arrivals.WRITES_AT_ONCE
    yield (
        "DynamoDB: writes of a new table",
        f"{quotas.NEW_TABLE_WRITE_UNITS:,} a second",
        f"a rate above {_usual_rate():,} a minute; {counts:,} counts of"
        f" {quotas.NEW_ENVIRONMENTS:,} functions"
        " that start at once",
        "deploy makes the table ready for the rate; counts are written a moment later",
        "the same",
    )
    yield (
        f"DynamoDB: {quotas.TABLE_WRITES.name} ({quotas.TABLE_WRITES.code})",
        f"{quotas.TABLE_WRITE_UNITS:,} a second",
        "no rate that a room can have",
        "no limit",
        "no limit",
    )
    yield (
        "DynamoDB: reads of one key",
        f"{quotas.KEY_READ_UNITS:,} units a second; AWS does not raise it",
        f"{_containers():,} functions at once",
        "functions go on with a copy that is a little older",
        "the same",
    )
    yield (
        "SQS: tickets",
        f"no limit; {quotas.FIFO_CALLS_PER_SECOND} a second in strict order",
        "only strict order",
        "with strict order, visitors are asked to try again",
        "with strict order, pages ask again",
    )


def _at_once() -> int:
    """Return the largest crowd, in thousands, in which all have a place within the minute."""

    def takes(crowd: int) -> float:
        return brings(crowd).place_seconds

    sizes = range(10_000, 1_000_000, 1_000)
    return sizes[bisect_right(sizes, float(first_second.SECONDS), key=takes) - 1]


def _usual_rate() -> int:
    """Return the highest rate, in thousands, for which a new table is enough."""
    rates = range(1_000, sizing.MAX_RATE_PER_MINUTE, 1_000)
    return rates[bisect_right(rates, 0, key=lambda n: sizing.warm_write_units(n, 1.5) or 0) - 1]


def _containers() -> int:
    each = sizing.copy_read_units_per_second(1)
    return math.floor(quotas.KEY_READ_UNITS / each)


def costs() -> Rows:
    yield (
        "arrivals in the first minute",
        "requests to the API without an edge",
        "cost without an edge",
        "requests to the API with an edge",
        "requests to CloudFront",
        "of which news",
        "of which asked to try again",
        "cost with an edge",
        "of which free, once a month",
    )
    for crowd in CROWDS:
        account = asked_for(crowd)
        without, ours = (
            simulate(crowd, rate=crowd / HOUR, edge=edge, account=account) for edge in (False, True)
        )
        yield (
            f"{crowd:,}",
            f"{without.usage.api_requests:,}",
            f"${_usd(without):,.2f}",
            f"{ours.usage.api_requests:,}",
            f"{ours.usage.edge_requests:,}",
            f"{ours.requests.news:,}",
            f"{ours.requests.refused:,}",
            f"${_usd(ours):,.2f}",
            f"${_free_usd(ours):,.2f}",
        )


def _usd(event: Simulation) -> float:
    found = priced(event.usage, listed_prices(), visitors=event.visitors, rate=event.rate)
    return found.event_usd


def _free_usd(event: Simulation) -> float:
    usd, used = listed_prices().usd, event.usage
    requests = min(used.edge_requests, EDGE_FREE_REQUESTS) * usd[Item.CLOUDFRONT_REQUESTS]
    functions = min(used.edge_functions, EDGE_FREE_FUNCTIONS) * usd[Item.CLOUDFRONT_FUNCTIONS]
    gb = min(used.edge_bytes_out / GB, EDGE_FREE_GB) * usd[Item.CLOUDFRONT_GB]
    return requests + functions + gb


def table(rows: Rows) -> str:
    """Return rows as a table of Markdown. Columns with numbers are on the right."""
    head, *rest = rows
    rules = ("---:" if _is_number(rest[0][i]) else "---" for i in range(len(head)))
    lines = [head, tuple(rules), *rest]
    return "".join(f"| {' | '.join(row)} |\n" for row in lines)


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "").removeprefix("$").isdigit()


def with_tables(text: str, **tables: str) -> str:
    """Return the page with these tables between their marks."""
    for key, content in tables.items():
        begin, end = (mark.format(name=key.replace("_", " ")) for mark in (BEGIN, END))
        before, _, rest = text.partition(begin)
        text = before + begin + "\n" + content + "\n" + end + rest.partition(end)[2]
    return text


def of_rules() -> dict[str, str]:
    """Return the tables that need no simulation."""
    return {
        "first_second": table(first_seconds()),
        "requests": table(requests_to_aws()),
        "quotas": table(limits()),
    }


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_tables(page, **of_rules(), costs=table(costs())), encoding="utf-8")
