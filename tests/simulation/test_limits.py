"""The quotas that an event would reach."""

from dataclasses import replace

import pytest

from beekeeper import simulate
from beekeeper.contract.asking import BACK_OFF
from beekeeper.results import Finding
from beekeeper.rules import quotas
from beekeeper.rules.first_second import ASSUMED, first_second
from beekeeper.rules.joining import Limits
from beekeeper.rules.quotas import NEWER_REGION, USUAL, Account
from beekeeper.rules.settings import Mode, Settings
from beekeeper.simulation import limits
from tests.support.rooms import DESTINATION


def findings(
    requests: float,
    rate: float = 600,
    concurrent: int = 50,
    account: Account = USUAL,
    arrivals: float = 100,
    news_seconds: int = 0,
) -> dict[str, Finding]:
    usage = simulate(10, rate=60).usage
    settings = Settings(Mode.ON, rate, DESTINATION, news_seconds=news_seconds)
    first = first_second(10 * arrivals, Limits(account), BACK_OFF)
    found = limits.findings(requests, concurrent, settings, usage, arrivals, first, account)
    checks = ["first second", "throttle", "concurrency", "table", "queue"]
    assert [finding.check for finding in found] == checks
    return {finding.check: finding for finding in found}


def test_quotas_that_are_hit() -> None:
    small, large = simulate(1_000, rate=600), simulate(2_000_000, rate=60_000, over_minutes=2)
    assert not small.has_problems
    assert large.has_problems
    by_check = {finding.check: finding for finding in large.findings}
    assert by_check["throttle"].verdict == "problem"
    assert quotas.THROTTLE.code in by_check["throttle"].remedy
    assert quotas.CONCURRENCY.code in by_check["concurrency"].remedy


@pytest.mark.parametrize(
    ("requests", "account", "verdict"),
    [
        (2_500, USUAL, "ok"),
        (2_501, USUAL, "warning"),
        (10_001, USUAL, "problem"),
        (2_501, NEWER_REGION, "problem"),
        (10_001, replace(USUAL, requests_per_second=20_000), "warning"),
    ],
)
def test_requests_are_compared_with_the_throttle(
    requests: float, account: Account, verdict: str
) -> None:
    assert findings(requests, account=account)["throttle"].verdict == verdict


@pytest.mark.parametrize(
    ("concurrent", "verdict"),
    [(997, "ok"), (998, "problem")],  # three are reserved for consumers
)
def test_functions_are_compared_with_the_concurrency(concurrent: int, verdict: str) -> None:
    assert findings(100, concurrent=concurrent)["concurrency"].verdict == verdict
    new = replace(USUAL, concurrent_executions=quotas.NEW_ACCOUNT_CONCURRENT_EXECUTIONS)
    assert findings(100, concurrent=concurrent, account=new)["concurrency"].verdict == "problem"


@pytest.mark.parametrize(
    ("news_seconds", "said"),
    [(0, "Visitors beyond it get errors."), (60, "Pages beyond it ask again.")],
)
def test_with_an_edge_nobody_beyond_a_quota_sees_an_error(news_seconds: int, said: str) -> None:
    found = findings(10_001, concurrent=998, news_seconds=news_seconds)
    for check in ("throttle", "concurrency"):
        assert found[check].verdict == "problem"
        assert found[check].text.endswith(said)


@pytest.mark.parametrize(
    ("rate", "concurrent", "verdict", "said"),
    [
        (20_000, 50, "ok", "2,353 writes a second. The table takes 4,000"),
        (60_000, 50, "ok", "7,020 writes a second. The table takes 9,000"),
        (300_000, 50, "ok", "35,020 writes a second. The table takes 40,000"),
        (600, 2_001, "warning", "A key takes only 3,000"),
    ],
)
def test_writes_and_reads_are_compared_with_the_table(
    rate: float, concurrent: int, verdict: str, said: str
) -> None:
    found = findings(100, rate, concurrent)["table"]
    assert found.verdict == verdict
    assert said in found.text


def test_a_crowd_that_is_larger_than_a_deploy_expects() -> None:
    found = findings(100, 600, arrivals=20_000)["table"]
    assert found.verdict == "warning"
    assert "takes only 4,000 at once" in found.text
    assert "doctor --arrivals" in found.remedy


@pytest.mark.parametrize(
    ("arrivals", "news_seconds", "verdict", "remedy"),
    [
        (1_000, 0, "ok", ""),
        (1_001, 0, "warning", "Set edge = true in the configuration."),
        (1_001, 60, "ok", ""),
        (200_000, 60, "warning", "Ask AWS for it before the event"),
    ],
)
def test_what_the_first_second_would_show_is_said_for_both_forms(
    arrivals: float, news_seconds: int, verdict: str, remedy: str
) -> None:
    found = findings(100, arrivals=arrivals, news_seconds=news_seconds)["first second"]
    assert found.verdict == verdict
    assert found.text.count("Without an edge, ") == found.text.count("With an edge, ") == 1
    assert found.text.endswith(ASSUMED)
    assert found.remedy.startswith(remedy)


def test_with_an_edge_pages_ask_again_up_to_the_quota() -> None:
    assert findings(9_999, news_seconds=60)["throttle"].verdict == "ok"
    assert findings(10_001, news_seconds=60)["throttle"].verdict == "problem"
