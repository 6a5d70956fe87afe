import base64
import hashlib
import html
import json
import re
import zlib
from dataclasses import asdict
from html.parser import HTMLParser

import pytest

from beekeeper.config import RoomConfig
from beekeeper.contract.answers import entry_answer, turn_answer
from beekeeper.contract.asking import ASKING, REFRESH_SECONDS
from beekeeper.contract.languages import NAMES
from beekeeper.page import build_page
from beekeeper.page.template import fill
from beekeeper.page.texts import load_texts
from beekeeper.rules import polling
from beekeeper.rules.entry import Entry
from beekeeper.rules.turn import State, Turn

HEADERS = 1_000  # more bytes than the headers of the answer have
AWKWARD_TITLES = [
    'O\'Reilly "Live" & <b>loud</b>',
    "</title></h1><script>alert(1)</script>",
    "{{build:script}} {{#title}} {{title}} {0} \\1 \\g<0>",
    "Frühling 🐝 セール",
]


class _Document(HTMLParser):
    """Collects the text of each element and the attributes of all."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {}
        self.attributes: list[tuple[str, str]] = []
        self.opened: list[str] = []
        self._current = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._current = tag
        self.opened.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self._current = ""

    def handle_data(self, data: str) -> None:
        if self._current:
            self.texts[self._current][-1] += data


def _page(title: str = "Spring sale") -> bytes:
    return build_page({"title": title})


def _document(title: str = "Spring sale") -> _Document:
    return _Document(_page(title).decode())


def _hash(block: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() + "'"


@pytest.mark.parametrize("title", ["Spring sale", *AWKWARD_TITLES])
def test_policy_names_the_inlined_blocks_by_their_hash(title: str) -> None:
    document = _document(title)
    _, script = document.texts["script"]
    (style,) = document.texts["style"]
    named = f"script-src {_hash(script)}; style-src {_hash(style)}"
    policy = f"default-src 'none'; {named}; connect-src 'self'; img-src data:"
    assert document.attributes.count(("content", policy)) == 1


def test_policy_comes_before_all_that_it_is_about() -> None:
    """A browser applies a policy in the document to what follows it."""
    charset, policy, *_ = re.findall("<meta [^>]*>", _page().decode())
    assert charset == '<meta charset="utf-8">'
    assert policy.startswith('<meta http-equiv="Content-Security-Policy" content="default-src')
    assert _page().decode().partition(policy)[0].count("<") == 4  # doctype, html, head, charset


@pytest.mark.parametrize("title", AWKWARD_TITLES)
def test_title_is_shown_as_it_is_and_changes_nothing_else(title: str) -> None:
    document, plain = _document(title), _document()
    assert document.texts["title"] == [title]
    assert document.texts["h1"] == [title]
    assert document.opened == plain.opened
    assert document.texts["script"] == plain.texts["script"]


def test_white_space_of_the_title_is_collapsed() -> None:
    assert _document(" Spring\r\n\tsale ").texts["h1"] == ["Spring sale"]


def test_no_mark_is_left_over() -> None:
    assert b"{{" not in _page()


def test_page_is_the_same_bytes_every_time() -> None:
    assert _page() == _page()


def test_all_that_the_first_paint_needs_comes_in_one_round_trip() -> None:
    """A server sends ten packets of 1,460 bytes before it waits for the browser (RFC 6928)."""
    packer = zlib.compressobj(9, wbits=31)
    sent = packer.compress(_page("🐝" * 100).partition(b"<script")[0])
    assert len(sent + packer.flush(zlib.Z_SYNC_FLUSH)) < 10 * 1_460 - HEADERS


def test_line_ends_are_those_that_browsers_hash() -> None:
    assert b"\r" not in _page()


def test_script_is_given_what_python_declares() -> None:
    document = _document()
    assert document.attributes.count(("type", "application/json")) == 1
    given = json.loads(document.texts["script"][0])
    assert given == {
        "polling": asdict(ASKING),
        "turn_states": [state.value for state in State],
        "no_ticket_state": "unknown",
        "links": {path: path for path in ("room", "join", "turn", "enter", "news")},
        "news_seconds": 0,
        "modes": ["on", "off", "paused"],
        "texts": load_texts("en").script,
    }
    assert given["polling"]["jitter"] == polling.JITTER
    assert "<" not in document.texts["script"][0]


def test_script_reads_all_that_it_is_given_and_nothing_else() -> None:
    script = _document().texts["script"][1]
    assert set(re.findall(r"\bpolling\.(\w+)", script)) == set(asdict(ASKING))
    linked = {"room", "join", "turn", "enter", "news"}
    assert set(re.findall(r"\blinks\.(\w+)", script)) == linked


def test_script_reads_only_fields_that_an_answer_has() -> None:
    script = _document().texts["script"][1]
    fields = {*turn_answer(Turn(State.READY, late=1), number=1), "spread_seconds"}
    assert set(re.findall(r"\bturn\.(\w+)", script)) <= fields


def test_script_reads_only_fields_that_an_entry_has() -> None:
    script = _document().texts["script"][1]
    fields = set(entry_answer(Entry.GO_IN, "https://a.example/"))
    assert set(re.findall(r"\bentry\.(\w+)", script)) == fields == {"state", "enter"}


def test_page_shows_a_room_as_it_is_configured() -> None:
    config = RoomConfig(name="sale", destination="https://shop.example.com/", rate=600)
    assert build_page(config.model_dump()) == _page("Sale")


@pytest.mark.parametrize(
    "name", sorted(RoomConfig.model_fields.keys() - {"tags", "governor", "page", "alarms"})
)
def test_each_setting_can_be_shown_by_its_name(name: str) -> None:
    config = RoomConfig(name="sale", destination="https://shop.example.com/", rate=600)
    value = getattr(config, name)
    assert fill(f"{{{{{name}}}}}", config.model_dump(), {}, {}) == str(value or "")


def test_nothing_that_the_policy_would_block() -> None:
    names = {name for name, _ in _document().attributes}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]


def test_every_link_stays_inside_the_room() -> None:
    document = _document()
    links = [value for name, value in document.attributes if name in ("href", "src")]
    inside = {link for link in links if not link.startswith("data:")}
    languages = {f"?lang={language}" for language in NAMES}
    ours = {"enter?lang=en", "join?lang=en", "join?rejoin=1&lang=en"}
    assert inside == {*ours, "enter?stay=1&lang=en", *languages}


def test_without_javascript_the_page_asks_by_itself() -> None:
    head = _page().decode().partition("</head>")[0]
    assert '<noscript><meta http-equiv="refresh" content="20;url=enter?lang=en"></noscript>' in head
    assert f"every {REFRESH_SECONDS} seconds" in _page().decode()


def test_ids_that_others_rely_on() -> None:
    ids = {value for name, value in _document().attributes if name == "id"}
    assert ids >= {"title", "position", "ahead-label", "wait", "updated", "message", "status"}
    assert ids >= {"progress", "enter", "rejoin"}


def _tags(**settings: object) -> dict[str, str]:
    document = build_page({"title": 'The "Spring" sale', **settings}).decode()
    found = re.findall(r'<meta (?:name|property)="([\w:-]+)" content="([^"]*)">', document)
    return {name: html.unescape(content) for name, content in found}


def test_chats_show_the_title_and_what_the_link_is_for() -> None:
    tags = _tags()
    assert tags["og:title"] == 'The "Spring" sale'
    assert tags["og:type"] == "website"
    assert tags["og:description"] == tags["description"] == "Open the link to join the line."
    assert tags["twitter:card"] == "summary"
    assert "og:image" not in tags


def test_chats_show_the_picture_if_there_is_one() -> None:
    picture = "https://example.com/a.png?b=1&c=2"
    tags = _tags(picture=picture)
    assert (tags["og:image"], tags["twitter:card"]) == (picture, "summary_large_image")


@pytest.mark.parametrize(("edge", "seconds"), [(True, 90), (False, 0)])
def test_the_page_asks_for_news_only_at_an_edge(edge: bool, seconds: int) -> None:
    config = RoomConfig(
        name="sale", destination="https://shop.example.com/", rate=600, edge=edge, news_seconds=90
    )
    given = json.loads(_Document(build_page(config.model_dump()).decode()).texts["script"][0])
    assert given["news_seconds"] == seconds
