"""The page is one request, moves nothing under the visitor's eyes, and leaves the console empty."""

from collections.abc import Mapping

import pytest
from playwright.sync_api import Browser

from tests.page_figures import FORMS, GOALS, Figures, figures

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("page figures")]
each_form = pytest.mark.parametrize("form", ["room", "edge"])


@pytest.fixture(scope="module")
def measured(browser: Browser) -> Mapping[str, Figures]:
    """The figures of each form, from the first answer to the visitor's turn."""
    return {form: figures(browser, *FORMS[form], slow=False) for form in ("room", "edge")}


@each_form
def test_it_is_one_small_response_and_leaves_the_console_empty(
    measured: Mapping[str, Figures], form: str
) -> None:
    found = measured[form]
    assert found.compressed_bytes <= GOALS["compressed_bytes"]
    assert (found.page_requests, found.console) == (1, [])


@each_form
def test_nothing_moves_until_it_is_the_visitors_turn(
    measured: Mapping[str, Figures], form: str
) -> None:
    assert measured[form].layout_shift == 0
