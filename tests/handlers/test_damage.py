"""Damaged items never leave a function as an exception, a 500 or a redirect elsewhere."""

import json
import logging
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beekeeper.contract import items, pace_item, pulse_item
from beekeeper.contract.door import EDGE
from beekeeper.contract.routes import REJOIN_PARAMETER, Path
from beekeeper.handlers import turnstile
from beekeeper.handlers.http import Request, Response
from beekeeper.rules import tokens
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import SETTINGS, Mode
from beekeeper.rules.tokens import Key
from tests.support.in_memory.joining import NOBODY, Sends, asked
from tests.support.in_memory.recorded import BROWSER, NOW, ORIGIN, PASS_KEY, ROOM, Place, signed
from tests.support.in_memory.refusals import is_stored
from tests.support.in_memory.stage import Stage

TICKET = tokens.new_ticket(NOW - 10)
ROW = items.visitor_id(TICKET.id)
COUNT = items.COUNT_IDS[0]
DEEP = "[" * 10_000 + "]" * 10_000
SHORT = json.dumps([{"kid": "a", "secret": ""}])
NAMES = {
    items.ROOM: [*SETTINGS, items.FORMAT_ATTRIBUTE],
    items.KEYS: [items.TICKET_KEYS, items.PASS_KEYS, EDGE],
    items.PULSE: [*pulse_item.pulse_values(Pulse())],
    ROW: ["admitted_at", "claimed_at", "late", "asked_at", "again", "number", items.EXPIRES_AT],
    COUNT: [items.ADMITTED, items.ENTERED],
    items.PACE: [pace_item.LANE],  # test_schedule.py has paced_at
    items.LATE: [items.GIVEN],
}
texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [DEEP, SHORT, "on", "ON", "[]", "[1]", "[[1]]", "[[2,5],[1,9]]", "[[1,NaN]]", '[["1","x"]]']
    ),
    st.sampled_from(["[[1e999,1]]", '[{"kid":1,"secret":2}]', '"', "{}", "null", "9" * 5_000]),
    st.sampled_from(["//evil.example", "http://evil.example/", "javascript:alert(1)", "https://"]),
    st.sampled_from(['{"link":"","kid":"k"}', '{"link":[],"kid":{}}', '{"link":"https://["}']),
    st.sampled_from(["https://[", "https://a:b/", "https://evil.example\\@shop.example.com/"]),
)
numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**38), 10**38).map(str),
    st.sampled_from(["0", "-1", "1", "0.5", "1e125", "-1e125", "1e-130"]),
    st.floats(NOW - 1e6, NOW + 1e6).map(repr),
)
values: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"S": texts}),
    st.fixed_dictionaries({"N": numbers}),
    st.sampled_from(
        [{"BOOL": True}, {"NULL": True}, {"L": []}, {"M": {}}, {"B": b"x"}, {"NS": ["1"]}]
    ),
)
# For each item: None if it is gone, or what is done to its attributes, of which None removes one.
damages = st.fixed_dictionaries(
    {},
    optional={
        item_id: st.one_of(
            st.none(),
            st.just(dict.fromkeys(names)),
            st.dictionaries(
                st.sampled_from(names), st.one_of(st.none(), values.filter(is_stored)), min_size=1
            ),
        )
        for item_id, names in NAMES.items()
    },
)
Damage = dict[str, dict[str, Any] | None]


def damage(table: dict[str, Any], what: Damage) -> None:
    for item_id, changed in what.items():
        item = {**table.get(item_id, items.key(item_id)), **(changed or {})}
        table[item_id] = {name: value for name, value in item.items() if value is not None}
        if changed is None:
            del table[item_id]


def request(path: Path, token: str, **query: str) -> Request:
    headers = {"authorization": f"Bearer {token}"}
    return Request(path, headers, query=query)


