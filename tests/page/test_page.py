import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from beekeeper.page import build_page

AWKWARD_TITLES = [
    'O\'Reilly "Live" & <b>loud</b>',
    "</title></h1><script>alert(1)</script>",
    "{{js}} {{css}} {{title}} {0} \\1 \\g<0>",
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


def _document(title: str) -> _Document:
    return _Document(build_page(title).html.decode())


def _hash(block: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() + "'"


@pytest.mark.parametrize("title", ["Spring sale", *AWKWARD_TITLES])
def test_policy_names_the_inlined_blocks_by_their_hash(title: str) -> None:
    page = build_page(title)
    document = _Document(page.html.decode())
    (script,) = document.texts["script"]
    (style,) = document.texts["style"]
    assert page.content_security_policy == (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


@pytest.mark.parametrize("title", AWKWARD_TITLES)
def test_title_is_shown_as_it_is_and_changes_nothing_else(title: str) -> None:
    document, plain = _document(title), _document("Spring sale")
    assert document.texts["title"] == [title]
    assert document.texts["h1"] == [title]
    assert document.opened == plain.opened
    assert document.texts["script"] == plain.texts["script"]


def test_white_space_of_the_title_is_collapsed() -> None:
    assert _document(" Spring\r\n\tsale ").texts["h1"] == ["Spring sale"]


def test_no_mark_is_left_over() -> None:
    assert not re.search(rb"\{\{|\}\}\}", build_page("Spring sale").html.replace(b"}}\n", b""))


def test_page_is_the_same_bytes_every_time() -> None:
    assert build_page("Spring sale") == build_page("Spring sale")


def test_page_stays_under_30_kilobytes_with_the_longest_reasonable_title() -> None:
    assert len(build_page("🐝" * 100).html) < 30_000


def test_line_ends_are_those_that_browsers_hash() -> None:
    assert b"\r" not in build_page("Spring sale").html


def test_nothing_that_the_policy_would_block() -> None:
    names = {name for name, _ in _document("Spring sale").attributes}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]


def test_every_link_stays_inside_the_room() -> None:
    document = _document("Spring sale")
    links = [value for name, value in document.attributes if name in ("href", "src")]
    assert {link for link in links if not link.startswith("data:")} == {"enter", ".", ".?rejoin=1"}


def test_without_javascript_the_page_asks_by_itself() -> None:
    head = build_page("Spring sale").html.decode().partition("</head>")[0]
    assert '<noscript><meta http-equiv="refresh" content="20;url=enter"></noscript>' in head


def test_ids_that_others_rely_on() -> None:
    ids = {value for name, value in _document("Spring sale").attributes if name == "id"}
    assert ids >= {"title", "position", "ahead-label", "wait", "updated", "message", "status"}
    assert ids >= {"progress", "enter", "rejoin"}
