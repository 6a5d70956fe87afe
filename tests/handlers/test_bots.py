"""Bots are known by their names, and phones are not taken for bots by the names of their models."""

import pytest

from beekeeper.contract.robots import PREVIEW_BOTS
from tests.support.in_memory.joining import visit
from tests.support.in_memory.recorded import BROWSER


@pytest.mark.parametrize(
    "model", ["Xbot Senior 17", "BOT-L29", "ROBOT Build/RQ3A", "en-us; iRobot 2", "SPIDER X; wv"]
)
def test_a_phone_is_no_bot_by_its_model(model: str) -> None:
    agent = f"Mozilla/5.0 (Linux; Android 13; {model}) AppleWebKit/537.36 Chrome/120.0 Mobile"
    assert visit({**BROWSER, "user-agent": agent})[1] == 1


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) Chrome/120.0 (compatible; Googlebot/2.1)",
        "Mozilla/5.0 (Linux; Android 5.0; compatible; SomeSpider/1.0)",
        "Mozilla/5.0 (Linux; Android 5.0; SomeBot/1.0; +https://bot.example)",
    ],
)
def test_a_bot_that_looks_like_a_phone_is_a_bot(agent: str) -> None:
    assert visit({**BROWSER, "user-agent": agent})[1] == 0


@pytest.mark.parametrize("name", PREVIEW_BOTS)
def test_a_bot_that_robots_txt_lets_in_takes_no_place(name: str) -> None:
    _, places = visit({**BROWSER, "user-agent": f"{name}/2.0"})
    assert places == 0
