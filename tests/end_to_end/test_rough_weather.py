"""Twenty rooms are deployed and destroyed while every fifth call to AWS fails."""

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import botocore.endpoint
import pytest

import beekeeper
from beekeeper import RoomConfig
from beekeeper.local.leftovers import leftovers
from beekeeper.local.ministack import MiniStack
from tests.support.weather import SHARE, KeepingSession, Weather, rough_weather

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.xdist_group("local aws"),
    # A connection that the weather broke is closed when it is collected. That can be later.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SEEDS = (1, 2)
ROUNDS = 5  # for each seed
SIDE_BY_SIDE = 3  # a round waits most of the time
ATTEMPTS = 6


@pytest.fixture
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's pauses between retries, of up to 20 s, take a twentieth of their time."""
    quick = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 20))
    monkeypatch.setattr(botocore.endpoint, "time", quick)


@pytest.fixture(params=SEEDS)
def weather(request: pytest.FixtureRequest, aws: MiniStack, tmp_path: Path) -> Iterator[Weather]:
    with rough_weather(aws.endpoint_url, request.param, tmp_path) as weather:
        yield weather


@pytest.fixture
def calm(aws: MiniStack) -> Iterator[KeepingSession]:
    """A session that avoids the weather."""
    with contextlib.closing(KeepingSession(aws.endpoint_url)) as session:
        yield session


def insist(command: Callable[[], object]) -> int:
    """Run the same command again, as the errors say. Return the number of attempts."""
    for attempt in range(1, ATTEMPTS):
        try:
            command()
        except beekeeper.BeekeeperError as error:
            print(f"attempt {attempt}: {error}")
        else:
            return attempt
    command()
    return ATTEMPTS


def parts_of_api(calm: KeepingSession, room: str) -> dict[str, int]:
    """Count the resources without unique names, which AWS would create twice."""
    client = calm.client("apigatewayv2")
    ids = [a["ApiId"] for a in client.get_apis()["Items"] if a["Name"] == f"beekeeper-{room}"]
    integrations = [client.get_integrations(ApiId=i)["Items"] for i in ids]
    return {"apis": len(ids), "integrations": sum(map(len, integrations))}


@pytest.mark.usefixtures("_quick_retries")
def test_rooms_come_and_go(weather: Weather, calm: KeepingSession, tmp_path: Path) -> None:
    rooms = [f"rough-{number}" for number in range(1, ROUNDS + 1)]
    with (
        contextlib.closing(KeepingSession(weather.endpoint_url)) as session,
        ThreadPoolExecutor(SIDE_BY_SIDE) as pool,
    ):
        list(pool.map(lambda room: come_and_go(room, session, calm, tmp_path), rooms))

    calls, faults = weather.calls(), weather.faults()
    print(f"{calls} calls, of which failed {sum(faults.values())}: {faults}")
    assert all(faults.values()), "a kind of fault has not happened"
    assert sum(faults.values()) / calls == pytest.approx(SHARE, abs=0.05)


def come_and_go(room: str, session: KeepingSession, calm: KeepingSession, state_dir: Path) -> None:
    config = RoomConfig(name=room, destination="https://shop.example.com/", rate=600)

    started = time.monotonic()
    deploys = insist(lambda: beekeeper.deploy(config, session=session, state_dir=state_dir))
    deployed = time.monotonic()
    assert parts_of_api(calm, room) == {"apis": 1, "integrations": 3}
    again = beekeeper.deploy(config, session=calm, state_dir=state_dir)
    assert not again.changes
    checked = time.monotonic()

    destroys = insist(lambda: beekeeper.destroy(room, session=session, state_dir=state_dir))
    destroyed = time.monotonic()
    assert leftovers(calm, room) == []
    print(
        f"{room}: deployed in {deploys} runs, {deployed - started:.1f} s;"
        f" destroyed in {destroys}, {destroyed - checked:.1f} s"
    )
