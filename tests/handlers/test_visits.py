"""Only a visit takes a place. The headers are those that browsers, apps and bots send."""

import json
import urllib.robotparser

import pytest

from beekeeper.contract.routes import Path
from beekeeper.handlers import room, turnstile
from beekeeper.handlers.http import Request, Response
from beekeeper.handlers.room import Pages
from beekeeper.rules.settings import Mode
from beekeeper.rules.tokens import new_ticket
from tests.support.in_memory.fakes import FakeS3
from tests.support.in_memory.joining import NOBODY, Sends, asked, visit
from tests.support.in_memory.recorded import BROWSER, NOW, Place, signed

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36"
JSON = {"accept": "application/json"}
ANY = {"accept": "*/*"}
SMALL = "<h1>sale</h1>"


def fetch(site: str, mode: str, dest: str, **more: str) -> dict[str, str]:
    """Return what a browser of today says about a request."""
    names = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
    return {"user-agent": CHROME, **names, **more}


PEOPLE = {
    "a link elsewhere": fetch("cross-site", "navigate", "document", **BROWSER),
    "a link on a page of the same site": fetch("same-site", "navigate", "document", **BROWSER),
    "the address bar": fetch("none", "navigate", "document", **BROWSER),
    "Chrome 76 to 79": {
        "user-agent": "Mozilla/5.0 Chrome/78.0",
        "sec-fetch-site": "none",
        "sec-fetch-mode": "navigate",
        **BROWSER,
    },
    "a browser of 2018": {"user-agent": "Mozilla/5.0 (iPhone) Safari/604.1", **BROWSER},
    "a phone of a maker named Cubot": {"user-agent": "Mozilla/5.0 (Linux; CUBOT X19)", **BROWSER},
    "in the app of a network": {
        "user-agent": "Mozilla/5.0 (iPhone) Mobile/15E148 [FBAN/FBIOS;FBAV/450.0] [LinkedInApp]",
        **BROWSER,
    },
    "without a name": BROWSER,
}
APPS = {
    "an app": {"user-agent": "okhttp/4.12.0", **JSON},
    "an app on Node.js": {"user-agent": "node", "sec-fetch-mode": "cors", **JSON},
    "the room's own page": fetch("same-origin", "cors", "empty", **JSON),
    "an extension": fetch("none", "cors", "empty", **JSON),
}
PARTS = {
    "an image": fetch("cross-site", "no-cors", "image", accept="image/avif,image/webp,*/*;q=0.8"),
    "an image of the same site": fetch("same-site", "no-cors", "image", **ANY),
    "a script": fetch("cross-site", "no-cors", "script", **ANY),
    "a style": fetch("cross-site", "no-cors", "style", accept="text/css,*/*;q=0.1"),
    "a frame": fetch("cross-site", "navigate", "iframe", **BROWSER),
    "a frame of the same origin": fetch("same-origin", "navigate", "iframe", **BROWSER),
    "a frame in Chrome 76 to 79": {"sec-fetch-site": "none", "sec-fetch-mode": "nested-navigate"},
    "an object": fetch("cross-site", "navigate", "object", **BROWSER),
    "a video": fetch("cross-site", "no-cors", "video", **ANY),
    "a fetch": fetch("cross-site", "cors", "empty", **ANY),
    "a fetch that asks for a page": fetch("cross-site", "no-cors", "empty", **BROWSER),
    "a fetch for JSON": fetch("cross-site", "cors", "empty", origin="https://evil.example", **JSON),
    "one that can't read the answer": fetch("cross-site", "no-cors", "empty", **JSON),
    "one of the same site": fetch("same-site", "cors", "empty", **JSON),
    "one in a browser of 2018": {"origin": "https://evil.example", **JSON},
}
IN_ADVANCE = {
    "a prefetch": {"sec-purpose": "prefetch"},
    "a prerender": {"sec-purpose": "prefetch;prerender"},
    "a prefetch by another server": {"sec-purpose": "prefetch;anonymous-client-ip"},
    "a prefetch of an older Chrome": {"purpose": "prefetch"},
    "a prefetch of an older Firefox": {"x-moz": "prefetch"},
    "a prefetch of an older Safari": {"x-purpose": "prefetch"},
}
AGENTS = [
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (Macintosh) Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "facebookexternalhit/1.1; kakaotalk-scrap/1.0",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "WhatsApp/2.23.20.0 A",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots",
    "Bluesky Cardyb/1.1; +mailto:support@bsky.app",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/131.0",
    "Mozilla/5.0 Chrome/103.0 Safari/537.36 BingPreview/1.0b",
    "Mozilla/5.0 (compatible; Baiduspider/2.0)",
    "Mozilla/5.0 (compatible; Yahoo! Slurp)",
    "Mozilla/4.0 (compatible; ms-office; MSOffice rmj)",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)",
    "Barracuda Sentinel (EE)",
    "Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
]  # fmt: skip
BOTS = {
    **{agent: {"user-agent": agent, **BROWSER} for agent in AGENTS},
    "a bot with a browser of today": fetch("none", "navigate", "document", **BROWSER)
    | {"user-agent": f"{CHROME} (compatible; Googlebot/2.1)"},
    "a bot that runs the page": {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)", **JSON},
    "a program that wants anything": {"user-agent": "python-requests/2.32", **ANY},
    "an image in a browser of 2018": {"accept": "image/webp,image/*,*/*;q=0.8"},
    "a program that says nothing": {},
    "Safari's picture of a page": {"x-purpose": "preview", **BROWSER},
    "a preview of an older Safari": {"purpose": "preview", **BROWSER},
}


