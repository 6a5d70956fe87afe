"""The AWS quotas that a room can reach: the documented values, and how to request more.

AWS enforces them for each account in each region. An account can have other values than the
documented ones, so a rule that compares with a quota takes an ``Account`` as an argument. Its
defaults are the documented values. This module only has numbers. It does not call AWS.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota that AWS raises on request, as the Service Quotas console names it."""

    service: str
    name: str
    code: str

    def ask_for(self, value: float) -> str:
        """Return a sentence that says to request ``value``, without its full stop."""
        return (
            f'Ask AWS for {value:,.0f} of the quota "{self.name}" ({self.code}); it can take days'
        )


THROTTLE = Quota("apigateway", "Throttle rate", "L-8A5B8E43")
CONCURRENCY = Quota("lambda", "Concurrent executions", "L-B99A9384")
TABLE_WRITES = Quota("dynamodb", "Table-level write throughput limit", "L-AB614373")


@dataclass(frozen=True, slots=True)
class Account:
    """The quotas of one account in one region that AWS raises on request.

    ``requests_per_second`` and ``burst`` limit all APIs of the account together, and
    ``concurrent_executions`` limits all functions together.
    """

    requests_per_second: int = 10_000
    burst: int = 5_000
    concurrent_executions: int = 1_000


# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
USUAL = Account()
# API Gateway allows fewer requests in these regions (the same page).
NEWER_REGION = Account(requests_per_second=2_500, burst=1_250)
NEWER_REGIONS = frozenset(
    {
        *("af-south-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5"),
        *("ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2"),
        *("il-central-1", "me-central-1", "mx-central-1"),
    }
)
# Lambda starts a new account with this many concurrent executions (the Lambda page above).
NEW_ACCOUNT_CONCURRENT_EXECUTIONS = 10
# Lambda always keeps this many for functions without a reservation ("Reserved concurrency").
UNRESERVED_EXECUTIONS = 100
# One EventBridge rule can have this many targets (EventBridge quotas).
RULE_TARGETS = 5
# The write units a second of an on-demand table: those that a new table has at once, and the
# default limit of every table (DynamoDB, "On-demand capacity mode" and "Quotas").
NEW_TABLE_WRITE_UNITS, TABLE_WRITE_UNITS = 4_000, 40_000
# The read and write units a second of one key, as of one partition. A unit is two eventually
# consistent reads of up to 4 KB (DynamoDB, "Designing partition keys").
KEY_READ_UNITS, KEY_WRITE_UNITS = 3_000, 1_000
# Lambda adds so many environments to each function in ten seconds (Lambda, "Scaling behavior").
NEW_ENVIRONMENTS, NEW_ENVIRONMENTS_SECONDS = 1_000, 10
# A FIFO queue takes this many calls a second of each kind. High throughput mode takes more, but
# only with several message groups (SQS, "Message quotas").
FIFO_CALLS_PER_SECOND = 300
# One CloudFront distribution takes this many requests a second. It has no code in Service Quotas:
# AWS raises it with a form (CloudFront, "General quotas"). The flat-rate plans have other limits.
EDGE_REQUESTS_PER_SECOND = 250_000


def usual_in(region: str) -> Account:
    """Return the default quotas of an account in a region."""
    return NEWER_REGION if region in NEWER_REGIONS else USUAL


def rounded_up(value: float) -> int:
    """Return the value rounded up to a hundred, because people request round figures."""
    return math.ceil(value / 100) * 100
