"""The table of prices in the package. AWS's own list is in test_price_list.py."""

import json
import re
from datetime import date
from importlib.resources import files

import pytest

from beekeeper.costs.prices import FALLBACK, Item, listed_prices, listed_regions
from beekeeper.errors import ConfigError

TABLE = json.loads((files("beekeeper") / "assets" / "prices.json").read_text(encoding="utf-8"))


def test_every_item_has_a_price_to_fall_back_on() -> None:
    assert set(TABLE["regions"][FALLBACK]) == set(Item)


@pytest.mark.parametrize("region", listed_regions())
def test_every_row_is_sound(region: str) -> None:
    for name, row in TABLE["regions"][region].items():
        assert name in set(Item)
        assert set(row) <= {"usd", "per", "read", "note", "unverified"}
        assert row["usd"] > 0
        assert row["per"] in (1, 1_000_000)
        # A price without a date names its source.
        if row["read"] is None:
            assert row.get("note") or row.get("unverified")
        else:
            assert date(2025, 1, 1) < date.fromisoformat(row["read"]) <= date.today()


@pytest.mark.parametrize("region", listed_regions())
def test_no_region_is_far_from_the_others(region: str) -> None:
    """This finds a misplaced decimal point."""
    prices, fallback = listed_prices(region).usd, listed_prices().usd
    assert all(0.8 < prices[item] / fallback[item] < 1.6 for item in Item)


def test_a_region_of_the_table() -> None:
    prices = listed_prices("eu-west-1")
    assert prices.usd[Item.HTTP_API_REQUESTS] == pytest.approx(1.11e-6)
    assert prices.usd[Item.DASHBOARD_MONTHS] == 3
    assert prices.notes == ()
    assert re.fullmatch(r"AWS's price list as read from 2026-09-11 to 2026-10-02", prices.source)


def test_what_is_not_verified_is_told() -> None:
    notes = listed_prices("eu-central-1").notes
    assert notes == ("http_api_requests: not verified. It comes from one undated cost study.",)


def test_an_item_that_a_region_lacks_is_told() -> None:
    prices = listed_prices("ap-northeast-2")
    assert prices.usd[Item.ALARM_MONTHS] == listed_prices().usd[Item.ALARM_MONTHS]
    assert prices.notes == (
        "alarm_months: the price of us-east-1, because the table has none for ap-northeast-2.",
    )


def test_a_region_that_is_not_in_the_table_has_the_prices_of_another() -> None:
    prices = listed_prices("sa-east-1")
    assert prices.region == "sa-east-1"
    assert prices.usd == listed_prices().usd
    (note,) = prices.notes
    assert "no prices for sa-east-1. These are the prices of us-east-1" in note


@pytest.mark.parametrize("region", ["", "Frankfurt", "eu-central", "eu-central-1a", "../x-1"])
def test_what_is_no_region_is_refused(region: str) -> None:
    with pytest.raises(ConfigError, match=f"There is no region {region}"):
        listed_prices(region)
