"""Which language a visitor gets. The table of cases is also that of the rule at the edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract.languages import NAMES
from beekeeper.rules.languages import best_of, language_of
from tests.support.languages_cases import CASES

OFFERED = tuple(NAMES)


def test_the_browsers_language() -> None:
    wrong = [case for case in CASES if best_of(case[0], case[1]) != case[2]]
    assert wrong == []


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ("fr", "fr"),
        ("FR", "fr"),
        ("fr-CA", "fr"),
        ("zh-hant", "zh-Hant"),
        ("", "de"),
        ("xx", "de"),
        ("<", "de"),
        ("fr,en", "de"),
    ],
)
def test_a_choice_on_the_page_wins_if_the_room_has_it(chosen: str, found: str) -> None:
    assert language_of(chosen, "de, en;q=0.5", OFFERED) == found


@given(st.text(max_size=40), st.text(alphabet="zhenfr-*;q=.,019 ", max_size=60))
def test_any_header_gets_a_language_that_the_room_offers(chosen: str, header: str) -> None:
    assert language_of(chosen, header, OFFERED) in OFFERED
    assert language_of(chosen, header, ("nl",)) == "nl"
