"""What usage costs: calculated by hand, and checked by laws."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import beekeeper
from beekeeper.cli.main import main
from beekeeper.costs.estimate import FREE, priced
from beekeeper.costs.prices import Item, Prices, listed_prices
from beekeeper.costs.result import Estimate
from beekeeper.rules.sizing import SMALL_MB, VISITORS_MEMORY_MB, capacity_per_minute
from beekeeper.simulation.usage import Usage

NOTHING = Usage(**dict.fromkeys((f.name for f in fields(Usage)), 0))
ONE_DOLLAR = Prices("us-east-1", "a test", dict.fromkeys(Item, 1.0))
CLOUDFRONT = ("CloudFront", "requests")
EVENT = Usage(
    seconds=3_600.0,
    api_requests=2_400_000,
    producer_requests=100_000,
    room_requests=100_000,
    turnstile_requests=2_200_000,
    consumer_seconds=4_500.0,
    queue_sends=100_000,
    queue_receives=15_000,
    queue_deletes=12_000,
    table_write_units=220_000,
    table_read_units=400_000,
    bytes_out=3 * 2**30,
)
# The same with an edge.
EDGE_EVENT = replace(
    EVENT,
    api_requests=2_300_000,
    room_requests=0,
    bytes_out=0,
    edge_requests=12_000_000,
    edge_bytes_out=5 * 2**30,
    edge_functions=100_000,
)


def estimate(usage: Usage, prices: Prices | None = None, rate: float = 600) -> Estimate:
    return priced(usage, prices or listed_prices(), visitors=100_000, rate=rate)


def costs(usage: Usage, prices: Prices | None = None) -> dict[tuple[str, str], float]:
    return {(x.service, x.what): x.usd for x in estimate(usage, prices).event if x.usd}


def test_nothing_costs_nothing() -> None:
    assert costs(NOTHING) == {}
    assert estimate(NOTHING).event_usd == 0


def test_an_event_by_hand() -> None:
    """At the prices of us-east-1, each worked out from AWS's pages."""
    found = costs(EVENT)
    assert found["API Gateway", "requests"] == pytest.approx(2.40)
    assert found["API Gateway", "GB to visitors"] == pytest.approx(0.27)
    assert found["Lambda", "requests"] == pytest.approx(0.48)
    consumers = 4_500 * SMALL_MB / 1_024 * 0.0000133334
    assert found["Lambda", "GB-seconds of consumers"] == pytest.approx(consumers)
    assert found["SQS", "requests"] == pytest.approx((127_000 + 4_500) * 0.40 / 1e6)
    assert found["DynamoDB", "write units"] == pytest.approx(0.1375)
    assert found["DynamoDB", "read units"] == pytest.approx(0.05)
    assert found["CloudWatch", "dashboard-months"] == pytest.approx(3 / 730)
    # AWS bills an alarm for each metric that it looks at. See provision/watched.py.
    assert found["CloudWatch", "alarm-months"] == pytest.approx(6 * 0.10 / 730)
    assert found["CloudWatch", "metric-months"] == pytest.approx(5 * 0.30 / 730)
    assert sum(found.values()) == pytest.approx(estimate(EVENT).event_usd)


def test_a_request_takes_memory_for_as_long_as_it_lasts() -> None:
    found = costs(replace(NOTHING, producer_requests=1_000), ONE_DOLLAR)
    gb_seconds = 1_000 * 0.025 * VISITORS_MEMORY_MB / 1_024
    assert found == {("Lambda", "GB-seconds of requests"): pytest.approx(gb_seconds)}


@pytest.mark.parametrize("name", [f.name for f in fields(Usage)])
def test_whatever_is_used_costs(name: str) -> None:
    event = EVENT if getattr(EVENT, name) else EDGE_EVENT
    assert estimate(replace(event, **{name: 0})).event_usd < estimate(event).event_usd


@given(st.sampled_from([f.name for f in fields(Usage)]), st.integers(0, 10**10))
def test_more_usage_never_costs_less(name: str, more: int) -> None:
    other = replace(EVENT, **{name: getattr(EVENT, name) + more})
    assert estimate(other).event_usd >= estimate(EVENT).event_usd


