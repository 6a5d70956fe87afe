"""Every recipe lets the same visitors in, and refuses the same attacks, over real HTTP."""

import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import unquote, urljoin, urlsplit

import jwt
import pytest

from tests.examples.gate import cases
from tests.examples.gate.cases import NEW, OLD, ROOM, token
from tests.examples.gate.sites import RECIPES, SITES, WELCOME, Answer, Site
from tests.support.gates import COOKIE, ORIGIN

MAX_LINES = 40
PYTHON_SITES = ("django", "fastapi")
# A server may refuse by itself what is too long or no HTTP.
REFUSED_BY_THE_SERVER = (400, 404, 405, 414, 431)
# Browsers read a backslash as a slash, and drop tabs and line ends.
RELATIVE_OR_ABSOLUTE = re.compile(r"https://[a-z.]+/|/(?![/\\\t\r\n])")
each_recipe = pytest.mark.parametrize(
    "recipe", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in SITES]
)


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """Starts each recipe once."""
    started: dict[str, Site] = {}
    with ExitStack() as stack:

        def site(name: str) -> Site:
            if name not in started:
                folder = tmp_path_factory.mktemp(name)
                started[name] = stack.enter_context(SITES[name](folder))
            return started[name]

        yield site


@pytest.fixture
def site(start: Callable[[str], Site], recipe: str) -> Site:
    return start(recipe)


def room_for(answer: Answer) -> str:
    """Return where the room will send the visitor, if the answer leads to the room; or else it."""
    room, _, query = answer.location.partition("?to=")
    if (answer.status, room, answer.session) == (302, ROOM.link, ""):
        return unquote(query)
    return str(answer)


def target_of(answer: Answer, asked: str = "/") -> str:
    """Return the absolute address that the browser goes to; or the answer, if it goes nowhere."""
    return urljoin(f"{ORIGIN}{asked}", answer.location) if answer.status == 302 else str(answer)


@each_recipe
def test_a_good_pass_opens_a_session_and_leaves_the_address(site: Site) -> None:
    for name, make in cases.GOOD_PASSES.items():
        answer = site.get(f"/seats?a=1&beekeeper_pass={make()}")
        assert target_of(answer) == f"{ORIGIN}/seats?a=1", name
        again = site.get("/seats?a=1", f"other=1; {answer.session}; x=y")
        assert (again.status, again.text, again.session) == (200, WELCOME, ""), name


@each_recipe
def test_the_site_hears_which_visitor_it_is_from_the_gate_alone(site: Site) -> None:
    session = site.get(f"/?beekeeper_pass={ROOM.valid_pass('anna')}").session
    answer = site.get("/", session, "X-Beekeeper-Sub: somebody else")
    assert answer.headers["X-Visitor"] == "anna"


@each_recipe
def test_the_session_is_a_cookie_that_only_this_host_gets_and_no_script_reads(site: Site) -> None:
    (cookie,) = [c for c in site.get(f"/?beekeeper_pass={ROOM.valid_pass()}").cookies if "__" in c]
    name, _, attributes = cookie.partition("=")
    found = {part.strip().lower() for part in attributes.split(";")[1:]}
    assert name == COOKIE
    assert {"path=/", "httponly", "secure", "samesite=lax"} <= found
    assert not any(part.startswith("domain") for part in found)


@each_recipe
def test_the_first_key_signs_the_session(site: Site) -> None:
    session = site.get(f"/?beekeeper_pass={token(key=OLD)}").session
    assert jwt.get_unverified_header(session.partition("=")[2])["kid"] == NEW.kid


@each_recipe
def test_all_parameters_but_the_pass_stay_as_they_are(site: Site) -> None:
    for query, kept in cases.QUERIES.items():
        answer = site.get(f"/a%20b/?{query.replace('PASS', ROOM.valid_pass())}")
        assert target_of(answer) == f"{ORIGIN}/a%20b/{kept and '?'}{kept}"
        assert answer.session


@each_recipe
def test_without_a_pass_the_visitor_comes_back_to_what_was_wanted(site: Site) -> None:
    for wanted in ("/", "/seats/%C3%A9?b=2&a=%26", "/seats?x=%2520"):
        assert room_for(site.get(wanted)) == wanted


