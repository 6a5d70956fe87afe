"""The preview: it serves every state, in each language and theme, and alters nothing else."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from beekeeper.contract.answers import read_turn_answer
from beekeeper.contract.routes import Path
from beekeeper.errors import LocalError
from beekeeper.local.preview import Preview, titles
from beekeeper.local.preview_pages import SMALL_PAGES, in_theme
from beekeeper.local.preview_states import states
from beekeeper.local.replies import Reply
from beekeeper.page import build_page
from beekeeper.rules.turn import State

SETTINGS = {
    "title": 'The "Spring" <sale>',
    "edge": True,
    "news_seconds": 60,
    "page": {"languages": ["en", "fr"]},
}
STATES = {state.name: state for state in states()}


@pytest.fixture(scope="module")
def preview() -> Iterator[Preview]:
    with Preview(SETTINGS) as served:
        yield served


def read(preview: Preview, link: str) -> str:
    with urllib.request.urlopen(preview.url + link) as answer:
        return str(answer.read().decode())


def test_the_switcher_leads_to_each_state_language_and_theme(preview: Preview) -> None:
    page = read(preview, "?state=paused&language=fr&theme=dark&size=desktop")
    assert 'src="paused/dark/room?lang=fr"' in page
    assert page.count('aria-current="true"') == 4
    for wanted in (*(f"state={name}" for name in titles()), "language=en", "theme=light"):
        assert re.search(rf'href="\?[^"]*{wanted}[&"]', page), wanted


def test_the_switcher_replaces_what_is_not_there(preview: Preview) -> None:
    page = read(preview, '?state="><script>&language=xx&theme=&size=9')
    assert 'src="connecting/light/room?lang=en"' in page


@pytest.mark.parametrize("name", list(titles()))
def test_each_page_is_served_in_the_language(preview: Preview, name: str) -> None:
    page = read(preview, preview.address(name, "light", "fr"))
    assert '<html lang="fr"' in page


def test_the_page_is_that_of_a_deploy_but_for_the_answers_the_theme_and_the_policy(
    preview: Preview,
) -> None:
    page = read(preview, preview.address("waiting", "dark", "en"))
    page = re.sub(
        r'<script id="preview".*?</script><script>.*?</script>', "", page, flags=re.DOTALL
    )
    deployed = in_theme(build_page(SETTINGS, "en").decode(), "dark")
    assert page == re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", deployed)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_does_not_depend_on_the_browser(theme: str) -> None:
    page = in_theme(build_page(SETTINGS, "en").decode(), theme)
    assert "prefers-color-scheme" not in page
    assert f"color-scheme: {theme};" in page
    assert f'<meta name="color-scheme" content="{theme}">' in page


def test_a_link_of_a_page_leads_back_to_it(preview: Preview) -> None:
    with urllib.request.urlopen(preview.url + "expired/dark/join?rejoin=1&lang=fr") as answer:
        assert answer.url == preview.url + "expired/dark/room?lang=fr"


@pytest.mark.parametrize("link", ["unknown/dark/room", "waiting/blue/room", "frames/unknown"])
def test_an_unknown_page_is_not_found(preview: Preview, link: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        read(preview, link)


def test_a_page_that_cannot_be_built_says_why(preview: Preview) -> None:
    with Preview({**SETTINGS, "title": ["no text"]}) as served:
        with pytest.raises(urllib.error.HTTPError, match="500") as failed:
            read(served, "waiting/dark/room")
        assert "title" in failed.value.read().decode()


def test_without_javascript_no_script_runs_and_none_is_added(preview: Preview) -> None:
    link = preview.address("no-javascript", "light", "en")
    with urllib.request.urlopen(preview.url + link) as answer:
        assert "allow-scripts" not in answer.headers["Content-Security-Policy"]
        assert b'id="preview"' not in answer.read()
    assert "<script>" not in read(preview, preview.address("plain", "light", "en"))


def test_a_page_without_its_script_is_complete_at_once(preview: Preview) -> None:
    page = read(preview, preview.address("plain", "light", "en"))
    assert "<style>#plain { animation: none !important; }</style>" in page


def test_a_new_language_has_its_name_and_the_small_pages_of_a_room() -> None:
    own = {"languages": ["sv", "fr"], "texts": {"sv": {"name": "Svenska"}}}
    with Preview({**SETTINGS, "page": own}) as served:
        assert ">Svenska</a>" in read(served, "")
        assert '<html lang="fr"' in read(served, "stay/light/?lang=sv")


def test_a_taken_port_is_said(preview: Preview) -> None:
    port = int(preview.url.rstrip("/").rpartition(":")[2])
    with pytest.raises(LocalError, match=f"Port {port} of this machine is taken"):
        Preview(SETTINGS, port)


def test_every_state_of_the_room_is_shown() -> None:
    told = {_state(reply) for shown in STATES.values() for reply in shown.answers.get("turn", ())}
    assert told >= {state.value for state in State}


def _state(reply: Reply) -> object:
    return json.loads(reply.body or "{}").get("state")


@pytest.mark.parametrize("name", [n for n, shown in STATES.items() if shown.answers.get("turn")])
def test_the_answers_are_those_of_a_room(name: str) -> None:
    for reply in STATES[name].answers[Path.TURN.link]:
        if reply.status == 200:
            read_turn_answer(json.loads(reply.body))
        else:
            assert reply.status in (0, 401, 429)


def test_no_two_pages_have_one_name_and_no_state_can_end_the_script_block() -> None:
    assert not set(STATES) & set(SMALL_PAGES)
    assert len(STATES) == len(states())
    assert all("<" not in json.dumps(asdict(shown)) for shown in states())
