"""The quotas of this account and region, as AWS enforces them. Reads only.

Quirks:

- New accounts can run only ten functions at once, instead of 1,000.
- GetAccount reports the throttle that API Gateway enforces. Service Quotas was seen to report the
  usual 10,000 requests a second in regions where the limit is 2,500. So we call GetAccount first.
- AWS sets the burst itself, in proportion to the rate (API Gateway, "Quotas").
"""

from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.failures import explained
from beekeeper.rules import quotas
from beekeeper.rules.quotas import THROTTLE, Account

REFUSED = (400, 403, 404, 501)  # no permission, or a service that the region or emulator lacks


def account_of(aws: Aws) -> Account:
    """Return the account's quotas for a deploy. What it may not read is as AWS documents it.

    Raises ProvisionError if AWS does not answer: a guess could change a room that is right.
    """
    try:
        return throttled(aws)
    except (BotoCoreError, ClientError) as error:
        if _is_refused(error):
            return quotas.usual_in(aws.region)  # doctor reports that it could not check
        raise explained(error, "read", "the account's", "quotas") from error


def throttled(aws: Aws) -> Account:
    """Return the account with its throttle of API Gateway. Raises the errors of boto3."""
    usual = quotas.usual_in(aws.region)
    try:
        settings: dict[str, Any] = aws.client("apigateway").get_account()["throttleSettings"]
    except ClientError as error:
        if not _is_refused(error):
            raise
        rate = _asked_of_service_quotas(aws)
        if rate == quotas.USUAL.requests_per_second:
            rate = usual.requests_per_second
        burst = rate * usual.burst / usual.requests_per_second
    else:
        rate, burst = settings["rateLimit"], settings["burstLimit"]
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
