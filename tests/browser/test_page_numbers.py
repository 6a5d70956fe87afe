"""The numbers and times of the waiting page, as each language writes them."""

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.page_parts import NOW, call, open_parts

pytestmark = pytest.mark.browser

MINUTES = ("zero", "one", "two", "few", "many", "other")
ARABIC_DIGITS = re.compile("[\u0660-\u0669]")
# The answers of a room: the place in line (None if unknown), then that in the lane for latecomers.
SHOW = """value.map(([ahead, late]) => {
  const turn = { state: "waiting", ahead: ahead, eta_seconds: 60 };
  m.showTurn(late ? Object.assign(turn, { late: late }) : turn);
  const bar = document.getElementById("progress");
  const text = document.getElementById("position").textContent;
  const place = text === "You are next" ? 0 : parseInt(text.replace(",", ""), 10);
  return [place, bar.value / bar.max];
})"""


def forms(*placeholders: str) -> dict[str, str]:
    """Return a plural group whose texts name their category."""
    return {name: " ".join([name, *placeholders]) for name in MINUTES}


def plain(text: str) -> str:
    """Return the text with the spaces and apostrophes of a keyboard. Browsers differ in theirs."""
    return re.sub(r"\s", " ", text).replace("\u2019", "'")


PLURALS = {
    "wait": {"minutes": forms("{low}-{high}")},
    "spread": {"minutes": forms("{minutes}")},
    "place": {"ahead": forms()},
}


@pytest.fixture(scope="module")
def english(browser: Browser) -> Iterator[Page]:
    """A page in English. What it remembers is of no test but the one that runs."""
    with open_parts(browser) as tab:
        yield tab


@pytest.fixture
def tab(english: Page) -> Page:
    """The page in English, which remembers nothing."""
    english.evaluate("sessionStorage.clear()")
    english.reload()
    return english


def test_the_wait_is_a_rounded_range(english: Page) -> None:
    waits = {
        0: "less than a minute",
        59: "less than a minute",
        60: "about 1\u20132 minutes",
        360: "about 5\u20137 minutes",
        1800: "about 25\u201335 minutes",
        3600: "about an hour",
        4800: "about 1 h 20 min",
        7200: "about 2 h",
        200_000: "more than a day",
    }
    assert call(english, "words", "value.map(m.waitText)", list(waits)) == list(waits.values())
    assert call(english, "words", "m.waitText(null)") == "not known yet"


@pytest.mark.parametrize(
    ("language", "waits", "within", "ahead"),
    [
        ("en", ["other 1-2", "other 5-7", "other 15-25"], "other 2", ["one", "other", "other"]),
        ("pl", ["few 1-2", "many 5-7", "many 15-25"], "few 2", ["one", "few", "many"]),
        ("ar", ["two 1-2", "few 5-7", "many 15-25"], "two 2", ["one", "few", "many"]),
        ("ja", ["other 1-2", "other 5-7", "other 15-25"], "other 2", ["other"] * 3),
    ],
)
def test_minutes_have_the_plural_form_of_the_upper_number(
    browser: Browser, language: str, waits: list[str], within: str, ahead: list[str]
) -> None:
    with open_parts(browser, language=language, texts=PLURALS) as tab:
        assert call(tab, "words", "[60, 360, 1300].map(m.waitText)") == waits
        assert call(tab, "words", "m.withinText(61)") == within
        assert call(tab, "words", "[1, 3, 15].map(m.aheadLabel)") == ahead


def test_a_form_that_only_the_browser_knows_is_that_of_all_other_numbers(browser: Browser) -> None:
    """French has a form for a million in newer browsers only."""
    ahead = {"one": "personne", "other": "personnes"}
    with open_parts(browser, language="fr", texts={"place": {"ahead": ahead}}) as tab:
        assert tab.evaluate("new Intl.PluralRules('fr').select(1e6)") == "many"
        assert call(tab, "words", "m.aheadLabel(1e6)") == "personnes"


def test_a_browser_without_intl_gets_plain_numbers(browser: Browser) -> None:
    with open_parts(browser, "delete window.Intl", texts=PLURALS) as tab:
        assert call(tab, "words", "[1, 1234].map(m.placeText)") == ["1 other", "1234 other"]
        assert call(tab, "words", f"m.clockText({NOW})") == "14:13"
    without_plurals = "delete Intl.PluralRules"
    with open_parts(browser, without_plurals, texts=PLURALS) as tab:
        assert call(tab, "words", "m.placeText(1234)") == "1,234 other"


@pytest.mark.parametrize(
    ("language", "locale", "place", "clock", "exact"),
    [
        ("en", "en-US", "1,234", "2:13 PM", "2:13:21 PM"),
        ("en", "en-GB", "1,234", "14:13", "14:13:21"),
        ("de", "de-CH", "1'234", "14:13", "14:13:21"),
        ("de", "en-US", "1.234", "14:13", "14:13:21"),  # the page's language counts
        ("ja", "ja-JP", "1,234", "14:13", "14:13:21"),
    ],
)
def test_numbers_and_times_are_those_of_the_language_in_the_visitors_country(
    browser: Browser, language: str, locale: str, place: str, clock: str, exact: str
) -> None:
    with open_parts(browser, language=language, locale=locale) as tab:
        code = f"[m.positionText(1234), m.clockText({NOW}), m.updatedText({NOW})]"
        assert [plain(text) for text in call(tab, "words", code)] == [place, clock, exact]