def answers(place: Place, now: float) -> list[Response]:
    """Let every route answer, with a ticket and without one."""
    ticket = signed(TICKET)
    passed = tokens.sign_pass(TICKET.id, [PASS_KEY], ROOM, ORIGIN, now)
    campaign = [
        Request(headers=BROWSER),
        request(Path.CAMPAIGN, ticket),
        request(Path.CAMPAIGN, ticket, **{REJOIN_PARAMETER: "1"}),
        Request(headers={"accept": "application/json"}),
        Request(Path.JOIN, {"content-type": "application/json"}, method="POST"),
    ]
    asking = [
        request(Path.TURN, ticket),
        request(Path.TURN, ""),
        request(Path.ENTER, ticket),
        request(Path.CHECK, passed),
        request(Path.NEWS, ""),
    ]
    return [
        *(asked(place, Sends(), each, now) for each in campaign),
        *(turnstile.answer(each, place.table, NOBODY, now) for each in asking),
    ]


def check(response: Response) -> None:
    assert response["statusCode"] in (200, 302, 401, 403, 503)
    if response["statusCode"] == 302:
        parts = urlsplit(response["headers"]["location"])
        assert (parts.scheme, parts.netloc) in (("", ""), ("https", "shop.example.com"))
        assert not parts.path.startswith("//")
    if "json" in response["headers"].get("content-type", ""):
        json.dumps(json.loads(response["body"]), allow_nan=False)


@settings(max_examples=200)
@given(damages, st.sampled_from(Mode), st.booleans())
def test_visitors_get_an_answer_whatever_is_in_the_table(
    what: Damage, mode: Mode, has_copy: bool
) -> None:
    place = Place(mode)
    place.a_long_line()
    place.admit(TICKET, NOW - 5)
    if has_copy:
        place.table.room(NOW)
    damage(place.dynamo.items, what)
    for response in answers(place, NOW + 1.5):
        check(response)
        # An entry takes one of 32 counts at random. The next try of the visitor takes another.
        if has_copy and mode is not Mode.OFF and COUNT not in what:
            assert response["statusCode"] != 503  # the last good copies are used


@settings(max_examples=100)
@given(damages)
def test_the_consumer_ends_well_whatever_is_in_the_table(what: Damage) -> None:
    stage = Stage(is_damaged=True)
    stage.arrive(5)
    damage(stage.dynamo.items, what)
    stage.run(4)
    assert stage.accounted() >= set(stage.tickets)
    stage.configure()
    stage.run(20)
    assert set(stage.dynamo.rows()) >= set(stage.tickets)
    as_of = (what.get(items.PULSE) or {}).get("as_of")
    if as_of is None or is_stored(as_of):  # DynamoDB compares with nothing else
        assert stage.pulse.as_of == pytest.approx(stage.world.now, abs=5)


@pytest.mark.parametrize(
    "as_of",
    [{"S": "x"}, {"N": str(NOW + 3_600)}, {"N": "-1"}, {"NULL": True}, {"N": "1e125"}, {"L": []}],
)
def test_a_time_that_cant_be_right_is_written_anew(as_of: dict[str, Any]) -> None:
    stage = Stage()
    damage(stage.dynamo.items, {items.PULSE: {"as_of": as_of}})
    stage.arrive(5)
    stage.run(5)
    assert stage.pulse.as_of == pytest.approx(stage.world.now, abs=2)
    assert stage.pulse.admitted == 5


def test_a_pulse_from_the_future_wakes_the_consumer() -> None:
    place = Place()
    woken: list[int] = []
    place.publish(Pulse(as_of=NOW + 3_600, busy_at=NOW + 3_600))
    asked(place, Sends(), Request(headers=BROWSER), start=woken.append)
    assert woken
    place.publish(Pulse(as_of=NOW + 3, busy_at=NOW + 3))  # the clocks differ
    assert place.table.room(NOW + 2).pulse.as_of == NOW + 3


