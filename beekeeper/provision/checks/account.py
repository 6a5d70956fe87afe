"""The quotas of this account and region, as AWS enforces them. Reads only.

Quirks:

- GetAccount reports the throttle that API Gateway enforces. Service Quotas was seen to report the
  usual 10,000 requests a second in regions where the limit is 2,500. So we call GetAccount first.
- AWS sets the burst itself, in proportion to the rate (API Gateway, "Quotas").
"""

from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.resources import stage
from beekeeper.rules import quotas
from beekeeper.rules.quotas import THROTTLE, Account

REFUSED = (400, 403, 404, 501)  # no permission, or a service that the region or emulator lacks


def account_of(aws: Aws, api_id: str = "") -> Account:
    """Return the account's quotas for a deploy.

    What it may not read is as in the deployed stage of ``api_id``, or else as AWS documents it: who
    can't read a quota that AWS has raised must not take it from the room.

    Raises ProvisionError if AWS does not answer: a guess could change a room that is right.
    """
    try:
        return throttled(aws)
    except (BotoCoreError, ClientError) as error:
        if _is_refused(error):
            return _as_deployed(aws, api_id)  # doctor reports that it could not check
        raise explained(error, "read", "the account's", "quotas") from error


def _as_deployed(aws: Aws, api_id: str) -> Account:
    usual = quotas.usual_in(aws.region)
    rate, burst = stage.throttle(aws, api_id) if api_id else (0, 0)
    return replace(usual, requests_per_second=rate, burst=burst) if rate and burst else usual


def throttled(aws: Aws) -> Account:
    """Return the account with its throttle of API Gateway. Raises the errors of boto3."""
    usual = quotas.usual_in(aws.region)
    try:
        found = aws.client("apigateway").get_account()
    except ClientError as error:
        if not _is_refused(error):
            raise
        rate = _asked_of_service_quotas(aws)
        if rate == quotas.USUAL.requests_per_second:
            rate = usual.requests_per_second
        burst = rate * usual.burst / usual.requests_per_second
    else:
        # Some emulators tell nothing. A throttle of 0 would block everything.
        settings: dict[str, Any] = found.get("throttleSettings", {})
        rate = settings.get("rateLimit") or usual.requests_per_second
        burst = settings.get("burstLimit") or usual.burst
    return replace(usual, requests_per_second=int(rate), burst=int(burst))


def _asked_of_service_quotas(aws: Aws) -> float:
    quota = aws.client("service-quotas").get_service_quota(
        ServiceCode=THROTTLE.service, QuotaCode=THROTTLE.code
    )
    return float(quota["Quota"]["Value"])


def _is_refused(error: Exception) -> bool:
    if not isinstance(error, ClientError) or "Throttl" in error.response["Error"]["Code"]:
        return False
    return error.response["ResponseMetadata"].get("HTTPStatusCode") in REFUSED
