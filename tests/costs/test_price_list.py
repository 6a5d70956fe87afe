"""Prices from AWS's price list. The documents have the form of the answers of GetProducts."""

import json
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError

import beekeeper
from beekeeper.costs.price_list import QUERIES, live_prices
from beekeeper.costs.prices import Item, listed_prices
from beekeeper.errors import ConfigError, CredentialsError, ProvisionError
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import Call, instead, refuse

REGION = "eu-west-1"
Tiers = list[tuple[str, str]]  # where each begins, and its price


def product(service: str, family: str, usage_type: str, tiers: Tiers, **attributes: str) -> str:
    """Return a product as the price list has it: a text of JSON."""
    sku = f"SKU{abs(hash((service, usage_type))) % 10**9}"
    term = f"{sku}.JRTCKXETXF"
    ends = [begin for begin, _ in tiers[1:]] + ["Inf"]
    dimensions = {
        f"{term}.{i}": {
            "unit": "Requests",
            "beginRange": begin,
            "endRange": end,
            "description": f"${usd} per unit",
            "appliesTo": [],
            "rateCode": f"{term}.{i}",
            "pricePerUnit": {"USD": usd},
        }
        for i, ((begin, usd), end) in enumerate(zip(tiers, ends, strict=True))
    }
    on_demand = {
        "priceDimensions": dict(reversed(dimensions.items())),  # in no order
        "sku": sku,
        "effectiveDate": "2026-10-01T00:00:00Z",
        "offerTermCode": "JRTCKXETXF",
        "termAttributes": {},
    }
    return json.dumps(
        {
            "product": {
                "productFamily": family,
                "attributes": {"servicecode": service, "usagetype": usage_type, **attributes},
                "sku": sku,
            },
            "serviceCode": service,
            "terms": {"OnDemand": {term: on_demand}},
            "version": "20261001184746",
            "publicationDate": "2026-10-01T18:47:46Z",
        }
    )


PRODUCTS: dict[str, list[str]] = {
    "AmazonApiGateway": [
        product(
            "AmazonApiGateway",
            "API Calls",
            "EU-ApiGatewayHttpRequest",
            [("0", "0.0000011100"), ("300000000", "0.0000010000")],
        ),
        product("AmazonApiGateway", "API Calls", "EU-ApiGatewayRequest", [("0", "0.0000035000")]),
    ],
    "AWSLambda": [
        product("AWSLambda", "Serverless", "EU-Request", [("0", "0.0000009")]),
        product("AWSLambda", "Serverless", "EU-Request-ARM", [("0", "0.0000002")]),
        product("AWSLambda", "Serverless", "EU-Lambda-GB-Second", [("0", "0.0000166667")]),
        product(
            "AWSLambda",
            "Serverless",
            "EU-Lambda-GB-Second-ARM",
            [("0", "0.0000133334"), ("7500000000", "0.0000120001")],
        ),
        product("AWSLambda", "Serverless", "EU-Lambda-Provisioned-GB-Second-ARM", [("0", "9")]),
    ],
    "AWSQueueService": [
        product("AWSQueueService", "API Request", "EU-Requests-FIFO-Tier1", [("0", "0.0000005")]),
        product(
            "AWSQueueService",
            "API Request",
            "EU-Requests-Tier1",
            # The form of a free allowance: a first tier that costs nothing.
            [("0", "0.0000000000"), ("1000000", "0.0000004000"), ("100000000000", "0.0000003")],
        ),
    ],
    "AmazonDynamoDB": [
        product("AmazonDynamoDB", "PayPerRequest", "EU-WriteRequestUnits", [("0", "0.000000705")]),
        product("AmazonDynamoDB", "PayPerRequest", "EU-ReadRequestUnits", [("0", "0.0000001415")]),
        # In us-east-1, the table class looks like a region.
        product("AmazonDynamoDB", "PayPerRequest", "IA-WriteRequestUnits", [("0", "7")]),
        product("AmazonDynamoDB", "PayPerRequest", "EU-IA-ReadRequestUnits", [("0", "7")]),
        product("AmazonDynamoDB", "PayPerRequest", "EU-ReplWriteRequestUnits", [("0", "7")]),
    ],
    "AmazonS3": [product("AmazonS3", "API Request", "EU-Requests-Tier2", [("0", "0.0000004")])],
    "AmazonCloudWatch": [
        product("AmazonCloudWatch", "Data Payload", "EU-DataProcessing-Bytes", [("0", "0.57")]),
        product("AmazonCloudWatch", "Data Payload", "EU-DataProcessingIA-Bytes", [("0", "0.28")]),
        product("AmazonCloudWatch", "Alarm", "EU-CW:AlarmMonitorUsage", [("0", "0.1")]),
        product("AmazonCloudWatch", "Alarm", "EU-CW:HighResAlarmMonitorUsage", [("0", "0.3")]),
        product(
            "AmazonCloudWatch",
            "Metric",
            "EU-CW:MetricMonitorUsage",
            [("0", "0.3"), ("10000", "0.1"), ("250000", "0.05")],
        ),
        product(
            "AmazonCloudWatch",
            "Dashboard",
            "DashboardsUsageHour-Basic",
            [("0", "0"), ("3", "3")],
            location="Any",
            regionCode="",
        ),
    ],
    "AmazonCloudFront": [
        product("AmazonCloudFront", "Request", f"{where}-{what}", [("0", usd)], location=where)
        for where, what, usd in (
            ("US", "Requests-Tier2-HTTPS", "0.0000010"),
            ("EU", "Requests-Tier2-HTTPS", "0.0000012"),
            ("SA", "Requests-Tier2-HTTPS", "0.0000022"),
            ("EU", "Requests-Tier1", "0.0000009"),
            ("EU", "Requests-Tier2-HTTPS-Proxy", "9"),
            ("US", "DataTransfer-Out-Bytes", "0.085"),
            ("EU", "DataTransfer-Out-Bytes", "0.085"),
            ("JP", "DataTransfer-Out-Bytes", "0.114"),
            ("EU", "DataTransfer-Out-OBytes", "9"),
            ("EU", "Executions-CloudFrontFunctions", "0.0000001"),
            ("EU", "Executions-CloudFrontFunctionsKVS", "9"),
        )
    ],
    "AWSDataTransfer": [
        product(
            "AWSDataTransfer",
            "Data Transfer",
            "EU-DataTransfer-Out-Bytes",
            [("0", "0.0900000000"), ("10240", "0.0850000000")],
            fromRegionCode=REGION,
        ),
        product("AWSDataTransfer", "Data Transfer", "EU-USE1-AWS-Out-Bytes", [("0", "0.02")]),
    ],
}


