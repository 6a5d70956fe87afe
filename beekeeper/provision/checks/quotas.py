"""Checks whether the account's quotas are high enough for the event. Reads only.

Quirks:

- New accounts can run only ten functions at once, instead of 1,000.
- AWS always keeps 100 executions for functions without a reservation.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.config import RoomConfig
from beekeeper.contract.asking import BACK_OFF
from beekeeper.contract.functions import CONSUMER
from beekeeper.errors import BeekeeperError
from beekeeper.provision.aws import Aws
from beekeeper.provision.checks.account import throttled
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.grant import Grant, grant, unscoped
from beekeeper.provision.names import Names
from beekeeper.results import Finding, Verdict
from beekeeper.rules import first_second as rule
from beekeeper.rules import polling, sizing
from beekeeper.rules.joining import Limits
from beekeeper.rules.quotas import (
    CONCURRENCY,
    NEW_TABLE_WRITE_UNITS,
    TABLE_WRITE_UNITS,
    THROTTLE,
    UNRESERVED_EXECUTIONS,
    USUAL,
    Account,
    Quota,
    rounded_up,
)

STRICT_JOINS = f'With order = "strict", {sizing.STRICT_JOINS_PER_SECOND} visitors a second can join'
STRICT_BEYOND = "Visitors beyond that are asked to try again, and join later."


def grants(names: Names) -> Iterable[Grant]:
    """Return the permissions that a deployer needs for these checks."""
    yield unscoped("lambda:GetAccountSettings")
    # For the throttle. It needs its own statement: for APIs and domains, we grant other verbs, too.
    yield grant("apigateway", ["GET"], names.api_gateway_arn("account"), statement="Throttle")


def quick_checks(aws: Aws, config: RoomConfig, names: Names, account: Account) -> list[str]:
    """Return the warnings to show before a deploy. It never raises."""
    try:
        found = concurrency(aws, config, names, account)
    except (BeekeeperError, BotoCoreError, ClientError):
        return []  # doctor reports that it could not check
    return [] if found.verdict is Verdict.OK else [f"{found.text} {found.remedy}"]


def concurrency(
    aws: Aws, config: RoomConfig, names: Names, account: Account, arrivals: float | None = None
) -> Finding:
    """Compare the concurrency that the functions need at the peak with the account's quota.

    ``arrivals`` is the number of visitors in the busiest minute. The default is ten times the rate.
    """
    limits = aws.client("lambda").get_account_settings()["AccountLimit"]
    total = int(limits["ConcurrentExecutions"])
    unreserved = int(limits["UnreservedConcurrentExecutions"])
    ours = _reserved(aws, names) if unreserved < total else 0
    free, consumers = unreserved + ours, sizing.reserved_concurrency(config.rate)
    need = sizing.concurrent_executions(_requests(config, arrivals, account)) + consumers
    has = f"The account lets {free:,} functions run at once"
    if free >= need and free - consumers >= UNRESERVED_EXECUTIONS:
        return Finding("concurrency", Verdict.OK, f"{has}, and the event needs about {need:,}.")
    enough = max(
        USUAL.concurrent_executions, rounded_up(need + total - free + UNRESERVED_EXECUTIONS)
    )
    remedy = ask(aws, CONCURRENCY, enough)
    if free >= need:
        text = (
            f"{has}. That is enough for the event, but too few to reserve {consumers} for the"
            " consumers of the line."
        )
        return Finding("concurrency", Verdict.WARNING, text, remedy)
    beyond = "Pages beyond that ask again." if config.edge else "Visitors beyond that get errors."
    text = f"{has}, but the event needs about {need:,} ({_event(config, arrivals)}). {beyond}"
    return Finding("concurrency", Verdict.PROBLEM, text, remedy)


def _reserved(aws: Aws, names: Names) -> int:
    """Return how many executions are already reserved for our own consumer."""
    try:
        function = aws.client("lambda").get_function(FunctionName=names.function(CONSUMER.name))
    except ClientError as error:
        if has_code(error, "ResourceNotFoundException"):
            return 0
        raise
    return int(function.get("Concurrency", {}).get("ReservedConcurrentExecutions", 0))


def throttle(
    aws: Aws, config: RoomConfig, arrivals: float | None = None, *, deployed: float | None = None
) -> Finding:
    """Compare the requests at the peak with API Gateway's throttle for the account.

    ``deployed`` is how many polls a second the deployed room makes at most. If the quota has
    changed since then, the room must be deployed again.
    """
    account = throttled(aws)
    limit, budget = account.requests_per_second, polling.budget_of(account)
    need = math.ceil(_requests(config, arrivals, account))
    has = f"API Gateway accepts {limit:,} requests a second, for all APIs together"
    if limit < need:
        text = f"{has}, but the event makes about {need:,} ({_event(config, arrivals)})."
        return Finding("throttle", Verdict.PROBLEM, text, ask(aws, THROTTLE, rounded_up(2 * need)))
    if deployed is not None and deployed != budget:
        text = (
            f"{has}. The room was deployed for another quota: its waiting pages make up to"
            f" {deployed:,.0f} requests a second, and {budget:,.0f} would be right."
        )
        return Finding("throttle", Verdict.WARNING, text, "Run python -m beekeeper deploy.")
    return Finding("throttle", Verdict.OK, f"{has}, and the event makes about {need:,}.")


def first_second(aws: Aws, config: RoomConfig, arrivals: float | None = None) -> Finding:
    """Say what visitors would see in the first second, without an edge and with one."""
    settings = aws.client("lambda").get_account_settings()
    concurrent = int(settings["AccountLimit"]["ConcurrentExecutions"])
    account = replace(throttled(aws), concurrent_executions=concurrent)
    queue = sizing.STRICT_JOINS_PER_SECOND if config.is_strict else math.inf
    found = rule.first_second(_arrivals(config, arrivals), Limits(account, queue), BACK_OFF)
    remedy = found.remedy(edge=config.edge)
    verdict = Verdict.WARNING if remedy else Verdict.OK
    return Finding("first second", verdict, found.said, remedy)


def table(aws: Aws, config: RoomConfig, names: Names, arrivals: float | None = None) -> Finding:
    """Compare the writes at the peak with what the room's table takes at once."""
    need = _write_units(config, arrivals)
    takes = sizing.warm_write_units(config.rate, config.overbooking) or NEW_TABLE_WRITE_UNITS
    has = f"The room's table takes {takes:,} writes a second at once"
    if need <= takes:
        return Finding("table", Verdict.OK, f"{has}, and the event makes about {need:,}.")
    text = f"{has}, but the event makes about {need:,} ({_event(config, arrivals)})."
    if need > TABLE_WRITE_UNITS:
        remedy = f"Ask AWS support for {need:,} write units a second for table {names.stem}."
    else:
        remedy = (
            f"After deploy, run: aws dynamodb update-table --table-name {names.stem} --region"
            f" {aws.region} --warm-throughput WriteUnitsPerSecond={need}"
        )
    return Finding("table", Verdict.WARNING, text, remedy)


