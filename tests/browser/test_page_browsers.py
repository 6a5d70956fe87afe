"""Which browsers run the page's script, what the others see, and which are the browsers of apps."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.stub_room import StubRoom

pytestmark = pytest.mark.browser

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko)"
)
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-S911B%s) AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = "Chrome/125.0.6422.165 Mobile Safari/537.36"
WEBVIEW = ANDROID % "; wv" + " Version/4.0 " + CHROME
IN_APPS = {
    "Instagram, iPhone": IPHONE + " Mobile/21F90 Instagram 333.0.7.29.85 (iPhone14,5; iOS 17_5_1;"
    " de_DE; de; scale=3.00; 1170x2532; 605631511)",
    "Instagram, Android": WEBVIEW + " Instagram 333.0.0.42.91 Android (34/14; 480dpi; samsung)",
    "Facebook, iPhone": IPHONE + " Mobile/15E148 [FBAN/FBIOS;FBAV/466.0.0.39.103;FBBV/605031985;"
    "FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5.1;FBSS/3;FBID/phone;FBLC/en_US;FBOP/5]",
    "Facebook, Android": WEBVIEW + " [FB_IAB/FB4A;FBAV/467.0.0.46.109;]",
    "Line, iPhone": IPHONE + " Mobile/15E148 Safari Line/14.9.0",
    "Line, Android": WEBVIEW + " Line/14.9.0/IAB",
    "TikTok, iPhone": IPHONE + " Mobile/15E148 musical_ly_35.1.0 JsSdk/2.0 NetType/WIFI"
    " Channel/App Store ByteLocale/en Region/US BytedanceWebview/d8a21c6",
    "TikTok, Android": ANDROID % "" + " Version/4.0 " + CHROME + " trill_350103"
    " BytedanceWebview/d8a21c6",
    "Snapchat, iPhone": IPHONE + " Version/17.5 Mobile/15E148 Safari/604.1"
    " Snapchat/12.88.0.35 (like Safari/8618.2.12.10.9, panda)",
    "WeChat, iPhone": IPHONE + " Mobile/15E148 MicroMessenger/8.0.49(0x18003130) NetType/WIFI",
    "WeChat, Android": ANDROID % "" + " Version/4.0 " + CHROME + " MMWEBID/3216"
    " MicroMessenger/8.0.49.2600(0x28003156) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN",
    "any app, Android": WEBVIEW,
}
BROWSERS = {
    "Chrome, Android": ANDROID % "" + " " + CHROME,
    "Chrome, iPhone": IPHONE + " CriOS/125.0.6422.80 Mobile/15E148 Safari/604.1",
    "Chrome, Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
    " (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36",
    "Edge, Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
    " (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0",
    "Safari, iPhone": IPHONE + " Version/17.5 Mobile/15E148 Safari/604.1",
    "Safari, Mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Firefox, Android": "Mozilla/5.0 (Android 14; Mobile; rv:126.0) Gecko/126.0 Firefox/126.0",
    "Firefox, iPhone": IPHONE + " FxiOS/126.0 Mobile/15E148 Safari/605.1.15",
    "Firefox, Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0",
    "Samsung Internet": ANDROID % "" + " SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
    "Opera, Android": ANDROID % "" + " " + CHROME + " OPR/82.3.4341.81135",
    "DuckDuckGo, Android": ANDROID % "" + " Version/4.0 Chrome/125.0.6422.165 Mobile DuckDuckGo/5"
    " Safari/537.36",
}
IS_IN_APP = """async (agents) => {
  const {isInApp} = await import("./script/browsers.js");
  return agents.map(isInApp);
}"""
IN_APP = "You are in the browser of an app."


def test_the_browsers_of_apps_are_known_by_what_they_say(scripts: Page) -> None:
    found = scripts.evaluate(IS_IN_APP, [*IN_APPS.values(), *BROWSERS.values()])
    assert dict(zip([*IN_APPS, *BROWSERS], found, strict=True)) == {
        **dict.fromkeys(IN_APPS, True),
        **dict.fromkeys(BROWSERS, False),
    }


@pytest.mark.parametrize(("kind", "said"), [("Line, iPhone", 1), ("Safari, iPhone", 0)])
def test_the_visitor_is_told_to_stay_in_the_app(
    page: Page, room: StubRoom, kind: str, said: int
) -> None:
    agent = {**IN_APPS, **BROWSERS}[kind]
    page.add_init_script(f"Object.defineProperty(navigator, 'userAgent', {{value: {agent!r}}})")
    page.goto(room.url + "room")
    expect(page.locator("#remarks li").filter(has_text=IN_APP)).to_have_count(said)


@pytest.mark.parametrize(
    "lacks",
    ["fetch", "AbortController", "URL", "URLSearchParams", "Intl", "Intl.PluralRules", "Promise"],
)
def test_a_browser_that_is_too_old_looks_now_and_then_whether_it_can_go_in(
    page: Page, room: StubRoom, lacks: str
) -> None:
    owner, _, name = ("window." + lacks).rpartition(".")
    page.add_init_script(f"delete {owner}.{name}")
    page.goto(room.url + "room")
    page.wait_for_timeout(20)
    page.clock.run_for(19_900)
    assert room.requests == ["room"]
    assert page.evaluate("document.documentElement.getAttribute('data-state')") == "none"
    page.clock.run_for(200)
    page.wait_for_url(room.destination)
    assert room.opened == ["room", "enter", "/shop?beekeeper_pass=x"]
