"""The waiting page without its behaviour: a test imports modules of its script, and calls them."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from playwright.sync_api import Browser, Page, Route

from beekeeper.page import build_page
from tests.support.stub_room import turn

ADDRESS = "http://room.test/room"
TITLE = "Spring"
NOW = 1_790_000_001  # 14:13:21 UTC

# Code of view.js: shows the remarks whose names `value` has, or takes them back.
MARK = """(remarks => {
  for (const name in value) remarks.markRemark(name, value[name]);
  m.showState();
})(await import("/script/remarks.js"))"""

_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)
_GIVEN = re.compile(r'(?<=type="application/json">).*?(?=</script>)', re.DOTALL)


@contextmanager
def open_parts(
    browser: Browser,
    *init_scripts: str,
    language: str = "en",
    texts: Mapping[str, Any] | None = None,
    locale: str = "en-US",
    motion: Any = "reduce",
) -> Iterator[Page]:
    """Open the page in a fresh profile, with its clock at NOW. `texts` replace groups of texts."""
    settings: dict[str, Any] = {"timezone_id": "UTC", "bypass_csp": True, "reduced_motion": motion}
    with browser.new_context(locale=locale, **settings) as context:
        context.set_default_timeout(10_000)
        tab = context.new_page()
        errors: list[str] = []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        for script in init_scripts:
            tab.add_init_script(script)
        document = _document(language, texts or {})
        tab.route("**/*", lambda route: respond(route, document))
        tab.clock.install(time=NOW - 1)
        tab.clock.pause_at(NOW)
        tab.goto(ADDRESS)
        yield tab
        assert errors == []


def told(state: str, **fields: Any) -> dict[str, Any]:
    """Return an answer of the room, or what the page makes of it."""
    return {**json.loads(turn(**fields).body), "state": state}


def mark(tab: Page, **remarks: bool) -> None:
    """Show remarks, or take them back."""
    call(tab, "view", MARK, remarks)


def call(tab: Page, module: str, code: str, value: object = None) -> Any:
    """Return what `code` is worth, where `m` is the module, and `value` the value."""
    return tab.evaluate(
        f'async value => {{ const m = await import("/script/{module}.js"); return {code}; }}', value
    )


def without_script(page: bytes) -> str:
    """Return the page without its script. Its data stays."""
    return _SCRIPT.sub("", page.decode())


def respond(route: Route, document: str) -> None:
    """Answer with the page at ADDRESS, and with a module of its script elsewhere."""
    if route.request.url == ADDRESS:
        route.fulfill(body=document, content_type="text/html; charset=utf-8")
    else:
        respond_with_module(route)


def respond_with_module(route: Route) -> None:
    """Answer with the module of the page's script that the request names."""
    name = route.request.url.rpartition("/")[2]
    script = files("beekeeper") / "assets" / "room" / "script" / name
    route.fulfill(body=script.read_text(encoding="utf-8"), content_type="text/javascript")


def _document(language: str, texts: Mapping[str, Any]) -> str:
    document = without_script(build_page({"title": TITLE}))
    found = _GIVEN.search(document)
    assert found
    given = json.loads(found[0])
    for group, replaced in texts.items():
        given["texts"][group] |= replaced
    written = json.dumps(given).replace("<", "\\u003c")
    document = document[: found.start()] + written + document[found.end() :]
    return re.sub(r'<html lang="[\w-]+"', f'<html lang="{language}"', document)