def _write_units(config: RoomConfig, arrivals: float | None) -> int:
    peak = _arrivals(config, arrivals)
    return rounded_up(sizing.write_units_per_second(config.rate, peak, config.overbooking))


def joins(config: RoomConfig, arrivals: float | None = None) -> Finding:
    """Compare the visitors of the busiest minute with the number that can join a strict line."""
    limit, need = sizing.STRICT_JOINS_PER_SECOND, _arrivals(config, arrivals) / 60
    if need <= limit:
        text = f"{STRICT_JOINS}, and the event brings about {math.ceil(need):,}."
        return Finding("joins", Verdict.OK, text)
    text = f"{STRICT_JOINS}, but the event brings about {math.ceil(need):,}. {STRICT_BEYOND}"
    remedy = 'AWS does not raise this limit. Leave out order = "strict", or invite fewer at a time.'
    return Finding("joins", Verdict.WARNING, text, remedy)


def notes(config: RoomConfig) -> list[str]:
    """Return the limits of a configuration."""
    return [f"{STRICT_JOINS}. {STRICT_BEYOND}"] if config.is_strict else []


def ask(aws: Aws, quota: Quota, value: int) -> str:
    """Return which quota to request from AWS, and the command for it."""
    return (
        f"{quota.ask_for(value)}: aws service-quotas request-service-quota-increase"
        f" --service-code {quota.service} --quota-code {quota.code}"
        f" --desired-value {value} --region {aws.region}"
    )


def _requests(config: RoomConfig, arrivals: float | None, account: Account) -> float:
    """Return the requests a second at the peak.

    With an edge, pages that the API refuses ask again for their place. So those who arrive take
    only what the others leave of the quota.
    """
    coming, budget = _arrivals(config, arrivals), polling.budget_of(account)
    need = sizing.requests_per_second(config.rate, coming, budget, edge=config.edge)
    if not config.edge:
        return need
    others = need - sizing.requests_per_arrival(edge=True) * coming / 60
    return min(need, max(others, account.requests_per_second))


def _arrivals(config: RoomConfig, arrivals: float | None) -> float:
    return sizing.peak_arrivals_per_minute(config.rate) if arrivals is None else arrivals


def _event(config: RoomConfig, arrivals: float | None) -> str:
    return f"{_arrivals(config, arrivals):,.0f} arrivals a minute, {config.rate:,} admitted"
