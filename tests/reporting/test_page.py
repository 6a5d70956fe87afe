"""The page of a report: self-contained, safe, and with the figures of the event."""

import re
from dataclasses import replace
from datetime import UTC
from html.parser import HTMLParser
from typing import Any

import pytest

from beekeeper.reporting.files import to_csv
from beekeeper.reporting.page import body, figures, page, remarks
from tests.reporting.events import START, busy_event, entry, event, step

HOSTILE = "</style><script>alert(1)</script>\"'&"


class Tags(HTMLParser):
    """Collects the names of the tags, and the values of attributes that load something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names, self.loaded, self.open = list[str](), list[str](), list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.loaded += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_has_no_script_and_loads_nothing() -> None:
    html = page(busy_event(), UTC)
    tags = Tags(html)
    assert "script" not in tags.names
    assert tags.loaded == []
    assert tags.open == []
    assert not re.search(r"url\((?!#)|@import", html)
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_each_chart_has_a_title_a_unit_and_times_of_day() -> None:
    charts = re.findall(r"<figure>.*?</figure>", page(busy_event(), UTC))
    titles = [re.search(r"<h3>(.*?)</h3>", chart) for chart in charts]
    assert [title[1] for title in titles if title] == [
        "Arrivals (visitors a minute)",
        "Waiting in line (visitors)",
        "Admitted (visitors a minute) and the rate",
        "Entered your site (visitors a minute) and the rate",
        "The wait until the turn",
        "Who came, by when they were admitted (visitors in 1 min)",
    ]
    for chart in charts:
        assert ">17:30<" in chart
        assert 'role="img" aria-label=' in chart
        assert ">paused<" in chart


def test_the_charts_and_the_table_give_the_same_numbers_to_what_operators_did() -> None:
    html = page(busy_event(), UTC)
    # The first one was before the event, and the last one was taken back.
    numbers = re.findall(r'<td class="short">(\d)</td>', html)
    assert numbers == ["1", "2", "3", "4"]
    assert html.count('class="moment"') == 4 * 6
    assert "rate: 1200, from 27 Nov 18:00:00 on" in html
    assert "(taken back)" in html
    assert "more servers" in html
    assert "450 a minute" in html


def test_a_clear_is_told_in_words() -> None:
    cleared = event(
        step(joined=1), history=(entry(0, "cleared_at", "", "2026-11-27 17:00:00 UTC"),)
    )
    assert "<td>line cleared</td>" in page(cleared, UTC).replace(' class="short"', "")
    assert "line cleared" in to_csv(cleared)


def test_whatever_somebody_wrote_stays_a_text() -> None:
    hostile = event(
        step(joined=1, admitted=1),
        room=HOSTILE,
        url=HOSTILE,
        destination=HOSTILE,
        mode=HOSTILE,
        history=(entry(0, HOSTILE, HOSTILE, HOSTILE, place=HOSTILE, reason=HOSTILE),),
    )
    html = page(hostile, UTC)
    assert "<script" not in html
    assert html.count("</style>") == 1
    assert "script" not in Tags(html).names


def test_a_report_of_nobody_says_so() -> None:
    html = page(event(), UTC)
    assert "Nobody has joined the line yet." in html
    assert "<figure>" not in html
    assert "Nobody has changed anything." in html


def test_the_figures_are_those_of_the_event() -> None:
    assert dict(figures(busy_event())) == {
        "joined": "720",
        "admitted": "600",
        "entered your site": "480",
        "waiting": "120",
        "never came": "60 (10.0%)",
        "came late": "60",
        "can still come": "60",
        "half waited at most": "50 s",
        "nine of ten waited at most": "1 min 30 s",
        "the longest wait": "1 min 40 s",
        "busiest minute, joined": "12",
        "busiest minute, entered": "8",
        "most waiting at once": "120",
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"waiting": 7}, "7 visitors still wait"),
        ({"counted_admitted": 3}, "The functions counted 3 visitors admitted"),
        ({"mode": "off"}, "went straight to your site"),
    ],
)
def test_a_reader_hears_what_the_figures_leave_open(change: dict[str, Any], said: str) -> None:
    found = replace(event(step(joined=5, admitted=5)), **change)
    assert any(said in text for text in remarks(found))
    assert said in body(found)


def test_what_is_certain_needs_no_remark() -> None:
    assert list(remarks(event(step(joined=5, admitted=5)))) == []
    assert list(remarks(event(step(joined=5), counted_admitted=None, counted_entered=None))) == []


def test_a_step_that_is_not_over_is_in_no_line() -> None:
    whole, cut = (event(step(joined=60), step(60, joined=1), until=START + u) for u in (120, 90))
    points = [re.findall(r'class="line a" points="([^"]*)"', page(e, UTC))[0] for e in (whole, cut)]
    assert [len(set(each.split())) for each in points] == [2, 1]


def test_a_day_of_minutes_is_no_large_page() -> None:
    steps = [step(60 * i, joined=i % 70, admitted=i % 50, waiting=i) for i in range(1_440)]
    html = page(event(*steps), UTC)
    assert len(html) < 300_000
    assert html.count('class="bar') < 200
