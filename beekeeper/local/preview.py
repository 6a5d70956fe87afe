"""Serves the states of the waiting page on this machine, and a page to switch between them.

    /                                the switcher; its query has the state, language, theme and size
    /waiting/dark/room?lang=fr       one page, as an iframe of the switcher or by itself
    /frames/waiting?lang=fr          one page in both themes and both sizes, for a picture

No room and no AWS is needed. The answers of a state are inside the page that is served
(preview_pages.py), so the server remembers nothing, and a reload starts the state anew.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from string import Template
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from beekeeper.contract.page import PAGE_TYPE
from beekeeper.contract.routes import LANGUAGE_PARAMETER, Path
from beekeeper.errors import BeekeeperError, LocalError
from beekeeper.local.ministack import HOST
from beekeeper.local.preview_pages import (
    SMALL_PAGES,
    THEMES,
    preview_asset,
    small_page,
    waiting_page,
)
from beekeeper.local.preview_states import Shown, states
from beekeeper.page import languages_of
from beekeeper.page.own_texts import name_of

SIZES = {"phone": (375, 800), "desktop": (1200, 800)}  # width and height in CSS pixels
FRAMES = "frames"
CURRENT = ' aria-current="true"'
# A page runs no script at all with this, as if JavaScript were off in the browser.
WITHOUT_JAVASCRIPT = "sandbox allow-same-origin allow-popups"


class Preview:
    """A server on 127.0.0.1 while it is entered. ``settings`` are those of a configuration."""

    def __init__(self, settings: Mapping[str, Any], port: int = 0) -> None:
        self.settings = settings
        self.languages: Sequence[str] = languages_of(settings)
        try:
            self._server = _Server((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            raise LocalError(
                f"Port {port} of this machine is taken, or can't be used. Give another one, or"
                " leave --port out."
            ) from error
        self._server.preview = self
        self.url = f"http://{HOST}:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def name_of(self, language: str) -> str:
        """Return the name of a language of the room, in that language."""
        return name_of(language, self.settings.get("page", {}).get("texts", {}))

    def address(self, name: str, theme: str, language: str) -> str:
        """Return the link of one page from the root of the server."""
        shown = {state.name: state for state in states()}.get(name)
        room = "" if shown and shown.arrives else Path.ROOM.link
        return f"{name}/{theme}/{room}?{urlencode({LANGUAGE_PARAMETER: language})}"

    def frames_url(self, name: str, language: str) -> str:
        """Return the address of one page in both themes and both sizes."""
        return f"{self.url}{FRAMES}/{name}?{urlencode({LANGUAGE_PARAMETER: language})}"

    def page(self, name: str, theme: str, language: str) -> tuple[str, dict[str, str]]:
        """Return a page, and the headers that it needs."""
        if name in SMALL_PAGES:
            return small_page(self.settings, name, language, theme), {}
        shown = {state.name: state for state in states()}[name]
        policy = {} if shown.runs_scripts else {"Content-Security-Policy": WITHOUT_JAVASCRIPT}
        return waiting_page(self.settings, shown, language, theme), policy


def titles() -> dict[str, str]:
    """Return the title of each page that the preview shows, by its name."""
    shown: Iterable[Shown] = states()
    return {state.name: state.title for state in shown} | SMALL_PAGES


def switcher(preview: Preview, query: Mapping[str, str]) -> str:
    """Return the page that shows one of the pages, with links to all others."""
    kinds = {
        "size": {size: size.title() for size in SIZES},
        "theme": {theme: theme.title() for theme in THEMES},
        "language": {code: preview.name_of(code) for code in preview.languages},
        "state": titles(),
    }
    # Whatever is not there is replaced by the first one.
    chosen = {
        kind: query[kind] if query.get(kind) in known else next(iter(known))
        for kind, known in kinds.items()
    }
    source = preview.address(chosen["state"], chosen["theme"], chosen["language"])
    return Template(preview_asset("switcher.html")).substitute(
        state=escape(kinds["state"][chosen["state"]]),
        width=SIZES[chosen["size"]][0],
        height=SIZES[chosen["size"]][1],
        source=escape(source),
        choices="\n".join(_choice(kind, kinds[kind], chosen) for kind in kinds),
    )


def _choice(kind: str, known: Mapping[str, str], chosen: Mapping[str, str]) -> str:
    links = (
        f'<li><a href="?{escape(urlencode({**chosen, kind: name}))}"'
        f"{CURRENT if name == chosen[kind] else ''}>{escape(text)}</a></li>"
        for name, text in known.items()
    )
    short = ' class="short"' if kind != "state" else ""
    return f"<h2>{kind.title()}</h2>\n<ul{short}>\n" + "\n".join(links) + "\n</ul>"


def frames(preview: Preview, name: str, language: str) -> str:
    """Return a page that shows one of the pages in both themes and both sizes."""
    shown = "".join(
        f'<iframe src="/{escape(preview.address(name, theme, language))}" title="{size}, {theme}"'
        f' width="{width}" height="{height}"></iframe>'
        for theme in THEMES
        for size, (width, height) in SIZES.items()
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">'
        f"<title>{escape(titles()[name])}</title><style>body{{margin:0;line-height:0}}"
        f"iframe{{border:0}}</style>{shown}</html>"
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    preview: Preview


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Answer with the switcher or a page, or say why the page can't be built."""
        try:
            self._find()
        except BeekeeperError as error:
            self._answer(500, f"<!doctype html><title>Not built</title><p>{escape(str(error))}")

    def _find(self) -> None:
        """Answer. A link of the page leads back to the page."""
        preview, address = self.server.preview, urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        name, _, rest = address.path.removeprefix("/").partition("/")
        theme, _, link = rest.partition("/")
        asked = query.get(LANGUAGE_PARAMETER, "")
        language = asked if asked in preview.languages else preview.languages[0]
        if not name:
            self._answer(200, switcher(preview, query))
        elif name == FRAMES and theme in titles():
            self._answer(200, frames(preview, theme, language))
        elif name not in titles() or theme not in THEMES:
            self._answer(404, "There is no such page.")
        elif link not in ("", Path.ROOM.link):
            self._answer(302, "", {"Location": "/" + preview.address(name, theme, language)})
        else:
            self._answer(200, *preview.page(name, theme, language))

    def _answer(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        body = text.encode()
        self.send_response(status)
        usual = {"Content-Type": PAGE_TYPE, "Cache-Control": "no-store"}
        for name, value in {**usual, **(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Log nothing: the terminal shows the address of the preview."""
