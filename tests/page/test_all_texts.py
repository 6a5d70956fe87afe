"""Each language has what English has: no sentence is missing, stale, or not translated."""

import re
from importlib.resources import files

import pytest

from beekeeper.contract.languages import NAMES
from beekeeper.page.own_texts import missing_in, problems
from beekeeper.page.texts import PLURALS, Texts, load_texts

EN = load_texts("en")
OTHERS = [language for language in NAMES if language != "en"]
# Sentences without words, and words that a language has taken from English.
WITHOUT_WORDS = {"script.tab.place", "script.tab.state", "script.announcements.separator"}
AS_IN_ENGLISH = {
    "de": {"script.connection.offline.tab"},
    "it": {"html.privacy_link", "script.connection.offline.tab"},
    "nl": {"html.privacy_link", "script.connection.offline.tab"},
}
# What some letters of each script are, for the languages that English letters don't write.
SCRIPTS = {
    "ar": r"[\u0600-\u06ff]",
    "hi": r"[\u0900-\u097f]",
    "ja": r"[\u3040-\u30ff\u4e00-\u9fff]",
    "ko": r"[\uac00-\ud7af]",
    "zh-Hans": r"[\u4e00-\u9fff]",
    "zh-Hant": r"[\u4e00-\u9fff]",
}


@pytest.fixture(params=NAMES)
def texts(request: pytest.FixtureRequest) -> Texts:
    return load_texts(request.param)


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    folder = files("beekeeper") / "assets" / "room" / "texts"
    assert {file.name for file in folder.iterdir()} == {f"{language}.json" for language in NAMES}
    assert set(PLURALS) == set(NAMES)


def test_each_language_has_all_sentences_and_no_others(texts: Texts) -> None:
    assert list(problems(texts.language, texts.sections(), EN.sections())) == []
    assert list(missing_in(texts.language, texts.sections(), EN.sections())) == []


def test_sentences_have_no_space_around_them(texts: Texts) -> None:
    separator = "script.announcements.separator"  # it comes between two sentences
    wrong = {k for k, v in texts.sentences().items() if v != v.strip() or "  " in v}
    assert wrong <= {separator}


@pytest.mark.parametrize("language", OTHERS)
def test_each_sentence_is_translated(language: str) -> None:
    english = EN.sentences()
    sentences = load_texts(language).sentences()
    same = {key for key, text in sentences.items() if text and english.get(key) == text}
    assert same - WITHOUT_WORDS == AS_IN_ENGLISH.get(language, set())


@pytest.mark.parametrize("language", SCRIPTS)
def test_languages_are_in_their_own_script(language: str) -> None:
    letters = re.compile(SCRIPTS[language])
    found = load_texts(language).sentences().items()
    worded = {
        key: text for key, text in found if re.search(r"[^\W\d_]", re.sub(r"{\w+}", "", text))
    }
    assert [key for key, text in worded.items() if not letters.search(text)] == []
