"""The English texts are well formed, each is used, and none is missing. The rest follows them."""

import html
import re
from importlib.resources import files

import pytest

from beekeeper.handlers.http import unavailable_page
from beekeeper.page.document import FILES
from beekeeper.page.sources import SourceError, read_source
from beekeeper.page.texts import CATEGORIES, load_texts, parse_texts, placeholders
from beekeeper.rules.turn import State

SCRIPT = files("beekeeper") / "assets" / "room" / "script"
SCRIPTS = "\n".join(file.read_text(encoding="utf-8") for file in SCRIPT.iterdir())
DOCUMENT = "\n".join(map(read_source, ("index.html", *FILES.values())))
TEXTS = load_texts("en")
FUNCTIONS = '"functions": {}}'
HANDLERS = files("beekeeper") / "handlers"
# A form of a sentence that depends on a number.
FORM = rf"\.(?:{'|'.join(CATEGORIES)})"

# `texts.wait.hour` in the script, and `texts.states[shown.state].tab`, whatever the state is.
USE = re.compile(r"\btexts((?:\.\w+|\[[\w.]+\])+)")


def _used_in_the_script() -> list[re.Pattern[str]]:
    """Return a pattern for each use. A group that is passed on as a whole uses all its texts."""
    paths = {re.sub(r"\[[\w.]+\]", r".*", found[1]) for found in USE.finditer(SCRIPTS)}
    return [
        re.compile("script" + re.escape(path).replace(r"\*", r"\w+") + f"({FORM})?")
        for path in paths
    ]


def test_each_sentence_of_the_script_is_used() -> None:
    used = _used_in_the_script()
    sentences = [key for key in TEXTS.sentences() if key.startswith("script.")]
    assert [key for key in sentences if not any(path.fullmatch(key) for path in used)] == []


def test_each_sentence_that_the_script_uses_is_there() -> None:
    sentences = TEXTS.sentences()
    unknown = [p.pattern for p in _used_in_the_script() if not any(map(p.fullmatch, sentences))]
    assert unknown == []


def test_each_sentence_of_the_template_is_used_and_there() -> None:
    used = {*re.findall(r"\{\{text:(\w+)\}\}", DOCUMENT), "language_label"}  # page/languages.py
    assert used == set(TEXTS.html)


def test_each_sentence_of_the_functions_is_used() -> None:
    modules = [file for file in HANDLERS.iterdir() if file.name.endswith(".py")]
    sources = [file.read_text(encoding="utf-8") for file in modules]
    named = set(re.findall(r'"(\w+)"', "\n".join(sources)))
    used = {"functions": TEXTS.functions.keys(), **TEXTS.functions}
    assert {group: set(names) - named for group, names in used.items()} == {
        group: set() for group in used
    }


def test_the_page_for_503_shows_its_sentences_and_no_others() -> None:
    page, _ = unavailable_page("en")
    shown = html.unescape(re.sub(r"<(script|style)>.*?</\1>|<[^>]*>", "\n", page, flags=re.DOTALL))
    lines = {" ".join(line.split()) for line in shown.splitlines()} - {""}
    assert lines == set(TEXTS.functions["unavailable"].values())


def test_each_state_has_its_sentences() -> None:
    states = TEXTS.script["states"]
    own = {"connecting", "near", "inside", "left", "blocked", "closed"}
    assert set(states) == {state.value for state in State} | own
    for state, sentences in states.items():
        shows_place = state in {"connecting", "waiting"}
        assert set(sentences) == {"status", "detail"} | (set() if shows_place else {"tab"})


def test_the_script_fills_just_the_placeholders() -> None:
    plain = r"texts\.([\w.]+)"
    calls = re.findall(rf"\bfill\((?:pluralOf\()?{plain}(?:, \w+\))?, \{{([^}}]*)\}}\)", SCRIPTS)
    assert len(calls) == len(re.findall(r"\bfill\((?:pluralOf\()?texts", SCRIPTS))
    filled = {f"script.{path}": set(re.findall(r"(\w+):", values)) for path, values in calls}
    found = {
        re.sub(f"{FORM}$", "", key): placeholders(sentence)
        for key, sentence in TEXTS.sentences().items()
        if key.startswith("script.") and placeholders(sentence)
    }
    assert filled == found


def test_no_sentence_is_left_in_the_template_or_the_script() -> None:
    visible = re.sub(r"\{\{[^}]*\}\}|<!--.*?-->|<[^>]*>", " ", DOCUMENT)
    assert re.findall(r"[^\W\d_]+", visible) == []
    code = re.sub(r"//.*", "", SCRIPTS)
    sentence = re.compile(r"[a-z]{2,} [a-z]{2,}|^[A-Z][a-z]+ ")
    assert [words for words in re.findall(r'"([^"\n]*)"', code) if sentence.search(words)] == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("[", "xx.json is not valid"),
        ("[]", "xx.json must have these sections: html, script, functions"),
        ('{"html": {}}', "xx.json must have these sections: html, script, functions"),
        ('{"html": {}, "script": {}, "more": {}}', "must have these sections"),
        ('{"html": {"a": 1}, "script": {}, ' + FUNCTIONS, "html.a must be a sentence, not 1"),
        ('{"html": {}, "script": [], ' + FUNCTIONS, r"script must be a sentence"),
        (
            '{"html": {}, "script": {"a": {"b": null}}, ' + FUNCTIONS,
            "script.a.b must be a sentence, not None",
        ),
        ('{"html": {}, "script": {"a": "{b"}, ' + FUNCTIONS, "script.a has a brace"),
        ('{"html": {}, "script": {"a": "{b c}"}, ' + FUNCTIONS, "script.a has a brace"),
        ('{"html": {"a": "", "a": ""}, "script": {}, ' + FUNCTIONS, "a: written twice"),
    ],
)
def test_texts_that_are_wrong(source: str, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        parse_texts("xx", source, "texts/xx.json")


def test_texts_that_are_missing() -> None:
    with pytest.raises(SourceError, match=r"There is no assets/room/texts/xx\.json"):
        load_texts("xx")


def test_sentences_by_their_paths() -> None:
    source = '{"html": {"a": "A"}, "script": {"b": {"c": "C {d}"}}, ' + FUNCTIONS
    texts = parse_texts("xx", source, "texts/xx.json")
    assert texts.language == "xx"
    assert texts.sentences() == {"html.a": "A", "script.b.c": "C {d}"}
    assert placeholders("C {d} {e}") == {"d", "e"}