def test_all_numbers_have_the_same_digits(browser: Browser) -> None:
    with open_parts(browser, language="ar", locale="ar-EG") as tab:
        shown = call(tab, "words", "[m.waitText(1300), m.finishText(1300), m.positionText(1234)]")
        for text in shown:
            assert ARABIC_DIGITS.search(text)
            assert not re.search("[0-9]", text)


def test_the_wait_leads_to_a_time_of_the_day(browser: Browser) -> None:
    times = {
        59: "",
        60: "until about 14:15",  # it is 14:13:21
        720: "until about 14:26",
        721: "until about 14:30",
        3900: "until about 15:20",
        86_399: "until about 14:15",
        86_400: "",
    }
    with open_parts(browser, locale="en-GB") as tab:
        assert call(tab, "words", "value.map(m.finishText)", list(times)) == list(times.values())
        assert call(tab, "words", "m.finishText(null)") == ""
        # An answer that does not say when it was given came now.
        assert call(tab, "words", "[m.updatedText(0), m.updatedText('x')]") == ["14:13:21"] * 2


def show(tab: Page, answers: list[tuple[int | None, int]]) -> list[Any]:
    """Show one answer after another. Return the place and the progress after each."""
    shown: list[Any] = call(tab, "view", SHOW, answers)
    return shown


def test_neither_the_place_nor_the_progress_ever_gets_worse(tab: Page) -> None:
    """Whatever the answers are, and whenever the visitor refreshes the page."""
    for seed in range(2):
        chance = random.Random(seed)
        tab.evaluate("sessionStorage.clear()")
        seen: list[Any] = []
        for _ in range(2):
            tab.reload()
            call(tab, "place", "m.restorePlace()")
            answers = [chance.choice([None, 0, 3, *range(40, 90)]) for _ in range(9)]
            seen += show(tab, [(ahead, 0) for ahead in answers])
        places = [place for place, _ in seen if place is not None]
        assert places == sorted(places, reverse=True), seed
        bars = [bar for _, bar in seen]
        assert bars == sorted(bars), seed


def test_the_lane_for_latecomers_is_another_line_and_its_progress_begins_anew(tab: Page) -> None:
    line, lane = show(tab, [(100, 0), (10, 0), (8, 12), (9, 12), (2, 12)]), 2
    assert [place for place, _ in line] == [100, 10, 8, 8, 2]
    bars = [bar for _, bar in line]
    assert bars[:lane] == [0, 0.9]
    assert bars[lane:] == [0, 0, 0.75]


def test_who_joins_again_after_the_lane_comes_late_no_more(tab: Page) -> None:
    show(tab, [(8, 12)])
    assert call(tab, "place", "(m.forgetPlace(), m.place.late)") == 0


# Each step: how many minutes pass, the wait in minutes (None while paused), if it is longer.
@pytest.mark.parametrize(
    "steps",
    [
        [(0, 30, False), (10, 20, False), (5, 15, False)],
        [(0, 30, False), (5, 27.5, False), (1, 27.2, True)],  # 2.5, then 3.2 minutes late
        [(0, 5, False), (1, 6, False), (0, 6.1, True)],  # two minutes count, not 10 % of five
        [(0, 30, False), (0, 32, False), (0, 34, True)],  # small delays add up
        [(0, 30, False), (0, 40, True), (20, 20, True), (5, 15, True), (0, 12, False)],
        [
            (0, 30, False),
            (0, 40, True),
            (0, 50, True),
            (0, 46, True),
            (0, 44, False),
            (0, 45, False),
        ],
        [(0, 30, False), (0, 40, True), (0, None, False), (1, 39, True)],
    ],
    ids=[
        "as promised",
        "a tenth",
        "two minutes",
        "adds up",
        "stays",
        "worse, then better",
        "pause",
    ],
)
def test_a_wait_that_gets_longer_is_known(
    tab: Page, steps: list[tuple[float, float | None, bool]]
) -> None:
    for passed, wait, slower in steps:
        tab.clock.run_for(round(passed * 60_000))
        seconds = None if wait is None else wait * 60
        assert call(tab, "estimates", "m.isSlower(value)", seconds) is slower, (passed, wait)


def test_a_promise_holds_over_a_refresh_but_not_for_another_ticket(tab: Page) -> None:
    slower = "(await import('/script/estimates.js')).isSlower"
    assert call(tab, "place", f"(m.keepPlaceOf(7), {slower}(600))") is False
    tab.reload()
    assert call(tab, "place", f"(m.keepPlaceOf(7), {slower}(900))") is True
    assert call(tab, "place", f"(m.keepPlaceOf(8), {slower}(1900))") is False
