"""How a visitor who looks elsewhere hears of the turn, and how the screen stays on."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import devices
from tests.support.page_moves import hide, open_page, settle
from tests.support.page_parts import call, open_parts
from tests.support.stub_room import StubRoom, turn

pytestmark = pytest.mark.browser

SOUNDS = ["volume 0.2", "tone 523", "volume 0.2", "tone 659", "volume 0.2", "tone 784"]
DEVICE = devices.NOTES + devices.SOUND + devices.VIBRATION + devices.NOTIFICATIONS + devices.SCREEN
BARE = devices.NO_SOUND + devices.NO_VIBRATION + devices.NO_NOTIFICATIONS + devices.NO_SCREEN
TURN = "notification It's your turn!: Spring"
SHOWN = "(await import('/script/shown.js')).shown"


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    """A page on a device that has everything."""
    with open_parts(browser, DEVICE) as tab:
        yield tab


@pytest.fixture
def tab(phone: Page) -> Page:
    """The page, which remembers nothing and has yet to offer something."""
    phone.evaluate("sessionStorage.clear()")
    refresh(phone)
    return phone


def refresh(tab: Page) -> None:
    """Refresh a page that waits."""
    tab.reload()
    tab.evaluate("document.documentElement.dataset.state = 'waiting'")


def wanted(tab: Page) -> list[str]:
    """Return what the page has wanted of the device since the last time."""
    found: list[str] = tab.evaluate("wanted.splice(0)")
    return found


def offer(tab: Page) -> None:
    """Let the page offer what it can do."""
    call(tab, "alerts", "m.offerAlerts()")


def tick(tab: Page, box: str = "#alert") -> list[str]:
    """Tick a checkbox, and return what the page wants of the device."""
    tab.locator(box).check()
    return wanted(tab)


def begin_turn(tab: Page, state: str = "ready", number: int = 7) -> list[str]:
    """Show that the visitor may go in, and return what the page wants of the device."""
    ticket = f"(await import('/script/place.js')).keepPlaceOf({number})"
    call(tab, "alerts", f"({ticket}, {SHOWN}.state = value, m.alertTurn())", state)
    return wanted(tab)


def test_nothing_is_offered_that_the_browser_does_not_have(browser: Browser) -> None:
    with open_parts(browser, BARE) as tab:
        offer(tab)
        call(tab, "screen", "m.offerScreen()")
        expect(tab.locator("#options")).to_be_hidden()
        call(tab, "alerts", f"({SHOWN}.state = 'ready', m.alertTurn())")


def test_ticking_plays_a_quiet_tone_and_asks_for_the_permission(tab: Page) -> None:
    expect(tab.locator("#alert")).to_be_hidden()
    offer(tab)
    expect(tab.locator("#alert")).to_be_visible()
    expect(tab.locator("#screen")).to_be_hidden()
    assert wanted(tab) == []
    assert tick(tab) == ["audio", "permission", "volume 0.05", "tone 523"]
    expect(tab.locator("#alert-note")).to_be_empty()
    tab.locator("#alert").uncheck()
    expect(tab.locator("#alert-note")).to_have_text("Sound is off.")
    assert begin_turn(tab) == []
    assert tick(tab) == ["volume 0.05", "tone 523"]


@pytest.mark.parametrize("safari", ["", "window.oldSafari = true;"], ids=["promise", "callback"])
def test_without_the_permission_the_page_says_what_is_left(tab: Page, safari: str) -> None:
    tab.evaluate(safari + "window.answer = 'denied'")
    offer(tab)
    assert "permission" in tick(tab)
    expect(tab.locator("#alert-note")).to_contain_text("You will hear a sound. For a message")
    hide(tab, True)
    assert begin_turn(tab) == [*SOUNDS, "vibration"]


def test_the_turn_is_told_by_sound_vibration_and_outside_a_hidden_page(tab: Page) -> None:
    offer(tab)
    tick(tab)
    hide(tab, True)
    assert begin_turn(tab) == [*SOUNDS, "vibration", TURN]
    tab.evaluate("notifications[0].dispatchEvent(new Event('click'))")
    assert wanted(tab) == ["focus", "closed"]


def test_news_that_the_room_is_open_are_told_as_well(tab: Page) -> None:
    offer(tab)
    tick(tab)
    call(tab, "view", "m.showNews({ mode: 'off', message: '', spread_seconds: 0 }, 'off')")
    assert wanted(tab) == [*SOUNDS, "vibration"]


def test_who_looks_at_the_page_needs_no_message_outside(tab: Page) -> None:
    offer(tab)
    tick(tab)
    assert begin_turn(tab) == [*SOUNDS, "vibration"]


def test_who_has_not_asked_for_it_hears_nothing(tab: Page) -> None:
    offer(tab)
    hide(tab, True)
    assert begin_turn(tab) == []


def test_android_has_no_notifications_for_pages(tab: Page) -> None:
    tab.evaluate("window.onAndroid = true")
    offer(tab)
    tick(tab)
    hide(tab, True)
    assert begin_turn(tab) == [*SOUNDS, "vibration"]


def test_the_sound_comes_three_times_in_a_minute_at_most(tab: Page) -> None:
    offer(tab)
    tick(tab)
    begin_turn(tab)
    for sounds in (1, 1, 0, 0):
        tab.clock.run_for(20_000)
        assert wanted(tab) == [*SOUNDS, "vibration"] * sounds
    assert begin_turn(tab, number=8) == [*SOUNDS, "vibration"]
    tab.clock.run_for(10_000)
    begin_turn(tab, number=9)
    tab.clock.run_for(20_000)
    assert wanted(tab) == [*SOUNDS, "vibration"]
    call(tab, "shown", "m.shown.state = 'expired'")
    tab.clock.run_for(20_000)
    assert wanted(tab) == []


def test_a_sound_that_something_interrupts_comes_later(tab: Page) -> None:
    offer(tab)
    tab.evaluate("window.silenced = true")
    tick(tab)
    assert call(tab, "alerts", "m.alertSeconds()") == 0
    assert begin_turn(tab) == ["vibration"]
    tab.evaluate("window.silenced = false")
    tab.clock.run_for(20_000)
    assert wanted(tab) == ["vibration"]
    tab.clock.run_for(20_000)
    assert wanted(tab) == [*SOUNDS, "vibration"]


def test_each_turn_is_told_once_also_over_a_refresh(tab: Page) -> None:
    offer(tab)
    tick(tab)
    assert begin_turn(tab) != []
    assert begin_turn(tab) == []
    refresh(tab)
    offer(tab)
    tab.locator("h1").click()
    assert wanted(tab) == ["audio"]
    assert begin_turn(tab) == []
    assert begin_turn(tab, number=8) != []


def test_after_a_refresh_the_sound_waits_for_a_gesture(tab: Page) -> None:
    offer(tab)
    tick(tab)
    refresh(tab)
    tab.evaluate("Notification.permission = 'granted'")
    offer(tab)
    expect(tab.locator("#alert")).to_be_checked()
    expect(tab.locator("#alert-note")).to_contain_text("Tap or click this page once")
    hide(tab, True)
    assert begin_turn(tab) == [TURN]  # and neither sound nor vibration, of which browsers complain
    tab.keyboard.press("a")
    expect(tab.locator("#alert-note")).to_be_empty()
    assert wanted(tab) == ["audio"]
    assert begin_turn(tab, number=8) == [*SOUNDS, "vibration", TURN]


def test_a_hidden_page_stays_until_the_sound_was_heard(page: Page, room: StubRoom) -> None:
    page.add_init_script(DEVICE)
    open_page(page, room, turn(retry_after=40), turn("ready"))
    page.locator("#alert").check()
    hide(page, True)
    page.clock.run_for(46_100)
    settle(page, room, 2)
    page.clock.run_for(800)
    page.wait_for_timeout(50)
    assert room.count("enter") == 0
    assert SOUNDS[0] in wanted(page)
    page.clock.run_for(100)
    page.wait_for_url(room.destination)


def offer_screen(tab: Page) -> None:
    """Let the page offer to keep the screen on."""
    call(tab, "screen", "m.offerScreen()")


def test_the_screen_stays_on_while_the_visitor_waits(tab: Page) -> None:
    offer_screen(tab)
    expect(tab.locator("#screen")).to_be_visible()
    expect(tab.locator("#alert")).to_be_hidden()
    assert wanted(tab) == []
    assert tick(tab, "#screen") == ["screen on"]
    tab.locator("#screen").uncheck()
    assert wanted(tab) == ["screen off"]
    tick(tab, "#screen")
    tab.evaluate("document.documentElement.dataset.state = 'paused'")
    assert wanted(tab) == []
    tab.evaluate("document.documentElement.dataset.state = 'inside'")
    assert wanted(tab) == ["screen off"]


def test_the_screen_is_kept_on_again_when_the_page_is_seen_again(tab: Page) -> None:
    offer_screen(tab)
    tick(tab, "#screen")
    tab.evaluate("lock.released = true")  # as the browser does if the page is hidden
    hide(tab, True)
    wanted(tab)
    hide(tab, False)
    assert wanted(tab) == ["screen on"]
    refresh(tab)
    offer_screen(tab)
    assert wanted(tab) == ["screen on"]


def test_a_screen_that_can_not_be_kept_on_unticks_the_box(tab: Page) -> None:
    offer_screen(tab)
    tab.evaluate("window.refused = true")
    tab.locator("#screen").click()
    expect(tab.locator("#screen")).not_to_be_checked()
    refresh(tab)
    offer_screen(tab)
    assert wanted(tab) == []


def test_who_unticks_while_the_browser_thinks_gets_no_lock(tab: Page) -> None:
    offer_screen(tab)
    tab.evaluate("window.slow = true")
    tick(tab, "#screen")
    tab.locator("#screen").uncheck()
    tab.evaluate("give()")
    assert wanted(tab) == ["screen off"]
