"""The page is one request, moves nothing under the visitor's eyes, and leaves the console empty."""

import pytest
from playwright.sync_api import Browser

from tests.page_figures import FORMS, GOALS, figures

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("form", ["room", "edge"])
def test_from_the_first_answer_to_the_turn(browser: Browser, form: str) -> None:
    found = figures(browser, *FORMS[form], slow=False)
    assert found.compressed_bytes <= GOALS["compressed_bytes"]
    assert (found.page_requests, found.layout_shift, found.console) == (1, 0, [])
