"""The quotas that an event would reach."""

from dataclasses import replace

import pytest

from beekeeper import simulate
from beekeeper.results import Finding
from beekeeper.rules import quotas
from beekeeper.rules.quotas import NEWER_REGION, USUAL, Account
from beekeeper.simulation import limits


def findings(
    requests: float, rate: float = 600, concurrent: int = 50, account: Account = USUAL
) -> dict[str, Finding]:
    usage = simulate(10, rate=60).usage
    found = limits.findings(requests, concurrent, rate, usage, 100, account)
    assert [finding.check for finding in found] == ["throttle", "concurrency", "table", "queue"]
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
        (40_000, 50, "ok", "4,000 writes a second. A table takes 40,000"),
        (40_020, 50, "warning", "4,002 writes a second. A new table takes only 4,000"),
        (600, 2_001, "warning", "A key takes only 3,000"),
    ],
)
def test_writes_and_reads_are_compared_with_the_table(
    rate: float, concurrent: int, verdict: str, said: str
) -> None:
    found = findings(100, rate, concurrent)["table"]
    assert found.verdict == verdict
    assert said in found.text
