"""Which language a visitor gets, as browsers ask for it."""

import pytest

from beekeeper.contract.languages import NAMES
from beekeeper.rules.languages import MOST_LANGUAGES, best_of, language_of

OFFERED = tuple(NAMES)

CASES = {
    # What browsers send.
    "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5": "fr",
    "de-AT,de;q=0.9,en;q=0.8": "de",
    "pt-BR,pt;q=0.9,en-US;q=0.8": "pt",
    "es-419,es;q=0.9": "es",
    "en-US,en;q=0.5": "en",
    "ar-EG": "ar",
    # Chinese: the script decides, and else the region.
    "zh": "zh-Hans",
    "zh-CN,zh;q=0.9,en;q=0.8": "zh-Hans",
    "zh-SG": "zh-Hans",
    "zh-TW,zh;q=0.9,en-US;q=0.8": "zh-Hant",
    "zh-HK": "zh-Hant",
    "zh-MO": "zh-Hant",
    "zh-Hant": "zh-Hant",
    "zh-Hant-CN": "zh-Hant",
    "zh-Hans-TW": "zh-Hans",
    # Weights, in any order.
    "en;q=0.2, ja;q=0.9, ko": "ko",
    "en;q=0.2,ja;q=0.90": "ja",
    "de;Q=0.1, nl ; q=0.8": "nl",
    "fr;q=0, de;q=0.1": "de",
    "sv, fi;q=0.9, tr;q=0.1": "tr",
    # Nothing that is offered, and what is no language at all.
    "": "en",
    "*": "en",
    "sv-SE": "en",
    "fr;q=0": "en",
    "french": "en",
    ";;;,,,q=1": "en",
    "fr;q=many": "fr",
    "x-klingon, \x00, é": "en",
}


@pytest.mark.parametrize("asked", CASES)
def test_the_browsers_language(asked: str) -> None:
    assert best_of(asked, OFFERED) == CASES[asked]
    assert best_of(asked.upper(), OFFERED) == CASES[asked]


@pytest.mark.parametrize(
    ("asked", "offered", "found"),
    [
        ("ja", ("fr", "en"), "fr"),
        ("en", ("fr", "de"), "fr"),
        ("pt", ("en", "pt-BR"), "pt-BR"),
        ("pt-PT, es;q=0.5", ("en", "pt-BR", "es"), "pt-BR"),
        ("pt-PT", ("en", "pt-BR", "pt-PT"), "pt-PT"),
        ("pt-AO", ("en", "pt-BR", "pt"), "pt"),
        ("zh-TW", ("en", "zh-Hans"), "zh-Hans"),
        ("sr-Latn-RS", ("en", "sr-Latn"), "sr-Latn"),
    ],
)
def test_a_room_that_offers_others(asked: str, offered: tuple[str, ...], found: str) -> None:
    assert best_of(asked, offered) == found


@pytest.mark.parametrize(
    ("chosen", "found"),
    [("fr", "fr"), ("FR", "fr"), ("zh-hant", "zh-Hant"), ("", "de"), ("xx", "de"), ("<", "de")],
)
def test_a_choice_on_the_page_wins_if_the_room_has_it(chosen: str, found: str) -> None:
    assert language_of(chosen, "de, en;q=0.5", OFFERED) == found


def test_a_long_header_is_read_to_its_thirtieth_language() -> None:
    assert best_of("xx," * (MOST_LANGUAGES - 1) + "fr", OFFERED) == "fr"
    assert best_of("xx," * MOST_LANGUAGES + "fr", OFFERED) == "en"