@each_recipe
def test_a_bad_pass_leads_back_to_the_room(site: Site) -> None:
    found = {
        name: room_for(site.get(f"/seats?a=1&beekeeper_pass={make()}&b=2"))
        for name, make in cases.BAD_PASSES.items()
    }
    assert found == dict.fromkeys(cases.BAD_PASSES, "/seats?a=1&b=2")


@each_recipe
def test_a_pass_does_not_reach_the_site_from_a_visitor_with_a_session(site: Site) -> None:
    session = site.get(f"/?beekeeper_pass={ROOM.valid_pass('anna')}").session
    answer = site.get(f"/seats?beekeeper_pass={ROOM.valid_pass('anna')}", session)
    assert target_of(answer) == f"{ORIGIN}/seats"


@each_recipe
def test_a_bad_pass_ends_no_session(site: Site) -> None:
    session = site.get(f"/?beekeeper_pass={ROOM.valid_pass()}").session
    answer = site.get(f"/?beekeeper_pass={ROOM.expired_pass()}", session)
    assert answer.text == WELCOME or target_of(answer) == f"{ORIGIN}/"


@each_recipe
def test_a_bad_cookie_lets_nobody_in(site: Site) -> None:
    for name, make in cases.BAD_COOKIES.items():
        answer = site.get("/seats", make())
        assert answer.status in REFUSED_BY_THE_SERVER or room_for(answer) == "/seats", name


@each_recipe
def test_a_session_that_was_altered_lets_nobody_in(site: Site) -> None:
    session = site.get(f"/?beekeeper_pass={ROOM.valid_pass()}").session
    head, claims, signature = session.split(".")
    for changed in (
        f"{head}.{claims[:-4]}AAAA.{signature}",
        f"{head}.{claims}.{signature[:10]}{'A' * 32}{signature[42:]}",
        f"{head}.{claims}.",
        f"{head}.{claims}",
    ):
        assert room_for(site.get("/", changed)) == "/"


@each_recipe
def test_no_address_leads_elsewhere_or_adds_a_header(site: Site) -> None:
    for target in cases.HOSTILE:
        mark = "&" if "?" in target else "?"
        for query in ("", f"{mark}beekeeper_pass={ROOM.valid_pass()}", f"{mark}beekeeper_pass=x"):
            answer = site.get(f"{target}{query}")
            assert leads_nowhere_else(answer), (target, query, answer)


def leads_nowhere_else(answer: Answer) -> bool:
    if answer.status in REFUSED_BY_THE_SERVER:
        return True
    place = urlsplit(target_of(answer))
    return (
        f"{place.scheme}://{place.netloc}" in (ORIGIN, ROOM.link.rstrip("/"))
        and RELATIVE_OR_ABSOLUTE.match(answer.location) is not None
        and not any(cookie.startswith("a=") for cookie in answer.cookies)
    )


@pytest.mark.parametrize(
    "recipe", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in PYTHON_SITES]
)
def test_the_load_balancer_needs_no_pass(site: Site) -> None:
    assert site.get("/health").status == 200


@pytest.mark.xdist_group("nginx")
@pytest.mark.parametrize(("make", "status"), [(str, 401), (ROOM.valid_pass, 307)])
def test_a_large_form_gets_the_gates_answer_through_nginx(
    start: Callable[[str], Site], make: Callable[[], str], status: int
) -> None:
    """The gate closes the connection without having read the form. nginx would answer 502."""
    connection = http.client.HTTPConnection("127.0.0.1", start("nginx").port, timeout=10)
    for _ in range(5):
        connection.request("POST", f"/order?beekeeper_pass={make()}", b"x" * 900_000)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()


def test_the_cloudfront_function_keeps_to_the_syntax_and_the_size_that_aws_documents() -> None:
    code = (RECIPES / "cloudfront.js").read_text(encoding="utf-8")
    assert len(code) < 10 * 1024
    for newer in ("?.", "??", "...", " of ", "class ", "const {", "const [", "catch {", "{ ["):
        assert newer not in code


def test_each_recipe_has_a_place_in_the_table_and_at_most_40_lines() -> None:
    table = (RECIPES / "README.md").read_text(encoding="utf-8")
    files = sorted(
        path for path in RECIPES.iterdir() if path.suffix in (".py", ".js", ".php", ".conf")
    )
    assert len(files) == len(SITES)
    for path in files:
        assert f"[{path.name}]({path.name})" in table
        assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES, path.name
