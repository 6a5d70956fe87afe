"""What the Web Content Accessibility Guidelines 2.2 (level AA) ask of the waiting page.

The tests call the page's script, state after state in one load of the page. axe can't run under the
page's policy, so it is off here.
"""

import base64
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from beekeeper.handlers.http import Request, unavailable
from beekeeper.handlers.small_pages import placeless_page, stay_page
from beekeeper.page import build_page
from tests.support.page_parts import ADDRESS, MARK, call, mark, respond, told, without_script

pytestmark = pytest.mark.browser

LINKS = {
    "support_url": "https://shop.example/help",
    "terms_url": "https://shop.example/terms",
    "privacy_url": "https://shop.example/privacy",
    "footer": "Spring Ltd",
}
SETTINGS = {"title": "Spring", "page": LINKS}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = f"""async () => {{
  const found = await axe.run({{ runOnly: {RULES}, resultTypes: ["violations"] }});
  return found.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html));
}}"""
SHOW_OPTIONS = """() => {
  for (const e of document.querySelectorAll("#options, #options label")) e.hidden = false;
  document.getElementById("alert-note").textContent = "…";
  document.getElementById("languages").open = true;
}"""


REMARKS = dict.fromkeys(("cookies", "lost", "in_app", "slower"), True)
answer = partial(told, message="Doors open at ten.")
# Each state, in an order that a visitor can meet, by what shows it: code of view.js, and its value.
STATES: dict[str, tuple[str, object]] = {
    "none": ("0", None),
    "connecting": ("m.showJoining()", None),
    "connecting lost": ("m.showConnection('lost')", None),
    "waiting": ("m.showTurn(value)", answer("waiting")),
    "remarks": (MARK, REMARKS),
    "offline": ("m.showConnection('offline')", None),
    "near": ("m.showTurn(value)", answer("waiting", ahead=3, eta_seconds=40)),
    "paused": ("m.showTurn(value)", answer("paused")),
    "ready": ("m.showTurn(value)", answer("ready")),
    "off": ("m.showTurn(value)", answer("off")),
    "inside": ("m.showTurn(value)", answer("inside")),
    "expired": ("m.showTurn(value)", answer("expired")),
    "blocked": ("m.showTurn(value)", answer("blocked")),
    "closed": ("m.showClosed(Date.now() - 3600000)", None),
}


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """A tab of one visitor, whose clock a test can move."""
    with browser.new_context(
        viewport={"width": 390, "height": 700}, timezone_id="UTC", bypass_csp=True
    ) as context:
        made = context.new_page()
        made.add_init_script("localStorage.clear(); sessionStorage.clear()")
        made.clock.install(time=1_790_000_000)
        yield made


def visit(tab: Page, language: str = "en", **media: Any) -> None:
    """Open the page of a language without its behaviour, and show the view below the script."""
    document = without_script(build_page(SETTINGS, language))
    tab.unroute_all()
    tab.route("**/*", lambda route: respond(route, document))
    media = {"reduced_motion": "reduce", "color_scheme": "light", "forced_colors": "none", **media}
    tab.emulate_media(**media)
    tab.goto(ADDRESS)
    tab.evaluate("document.getAnimations().forEach(animation => animation.finish())")


def show(tab: Page, *names: str) -> None:
    """Show states, one after the other."""
    for name in names:
        code, value = STATES[name]
        call(tab, "view", code, value)