def test_an_event_with_an_edge_by_hand() -> None:
    found, without = costs(EDGE_EVENT), costs(EVENT)
    assert found["CloudFront", "requests"] == pytest.approx(14.40)
    assert found["CloudFront", "GB to visitors"] == pytest.approx(0.425)
    assert found["CloudFront", "functions"] == pytest.approx(0.01)
    assert found["API Gateway", "requests"] == pytest.approx(2.30)
    of_api = {("API Gateway", "GB to visitors"), ("S3", "reads of the page")}
    assert found.keys() - without.keys() == {x for x in found if x[0] == "CloudFront"}
    assert without.keys() - found.keys() == of_api


def test_the_free_part_of_cloudfront_and_its_plans_are_named() -> None:
    _, dearest, free, plans = estimate(EDGE_EVENT).notes
    assert "the dearer of Europe and the United States" in dearest
    assert "and 2 million runs of functions a month free: of this event that is $12.4" in free
    assert "Pro $15 (10 million requests), Business $200 (125 million)" in plans


def test_an_estimate_says_what_the_first_second_would_show() -> None:
    found = beekeeper.estimate(6_000, rate=60_000, over_minutes=1 / 60, edge=True)
    assert found.edge
    assert 'would read {"message":"Too Many Requests"}' in found.notes[-2]
    assert "Assumed: a tenth" in found.notes[-1]


def test_dearer_regions_cost_more() -> None:
    usd = {r: estimate(EVENT, listed_prices(r)).event_usd for r in ("us-east-1", "eu-west-1")}
    assert usd["us-east-1"] < usd["eu-west-1"] < 1.2 * usd["us-east-1"]


def test_an_empty_room_costs_next_to_nothing_and_less_when_off() -> None:
    """The peer costs $13 a day."""
    found = estimate(NOTHING)
    assert 0 < found.off_usd_per_day < found.idle_usd_per_day < 0.20
    watching = sum(x.usd for x in found.idle if x.what.endswith("months"))
    assert watching == pytest.approx((3 + 6 * 0.10) * 24 / 730)


def test_each_worker_looks() -> None:
    one, three = (estimate(NOTHING, rate=r) for r in (600, 2 * capacity_per_minute(60_000) + 1))
    requests = [next(x for x in e.idle if x.what == "requests").quantity for e in (one, three)]
    assert requests == [1_440, 3 * 1_440]


def test_what_the_estimate_does_not_know_is_told() -> None:
    assert estimate(EVENT).notes == [FREE]
    assert len(estimate(EVENT, listed_prices("sa-east-1")).notes) == 2


def test_as_json_and_in_a_notebook() -> None:
    found = estimate(EVENT)
    content = json.loads(json.dumps(found.to_dict()))
    assert content["event_usd"] == pytest.approx(found.event_usd, abs=1e-6)
    assert content["idle_usd_per_day"] > content["off_usd_per_day"] > 0
    assert content["event"][0]["service"] == "API Gateway"
    page = found._repr_html_()
    assert page.count("<tr>") == len(found.event) + 4
    assert "2.4000" in page


def test_the_event_is_that_of_the_simulation() -> None:
    event: dict[str, Any] = {
        "rate": 600.0,
        "arrivals": "campaign",
        "over_minutes": 3.0,
        "no_shows": 0.2,
    }
    found = beekeeper.estimate(2_000, region="eu-west-1", **event)
    simulated = beekeeper.simulate(2_000, **event)
    of_usage = priced(simulated.usage, listed_prices("eu-west-1"), visitors=2_000, rate=600.0)
    assert (found.event, found.idle) == (of_usage.event, of_usage.idle)
    assert found.notes[:-2] == of_usage.notes


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> int:
    return main(["estimate", "--visitors", "1000", *arguments])


