"""GROWTH.md has the tables that the rules give now."""

from beekeeper.costs.prices import Item, listed_prices
from tests.growth_table import CROWDS, PAGE, of_rules, with_tables

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_of_the_rules_are_up_to_date() -> None:
    assert with_tables(TEXT, **of_rules()) == TEXT, "run: python -m tests.growth_table"


def test_the_costs_are_those_of_the_requests_at_the_prices_of_now() -> None:
    """Requests are most of it: the rest is data, the line and the table."""
    usd = listed_prices().usd
    api = usd[Item.HTTP_API_REQUESTS] + usd[Item.LAMBDA_REQUESTS]
    _, rows = TEXT.split("<!-- costs: python -m tests.growth_table -->")
    found = [line.strip("| ").split(" | ") for line in rows.splitlines() if line.startswith("| 1")]
    assert len(found) == len(CROWDS)
    for row in found:
        _, without, cost, with_edge, edge, _, _, edge_cost, _ = (
            float(cell.strip("$").replace(",", "")) for cell in row
        )
        assert api * without < cost < 1.7 * api * without
        requests = api * with_edge + usd[Item.CLOUDFRONT_REQUESTS] * edge
        assert requests < edge_cost < 1.2 * requests


def test_every_crowd_has_its_row_in_every_table() -> None:
    for crowd in CROWDS:
        assert TEXT.count(f"\n| {crowd:,} | ") == 3
