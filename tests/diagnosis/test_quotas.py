"""doctor: whether the quotas of the account are enough for the event."""

from typing import Any

import pytest

import beekeeper
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import (
    concurrency,
    diagnose,
    finding,
    throttle,
)
from tests.support.moto_aws.wire import instead, refuse
from tests.support.rooms import BASE


def test_a_new_account_runs_too_few_functions(cloud: Cloud) -> None:
    verdict, text = finding(diagnose(cloud, concurrency(10)), "concurrency")
    assert verdict == "problem"
    assert "lets 10 functions run at once" in text
    assert '1,000 of the quota "Concurrent executions" (L-B99A9384)' in text
    assert "--service-code lambda --quota-code L-B99A9384 --desired-value 1000" in text


def test_with_an_edge_pages_ask_again_where_too_few_functions_run(cloud: Cloud) -> None:
    few = concurrency(10)
    said = [finding(diagnose(cloud, few, edge=edge), "concurrency")[1] for edge in (False, True)]
    assert "Visitors beyond that get errors." in said[0]
    assert "Pages beyond that ask again." in said[1]
    assert "errors" not in said[1]


def test_what_is_needed_grows_with_the_crowd(cloud: Cloud) -> None:
    few, many = concurrency(1_000), 400_000
    assert finding(diagnose(cloud, few), "concurrency")[0] == "ok"
    found = diagnose(cloud, few, arrivals_per_minute=many)
    verdict, text = finding(found, "concurrency")
    assert verdict == "problem"
    assert "400,000 arrivals a minute, 600 admitted" in text


def test_too_few_to_reserve_is_a_warning(cloud: Cloud) -> None:
    verdict, text = finding(diagnose(cloud, concurrency(102)), "concurrency")
    assert verdict == "warning"
    assert "too few to reserve 3" in text
    assert "L-B99A9384" in text


def test_what_our_consumer_has_reserved_counts(deployed: Cloud) -> None:
    found = diagnose(deployed, concurrency(103, unreserved=100))
    assert finding(found, "concurrency")[0] == "ok"


@pytest.mark.parametrize(
    ("rate", "verdict", "said"),
    [(10_000.0, "ok", ""), (2_500.0, "ok", "2,500"), (300.0, "problem", "admitted")],
)
def test_throttle(cloud: Cloud, rate: float, verdict: str, said: str) -> None:
    found, text = finding(diagnose(cloud, throttle(rate)), "throttle")
    assert found == verdict
    assert said in text
    assert ("L-8A5B8E43" in text) == (verdict != "ok")


@pytest.mark.parametrize("rate", [5_000.0, 20_000.0])
def test_a_quota_that_has_changed_since_the_deploy_needs_another(
    deployed_room: beekeeper.Room, cloud: Cloud, where: dict[str, Any], rate: float
) -> None:
    verdict, text = finding(diagnose(cloud, throttle(rate)), "throttle")
    assert verdict == "warning"
    assert f"up to 5,000 requests a second, and {rate / 2:,.0f} would be right" in text
    assert "Run python -m beekeeper deploy." in text
    cloud.wire.clear()
    cloud.wire.add(throttle(rate))
    changed = beekeeper.deploy(BASE, **where).changes
    assert {change.kind for change in changed} == {"stage", "room settings"}
    cloud.wire.clear()
    assert finding(diagnose(cloud, throttle(rate)), "throttle")[0] == "ok"


@pytest.mark.parametrize(
    ("arrivals", "settings", "verdict", "said"),
    [
        (10_000, {}, "ok", "Without an edge, all 1,000 visitors of the first second see the page."),
        (30_000, {}, "warning", "about 2,000 of the 3,000 visitors"),
        (60_000, {}, "warning", "at least 1,000 of the 6,000 visitors of the first second would"),
        (60_000, {}, "warning", "Set edge = true"),
        (60_000, {"edge": True}, "ok", "at least 1,000 of the 6,000 visitors"),
        (60_000, {"edge": True}, "ok", "the last of 60,000 has a place 1 min after the first came"),
        (60_000, {"edge": True, "order": "strict"}, "ok", "a place 4 min after the first came"),
        (2_000_000, {"edge": True}, "warning", "250,000 requests a second to 400,000"),
    ],
)
def test_what_the_first_second_would_show(
    cloud: Cloud, arrivals: float, settings: dict[str, Any], verdict: str, said: str
) -> None:
    found = diagnose(cloud, arrivals_per_minute=arrivals, **settings)
    assert finding(found, "first second")[0] == verdict
    assert said in finding(found, "first second")[1]