@pytest.mark.parametrize(
    ("language", "scheme"), [("en", "light"), ("en", "dark"), ("de", "light"), ("ar", "dark")]
)
def test_axe_finds_nothing_in_any_state(tab: Page, language: str, scheme: str) -> None:
    visit(tab, language, color_scheme=scheme)
    tab.evaluate(SHOW_OPTIONS)
    tab.evaluate(AXE_SCRIPT)
    found = {}
    for name in STATES:
        show(tab, name)
        found[name] = tab.evaluate(RUN_AXE)
    assert found == {name: [] for name in STATES}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_small_pages(
    tab: Page, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEEKEEPER_LANGUAGES", "en,ar")
    visit(tab, color_scheme=scheme)
    tab.evaluate(AXE_SCRIPT)
    for language in ("en", "ar"):
        query = {"lang": language, "stay": "1"}
        for page in (unavailable, stay_page, placeless_page):
            tab.set_content(page(Request(query=query))["body"])
            assert tab.evaluate(RUN_AXE) == []
            assert tab.evaluate("document.documentElement.lang") == language


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_nothing_is_wider_than_a_page_of_320_pixels(tab: Page, language: str) -> None:
    """This is a page of 1,280 by 1,024 pixels, made four times as large."""
    tab.set_viewport_size({"width": 320, "height": 256})
    visit(tab, language)
    tab.evaluate(SHOW_OPTIONS)
    widths = {}
    for name in STATES:
        show(tab, name)
        widths[name] = tab.evaluate("document.documentElement.scrollWidth")
    tab.set_viewport_size({"width": 390, "height": 700})
    assert widths == dict.fromkeys(STATES, 320)


SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"""


def test_the_largest_place_stays_in_the_page_with_the_spacing_of_a_visitor(tab: Page) -> None:
    """Web Content Accessibility Guidelines 2.2, success criterion 1.4.12."""
    tab.set_viewport_size({"width": 320, "height": 700})
    visit(tab)
    tab.add_style_tag(content=SPACING)
    call(tab, "view", "m.showTurn(value)", answer("waiting", ahead=98_765_432))
    wider = tab.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('.count'))")
    tab.set_viewport_size({"width": 390, "height": 700})
    assert wider == 0


FOCUSED = """() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const name = element.id || element.hreflang || element.href || element.parentElement.id;
  return [name, outlineStyle + " " + outlineWidth];
}"""


def _tab_through(tab: Page) -> list[list[str]]:
    found: list[list[str]] = []
    while True:
        tab.keyboard.press("Tab")
        focused = tab.evaluate(FOCUSED)
        if focused in found or focused[0] == "":
            return found
        found.append(focused)


def test_keyboard_reaches_everything_in_order_and_shows_where_it_is(tab: Page) -> None:
    visit(tab)
    show(tab, "waiting")
    tab.evaluate(SHOW_OPTIONS)
    tab.evaluate("document.getElementById('languages').open = false")
    names = [
        "alert",
        "screen",
        "languages",
        *(url for url in LINKS.values() if "/" in url),
    ]
    assert _tab_through(tab) == [[name, "solid 3px"] for name in names]


TARGETS = """() => [...document.querySelectorAll("a, summary, label, button")]
  .filter(e => e.offsetHeight > 0 && (e.offsetHeight < 24 || e.offsetWidth < 24))
  .map(e => e.outerHTML)"""


def test_each_target_has_at_least_24_pixels(tab: Page) -> None:
    visit(tab)
    tab.evaluate(SHOW_OPTIONS)
    for name in ("none", "waiting", "ready", "expired", "blocked"):
        show(tab, name)
        assert tab.evaluate(TARGETS) == []


COLOURS = """async source => {
  const image = Object.assign(new Image(), { src: source });
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), image);
  canvas.width = image.width;
  canvas.height = image.height;
  const drawn = canvas.getContext("2d");
  drawn.drawImage(image, 0, 0);
  const at = share => [...drawn.getImageData(image.width * share, image.height / 2, 1, 1).data];
  return [at(.25).join(), at(.75).join()];
}"""


def test_the_progress_is_seen_in_the_colours_of_the_system(tab: Page) -> None:
    visit(tab, forced_colors="active")
    show(tab, "waiting")
    tab.evaluate(
        "document.getElementById('progress').value = document.getElementById('progress').max / 2"
    )
    picture = tab.locator("#progress").screenshot()
    source = "data:image/png;base64," + base64.b64encode(picture).decode()
    done, left = tab.evaluate(COLOURS, source)
    assert done != left


@pytest.mark.parametrize(("motion", "moving"), [("reduce", 0), ("no-preference", 1)])
def test_nothing_moves_for_who_wants_no_motion(tab: Page, motion: str, moving: int) -> None:
    visit(tab, reduced_motion=motion)
    show(tab, "waiting")
    assert tab.evaluate("document.getAnimations().length") == moving


def test_a_screen_reader_hears_polite_news_at_most_every_30_seconds(tab: Page) -> None:
    visit(tab)
    polite = tab.locator("#polite")
    show(tab, "waiting")
    expect(polite).to_contain_text("1,234 people ahead of you")
    mark(tab, in_app=True)
    show(tab, "paused", "offline")
    tab.clock.run_for(25_000)
    expect(polite).to_contain_text("1,234 people ahead of you")
    tab.clock.run_for(6_000)
    expect(polite).to_have_text(
        "You are offline; you keep your place. You are in the browser of an app."
        " Stay here: another browser would give you another place"
    )
    expect(tab.locator("#assertive")).to_be_empty()


@pytest.mark.parametrize("state", ["ready", "off"])
def test_a_screen_reader_hears_at_once_that_the_visitor_can_go_in(tab: Page, state: str) -> None:
    visit(tab)
    show(tab, "waiting", state)
    expect(tab.locator("#assertive")).to_contain_text(
        tab.locator("#status").inner_text().rstrip(".")
    )


def test_a_screen_reader_hears_that_the_very_first_answer_failed(tab: Page) -> None:
    visit(tab)
    show(tab, "connecting")
    expect(tab.locator("#polite")).to_be_empty()
    show(tab, "connecting lost")
    expect(tab.locator("#polite")).to_have_text("Trying to reconnect; you keep your place")
