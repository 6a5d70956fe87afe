"""What AWS charges: from a dated table in the package, or from AWS's current price list.

Each price is on demand, of the first paid tier. The table has some regions. If a region or an item
is missing, the price is that of us-east-1, and the notes say so. Most regions are more expensive.
assets/prices.json says where and when each price was read. None was read from AWS itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from beekeeper.provision.regions import check_region

FALLBACK = "us-east-1"


class Item(StrEnum):
    """What AWS bills. The values are the names in the table."""

    HTTP_API_REQUESTS = "http_api_requests"
    LAMBDA_REQUESTS = "lambda_requests"
    LAMBDA_GB_SECONDS = "lambda_gb_seconds"  # of arm64
    SQS_REQUESTS = "sqs_requests"  # of a standard queue, up to 64 KB each
    DYNAMODB_WRITE_UNITS = "dynamodb_write_units"
    DYNAMODB_READ_UNITS = "dynamodb_read_units"
    S3_GETS = "s3_gets"
    DATA_OUT_GB = "data_out_gb"  # to the internet
    LOGS_GB = "logs_gb"  # taken in, standard class
    ALARM_MONTHS = "alarm_months"
    DASHBOARD_MONTHS = "dashboard_months"
    METRIC_MONTHS = "metric_months"  # our own, the first 10,000
    # By edge location and not by region: the dearer of Europe and the United States.
    CLOUDFRONT_REQUESTS = "cloudfront_requests"  # HTTPS
    CLOUDFRONT_GB = "cloudfront_gb"  # to the internet
    CLOUDFRONT_FUNCTIONS = "cloudfront_functions"  # runs, the same price everywhere


# These have the same price whatever the room's region, in the row of FALLBACK.
GLOBAL = {
    Item.DASHBOARD_MONTHS,
    Item.METRIC_MONTHS,
    Item.CLOUDFRONT_REQUESTS,
    Item.CLOUDFRONT_GB,
    Item.CLOUDFRONT_FUNCTIONS,
}


@dataclass(frozen=True, slots=True)
class Prices:
    """The price of one of each item in a region, in US dollars, and the source of the prices."""

    region: str
    source: str
    usd: Mapping[Item, float]
    notes: tuple[str, ...] = ()


def listed_prices(region: str = FALLBACK) -> Prices:
    """Return the prices in the package's table. Raises ConfigError if ``region`` is no region."""
    check_region(region)
    table = _table()
    rows, fallback = table["regions"].get(region, {}), table["regions"][FALLBACK]
    usd = {item: _usd(rows.get(item) or fallback[item]) for item in Item}
    return Prices(
        region, f"AWS's price list as read {_dates(rows or fallback)}", usd, _notes(region, rows)
    )


def listed_regions() -> list[str]:
    """Return the regions in the table."""
    return sorted(_table()["regions"])


def _dates(rows: Mapping[str, Any]) -> str:
    known = sorted(row["read"] for row in rows.values() if row["read"])
    first, last = known[0], known[-1]
    return f"on {first}" if first == last else f"from {first} to {last}"


def _notes(region: str, rows: Mapping[str, Any]) -> tuple[str, ...]:
    if not rows:
        known = ", ".join(listed_regions())
        return (
            f"The table has no prices for {region}. These are the prices of {FALLBACK}, and most"
            f" regions are more expensive. The table has {known}. Live prices cover all regions.",
        )
    lacking = [item for item in Item if item not in rows and item not in GLOBAL]
    why = {item: row["unverified"] for item, row in rows.items() if "unverified" in row}
    return (
        *(
            f"{item}: the price of {FALLBACK}, because the table has none for {region}."
            for item in lacking
        ),
        *(f"{item}: not verified. It comes {reason}." for item, reason in why.items()),
    )


def _usd(row: Mapping[str, float]) -> float:
    return row["usd"] / row["per"]


@cache
def _table() -> dict[str, Any]:
    text = (files("beekeeper") / "assets" / "prices.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table