def by_page(call: Call) -> dict[str, Any]:
    """Answer GetProducts with one product a page."""
    texts = PRODUCTS[call.arguments["ServiceCode"]]
    page = int(call.arguments.get("NextToken", "0"))
    more = {"NextToken": str(page + 1)} if page + 1 < len(texts) else {}
    return {"FormatVersion": "aws_v1", "PriceList": [texts[page]], **more}


def test_every_price_is_found_among_its_likes(cloud: Cloud) -> None:
    cloud.wire.add(instead("pricing:GetProducts", by_page))
    prices = live_prices(REGION, cloud.session)
    table = listed_prices(REGION).usd
    assert prices.usd == {item: pytest.approx(table[item]) for item in Item}
    assert prices.source == "AWS's price list of today"
    assert prices.notes == ()
    assert not cloud.wire.mutations


def test_an_estimate_with_live_prices(cloud: Cloud) -> None:
    cloud.wire.add(instead("pricing:GetProducts", by_page))
    live: dict[str, Any] = {"region": REGION, "live_prices": True, "session": cloud.session}
    found = beekeeper.estimate(1_000, rate=600, **live)
    assert found.event_usd == pytest.approx(
        beekeeper.estimate(1_000, rate=600, region=REGION).event_usd
    )
    assert found.prices == "AWS's price list of today"


def test_the_list_is_asked_for_the_region(cloud: Cloud) -> None:
    cloud.wire.add(instead("pricing:GetProducts", by_page))
    live_prices("ap-southeast-2", cloud.session)
    asked = {
        (call.arguments["ServiceCode"], f["Field"])
        for call in cloud.wire.calls
        for f in call.arguments["Filters"]
        if f["Value"] == "ap-southeast-2"
    }
    assert asked == {(q.service, q.region_field) for q in QUERIES if q.region_field}


def test_what_the_list_lacks_is_the_tables(cloud: Cloud) -> None:
    empty = {"FormatVersion": "aws_v1", "PriceList": []}
    cloud.wire.add(instead("pricing:GetProducts", lambda _: empty))
    prices = live_prices("sa-east-1", cloud.session)
    assert prices.usd == listed_prices("sa-east-1").usd
    assert prices.notes[0] == (
        "http_api_requests: not in AWS's price list of sa-east-1. The price is from the table."
    )
    assert "These are the prices of us-east-1" in prices.notes[-1]


def test_who_may_not_ask_is_told_what_to_grant(cloud: Cloud) -> None:
    text = "User: arn:aws:iam::1:user/x is not authorized to perform: pricing:GetProducts"
    cloud.wire.add(refuse("pricing:GetProducts", "AccessDeniedException", text))
    with pytest.raises(ProvisionError, match="Grant pricing:GetProducts to the cred") as raised:
        live_prices(REGION, cloud.session)
    assert raised.value.__notes__ == [
        "Leave live prices out: the table in the package needs no credentials and no network."
    ]


def test_expired_credentials(cloud: Cloud) -> None:
    cloud.wire.add(refuse("pricing:GetProducts", "ExpiredTokenException", "expired"))
    with pytest.raises(CredentialsError, match=r"reading AWS's price list of \w+: .*expired"):
        live_prices(REGION, cloud.session)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (NoCredentialsError(), "No AWS credentials were found. Run `aws configure`"),
        (EndpointConnectionError(endpoint_url="https://aws"), "AWS can't be reached. Check the"),
    ],
)
def test_no_credentials_and_no_network(cloud: Cloud, error: Exception, text: str) -> None:
    def fail(*_: object) -> None:
        raise error

    cloud.wire.add(fail)
    with pytest.raises(CredentialsError, match=text) as raised:
        live_prices(REGION, cloud.session)
    assert "Leave live prices out" in raised.value.__notes__[0]


def test_what_is_no_region_is_refused_without_asking(cloud: Cloud) -> None:
    with pytest.raises(ConfigError):
        live_prices("Ireland", cloud.session)
    assert not cloud.wire.calls