def each(cases: dict[str, dict[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("headers", cases.values(), ids=list(cases))


@each(PEOPLE)
def test_a_person_takes_a_place(headers: dict[str, str]) -> None:
    response, places = visit(headers)
    assert (response["statusCode"], response["headers"]["location"], places) == (302, "room", 1)


@each(APPS)
def test_an_app_takes_a_place(headers: dict[str, str]) -> None:
    response, places = visit(headers)
    assert (json.loads(response["body"])["state"], places) == ("waiting", 1)


@pytest.mark.parametrize("mode", Mode)
@each({**PARTS, **IN_ADVANCE, **{k: {**v, **BROWSER} for k, v in IN_ADVANCE.items()}})
def test_no_part_of_a_page_and_no_prefetch_takes_a_place(
    headers: dict[str, str], mode: Mode
) -> None:
    response, places = visit(headers, mode=mode)
    assert (response["statusCode"], places) == (403, 0)
    assert response["headers"]["cache-control"] == "no-store"
    assert "beekeeper_pass" not in response["body"]
    assert "access-control-allow-origin" not in response["headers"]


@each(BOTS)
def test_a_bot_gets_a_small_page(headers: dict[str, str]) -> None:
    response, places = visit(headers)
    assert (response["statusCode"], places) == (200, 0)
    assert response["headers"]["content-type"].startswith("text/html")
    assert SMALL in response["body"]


def test_the_small_page_has_what_chats_show() -> None:
    place = Place()
    item = place.dynamo.items["room"]
    item["title"], item["picture"] = {"S": 'The "S" <sale>'}, {"S": "https://a.example/x?a=1&b=2"}
    page = asked(place, Sends(), Request(headers={"user-agent": "Twitterbot/1.0"}))["body"]
    assert "<title>The &quot;S&quot; &lt;sale&gt;</title>" in page
    assert '<meta property="og:title" content="The &quot;S&quot; &lt;sale&gt;">' in page
    assert '<meta property="og:image" content="https://a.example/x?a=1&amp;b=2">' in page
    assert '<meta property="og:description" content="Open the link to join the line.">' in page
    item["picture"] = {"S": "javascript:alert(1)"}
    place.table.room(NOW + 2)
    page = asked(place, Sends(), Request(headers={"user-agent": "Twitterbot/1.0"}), NOW + 2)["body"]
    assert "og:image" not in page


def turn(path: str, method: str = "GET", headers: dict[str, str] | None = None) -> Response:
    ticket = [f"beekeeper_ticket_sale={signed(new_ticket(NOW - 60))}"]
    req = Request(path, headers or {}, ticket, method=method)
    return turnstile.answer(req, Place().table, NOBODY, NOW)


def waiting_page(path: str, method: str = "GET", headers: dict[str, str] | None = None) -> Response:
    pages = Pages(FakeS3(b"<p>wait</p>"), "bucket", ("en",))
    return room.answer(Request(path, headers or {}, method=method), pages, NOW)


def any_route(path: str, method: str, headers: dict[str, str] | None = None) -> Response:
    if path == "/":
        response, places = visit(headers or BROWSER, method)
        assert places == 0
        return response
    return (waiting_page if path in ("/room", "/robots.txt") else turn)(path, method, headers)


ROUTES = ["/", "/room", "/turn", "/enter", "/check", "/robots.txt"]


@pytest.mark.parametrize("path", ROUTES)
def test_head_is_answered_without_a_body_and_takes_nothing(path: str) -> None:
    response = any_route(path, "HEAD")
    assert (response["statusCode"], response["body"]) == (200, "")
    assert not response.get("isBase64Encoded")
    assert not response.get("cookies")
    assert "content-encoding" not in response["headers"]


@pytest.mark.parametrize("path", ROUTES)
def test_options_lets_no_page_elsewhere_in(path: str) -> None:
    asks = {"origin": "https://evil.example", "access-control-request-method": "GET"}
    response = any_route(path, "OPTIONS", asks)
    assert (response["statusCode"], response["body"]) == (204, "")
    assert response["headers"]["allow"] == "GET, HEAD, OPTIONS"
    assert not any(name.startswith("access-control") for name in response["headers"])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND"])
@pytest.mark.parametrize("path", ROUTES)
def test_no_other_method_does_anything(path: str, method: str) -> None:
    response = any_route(path, method)
    assert (response["statusCode"], response["headers"]["allow"]) == (405, "GET, HEAD, OPTIONS")


@each({**PARTS, **IN_ADVANCE})
def test_nobody_goes_in_by_a_part_of_a_page(headers: dict[str, str]) -> None:
    place, ticket = Place(), new_ticket(NOW - 60)
    place.admit(ticket, NOW - 5)
    req = Request("/enter", headers, [f"beekeeper_ticket_sale={signed(ticket)}"])
    assert turnstile.answer(req, place.table, NOBODY, NOW)["statusCode"] == 403
    assert "claimed_at" not in place.row(ticket)


@each(IN_ADVANCE)
def test_the_waiting_page_is_not_loaded_in_advance(headers: dict[str, str]) -> None:
    """The script of a prerendered page would join the line."""
    assert waiting_page("/room", headers=headers)["statusCode"] == 403
    assert waiting_page("/room", headers=BROWSER)["statusCode"] == 200


def test_robots_are_told_not_to_come_except_for_previews() -> None:
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(waiting_page("/robots.txt")["body"].splitlines())
    for path in (*ROUTES[:5], "/join", "/news"):
        assert not robots.can_fetch("Googlebot", path)
        assert not robots.can_fetch("anybody", path)
    for name in ("Twitterbot", "facebookexternalhit", "LinkedInBot"):
        assert robots.can_fetch(name, "/")
        assert robots.can_fetch(name, "/join")
        assert not robots.can_fetch(name, "/room")


def without_script_and_cookies(seconds: int, *, keeps_cookies: bool) -> tuple[int, str]:
    """Follow the link, and do what the waiting page tells a browser without a script."""
    place, sends, cookies = Place(), Sends(), list[str]()
    link = "join"
    for now in range(seconds):
        at, req = NOW + now, Request(f"/{link}", BROWSER, cookies)
        if link == "join":
            response = asked(place, sends, req, at)
        elif now % 20 == 0:
            response = turnstile.answer(req, place.table, NOBODY, at)
        else:
            continue
        if response["statusCode"] != 302:
            return len(sends.bodies), str(response["body"])
        if keeps_cookies:
            cookies += [cookie.partition(";")[0] for cookie in response.get("cookies", [])]
        link = "enter" if response["headers"]["location"] == "room" else "join"
    return len(sends.bodies), ""


def test_a_browser_without_script_and_cookies_takes_one_place_a_visit() -> None:
    places, page = without_script_and_cookies(600, keeps_cookies=False)
    assert places == 1
    assert "your browser did not save the cookie that keeps your place" in page
    assert '<a href="join">Get a place</a>' in page
    assert without_script_and_cookies(600, keeps_cookies=True) == (1, "")


def test_a_newcomer_without_a_script_who_reads_the_page_at_the_edge_is_asked_to_join() -> None:
    response = turnstile.answer(Request(Path.ENTER, BROWSER), Place().table, NOBODY, NOW)
    assert response["statusCode"] == 401
    assert "<h1>You have no place in line yet</h1>" in response["body"]
    assert "Please allow cookies" not in response["body"]
