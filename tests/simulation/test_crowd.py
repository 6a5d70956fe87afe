"""When visitors come: curves and CSV files."""

from pathlib import Path

from beekeeper import simulate
from beekeeper.simulation import crowd


def test_curves() -> None:
    assert sum(crowd.burst(1_000, 1.5)) == 1_000
    assert set(crowd.burst(900, 1.5)) == {10}
    decay = crowd.campaign(100_000, 10)
    assert sum(decay) == 100_000
    assert decay[0] > decay[300] > decay[-1]
    assert sum(decay[:150]) > sum(decay[150:]) * 1.5
    assert crowd.by_minute([60, 0, 120])[:1] == [1]
    assert sum(crowd.by_minute([60, 0, 120], 1_000)) == 1_000


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "arrivals.csv"
    path.write_text("minute,arrivals\n09:00,120\n\n09:01,60\n", encoding="utf-8")
    event = simulate(rate=60, arrivals=path)
    assert (event.visitors, event.arrivals) == (180, str(path))
    assert simulate(360, rate=60, arrivals=path).visitors == 360
    assert crowd.read_minutes(path) == [120.0, 60.0]
