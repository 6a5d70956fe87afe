"""What a visitor, the clock and the tests do to a page."""

import time
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.support.stub_room import Answer, StubRoom


def eventually(condition: Callable[[], bool], page: Page) -> None:
    """Wait until `condition` is true."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "never came true"
        page.wait_for_timeout(20)


def open_page(page: Page, room: StubRoom, *answers: Answer) -> None:
    """Visit the room, and wait until the page has taken the first of `answers`."""
    room.answers = list(answers)
    page.goto(room.start)
    if room.edge:
        take_place(page, room)
    settle(page, room, 1)


def take_place(page: Page, room: StubRoom, times: int = 1) -> None:
    """Wait until the page has joined, and move the clock until it asks which place it has."""
    settle(page, room, times, "join")
    expect_state(page, "waiting")
    page.clock.run_for(2_100)


def settle(page: Page, room: StubRoom, asked: int, route: str = "turn") -> None:
    """Wait until the page has taken `asked` answers and has planned its next request."""
    eventually(lambda: room.taken_by_route.count(route) >= asked, page)


def ask_again(page: Page, room: StubRoom, within_seconds: float = 4) -> None:
    """Move the clock until the page sends its next request, and wait until it took the answer."""
    asked, taken = page.evaluate("window.asked"), room.taken
    for _ in range(round(within_seconds * 4)):
        page.clock.run_for(250)
        if page.evaluate("window.asked") > asked:
            break
    settle(page, room, taken + 1)


def expect_state(page: Page, state: str) -> None:
    """Wait until the page shows `state`."""
    expect(page.locator("html")).to_have_attribute("data-state", state)


def move_to_state(page: Page, state: str, within_seconds: float = 10) -> None:
    """Move the clock until the page shows `state`."""
    for _ in range(round(within_seconds * 4)):
        if page.evaluate("document.documentElement.dataset.state") == state:
            return
        page.clock.run_for(250)
        page.wait_for_timeout(10)
    expect_state(page, state)


def move_on(page: Page, milliseconds: int, step_ms: int) -> None:
    """Move the clock in steps that let the page take its answers."""
    for _ in range(milliseconds // step_ms):
        page.clock.run_for(step_ms)
        page.wait_for_timeout(8)


def hide(page: Page, hidden: bool) -> None:
    """Make the page believe that its tab was hidden or shown."""
    page.evaluate(
        "value => { Object.defineProperty(document, 'hidden', {value, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def hang(page: Page, pattern: str, times: int | None = None) -> list[Route]:
    """Let requests get no answer, and return the list that they are added to."""
    hung: list[Route] = []
    page.route(pattern, lambda route: hung.append(route), times=times)  # noqa: PLW0108 - of a list, playwright keeps nothing
    return hung
