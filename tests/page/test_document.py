"""What the build makes of the operator's logo, colour, links, footer and template."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from beekeeper.config import RoomConfig
from beekeeper.page import build_page
from beekeeper.page.document import taken_ids
from beekeeper.page.own_template import check_template
from beekeeper.page.sources import read_source
from beekeeper.page.weight import MAX_BYTES, packed
from tests.support.own_page import TEMPLATE

LOGO = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"
LINKS = {
    "support_url": "mailto:help@shop.example?subject=a&body=b",
    "terms_url": "https://shop.example/terms",
    "privacy_url": "https://shop.example/privacy",
}


def _build(**page: Any) -> str:
    settings = {"title": "Spring <sale>", "page": {"languages": ["en"], **page}}
    return build_page(settings, "en").decode()


def _hash(block: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() + "'"


def _policy(page: str) -> dict[str, list[str]]:
    found = re.search('Content-Security-Policy" content="([^"]*)"', page)
    assert found
    directives = (directive.split() for directive in found[1].split("; "))
    return {name: values for name, *values in directives}


def _blocks(page: str, tag: str) -> list[str]:
    """Return the blocks that need a hash: the data of the script needs none."""
    return re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)


def test_a_logo_takes_the_place_of_the_bee() -> None:
    assert 'class="mark"' in _build()
    page = _build(logo=LOGO)
    assert 'class="mark"' not in page
    assert f'<img class="logo" src="{LOGO.replace(chr(39), "&#x27;")}" alt="">' in page


def test_an_accent_ends_the_style_and_the_policy_has_the_hash_of_both() -> None:
    page = _build(accent="#0b5fff")
    (style,) = _blocks(page, "style")
    assert style.startswith(_blocks(_build(), "style")[0])
    assert ":root { --accent: #0b5fff; --on-accent: #ffffff;" in style
    assert _policy(page)["style-src"] == [_hash(style)]


def test_links_open_beside_the_page_and_tell_nobody_where_it_is() -> None:
    page = _build(**LINKS)
    for url, text in zip(LINKS.values(), ("Help", "Terms", "Privacy"), strict=True):
        href = url.replace("&", "&amp;")
        link = f'<a href="{href}" target="_blank" rel="noopener noreferrer">{text}</a>'
        assert link in page
    assert "_blank" not in _build()
    assert _build(terms_url="https://shop.example/terms").count("_blank") == 1


def test_the_footer_is_text() -> None:
    page = _build(footer="Shop & <b>Sons</b> {{title}} {{build:script}}")
    assert "Shop &amp; &lt;b&gt;Sons&lt;/b&gt; {{title}} {{build:script}}</p>" in page


def test_the_page_of_beekeeper_is_a_template_like_others() -> None:
    template = re.sub(r"\{\{[#/]\w+\}\}", "", read_source("index.html")).strip()
    check_template(template, (), taken_ids())


def test_a_template_has_all_parts_of_the_page() -> None:
    page = _build(template=TEMPLATE, footer="By us", logo=LOGO, **LINKS)
    own = TEMPLATE.splitlines()
    assert "{{" not in page
    assert page.splitlines()[1] == (
        '<html lang="en" dir="ltr" data-state="none" data-connection="ok">'
    )
    assert own[4] in page.splitlines()
    assert "Spring &lt;sale&gt;</h1>" in page
    assert "<p>By us</p>" in page
    for part in ('id="room"', 'id="polite"', 'class="logo"', 'id="given"'):
        assert page.count(part) == 1


def test_the_policy_allows_the_blocks_of_a_template_and_its_sources() -> None:
    script = "document.title;\nlet a = 1 < 2;"
    template = TEMPLATE.replace("<p>", f"<script>{script}</script><p>")
    sources = ["https://a.example", "https://b.example:8443"]
    page = _build(template=template, sources=sources)
    policy = _policy(page)
    scripts, styles = _blocks(page, "script"), _blocks(page, "style")
    assert script in scripts
    assert sorted(policy["script-src"]) == sorted(map(_hash, scripts))
    assert policy["style-src"] == [*map(_hash, styles), *sources]
    for name in ("img-src", "font-src", "media-src"):
        assert policy[name] == ["data:", *sources]
    assert (policy["default-src"], policy["connect-src"]) == (["'none'"], ["'self'"])


def test_the_example_is_a_page() -> None:
    example = RoomConfig.load(Path(__file__).parents[2] / "examples" / "page" / "beekeeper.toml")
    page = build_page(example.model_dump(), "en").decode()
    assert example.page.footer in page
    assert "{{" not in page
    assert packed(page.encode()) < MAX_BYTES


@pytest.mark.parametrize("page", [{}, {"logo": LOGO}, {"sources": ["https://a.example"]}], ids=str)
def test_without_a_template_the_policy_allows_nothing_else(page: dict[str, Any]) -> None:
    policy = _policy(_build(**page))
    assert policy["img-src"] == ["data:"]
    assert policy.keys() == {"default-src", "script-src", "style-src", "connect-src", "img-src"}
