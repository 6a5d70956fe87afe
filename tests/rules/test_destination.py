from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beekeeper.rules import destination, tokens
from beekeeper.rules.destination import (
    campaign_query,
    entry_url,
    origin_of,
    passes_in,
    query_without_pass,
    safe_path,
    without_pass,
)

DESTINATIONS = [
    "https://shop.example.com/",
    "https://shop.example.com/sale?from=mail&x=a%20b",
    "https://shop.example.com:8443/a/b/",
    "http://127.0.0.1:8000/",
    "http://[::1]:8000/x",
]
NASTY = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "/..//evil.example",
    "/.//evil.example",
    "/%2f/evil.example",
    "/;@evil.example",
    "@evil.example",
    ".evil.example",
    ":443@evil.example",
    "?@evil.example",
    "/\x00/evil",
    "/\x85/evil",
    "/[",
    "/]",
    "//[",
    "/a:b@c",
    "/#//evil.example",
    "/\ud800",
    "/／／evil.example",
    "//shop.example.com/",
]
any_to = st.text() | st.sampled_from(NASTY) | st.text("/\\.:@?#[]%\t\n ae").map(lambda t: "/" + t)


def browsers_origin(base: str, location: str) -> str:
    """Resolve like browsers: backslashes are slashes; tabs and line ends are dropped."""
    cleaned = location.strip("".join(map(chr, range(0x21)))).replace("\\", "/")
    for dropped in "\t\r\n":
        cleaned = cleaned.replace(dropped, "")
    return origin_of(urljoin(base, cleaned))


@pytest.mark.parametrize("target", DESTINATIONS)
@given(to=any_to)
@example(to="/a?beekeeper_pass=forged")
def test_no_text_leaves_the_destinations_origin(target: str, to: str) -> None:
    for path in (to, safe_path(to)):
        url = entry_url(target, path, "TOKEN")
        assert origin_of(url) == origin_of(target)
        assert browsers_origin("https://room.example/", url) == origin_of(target)
        assert url.isascii()
        assert not any(c <= " " for c in url)


@pytest.mark.parametrize("target", DESTINATIONS)
@given(to=any_to)
def test_there_is_one_pass_and_it_is_ours(target: str, to: str) -> None:
    query = parse_qsl(urlsplit(entry_url(target, to, "TOKEN")).query, keep_blank_values=True)
    assert [v for k, v in query if k == destination.PASS_PARAMETER] == ["TOKEN"]


@pytest.mark.parametrize("to", NASTY[:10])
def test_what_could_leave_is_ignored(to: str) -> None:
    if safe_path(to):  # dot segments are harmless, because they are resolved on the destination
        assert to.startswith("/.")
    else:
        assert entry_url(DESTINATIONS[0], to, "T") == f"{DESTINATIONS[0]}?beekeeper_pass=T"


@given(any_to)
def test_safe_path_is_stable_and_fits_a_ticket(to: str) -> None:
    path = safe_path(to)
    assert safe_path(path) == path
    key = tokens.new_key()
    ticket = tokens.new_ticket(1_700_000_000, path)
    token = tokens.sign_ticket(ticket, [key], "r" * 24)
    assert tokens.read_ticket(token, [key], "r" * 24, 1_700_000_000).to == path


def test_longest_path_fits_a_ticket() -> None:
    path = safe_path("/" + '"' * 170)
    assert path == "/" + "%22" * 170
    assert safe_path("/" + "a" * 512) == ""
    assert safe_path("/" + "é" * 300) == ""


@pytest.mark.parametrize("to", ["", None, "seats", "?a=b"])
def test_no_path(to: str | None) -> None:
    assert safe_path(to) == ""


@pytest.mark.parametrize(
    ("target", "to", "url"),
    [
        ("https://a.example/sale?x=1", "", "https://a.example/sale?x=1&beekeeper_pass=T"),
        ("https://a.example/sale?x=1", "/b?y=2&y=3", "https://a.example/b?y=2&y=3&beekeeper_pass=T"),
        ("https://a.example/", "/b#seat-4", "https://a.example/b?beekeeper_pass=T#seat-4"),
        ("https://a.example/", "/a b/é", "https://a.example/a%20b/%C3%A9?beekeeper_pass=T"),
        ("https://a.example/", "/x?q=a%26b+c", "https://a.example/x?q=a%26b+c&beekeeper_pass=T"),
        ("https://a.example/", "/x?beekeeper_pass=E&k=1", "https://a.example/x?k=1&beekeeper_pass=T"),
        ("https://a.example/", "/x?beekeeper%5fpass=E", "https://a.example/x?beekeeper_pass=T"),
    ],
)  # fmt: skip
def test_query_and_fragment_are_kept(target: str, to: str, url: str) -> None:
    assert entry_url(target, to, "T") == url


SALE = "https://shop.example.com/sale?ref=mail"
MAIL = [("utm_source", "mail"), ("gclid", "x")]


