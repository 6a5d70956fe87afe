"""Whether the account's quotas bear the event. Reads only.

Quirks. New accounts may run ten functions at once, in place of 1,000, and AWS always keeps 100 for
functions without a reservation. For API Gateway, Service Quotas was seen to say 10,000 requests a
second in regions where 2,500 holds: GetAccount knows what is enforced, so it is asked first.
"""

import math
from collections.abc import Iterable

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.config import RoomConfig
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.grant import Grant, grant, unscoped
from beekeeper.provision.names import Names
from beekeeper.results import Finding
from beekeeper.rules import polling, sizing
from beekeeper.rules.quotas import (
    CONCURRENCY,
    THROTTLE,
    UNRESERVED_EXECUTIONS,
    USUAL,
    Quota,
    rounded_up,
)

STRICT_JOINS = f'With order = "strict", {sizing.STRICT_JOINS_PER_SECOND} visitors a second can join'
STRICT_BEYOND = "Those beyond are asked to try again, and join the later."


def grants(names: Names) -> Iterable[Grant]:
    """Return what a deployer must be allowed for these checks."""
    yield unscoped("lambda:GetAccountSettings")
    # The throttle. A statement of its own, since on APIs and domains there are other verbs, too.
    yield grant("apigateway", ["GET"], names.api_gateway_arn("account"), statement="Throttle")


def quick_checks(aws: Aws, config: RoomConfig, names: Names) -> list[str]:
    """Return what a deploy should say before it starts: one call, and none that can fail it."""
    try:
        found = concurrency(aws, config, names)
    except (BotoCoreError, ClientError):
        return []  # doctor says that it could not look
    return [] if found.verdict == "ok" else [f"{found.text} {found.remedy}"]


def concurrency(
    aws: Aws, config: RoomConfig, names: Names, arrivals: float | None = None
) -> Finding:
    """Compare what the functions need at the peak with what the account lets run at once.

    ``arrivals`` are visitors in the busiest minute; ten times the rate when not given.
    """
    limits = aws.client("lambda").get_account_settings()["AccountLimit"]
    total = int(limits["ConcurrentExecutions"])
    unreserved = int(limits["UnreservedConcurrentExecutions"])
    ours = _reserved(aws, names) if unreserved < total else 0
    free, consumers = unreserved + ours, sizing.reserved_concurrency(config.rate)
    need = sizing.concurrent_executions(_requests(aws, config, arrivals)) + consumers
    has = f"The account lets {free:,} functions run at once"
    if free >= need and free - consumers >= UNRESERVED_EXECUTIONS:
        return Finding("concurrency", "ok", f"{has}; the event needs about {need:,}.")
    enough = max(
        USUAL.concurrent_executions, rounded_up(need + total - free + UNRESERVED_EXECUTIONS)
    )
    remedy = ask(aws, CONCURRENCY, enough)
    if free >= need:
        text = f"{has}: enough, but too few to reserve {consumers} for the line's consumers."
        return Finding("concurrency", "warning", text, remedy)
    text = (
        f"{has}; the event needs about {need:,} ({_event(config, arrivals)}). Visitors beyond that"
        " get errors."
    )
    return Finding("concurrency", "problem", text, remedy)


def _reserved(aws: Aws, names: Names) -> int:
    """Return what our own consumer has reserved already."""
    try:
        function = aws.client("lambda").get_function(FunctionName=names.function("consumer"))
    except ClientError as error:
        if has_code(error, "ResourceNotFoundException"):
            return 0
        raise
    return int(function.get("Concurrency", {}).get("ReservedConcurrentExecutions", 0))


def throttle(aws: Aws, config: RoomConfig, arrivals: float | None = None) -> Finding:
    """Compare the requests at the peak with those that API Gateway lets into the account."""
    limit, need = _requests_allowed(aws), math.ceil(_requests(aws, config, arrivals))
    has = f"API Gateway takes {limit:,.0f} requests a second, of all APIs together"
    if limit < need:
        text = f"{has}; the event makes about {need:,} ({_event(config, arrivals)})."
        return Finding("throttle", "problem", text, ask(aws, THROTTLE, rounded_up(2 * need)))
    budget = polling.budget_per_second(aws.region)
    enough = int(budget / polling.BUDGET_SHARE)
    if limit < enough:
        text = (
            f"{has}: enough for about {need:,}, but the waiting pages of a very long line make up"
            f" to {budget:,.0f}."
        )
        return Finding("throttle", "warning", text, ask(aws, THROTTLE, enough))
    return Finding("throttle", "ok", f"{has}; the event makes about {need:,}.")


def joins(config: RoomConfig, arrivals: float | None = None) -> Finding:
    """Compare the visitors of the busiest minute with those whom a strict line takes."""
    limit, need = sizing.STRICT_JOINS_PER_SECOND, _arrivals(config, arrivals) / 60
    text = f"{STRICT_JOINS}; the event brings about {math.ceil(need):,}."
    if need <= limit:
        return Finding("joins", "ok", text)
    remedy = 'AWS does not raise this. Leave out order = "strict", or invite visitors bit by bit.'
    return Finding("joins", "warning", f"{text} {STRICT_BEYOND}", remedy)


def notes(config: RoomConfig) -> list[str]:
    """Return the limits that come with a configuration."""
    return [f"{STRICT_JOINS}. {STRICT_BEYOND}"] if config.is_strict else []


def _requests_allowed(aws: Aws) -> float:
    try:
        return float(aws.client("apigateway").get_account()["throttleSettings"]["rateLimit"])
    except (BotoCoreError, ClientError, KeyError):
        quotas = aws.client("service-quotas")
        quota = quotas.get_service_quota(ServiceCode=THROTTLE.service, QuotaCode=THROTTLE.code)
        return float(quota["Quota"]["Value"])


def ask(aws: Aws, quota: Quota, value: int) -> str:
    """Return what to ask AWS for, and how."""
    return (
        f"{quota.ask_for(value)}: aws service-quotas request-service-quota-increase"
        f" --service-code {quota.service} --quota-code {quota.code}"
        f" --desired-value {value} --region {aws.region}"
    )


def _requests(aws: Aws, config: RoomConfig, arrivals: float | None) -> float:
    budget = polling.budget_per_second(aws.region)
    return sizing.requests_per_second(config.rate, _arrivals(config, arrivals), budget)


def _arrivals(config: RoomConfig, arrivals: float | None) -> float:
    return sizing.peak_arrivals_per_minute(config.rate) if arrivals is None else arrivals


def _event(config: RoomConfig, arrivals: float | None) -> str:
    return f"{_arrivals(config, arrivals):,.0f} arrivals a minute, {config.rate:,} let through"
