"""How a thousand pages ask in an outage of the room, and after it.

The pages' own rule (assets/room/script/pauses.js) runs in the browser, with simulated time.
"""

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGES, INTERVAL = 1_000, 240
# Pages are told `interval` before 0, and ask until `until`. From 0 to `outage` each question fails.
CROWD = """
async ({pages, interval, eta, outage, until, together}) => {
  const {afterFailure, jittered} = await import("./script/pauses.js");
  const asked = [];
  for (let page = 0; page < pages; page++) {
    const toldAt = together ? 0 : -interval * page / pages;
    let at = toldAt + jittered(interval), failures = 0;
    while (at < until) {
      asked.push(at);
      failures = at < outage ? failures + 1 : 0;
      at += failures ? afterFailure(failures, interval, toldAt + eta - at) : jittered(interval);
    }
  }
  return asked;
}
"""


def asked(page: Page, outage: float, *, eta: float = 3_600, together: bool = False) -> list[float]:
    """Return when the pages ask, in seconds since the outage began."""
    crowd = {"pages": PAGES, "interval": INTERVAL, "eta": eta, "outage": outage}
    found: list[float] = page.evaluate(
        CROWD, {**crowd, "until": outage + 4 * INTERVAL, "together": together}
    )
    return found


def busiest(times: list[float], since: float, seconds: int = 60) -> float:
    """Return the most questions a second after ``since``, as a share of the usual rate."""
    counts: dict[int, int] = {}
    for at in times:
        if at >= since:
            counts[int((at - since) // seconds)] = counts.get(int((at - since) // seconds), 0) + 1
    return max(counts.values()) / seconds / (PAGES / INTERVAL)


@pytest.mark.parametrize("outage", [30, 300, 600, 1_800])
def test_an_outage_brings_no_more_questions_than_the_room_asked_for(
    scripts: Page, outage: float
) -> None:
    times = asked(scripts, outage)
    within = [at for at in times if at < outage]
    assert len(within) / PAGES <= 1.1 * outage / INTERVAL + 0.02
    assert busiest(within, 0) <= 1.5


@pytest.mark.parametrize("outage", [30, 300, 600, 1_800])
def test_after_an_outage_the_questions_come_spread(scripts: Page, outage: float) -> None:
    assert busiest(asked(scripts, outage), outage) <= 1.5


def test_an_outage_spreads_pages_that_came_together(scripts: Page) -> None:
    times = sorted(at for at in asked(scripts, 300, together=True) if at >= 300)
    assert times[PAGES - 1] - times[0] >= INTERVAL
    assert busiest(times[:PAGES], 300) <= 1.5


def test_pages_whose_turn_comes_meanwhile_ask_at_their_turn(scripts: Page) -> None:
    """They ask again no sooner than after the interval, and then at the turn: at 480 of 480 s."""
    times = asked(scripts, 300, eta=2 * INTERVAL, together=True)
    again = sorted(at for at in times if at > INTERVAL + 10)[:PAGES]
    assert 2 * INTERVAL - 10 <= again[0] < again[-1] <= 2 * INTERVAL + 12
