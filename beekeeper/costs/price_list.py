"""AWS's current prices, from the Price List Query API (``pricing:GetProducts``).

The API has these quirks:

- It runs in three regions, and each knows the prices of all regions.
- A product is a JSON text inside the JSON answer.
- Its tiers are ``priceDimensions``. A free allowance is a tier with price zero.
- The usage type says what a product is. It has a prefix for the region, such as ``EU-`` or
  ``APN1-``. In us-east-1 it has none, but the table class ``IA-`` looks like one.
- The region is ``regionCode``. For data transfer it is ``fromRegionCode``, and dashboards have no
  region. CloudFront has edge locations instead, and their continent is the prefix.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.costs.prices import Item, Prices, listed_prices
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.regions import check_region

if TYPE_CHECKING:
    from boto3.session import Session

API_REGION = "us-east-1"
PREFIX = r"(?:(?!IA-)[A-Z]{2,3}\d?-)?"
REMEDY = "Leave live prices out: the table in the package needs no credentials and no network."


@dataclass(frozen=True, slots=True)
class Query:
    """The products of a service in which to find prices, by usage type."""

    service: str
    usage_types: Mapping[Item, str]
    filters: Mapping[str, str]
    region_field: str = "regionCode"


QUERIES = (
    Query("AmazonApiGateway", {Item.HTTP_API_REQUESTS: "ApiGatewayHttpRequest"}, {}),
    Query(
        "AWSLambda",
        {Item.LAMBDA_REQUESTS: "Request-ARM", Item.LAMBDA_GB_SECONDS: "Lambda-GB-Second-ARM"},
        {"productFamily": "Serverless"},
    ),
    # The oldest regions use "RBP". Fair and FIFO queues have other usage types.
    Query("AWSQueueService", {Item.SQS_REQUESTS: "Requests-(?:RBP|Tier1)"}, {}),
    Query(
        "AmazonDynamoDB",
        {
            Item.DYNAMODB_WRITE_UNITS: "WriteRequestUnits",
            Item.DYNAMODB_READ_UNITS: "ReadRequestUnits",
        },
        {},
    ),
    Query("AmazonS3", {Item.S3_GETS: "Requests-Tier2"}, {"group": "S3-API-Tier2"}),
    Query(
        "AmazonCloudWatch",
        {
            Item.LOGS_GB: "DataProcessing-Bytes",
            Item.ALARM_MONTHS: "CW:AlarmMonitorUsage",
            Item.METRIC_MONTHS: "CW:MetricMonitorUsage",
        },
        {},
    ),
    Query(
        "AmazonCloudWatch",
        {Item.DASHBOARD_MONTHS: "DashboardsUsageHour-Basic"},
        {"usagetype": "DashboardsUsageHour-Basic"},
        region_field="",
    ),
    Query(
        "AWSDataTransfer",
        {Item.DATA_OUT_GB: "DataTransfer-Out-Bytes"},
        {"transferType": "AWS Outbound"},
        region_field="fromRegionCode",
    ),
    # Of two prices the higher one counts, so this is the dearer of the two continents.
    Query(
        "AmazonCloudFront",
        {
            Item.CLOUDFRONT_REQUESTS: "(?:US|EU)-Requests-Tier2-HTTPS",
            Item.CLOUDFRONT_GB: "(?:US|EU)-DataTransfer-Out-Bytes",
            Item.CLOUDFRONT_FUNCTIONS: "Executions-CloudFrontFunctions",
        },
        {},
        region_field="",
    ),
)


def live_prices(region: str, session: "Session | None" = None) -> Prices:
    """Read the prices of a region from AWS's price list. The table fills in what is missing.

    Needs ``pricing:GetProducts``. Raises ConfigError if ``region`` is not a region, and
    CredentialsError or ProvisionError if the call to AWS fails.
    """
    check_region(region)
    aws = Aws(session, region=API_REGION)
    found: dict[Item, float] = {}
    for query in QUERIES:
        products = _products(aws, query, region)
        for item, usage_type in query.usage_types.items():
            if (usd := _price(products, usage_type)) is not None:
                found[item] = usd
    lacking = [item for item in Item if item not in found]
    notes = tuple(
        f"{item}: not in AWS's price list of {region}. The price is from the table."
        for item in lacking
    )
    table = listed_prices(region)
    return Prices(
        region,
        "AWS's price list of today",
        {**table.usd, **found},
        (*notes, *(table.notes if lacking else ())),
    )


def _products(aws: Aws, query: Query, region: str) -> list[dict[str, Any]]:
    fields = {**query.filters, **({query.region_field: region} if query.region_field else {})}
    filters = [{"Type": "TERM_MATCH", "Field": k, "Value": v} for k, v in fields.items()]
    try:
        pages = (
            aws.client("pricing")
            .get_paginator("get_products")
            .paginate(ServiceCode=query.service, Filters=filters, FormatVersion="aws_v1")
        )
        return [json.loads(text) for page in pages for text in page["PriceList"]]
    except (BotoCoreError, ClientError) as error:
        problem = explained(error, "read", "AWS's price list of", query.service)
        problem.add_note(REMEDY)
        raise problem from error


def _price(products: Iterable[Mapping[str, Any]], usage_type: str) -> float | None:
    wanted = re.compile(PREFIX + usage_type)
    prices = [
        price
        for product in products
        if wanted.fullmatch(product["product"]["attributes"].get("usagetype", ""))
        if (price := _first_paid(product)) is not None
    ]
    # We know of one price only. If there are several, the estimate must not be too low.
    return max(prices, default=None)


def _first_paid(product: Mapping[str, Any]) -> float | None:
    """Return the price of the lowest tier that is not free."""
    terms = product["terms"].get("OnDemand", {}).values()
    tiers = [tier for term in terms for tier in term["priceDimensions"].values()]
    paid = [(float(t["beginRange"]), float(t["pricePerUnit"].get("USD", 0))) for t in tiers]
    return min(((begin, usd) for begin, usd in paid if usd > 0), default=(0.0, None))[1]
