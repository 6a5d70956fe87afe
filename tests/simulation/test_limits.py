"""The quotas that an event would reach."""

from dataclasses import replace

import pytest

from beekeeper import simulate
from beekeeper.results import Finding
from beekeeper.rules import quotas
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
) -> dict[str, Finding]:
    usage = simulate(10, rate=60).usage
    settings = Settings(Mode.ON, rate, DESTINATION)
    found = limits.findings(requests, concurrent, settings, usage, arrivals, account)
    checks = ["throttle", "concurrency", "scaling", "table", "queue"]
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


@pytest.mark.parametrize(("arrivals", "verdict"), [(1_000, "ok"), (1_001, "warning")])
def test_a_sudden_crowd_is_compared_with_the_environments_that_lambda_starts(
    arrivals: float, verdict: str
) -> None:
    found = findings(100, arrivals=arrivals)["scaling"]
    assert found.verdict == verdict
    assert "starts 1,000 of a function within 10 s" in found.text
