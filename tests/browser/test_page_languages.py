"""The page in each of its languages, on the smallest phone: every sentence fits into its place.

A machine without a font for a script draws boxes that are narrower than its letters. The test then
holds less strictly, and CI installs the fonts.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from beekeeper.contract.languages import NAMES, direction_of
from beekeeper.page import build_page
from beekeeper.page.texts import PLACEHOLDER, Texts, load_texts
from tests.support.stub_room import Answer, turn

pytestmark = pytest.mark.browser

TITLE = "Spring"
ROOM = "http://room.test/room"
# As wide as these values get.
VALUES = {"time": "12:58:58\u202fPM", "low": "45", "high": "55", "hours": "23", "minutes": "50"}
OWN_STATE = {"near": "waiting", "left": "expired"}  # texts that belong to a part of a state
# Shows a scene with all that can be in it, and returns which elements are too small for their text.
SHOW = """({ state, connection, texts, remarks }) => {
  Object.assign(document.documentElement.dataset, { state, connection });
  for (const id in texts) document.getElementById(id).textContent = texts[id];
  const item = text => Object.assign(document.createElement("li"), { textContent: text });
  document.getElementById("remarks").replaceChildren(...remarks.map(item));
  for (const element of document.querySelectorAll("[hidden]")) element.hidden = false;
  const wide = element => {
    const box = element.getBoundingClientRect();
    return element.scrollWidth > element.clientWidth + 1 || box.left < 0 || box.right > innerWidth;
  };
  const threeLines = 64;
  const tall = element => element.matches(".button, button") && element.offsetHeight > threeLines;
  const seen = element => element.clientWidth > 0 && !element.matches(".unseen, svg *");
  const all = [...document.body.querySelectorAll("*")].filter(seen);
  const small = all.filter(e => wide(e) || tall(e));
  const inner = small.filter(e => !small.some(other => other !== e && e.contains(other)));
  return inner.map(e => (e.id || e.tagName) + ": " + e.textContent.trim());
}"""


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    """A tab on a small phone. The page's clock stands still, so it asks only once.

    It remembers nothing of the visit before.
    """
    with browser.new_context(viewport={"width": 320, "height": 640}) as context:
        tab = context.new_page()
        tab.add_init_script("localStorage.clear(); sessionStorage.clear()")
        tab.clock.install(time=1_790_000_000)
        tab.clock.pause_at(1_790_000_001)
        yield tab


def visit(phone: Page, language: str, answer: Answer) -> None:
    """Open the page of a language. The room gives it this answer."""
    document = build_page({"title": TITLE}, language)

    def respond(route: Route) -> None:
        if route.request.resource_type == "document":
            route.fulfill(body=document, content_type="text/html; charset=utf-8")
        else:
            route.fulfill(body=answer.body, content_type="application/json")

    phone.unroute_all()
    phone.route("**/*", respond)
    phone.goto(ROOM)


def scenes(texts: Texts) -> Iterator[dict[str, object]]:
    """Yield each state with its own texts, and each sentence that a waiting visitor can see."""
    script = {key: _filled(text) for key, text in texts.sentences().items()}
    place = _together(script, "script.place.ahead"), _together(script, "script.wait")
    shown = dict(zip(("ahead-label", "wait"), place, strict=True))
    shown |= {"until": script["script.ready.until"], "alert-note": script["script.alerts.quiet"]}
    remarks = [text for key, text in script.items() if key.startswith("script.remarks.")]
    for state, own in texts.script["states"].items():
        detail = _filled(own["detail"])
        scene = shown | {"status": own["status"], "detail": detail}
        yield _scene(OWN_STATE.get(state, state), scene, remarks)
    for connection, own in texts.script["connection"].items():
        yield _scene("waiting", shown | {"status": own["status"]}, remarks, connection)
    lines = _together(script, "script.line") + _together(script, "script.spread")
    still = {"status": script["script.line.still"], "detail": lines}
    yield _scene("waiting", shown | still, remarks)


def _scene(
    state: str, texts: dict[str, str], remarks: list[str], connection: str = "ok"
) -> dict[str, object]:
    return {"state": state, "connection": connection, "texts": texts, "remarks": remarks}


def _filled(sentence: str) -> str:
    return PLACEHOLDER.sub(lambda found: VALUES.get(found[1], ""), sentence)


def _together(sentences: dict[str, str], group: str) -> str:
    """Join the sentences of a group. What is too wide is a word, so they may share their place."""
    return " ".join(text for key, text in sentences.items() if key.startswith(group + "."))


@pytest.mark.parametrize("language", NAMES)
def test_each_sentence_fits_on_a_small_phone(phone: Page, language: str) -> None:
    visit(phone, language, turn(ahead=0))
    texts = load_texts(language)
    expect(phone.locator("#position")).to_have_text(texts.script["place"]["next"])
    root = phone.locator("html")
    expect(root).to_have_attribute("lang", language)
    expect(root).to_have_css("direction", direction_of(language))
    expect(phone.locator("h1")).to_have_text(TITLE)
    assert TITLE in phone.title()
    plain = {"state": "none", "connection": "ok", "texts": {}, "remarks": []}
    all_scenes = [_scene("waiting", {}, []), *scenes(texts), plain]
    small = phone.evaluate(f"scenes => scenes.flatMap({SHOW})", all_scenes)
    assert small == []


def test_each_sentence_that_is_said_ends_once(phone: Page) -> None:
    visit(phone, "ja", turn(ahead=None, eta_seconds=None, message="遅れています。"))
    place = load_texts("ja").script["place"]["unknown"]
    said = "順番をお待ちください。" + place + "主催者からのお知らせ：遅れています"
    expect(phone.locator("#polite")).to_have_text(said)
