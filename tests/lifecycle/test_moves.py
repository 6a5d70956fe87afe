"""What a deploy says when the campaign link, or what its name leads to, changes. Pure."""

from typing import Any

import pytest

from beekeeper import RoomConfig
from beekeeper.consequences import campaign_link
from beekeeper.moves import moves, slow
from beekeeper.provision.engine.decision import Change, Plan
from beekeeper.provision.resources.outputs import EDGE_LINK, ENDPOINT
from beekeeper.provision.state import State
from beekeeper.results import Action
from tests.support.rooms import ACCOUNT, AT_EDGE, DOMAIN, DOMAIN_NAME, REGION, ROOM, config

ZONE = {"hosted_zone_id": "Z0123456"}
API = "https://a1b2.execute-api.eu-central-1.amazonaws.com/"
CLOUDFRONT = "https://d1234.cloudfront.net/"
NAMED = f"https://{DOMAIN_NAME}/"
OTHER = {"domain_name": "wait.example.com"}
OUTPUTS = {ENDPOINT: API.rstrip("/"), EDGE_LINK: CLOUDFRONT}
PLAIN, EDGE = config(), config(edge=True)


def said(
    before: RoomConfig, after: RoomConfig, *new: str, waiting: int = 0
) -> tuple[list[str], list[bool]]:
    """Return what is said, and whether it costs those who wait their place."""
    url = campaign_link(before, OUTPUTS)
    state = State(ROOM, ACCOUNT, REGION, config=before.model_dump(mode="json"), url=url)
    unknown = not after.domain_name and ("distribution" if after.edge else "api") in new
    link = "" if unknown else campaign_link(after, OUTPUTS)
    found = list(moves(state, after, link, new, lambda: waiting))
    return [move.text for move in found], [move.loses_places for move in found]


def test_the_link_is_that_of_the_domain_or_the_edge_or_the_api() -> None:
    assert campaign_link(PLAIN, OUTPUTS) == API
    assert campaign_link(EDGE, OUTPUTS) == CLOUDFRONT
    assert campaign_link(config(**AT_EDGE), OUTPUTS) == NAMED
    assert campaign_link(EDGE, {ENDPOINT: API}) == ""


def test_a_first_deploy_moves_nothing() -> None:
    assert list(moves(None, EDGE, "", {"distribution"}, lambda: 0)) == []


@pytest.mark.parametrize("room", [PLAIN, EDGE, config(**AT_EDGE), config(**DOMAIN, **ZONE)])
def test_neither_does_one_that_changes_something_else(room: RoomConfig) -> None:
    assert said(room, room, "rule") == ([], [])


def test_to_the_edge_those_who_wait_are_sent_on() -> None:
    (link, places), loses = said(PLAIN, EDGE, "distribution", waiting=1_200)
    assert f"changes from {API} to one that deploy prints. Publish it, and tell your" in link
    assert places == (
        f"Everybody who waits at {API} loses their place, and is sent to the edge: do it while"
        " nobody waits (1,200 wait now)."
    )
    assert loses == [False, True]


def test_a_deploy_that_goes_on_knows_the_new_link() -> None:
    (link, _), _ = said(PLAIN, EDGE)
    assert f"from {API} to {CLOUDFRONT}." in link


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (EDGE, PLAIN),
        (config(**DOMAIN), EDGE),
        (config(**AT_EDGE), PLAIN),
        (config(**DOMAIN), config(**{**DOMAIN, **OTHER})),
        (config(**AT_EDGE), config(**{**AT_EDGE, **OTHER})),
    ],
    ids=["back", "name dropped", "name dropped and back", "another name", "another, at the edge"],
)
def test_where_the_host_name_ends_so_do_the_places(before: RoomConfig, after: RoomConfig) -> None:
    (link, places), loses = said(before, after)
    old, new = campaign_link(before, OUTPUTS), campaign_link(after, OUTPUTS)
    assert f"changes from {old} to {new}" in link
    assert places.startswith(
        f"Everybody who waits at {old} loses their place, because that address"
    )
    assert places.endswith("do it while nobody waits.")
    assert loses == [False, True]


@pytest.mark.parametrize(
    ("before", "after"), [(PLAIN, config(**DOMAIN)), (EDGE, config(**AT_EDGE))], ids=["api", "edge"]
)
def test_a_name_is_added_and_the_former_address_stays(
    before: RoomConfig, after: RoomConfig
) -> None:
    (link,), loses = said(before, after)
    assert f"to {NAMED}" in link
    assert loses == [False]


@pytest.mark.parametrize("there", [True, False])
def test_where_the_host_name_stays_so_do_the_places(there: bool) -> None:
    pair = [config(**DOMAIN, **ZONE), config(**AT_EDGE, **ZONE)]
    before, after = pair if there else pair[::-1]
    (text,), loses = said(before, after, "distribution", "domain")
    assert text == (
        f"The room moves {'to the edge' if there else 'from the edge to API Gateway'}. The campaign"
        f" link {NAMED} stays, and everybody who waits keeps their place."
    )
    assert loses == [False]


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        (config(**DOMAIN), config(**AT_EDGE), "distribution"),
        (config(**AT_EDGE), config(**DOMAIN), "domain"),
        (config(**AT_EDGE), config(**AT_EDGE), "distribution"),
        (config(**DOMAIN), config(**DOMAIN), "domain"),
    ],
    ids=["there", "back", "distribution deleted", "domain deleted"],
)
def test_a_record_that_is_made_by_hand(before: RoomConfig, after: RoomConfig, new: str) -> None:
    (text,), loses = said(before, after, new, waiting=7)
    assert f"The DNS record of {DOMAIN_NAME} must lead elsewhere: when the deploy has ended" in text
    assert "to the value that it prints. Nobody reaches the room in between" in text
    assert text.endswith("so deploy while nobody waits (7 wait now).")
    assert loses == [True]


@pytest.mark.parametrize(
    ("room", "new", "what"),
    [(PLAIN, "api", "HTTP API"), (EDGE, "distribution", "CloudFront distribution")],
    ids=["api", "distribution"],
)
def test_a_link_that_is_gone(room: RoomConfig, new: str, what: str) -> None:
    (text,), _ = said(room, room, new)
    assert text.startswith(f"The room's {what} is gone, so the campaign link")


@pytest.mark.parametrize(
    ("action", "word", "attribute"),
    [
        (Action.CREATE, "will be made", "aliases"),
        (Action.UPDATE, "will be changed", "secret"),
        (Action.DELETE, "will be disabled, and then deleted", "aliases"),
        (Action.UPDATE, "", "tags"),  # as after each new version of Beekeeper
        (Action.UNCHANGED, "", "aliases"),
    ],
)
def test_what_takes_minutes(action: Action, word: str, attribute: str) -> None:
    def change(key: str) -> Any:
        return Change(key, "x", "x", action, {attribute: ("a", "b")})

    notes = slow(Plan(ROOM, (change("queue"), change("distribution"))))
    assert bool(notes) == bool(word)
    assert all(f"The CloudFront distribution {word}. That takes minutes" in n for n in notes)


def test_a_function_that_is_published_takes_minutes_too() -> None:
    function = Change("page function", "x", "x", Action.UPDATE, {"sha256": ("a", "b")})
    (note,) = slow(Plan(ROOM, (function,)))
    assert note.startswith("The CloudFront function will be changed. That takes minutes")
    both = (function, Change("distribution", "x", "x", Action.CREATE, {"aliases": ("a", "b")}))
    (note,) = slow(Plan(ROOM, both))
    assert note.startswith("The CloudFront distribution will be made.")
