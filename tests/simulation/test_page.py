"""The page of a simulated event."""

from dataclasses import replace

import pytest

from beekeeper import Simulation, simulate


@pytest.fixture(scope="module")
def event() -> Simulation:
    return simulate(3_000, rate=600, arrivals="campaign", over_minutes=5, no_shows=0.1)


def test_page_is_self_contained(event: Simulation) -> None:
    html = event.to_html()
    assert html.startswith("<!doctype html>")
    for foreign in ("<script", "http://", "https://", "@import", "url("):
        assert foreign not in html
    assert html.count("<svg") == html.count("<title>") - 1 == 5
    assert "prefers-color-scheme" in html
    assert "nan" not in html.replace("nance", "")


def test_page_escapes_what_it_shows() -> None:
    html = replace(simulate(10, rate=60), arrivals="<b>&.csv").to_html()
    assert "&lt;b&gt;&amp;.csv" in html
    assert "<b>" not in html


def test_notebook_shows_it(event: Simulation) -> None:
    assert "<svg" in event._repr_html_()
    assert "<!doctype" not in event._repr_html_()
