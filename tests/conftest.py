"""What several kinds of tests share: a real browser, and a summary of the matrix at the end."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from tests.support.programs import CHROMIUM, CHROMIUM_FLAGS, installed

pytest_plugins = ["beekeeper.testing.fixtures", "tests.support.moto_aws.fixtures"]

# No deadline, so that a busy machine can't fail a law. No database, so that no files are left.
settings.register_profile(
    "tests", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")

# Laws over many simulated events, long events, and tests that go through all resources. The tracer
# makes them up to three times as slow. Other tests run the same code.
LAWS = (
    "handlers/test_admissions.py",
    "handlers/test_consumer_faults.py",
    "handlers/test_consumer_load.py",
    "handlers/test_consumer_strict.py",
    "handlers/test_consumers.py",
    "handlers/test_deploying.py",
    "handlers/test_edge_laws.py",
    "handlers/test_governed.py",
    "handlers/test_laws.py",
    "handlers/test_opening.py",
    "provision/resources/test_drift.py",
    "provision/resources/test_life.py",
    "rules/test_line.py",
    "rules/test_no_shows.py",
    "rules/test_pacing.py",
    "simulation/test_limits.py",
    "simulation/test_whatif.py",
    "benchmarks/test_laws.py",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The installed Chromium. Without it the tests are skipped, or fail if it is required."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=installed(*CHROMIUM), args=CHROMIUM_FLAGS
        )
        yield chromium
        chromium.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Turn the tracer off in tests that it would slow down by minutes. See pyproject.toml."""
    for item in items:
        is_law = item.nodeid.partition("::")[0].endswith(LAWS)
        if is_law or item.get_closest_marker("matrix") or item.get_closest_marker("end_to_end"):
            item.add_marker(pytest.mark.no_cover)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cases of the crash and fault matrix ran. One test has a hundred of them."""
    reports = [r for name in ("passed", "failed") for r in terminalreporter.getreports(name)]
    told = [told for r in reports for name, told in r.user_properties if name == "matrix"]
    if not told:
        return
    calls, cases = Counter[str](), Counter[str]()
    for command, of_command, ran, passed in told:
        calls[command] += of_command
        cases.update({"ran": ran, "passed": passed})
    each = ", ".join(f"{number} calls of {command}" for command, number in sorted(calls.items()))
    terminalreporter.write_line(
        f"crash and fault matrix: {cases['ran']:,} cases ran, {cases['passed']:,} passed"
        f" ({each}; {cases['ran'] // calls.total()} faults each)"
    )