@pytest.mark.parametrize("item_id", [items.ROOM, items.KEYS])
def test_one_damaged_item_leaves_the_others_fresh(
    item_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    place = Place()
    good = place.table.room(NOW)
    damage(place.dynamo.items, {item_id: {"destination": None, "ticket": None, "pass": None}})
    place.publish(Pulse(waiting=7, as_of=NOW + 1))
    with caplog.at_level(logging.ERROR):
        found = place.table.room(NOW + 1.5)
    assert (found.settings, found.ticket_keys, found.pass_keys) == (
        good.settings,
        good.ticket_keys,
        good.pass_keys,
    )
    assert found.pulse.waiting == 7
    assert not place.table.is_stale
    assert "the last good copy is used" in caplog.text


@pytest.mark.parametrize("item_id", [items.ROOM, items.KEYS])
def test_without_a_good_copy_nobody_is_served(item_id: str) -> None:
    place = Place()
    damage(place.dynamo.items, {item_id: dict.fromkeys(NAMES[item_id])})
    assert {response["statusCode"] for response in answers(place, NOW)} == {503}


@pytest.mark.parametrize("text", [DEEP, SHORT, "[]", '[{"kid":1,"secret":2}]', "{", "9" * 5_000])
def test_texts_that_make_no_sense(text: str) -> None:
    place = Place()
    place.a_long_line()
    good = place.table.room(NOW)
    what: Damage = {
        items.KEYS: {"ticket": {"S": text}, "pass": {"S": text}},
        items.PULSE: {"arrivals": {"S": text}},
    }
    damage(place.dynamo.items, what)
    found = place.table.room(NOW + 1.5)
    assert (found.ticket_keys, found.pass_keys) == (good.ticket_keys, good.pass_keys)
    assert (found.pulse.arrivals, found.pulse.waiting) == ((), good.pulse.waiting)


@pytest.mark.parametrize(
    "address",
    ["", "/", "//evil.example/", "http://evil.example/", "javascript:alert(1)", "https://",
     "https://[", "https://a:b/", "https://evil.example\\@shop.example.com/", "https://a b/"],
)  # fmt: skip
def test_what_is_no_destination_redirects_nobody(address: str) -> None:
    cold, warm = Place(Mode.OFF), Place(Mode.OFF)
    warm.table.room(NOW)
    for place in (cold, warm):
        damage(place.dynamo.items, {items.ROOM: {"destination": {"S": address}}})
    assert {response["statusCode"] for response in answers(cold, NOW)} == {503}
    gone = asked(warm, Sends(), Request(headers=BROWSER), NOW + 1.5)["headers"]["location"]
    assert gone.startswith(f"{ORIGIN}/sale?")


def test_keys_are_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    secret = "s" * 20
    ring = {"S": json.dumps([{"kid": "a", "secret": secret}])}
    with pytest.raises(ValueError, match="attribute pass of the table's item keys") as caught:
        items.keys_of({**items.key(items.KEYS), "pass": ring}, items.PASS_KEYS)
    assert secret not in f"{caught.value!r} {caplog.text}"


@pytest.mark.parametrize(
    ("key", "usable"),
    [
        (tokens.new_key(), True),
        (Key("", "s" * 43), False),
        (Key("a", "s" * 31), False),
        (Key("a", "ü" * 43), False),
        (Key("a", ""), False),
    ],
)
def test_only_long_secrets_sign(key: Key, usable: bool) -> None:
    assert tokens.is_usable(key) is usable


@pytest.mark.parametrize(
    ("name", "stored", "read"),
    [
        ("rate", "0", 1.0),
        ("rate", "-5", 1.0),
        ("rate", "1e125", 300_000.0),
        ("overbooking", "0.5", 1.0),
        ("overbooking", "NaN", 1.5),
        ("claim_minutes", "0", 5),
        ("claim_minutes", "1e9", 1_440),
        ("claim_minutes", "Infinity", 15),
        ("polls_per_second", "0", 10.0),
        ("polls_per_second", "x", 5_000.0),
    ],
)
def test_numbers_keep_their_bounds_by_whatever_hand(name: str, stored: str, read: float) -> None:
    place = Place()
    damage(place.dynamo.items, {items.ROOM: {name: {"N": stored}}})
    assert getattr(place.table.room(NOW).settings, name) == read


def test_a_damaged_claim_counts_as_made() -> None:
    row = {**items.admission_item("t", 1, NOW), "claimed_at": {"S": "x"}, "again": {"N": "NaN"}}
    admission = items.admission_of(row)
    assert admission
    assert (admission.claimed_at, admission.again) == (NOW, 0)


def test_counts_are_added_up_without_those_that_are_damaged() -> None:
    counts: list[dict[str, Any]] = [
        {"admitted": {"N": "3"}},
        {"entered": {"N": "9"}},
        {"admitted": {"S": "4"}},
        {"admitted": {"N": "5.0"}},
        {},
    ]
    assert items.total_of(counts, items.ADMITTED) == 8