def test_the_first_second_is_that_of_the_accounts_own_quotas(cloud: Cloud) -> None:
    quotas = throttle(20_000.0), concurrency(300)
    verdict, text = finding(diagnose(cloud, *quotas, arrivals_per_minute=9_000), "first second")
    assert verdict == "warning"
    assert "about 600 of the 900 visitors" in text
    assert "Lambda starts only 300 environments" in text


def test_with_an_edge_those_who_arrive_take_what_the_others_leave_of_the_quota(
    cloud: Cloud,
) -> None:
    """Their pages ask again, so a crowd above the quota is no problem. Too high a rate is one."""
    crowd: dict[str, Any] = {"arrivals_per_minute": 1_000_000}
    assert finding(diagnose(cloud, **crowd), "throttle")[0] == "problem"
    assert finding(diagnose(cloud, edge=True, **crowd), "throttle")[0] == "ok"
    assert finding(diagnose(cloud, edge=True, rate=100_000, **crowd), "throttle")[0] == "problem"


@pytest.mark.parametrize(
    ("rate", "arrivals", "verdict", "said"),
    [
        (600, None, "ok", "takes 4,000 writes a second at once, and the event makes about 100"),
        (60_000, None, "ok", "takes 9,000 writes a second at once, and the event makes about 9,00"),
        (60_000, 2_000_000, "warning", "--warm-throughput WriteUnitsPerSecond=13700"),
        (300_000, None, "warning", "Ask AWS support for 45,000 write units a second for table"),
    ],
)
def test_the_table_is_compared_with_the_writes(
    cloud: Cloud, rate: int, arrivals: float | None, verdict: str, said: str
) -> None:
    found = diagnose(cloud, arrivals_per_minute=arrivals, rate=rate)
    assert finding(found, "table")[0] == verdict
    assert said in finding(found, "table")[1]


def test_service_quotas_knows_the_throttle_too(cloud: Cloud) -> None:
    quota = instead("service-quotas:GetServiceQuota", lambda _: {"Quota": {"Value": 2_400.0}})
    denied = refuse("apigateway:GetAccount", "AccessDeniedException", status=403)
    verdict, text = finding(diagnose(cloud, denied, quota), "throttle")
    assert verdict == "ok"
    assert "2,400 requests a second" in text


def test_service_quotas_is_not_believed_in_a_newer_region(cloud: Cloud) -> None:
    """It was seen to report the usual quota there."""
    quota = instead("service-quotas:GetServiceQuota", lambda _: {"Quota": {"Value": 10_000.0}})
    denied = refuse("apigateway:GetAccount", "AccessDeniedException", status=403)
    found = diagnose(cloud, denied, quota, region="eu-south-1")
    assert "2,500 requests a second" in finding(found, "throttle")[1]


def test_quotas_that_may_not_be_read_are_unknown(cloud: Cloud) -> None:
    denied = [
        refuse(name, "AccessDeniedException", status=403)
        for name in (
            "apigateway:GetAccount",
            "service-quotas:GetServiceQuota",
            "lambda:GetAccountSettings",
        )
    ]
    found = diagnose(cloud, *denied)
    assert finding(found, "throttle")[0] == finding(found, "concurrency")[0] == "unknown"
    assert "Grant servicequotas:GetServiceQuota" in finding(found, "throttle")[1]
    assert "Grant lambda:GetAccountSettings" in finding(found, "concurrency")[1]
    assert not found.has_problems
