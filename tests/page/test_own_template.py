"""The operator's own template: what it must have, and what it must not do."""

import pytest

from beekeeper.page.own_template import MAX_TEMPLATE_BYTES, check_template, read_template
from tests.support.own_page import TEMPLATE

SOURCES = ("https://cdn.example.com", "https://fonts.example.com:8443")


def _check(template: str) -> None:
    check_template(template, SOURCES, {"status"})


def _with(markup: str) -> str:
    return TEMPLATE.replace("<p>", markup + "\n<p>", 1)


@pytest.mark.parametrize(
    "markup",
    [
        "",
        '<a href="https://shop.example.com/">Shop</a> <a href="mailto:a@b.example">Mail</a>',
        '<img src="data:image/png;base64,AA==" alt="" width=9>',
        '<img src="https://cdn.example.com/a.png" alt="">',
        '<img src="//CDN.example.com/a.png" alt="">',
        '<img srcset="https://cdn.example.com/a,b.png 1x, https://cdn.example.com/c.png 2x">',
        '<link rel="stylesheet" href="https://cdn.example.com/a.css">',
        "<style>@font-face { src: url(https://fonts.example.com:8443/a.woff2) }</style>",
        "<style>@import 'https://cdn.example.com/a.css'; i { background: url(#a) }</style>",
        "<script>window.hello = 1;</script>",
        '<script type="module">let a = 1 < 2 && "<p onclick=1>";</script>',
        '<video controls><source src="https://cdn.example.com/a.mp4"></video>',
        '<svg viewBox="0 0 9 9"><g><path fill="url(#a)"/></g><use href="#b"/></svg>',
        '<ul class="a"><li>one<li>two</ul><br><input>',
        '<meta name="author" content="us">',
        "<!-- a comment, {with} braces -->",
        "<p title='https://elsewhere.example/'>{{title}} and {{title}}: {{footer}}</p>",
    ],
)
def test_what_a_template_may_have(markup: str) -> None:
    _check(_with(markup))


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ('<script src="https://cdn.example.com/a.js"></script>', r"line 10: <script src> loads a"),
        ('<script src="a.js"></script>', r"<script src> loads a script: write the script into"),
        ('<script type="importmap">{}</script>', r"must have one of these types: text/javascript"),
        ('<b onclick="f()">x</b>', r"onclick is an event handler.* use a <script>"),
        ('<b style="color: red">x</b>', r"style is a style that .*: write a rule into a <style>"),
        ('<a href="javascript:f()">x</a>', r"a link to javascript:"),
        ('<a href=" java\tscript:f()">x</a>', r"a link to javascript:"),
        ('<a href="data:text/html,x">x</a>', r"a link to data:"),
        ('<a href="/" ping="/p">x</a>', r"ping tells others"),
        ('<img src="hero.jpg">', r"'hero\.jpg' is a file that the room does not have: write it as"),
        ('<img src="https://else.example/a.png">', r"add https://else\.example to page\.sources"),
        ('<img src="http://cdn.example.com/a">', r"add http://cdn\.example\.com to page\.sources"),
        ('<img src="//else.example/a.png">', r"add https://else\.example to page\.sources"),
        ('<img src="https:a.png">', r"is a request to others: add its origin"),
        ('<img srcset="data:,a 1x, https://else.example/a 2x">', r"add https://else\.example"),
        ('<video poster="https://else.example/a"></video>', r"add https://else\.example"),
        ('<iframe src="https://cdn.example.com"></iframe>', r"<iframe> shows another document"),
        ('<object data="a.svg"></object>', r"<object> shows another document"),
        ('<form action="https://a.example"></form>', r"<form> sends data to a site"),
        ('<base href="https://cdn.example.com/">', r"<base> changes where the links"),
        ('<meta http-equiv="refresh" content="1">', r"this <meta> changes how the page works"),
        ('<meta name="Referrer" content="unsafe-url">', r"this <meta> changes how the page works"),
        ('<link rel="preconnect" href="https://cdn.example.com">', r"<link> must have one of"),
        ('<link rel="icon" href="data:,">', r"one of these as its rel: stylesheet, apple-touch"),
        ('<link href="https://cdn.example.com/a.css">', r"<link> must have one of these as its"),
        ('<link rel="stylesheet" href="https://else.example/a">', r"add https://else\.example"),
        ('<style>@import "https://else.example/a.css";</style>', r"add https://else\.example"),
        ("<style>i { background: URL( 'a.png' ) }</style>", r"'a\.png' is a file that"),
        ('<svg><image xlink:href="https://else.example/a"/></svg>', r"add https://else\.example"),
        ('<svg><path fill="url(https://else.example/#a)"/></svg>', r"add https://else\.example"),
        ('<p id="status"></p>', r'id="status" is used by the parts of the room'),
        ("<p>{{titel}}</p>", r"\{\{titel\}\} is not a slot\. The slots are: \{\{build:html\}\}"),
        ("<p>{{text:enter_button}}</p>", r"\{\{text:enter_button\}\} is not a slot"),
        ("{{build:room}}", r"\{\{build:room\}\} is there 2 times\. Leave one"),
        ("{{build:logo}}", r"\{\{build:logo\}\} is there 2 times"),
        ("<!-- {{title}} -->", r"line 10: \{\{title\}\} can only be between elements"),
        ("<?php {{title}} ?>", r"\{\{title\}\} can only be between elements"),
        ("<![CDATA[ {{title}} ]]>", r"\{\{title\}\} can only be between elements"),
        ("<!element {{title}}>", r"\{\{title\}\} can only be between elements"),
        ('<img src="https://else.example/a" src="data:,">', r"add https://else\.example"),
        ('<p title="{{title}}">', r"\{\{title\}\} can only be between elements"),
        ("<script>'{{title}}'</script>", r"\{\{title\}\} can only be between elements"),
        ("<textarea>{{title}}</textarea>", r"\{\{title\}\} can only be between elements"),
        # Newer versions of Python's parser say another of our reasons.
        ("<!-- open", r"this has no end: <!-- open|write a comment as"),
        ("<!-- a -- > b -->", r"line 10: write a comment as <!-- text -->"),
        ("<!--> a -->", r"write a comment as"),
        ("<!-- a --!> b -->", r"write a comment as"),
        ("<![CDATA[ > ]]>", r"<!\[ is not HTML|write a comment as"),
        ('<img alt="open>', r'this has no end: <img alt="open>|is inside something'),
        ("<style>", r"\}\} (is inside something that is not closed|can only be)"),
        ("<script><!-- a</script>", r"<!-- in a script hides its end"),
        ("<svg><b></svg><i><textarea></i>", r"<textarea> is not closed before </i>"),
        ("<div>", r"line 12: \{\{build:script\}\} must be directly in <body>, and is in <div>"),
    ],
)
def test_what_a_template_must_not_have(markup: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        _check(_with(markup))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<!doctype html>\n", "", r"it must begin with: <!doctype html> <html \{\{build:html\}\}>"),
        ("<html {{build:html}}>", '<html lang="en">', r"it must begin with"),
        ("<head>\n", '<head><link rel="icon" href="data:,">', r"it must begin with"),
        ("{{build:script}}\n</body>", "</body>", r"it must end with: \{\{build:script\}\} </body>"),
        ("{{build:room}}", "", r"\{\{build:room\}\} is missing"),
        ("<main>", "<main><p>", r"line 9: \{\{build:room\}\} must not be inside <p>: close"),
        ("<main>", "<section>", r"line 9: \{\{build:room\}\} must be inside <main>"),
        ("<main>", "<template><main>", r"must not be inside <template>"),
        ("</head>", "<title>a</head>", r"line 6: <title> is not closed before </head>"),
        ("<body>", "", r"\{\{build:script\}\} must be directly in <body>, and is in no <body>"),
        ("</head>\n<body>", "", r"\{\{build:room\}\} must not be inside <head>"),
    ],
)
def test_a_template_has_the_form_of_the_page(old: str, new: str, said: str) -> None:
    assert old in TEMPLATE
    with pytest.raises(ValueError, match=said):
        _check(TEMPLATE.replace(old, new))


def test_space_and_case_are_free() -> None:
    template = TEMPLATE.replace("<!doctype html>\n", "<!DOCTYPE HTML>").replace(
        "\n</body>", "</BODY>"
    )
    _check(template)


def test_a_template_of_any_size_would_delay_the_page() -> None:
    with pytest.raises(ValueError, match=r"it has 60,\d{3} bytes, and may have 60,000\. Shorten"):
        _check(_with("x" * MAX_TEMPLATE_BYTES))


def test_its_blocks_are_those_that_a_browser_runs() -> None:
    script = "\nif (1 < 2 && '</p>') {}\n"
    template = _with(f"<script>{script}</script><style>\na {{}}</style>")
    own = read_template(template)
    assert own.scripts == [script]
    assert own.styles == ["h1 { color: red }", "\na {}"]
