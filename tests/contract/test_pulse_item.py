"""The pulse, as somebody may have left it in the table."""

import json
from typing import Any

import pytest

from beekeeper.contract import pulse_item
from beekeeper.contract.items import LATEST, MOST, number
from beekeeper.contract.pulse_item import AHEAD_SECONDS
from beekeeper.rules.curve import NOTHING, Sample
from beekeeper.rules.drift import Drift
from beekeeper.rules.flow import Counted
from beekeeper.rules.line import Pulse
from beekeeper.rules.no_shows import Shows

NOW = 1_700_000_000.0
GOOD = Pulse(
    arrivals=(Sample(1, 2.0), Sample(1, 2.0), Sample(3, 4.0)),
    settled=Sample(1, 2.0),
    marks=(Sample(5, 6.0),),
    drift=Drift(1.0, 2.0, 3.0, 4.0, 5.0),
    paced_at=NOW,
    as_of=NOW,
    flow=(Counted(NOW - 10, 5, 4, 600.0, 7), Counted(NOW, 15, 9, 600.0, 3)),
)


def read(**damaged: dict[str, Any]) -> Pulse:
    return pulse_item.pulse_of({**pulse_item.pulse_values(GOOD), **damaged}, NOW)


def text(value: object) -> dict[str, str]:
    return {"S": json.dumps(value)}


def test_what_is_right_is_read() -> None:
    assert read() == GOOD


@pytest.mark.parametrize(
    "samples",
    [
        [[2, 5.0], [1, 9.0]],  # back in time
        [[1, 9.0], [2, 5.0]],  # visitors who left the line
        [[-1, 0.0]],
        [[1, -1.0]],
        [[1, 2 * MOST]],
        [[int(LATEST * 1000) + 1, 1.0]],
    ],
)
def test_a_curve_that_cant_be_right_is_none(samples: list[list[float]]) -> None:
    assert read(arrivals=text(samples)).arrivals == ()
    assert read(marks=text(samples)).marks == ()
    assert read(settled=text(samples)).settled == NOTHING


@pytest.mark.parametrize("drift", [[1, 2, 3, 4, -5], [2 * MOST, 2, 3, 4, 5]])
def test_a_drift_that_cant_be_right_begins_anew(drift: list[float]) -> None:
    assert read(drift=text(drift)).drift == Drift()


@pytest.mark.parametrize("sample", [[1, 2, 3, 4], [1, -2, 3, 4, 5], ["x", 2, 3, 4, 5], 5])
def test_counts_that_cant_be_right_are_none(sample: object) -> None:
    assert read(flow=text([sample])).flow == ()


def test_no_more_have_gone_in_than_were_checked() -> None:
    assert read(checked=number(4), showed=number(9)).shows == Shows(4, 4)


def test_a_time_after_all_times_is_the_last_one() -> None:
    assert read(paced_at=number(MOST)).paced_at == LATEST


def test_a_pulse_from_the_future_has_no_age() -> None:
    assert read(as_of=number(NOW + AHEAD_SECONDS)).as_of == NOW + AHEAD_SECONDS
    assert read(as_of=number(NOW + AHEAD_SECONDS + 0.1)).as_of == 0


@pytest.mark.parametrize("times", [(20, 10, 20), (10, 10)])
def test_samples_that_are_out_of_order_are_none(times: tuple[float, ...]) -> None:
    assert read(flow=text([[at, 5, 4, 600.0, 700] for at in times])).flow == ()