def test_the_command_shows_a_table(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--rate", "600") == 0
    printed = capsys.readouterr()
    assert "1,000 visitors, 600 a minute" in printed.out
    assert "in us-east-1" in printed.out
    assert "the event" in printed.out
    assert "Room on, without visitors: $0.0" in printed.out
    assert "AWS's free allowances are not subtracted." in printed.out
    assert printed.err == "Simulating …\n"


def test_the_command_takes_rate_and_region_from_the_configuration(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "beekeeper.toml").write_text('rate = 300\nregion = "eu-central-1"\n')
    assert run("--json") == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["rate"], content["region"]) == (300.0, "eu-central-1")
    assert run("--json", "--region", "eu-west-1") == 0
    assert json.loads(capsys.readouterr().out)["region"] == "eu-west-1"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--rate", "600", "--region", "Ireland"], "There is no region Ireland. Give one such as"),
        (["--rate", "0"], "use 1 to 300,000 visitors per minute"),
        ([], "At which rate?"),
    ],
)
def test_bad_input_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], text: str
) -> None:
    assert run(*arguments) == 1
    printed = capsys.readouterr()
    assert text in printed.err
    assert printed.out == ""


def test_a_table_that_deploy_makes_ready_for_a_high_rate_is_named() -> None:
    assert priced(EVENT, listed_prices(), visitors=1, rate=20_000).notes[1:] == []
    note = priced(EVENT, listed_prices(), visitors=1, rate=40_000).notes[1]
    assert "6,000 writes a second (warm throughput). AWS charges for that once" in note


def test_a_governor_costs_its_minutes_and_only_if_there_is_one() -> None:
    def priced_with(*, governed: bool) -> Estimate:
        return priced(EVENT, listed_prices(), visitors=100_000, rate=600, governed=governed)

    without, with_one = priced_with(governed=False), priced_with(governed=True)
    of_governor = {x.what: x for x in with_one.event if "governor" in x.what}
    assert not any("governor" in x.what for x in (*without.event, *without.off, *without.idle))
    seconds = of_governor["GB-seconds of the governor"]
    assert seconds.quantity == pytest.approx(60 * 46 * VISITORS_MEMORY_MB / 1_024)
    assert seconds.usd == pytest.approx(seconds.quantity * 0.0000133334)
    more = with_one.event_usd - without.event_usd
    alarms_and_pace = (1 * 0.10 + 0.30) / 730
    assert more == pytest.approx(sum(x.usd for x in of_governor.values()) + alarms_and_pace)
    for day in ("idle_usd_per_day", "off_usd_per_day"):
        assert getattr(with_one, day) - getattr(without, day) == pytest.approx(24 * more)


def test_the_command_reads_from_the_configuration_whether_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["estimate", "--visitors", "100", "--rate", "600", "--json"]
    shown = []
    for text in ("", '[governor]\nmode = "advise"\n'):
        (tmp_path / "beekeeper.toml").write_text(text, encoding="utf-8")
        assert main(command) == 0
        shown.append("of the governor" in capsys.readouterr().out)
    assert shown == [False, True]


def test_the_command_reads_from_the_configuration_whether_there_is_an_edge(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def requests(*options: str) -> float:
        """Return CloudFront's, or 0."""
        assert run("--json", "--rate", "100", *options) == 0
        lines = json.loads(capsys.readouterr().out)["event"]
        return sum(float(x["quantity"]) for x in lines if (x["service"], x["what"]) == CLOUDFRONT)

    assert requests() == 0
    assert requests("--edge") > 0
    (here / "beekeeper.toml").write_text("edge = true\nnews_seconds = 3600\n", encoding="utf-8")
    seldom = requests()
    assert requests("--no-edge") == 0
    (here / "beekeeper.toml").write_text("edge = true\nnews_seconds = 10\n", encoding="utf-8")
    assert requests() > 2 * seldom


def test_more_alarms_are_counted_only_if_they_tell_somebody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["estimate", "--visitors", "100", "--rate", "600", "--json"]
    costs_a_day = []
    for text in ("", "[alarms]\n", '[alarms]\nnotify = "on-call@example.com"\n'):
        Path("beekeeper.toml").write_text(text)
        assert main(command) == 0
        costs_a_day.append(json.loads(capsys.readouterr().out)["off_usd_per_day"])
    first, bare, told = costs_a_day
    assert (first, told) == (bare, pytest.approx(bare + 4 * 0.10 * 24 / 730, abs=2e-6))
