"""A page is small enough for a phone, or the operator learns which part is not."""

import pytest

from beekeeper.page import build_pages
from beekeeper.page.weight import MAX_BYTES, check_weight, packed
from tests.support.own_page import HEAVY

PAGE = {"languages": ["en"], "logo": "", "template": "", "texts": {}}


def test_the_page_of_beekeeper_leaves_room_for_a_logo() -> None:
    (page,) = build_pages({"title": "Sale", "page": PAGE}).values()
    assert packed(page) < MAX_BYTES - 8_500


def test_a_page_that_is_too_heavy_is_refused_with_its_sizes() -> None:
    texts = {"en": {"html": {"enter_button": HEAVY}}}
    settings = {"title": "Sale", "page": {**PAGE, "logo": "data:,x", "texts": texts}}
    with pytest.raises(ValueError, match=r"^the page in en has \d\d\.\d KB") as error:
        check_weight(settings)
    said = str(error.value)
    assert "compressed, and may have 30.0 KB. Of these are yours: logo: 0.0 KB, texts: 2" in said
    assert said.endswith(" KB. Make them smaller")
    check_weight({"title": "Sale", "page": {**PAGE, "logo": "data:,x"}})


def test_a_page_without_parts_of_its_own_is_not_even_built() -> None:
    check_weight({"page": PAGE})
