"""When a wait for a room is over."""

from typing import Any

import pytest

from beekeeper.control.waiting import Goal, wait_until
from beekeeper.control.watching import Seen
from beekeeper.errors import ConfigError, TimedOutError
from beekeeper.provision.aws import Machine
from beekeeper.results import Light, Trouble
from beekeeper.rules.settings import Mode
from tests.support.moto_aws.cloud import Time
from tests.support.statuses import status


@pytest.mark.parametrize(
    ("goal", "values", "is_reached"),
    [
        (("drained", None), {"waiting": 0}, True),
        (("drained", None), {"waiting": 1}, False),
        (("drained", None), {"waiting": 0, "latecomers": 1}, False),
        (("paused", None), {"mode": Mode.PAUSED}, True),
        (("paused", None), {"mode": Mode.ON}, False),
        ((None, 100), {"waiting": 99}, True),
        ((None, 100), {"waiting": 100}, False),
    ],
)
def test_a_goal(goal: Any, values: dict[str, Any], is_reached: bool) -> None:
    assert Goal.of(*goal).is_reached(status(**values)) is is_reached


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ((None, None), "Give either a state"),
        (("off", 10), "Give either a state"),
        (("draind", None), "Did you mean 'drained'"),
        ((None, 0), "Give at least 1"),
    ],
)
def test_a_goal_that_never_comes_is_refused(goal: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Goal.of(*goal)


def test_a_wait_goes_on_while_the_room_cannot_be_read() -> None:
    time = Time()
    heard: list[Seen] = []
    looks: list[Seen] = [Trouble("sale", 10.0, 4.0, "No network."), status(waiting=0)]
    goal = Goal.of("drained", None)
    assert wait_until(looks, goal, Machine(time, time.sleep), 60, heard.append) is looks[1]
    assert heard == looks


def test_a_wait_that_ends_without_a_network_says_why() -> None:
    time = Time()
    looks = [Trouble("sale", 10.0, 4.0, "No network.")]
    with pytest.raises(TimedOutError, match=r"until nobody waits took longer than 0 s.*No network"):
        wait_until(looks, Goal.of("drained", None), Machine(time, time.sleep), 0, None)


def test_a_notebook_shows_each_look() -> None:
    shown = status(light=Light.AMBER, reason="<Slow>", remedy="Look.", message="Hi & bye")
    html = shown._repr_html_()
    assert "● AMBER</b> &lt;Slow&gt; Look.</p><table>" in html
    assert "<th align='left'>waiting</th><td>12,345</td>" in html
    assert "<th align='left'>errors</th><td>no errors</td>" in html
    assert "Hi &amp; bye" in html
    trouble = Trouble("sale", 10.0, 4.0, "No <network>.")
    assert "Room sale can't be read.</b>" in trouble._repr_html_()
    assert "No &lt;network&gt;." in trouble._repr_html_()
