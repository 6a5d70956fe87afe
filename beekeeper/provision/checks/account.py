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
from beekeeper.rules import quotas
from beekeeper.rules.quotas import THROTTLE, Account


def account_of(aws: Aws) -> Account:
    """Return the account's quotas for a deploy. What AWS does not tell is as documented."""
    try:
        return throttled(aws)
    except (BotoCoreError, ClientError):
        return quotas.usual_in(aws.region)  # doctor reports that it could not check


def throttled(aws: Aws) -> Account:
    """Return the account with its throttle of API Gateway. Raises the errors of boto3."""
    usual = quotas.usual_in(aws.region)
    try:
        settings: dict[str, Any] = aws.client("apigateway").get_account()["throttleSettings"]
        rate, burst = settings["rateLimit"], settings["burstLimit"]
    except (BotoCoreError, ClientError, KeyError):
        client = aws.client("service-quotas")
        quota = client.get_service_quota(ServiceCode=THROTTLE.service, QuotaCode=THROTTLE.code)
        rate = quota["Quota"]["Value"]
        if rate == quotas.USUAL.requests_per_second:
            rate = usual.requests_per_second
        burst = rate * usual.burst / usual.requests_per_second
    return replace(usual, requests_per_second=int(rate), burst=int(burst))
