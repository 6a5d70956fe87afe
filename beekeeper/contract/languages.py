"""The languages that the waiting page and the functions' small pages come in.

The build, the configuration and the functions agree on them. The first language that a room offers
is for a visitor who reads none of the others. A language is a tag of BCP 47 (language, script,
region), such as ``pt`` or ``zh-Hant-HK``. An operator can add more, with texts of their own.
"""

import re

from beekeeper.rules.languages import LONGEST_TAG

TAG = re.compile(rf"[a-z]{{2,3}}(-[A-Za-z0-9]{{2,8}}){{0,{LONGEST_TAG - 1}}}", re.ASCII)
ENGLISH = "en"  # the language in which the page is written first
# Each language by its own name, because a visitor looks for the one that they can read.
NAMES = {
    ENGLISH: "English",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "pt": "Português",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "tr": "Türkçe",
    "ar": "العربية",
    "hi": "हिन्दी",
    "ja": "日本語",
    "ko": "한국어",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
}
# Unicode CLDR, "characterOrder" of the languages that are written from right to left.
RIGHT_TO_LEFT = frozenset(
    ("ar", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi")
)
SEPARATOR = ","  # between the languages in a function's environment variable


def direction_of(language: str) -> str:
    """Return ``rtl`` or ``ltr``: the value of the attribute ``dir`` in HTML."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