@pytest.mark.parametrize(
    ("to", "parameters", "url"),
    [
        ("", MAIL, "/sale?ref=mail&utm_source=mail&gclid=x&beekeeper_pass=T"),
        ("/tickets", MAIL, "/tickets?ref=mail&utm_source=mail&gclid=x&beekeeper_pass=T"),
        ("/tickets?a=1", MAIL, "/tickets?a=1&utm_source=mail&gclid=x&beekeeper_pass=T"),
        ("", MAIL[::-1], "/sale?ref=mail&gclid=x&utm_source=mail&beekeeper_pass=T"),
        ("", [("ref", "evil"), ("a", "1")], "/sale?ref=mail&a=1&beekeeper_pass=T"),
        ("", [("beekeeper_pass", "E"), ("", "x")], "/sale?ref=mail&beekeeper_pass=T"),
        ("", [("a", "1"), ("a", "2"), ("b", "")], "/sale?ref=mail&a=1&a=2&b=&beekeeper_pass=T"),
        ("", [("é", "a b&c#d;e")], "/sale?ref=mail&%C3%A9=a%20b%26c%23d%3Be&beekeeper_pass=T"),
    ],
)  # fmt: skip
def test_campaign_parameters_come_beside_those_of_the_destination(
    to: str, parameters: list[tuple[str, str]], url: str
) -> None:
    assert entry_url(SALE, to, "T", campaign_query(parameters)) == f"https://shop.example.com{url}"


texts = st.text(max_size=40) | st.sampled_from(
    ["beekeeper_pass", "ref", "#", "//evil", "&", "\ud800"]
)


@given(any_to, st.lists(st.tuples(texts, texts)))
def test_no_parameter_leaves_the_origin_or_forges_a_pass(
    to: str, parameters: list[tuple[str, str]]
) -> None:
    query = campaign_query(parameters)
    url = entry_url(SALE, to, "TOKEN", query)
    assert browsers_origin("https://room.example/", url) == origin_of(SALE)
    assert len(query) <= 512
    assert url.isascii()
    assert not any(c <= " " for c in url)
    found = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert [v for k, v in found if k == "beekeeper_pass"] == ["TOKEN"]
    assert campaign_query(parse_qsl(query, keep_blank_values=True)) == query


def test_a_parameter_that_does_not_fit_is_left_out_as_a_whole() -> None:
    query = campaign_query([("a", "x" * 500), ("b", "y" * 500), ("c", "z")])
    assert query == f"a={'x' * 500}&c=z"


def test_the_longest_ticket_is_not_too_long() -> None:
    key, to = tokens.new_key(), safe_path("/" + '"' * 170)
    query = campaign_query((str(i), "") for i in range(1_000))
    ticket = tokens.Ticket(tokens.new_id(), 10**13, 10**10, to, query)
    token = tokens.sign_ticket(ticket, [key], "r" * 24)
    assert tokens.read_ticket(token, [key], "r" * 24, 1_700_000_000) == ticket
    assert len(f"beekeeper_ticket_{'r' * 24}={token}") < 4_000  # the most that browsers keep


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Shop.Example.com/a?b#c", "https://shop.example.com"),
        ("https://a.example:443/", "https://a.example"),
        ("http://a.example:80/", "http://a.example"),
        ("https://a.example:80/", "https://a.example:80"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_origin(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@given(
    st.lists(
        st.sampled_from(
            ["a=1", "b", "c=", "beekeeper_pass=x", "beekeeper_pass", "%62eekeeper_pass=y"]
        )
    )
)
def test_without_pass_keeps_the_rest_as_it_was(pairs: list[str]) -> None:
    kept = [pair for pair in pairs if "pass" not in pair]
    expected = "https://a.example/p" + ("?" + "&".join(kept) if kept else "") + "#f"
    assert without_pass("https://a.example/p?" + "&".join(pairs) + "#f") == expected


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("//evil.example/?a=1&beekeeper_pass=x", "/evil.example/?a=1"),
        ("/\\evil.example/?beekeeper_pass=x", "/evil.example/"),
        ("\\\\evil.example/", "/evil.example/"),
        ("/\t/evil.example/", "/evil.example/"),
        ("\t//evil.example/", "/evil.example/"),
        (" \x00/\\evil.example/?beekeeper_pass=x", "/evil.example/"),
        ("//[/?beekeeper_pass=x", "/[/"),
        ("?beekeeper_pass=x&a=%20", "?a=%20"),
        ("", ""),
    ],
)
def test_an_address_without_the_pass_is_on_the_site_and_never_an_error(url: str, kept: str) -> None:
    assert without_pass(url) == kept


def test_all_passes_of_a_query_are_found_also_encoded_ones() -> None:
    query = "a=1&beekeeper_pass=x.y&%62eekeeper_pass=%7A&beekeeper_pass&&b=beekeeper_pass"
    assert passes_in(query) == ["x.y", "z", ""]
    assert query_without_pass(query) == "a=1&&b=beekeeper_pass"
    assert passes_in("") == []
