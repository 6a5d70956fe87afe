"""What a watch says has changed, and who it says has changed it."""

from dataclasses import replace
from typing import Any

from beekeeper.cli.watch_feed import Look
from beekeeper.cli.watch_log import Log
from beekeeper.results import Entry, GovernorDecision, GovernorStatus, Light, Trouble
from tests.support.statuses import status

ANNA = "arn:aws:sts::123456789012:assumed-role/Operators/anna"
OPENED = Entry(900.0, "mode", "paused", "on", ANNA, "anna@laptop", number=1)
FASTER = Entry(1_000.0, "rate", "600", "900", ANNA, "anna@laptop", "two more servers", number=2)
GOVERNED = GovernorStatus(
    "automatic", 600.0, 600.0, "the site is well", 990.0, 8, 0, 0, 0.1, 0.2, 0.1, None, None
)


def texts(*looks: Look) -> list[str]:
    """Return what is new in the last of some looks."""
    log = Log()
    found = [[line.text for line in log.take(look, 1_000.0)] for look in looks]
    return found[-1]


def test_it_begins_with_the_last_changes_and_the_light() -> None:
    entries = tuple(replace(OPENED, number=number) for number in range(1, 9))
    told = texts(Look(status(), entries))
    assert told[:5] == ["mode: paused → on  by anna (anna@laptop)"] * 5
    assert told[5:] == ["green: The line moves, and 12,345 visitors wait."]


def test_a_change_has_a_name_and_a_reason_once() -> None:
    looks = [Look(status(), (OPENED,)), Look(status(rate=900.0), (OPENED, FASTER))]
    assert texts(*looks) == ["rate: 600 → 900  by anna (anna@laptop): two more servers"]
    assert texts(*looks, Look(status(rate=900.0))) == []


def test_what_was_written_by_hand_is_told() -> None:
    told = texts(Look(status(), (OPENED,)), Look(status(message="Hello"), (OPENED,)))
    assert told == ["message: none → Hello  by hand, without a row in the history"]


def test_a_change_is_told_also_when_the_history_cannot_be_read() -> None:
    told = texts(Look(status()), Look(status(rate=900.0), no_history="Denied."))
    assert told == ["rate: 600 → 900  by whom is not known: Denied."]


def test_a_plan_is_told_when_it_is_made_and_when_it_is_due() -> None:
    plan = replace(FASTER, planned_for=1_700.0)
    looks = [Look(status(), (OPENED,)), Look(status(planned=(plan,)), (OPENED, plan))]
    (made,) = texts(*looks)
    assert made.startswith("rate: 900 from ")
    assert made.endswith(" on  by anna (anna@laptop): two more servers")
    (due,) = texts(*looks, Look(status(rate=900.0), (OPENED, plan)))
    assert due == "rate: 600 → 900  as planned, by anna (anna@laptop): two more servers"


def test_a_clear_is_told_once_although_it_is_planned() -> None:
    clear = Entry(998.0, "cleared_at", "", "1970-01-01 00:16:40 UTC", ANNA, "anna@laptop", number=2)
    looks = [Look(status(), (OPENED,)), Look(status(planned=(clear,)), (OPENED, clear))]
    assert texts(*looks) == ["line cleared  by anna (anna@laptop)"]
    assert texts(*looks, Look(status(cleared_at=1_000.0), (OPENED, clear))) == []


def test_a_light_that_changes_is_told_with_its_reason() -> None:
    red: dict[str, Any] = {"light": Light.RED, "reason": "Nobody has been admitted for 47 s."}
    told = texts(Look(status()), Look(status(**red)))
    assert told == ["green → red: Nobody has been admitted for 47 s."]
    assert texts(Look(status()), Look(status(**red)), Look(status(**red))) == []


def test_what_the_governor_decides_is_told() -> None:
    slower = replace(
        GOVERNED,
        reason="half of the probes fail",
        history=(GovernorDecision(995.0, 300.0, 2.0, 0.5),),
    )
    told = texts(Look(status(governor=GOVERNED)), Look(status(governor=slower)))
    assert told == ["the governor holds 300 a minute: half of the probes fail"]


def test_a_trouble_is_told_when_it_begins_and_when_it_ends() -> None:
    trouble = Look(Trouble("sale", 990.0, 940.0, "No network."))
    (begins,) = texts(Look(status()), trouble)
    assert begins.endswith("No network.")
    assert texts(Look(status()), trouble, trouble) == []
    assert texts(Look(status()), trouble, Look(status())) == [
        "The room can be read again, after 1 min."
    ]
