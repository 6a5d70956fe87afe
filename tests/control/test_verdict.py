"""The light of a room, rule by rule."""

from dataclasses import replace
from typing import Any

import pytest

from beekeeper.control.facts import (
    FEWEST_ERRORS,
    IDLE_SILENT_SECONDS,
    SILENT_SECONDS,
    Facts,
    Unread,
)
from beekeeper.control.judgement import Judgement
from beekeeper.control.line_rules import FEWEST_EXPECTED, LONG_PAUSE_SECONDS
from beekeeper.control.verdict import judge
from beekeeper.results import (
    Action,
    Change,
    Errors,
    Finding,
    GovernorStatus,
    Light,
    Verdict,
)
from beekeeper.rules.flow import Flow
from beekeeper.rules.settings import Mode

FINE = Facts(Mode.ON, 600.0, 600.0, waiting=0, wait_seconds=0.0, heartbeat_seconds=1.0)
BUSY = replace(FINE, waiting=4_321, wait_seconds=432.0)
NO_ERRORS = Errors({"consumer": 0, "turnstile": 0}, {"consumer": 0, "turnstile": 0}, 0, 0)
GONE = Change(Action.CREATE, "function", "beekeeper-sale-consumer", key="function consumer")
CHANGED = Change(Action.UPDATE, "role", "beekeeper-sale-consumer-x", {"policy": (1, 2)})
DAMAGED = Finding("items", Verdict.PROBLEM, "The signing keys are damaged.", "Make new ones.")
LOST = Unread("the errors", "AccessDenied. Grant it.")
KEPT = Unread("the signing keys", "These credentials may not see them.", is_kept=True)
HELD = GovernorStatus(
    mode="automatic",
    pace=300.0,
    advised=300.0,
    reason="destination answers in 2.4 s, baseline 0.3 s: 300 a minute",
    measured_at=1.0,
    sent=20,
    failed=0,
    refused=0,
    median_seconds=1.0,
    p95_seconds=2.4,
    baseline_seconds=0.3,
    asked_pace=None,
    asked_until=None,
)


def errors(**values: Any) -> Errors:
    return replace(NO_ERRORS, **values)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (FINE, "Nobody waits: who joins is admitted at once."),
        (BUSY, "The line moves, and 4,321 visitors wait."),
        (replace(FINE, mode=Mode.OFF, heartbeat_seconds=None), "The room is off: everybody goes"),
        (replace(FINE, mode=Mode.PAUSED, waiting=1), "The line is paused, and 1 visitor waits."),
        (replace(BUSY, flow=Flow(590.0, 400.0, 600.0)), "The line moves"),
        (replace(FINE, flow=Flow(3.0, 3.0, None)), "Nobody waits"),  # few came
        (replace(FINE, heartbeat_seconds=IDLE_SILENT_SECONDS), "Nobody waits"),
        (replace(BUSY, heartbeat_seconds=SILENT_SECONDS), "4,321 visitors wait. A consumer last"),
        (replace(BUSY, errors=NO_ERRORS, calls=9, unreadable=0), "The line moves"),
        (replace(BUSY, errors=errors(api_5xx=FEWEST_ERRORS - 1), calls=9), "The line moves"),
        (replace(BUSY, errors=errors(api_4xx=99), calls=99), "The line moves"),
        (replace(BUSY, errors=errors(throttles={"consumer": 3})), "The line moves"),  # one too many
        (replace(BUSY, governor=HELD), "The line moves"),
        (replace(BUSY, lately=(100, 50)), "The line moves"),
        (replace(BUSY, lately=(FEWEST_EXPECTED - 1, 0)), "The line moves"),
        (replace(BUSY, mode=Mode.PAUSED, lately=(100, 0)), "The line is paused"),
        (replace(BUSY, unread=(KEPT,)), "The line moves"),
        (replace(FINE, mode=Mode.OFF, pace=300.0, governor=HELD), "The room is off"),
        (replace(BUSY, wait_limit_seconds=432.0), "The line moves"),
        (replace(BUSY, mode=Mode.PAUSED, paused_seconds=LONG_PAUSE_SECONDS - 1), "The line is"),
        (replace(FINE, mode=Mode.PAUSED, paused_seconds=9_999.0), "The line is paused, and 0"),
    ],
)
def test_all_is_well(facts: Facts, reason: str) -> None:
    found = judge(facts)
    assert (found.light, found.remedy) == (Light.GREEN, "")
    assert found.reason.startswith(reason)


SILENT = replace(BUSY, heartbeat_seconds=47.0)


@pytest.mark.parametrize(
    ("facts", "reason", "remedy"),
    [
        (
            SILENT,
            "Nobody has been admitted for 47 s, and 4,321 visitors wait.",
            "Run python -m beekeeper deploy. If that does not help, run python -m beekeeper doctor",
        ),
        (
            replace(SILENT, changed=()),
            "47 s, and 4,321 visitors wait, although the room is as it was deployed.",
            "logs --function consumer. If the account's concurrency is used up, status says so",
        ),
        (
            replace(SILENT, changed=(GONE, CHANGED)),
            "for 47 s, and 4,321 visitors wait: the function beekeeper-sale-consumer is gone.",
            "Run python -m beekeeper deploy, which repairs it.",
        ),
        (
            replace(SILENT, changed=(CHANGED,)),
            "wait: the role beekeeper-sale-consumer-x was changed (policy).",
            "python -m beekeeper deploy",
        ),
        (
            replace(SILENT, errors=errors(throttles={"consumer": 3})),
            "wait: Lambda refuses to start one, because the account's concurrency is used up.",
            "higher quota",
        ),
        (
            replace(SILENT, errors=errors(function_errors={"consumer": 3})),
            "wait: each one that starts fails.",
            "python -m beekeeper logs --function consumer.",
        ),
        (
            replace(FINE, heartbeat_seconds=IDLE_SILENT_SECONDS + 1),
            "No consumer has worked for 3 min 1 s, so nobody would be admitted.",
            "python -m beekeeper deploy",
        ),
        (
            replace(BUSY, heartbeat_seconds=None),
            "Nobody is admitted yet, because no consumer has worked.",
            "one starts within a minute",
        ),
        (
            replace(FINE, heartbeat_seconds=None, changed=(GONE,)),
            "no consumer has worked: the function beekeeper-sale-consumer is gone.",
            "which repairs it",
        ),
        (replace(FINE, damaged=(DAMAGED,)), DAMAGED.text, DAMAGED.remedy),
        (
            replace(BUSY, errors=errors(api_5xx=50), calls=100),
            "50% of the answers to visitors were errors in the last five minutes.",
            "--function turnstile. Then run python -m beekeeper doctor.",
        ),
        (
            replace(BUSY, errors=errors(api_5xx=50), calls=100, changed=(CHANGED,)),
            "minutes: the role beekeeper-sale-consumer-x was changed (policy).",
            "which repairs it",
        ),
        (
            replace(BUSY, errors=errors(api_5xx=50, throttles={"producer": 48}), calls=100),
            "minutes: the account's concurrency is used up (48 refused).",
            "higher quota",
        ),
        (
            replace(BUSY, flow=Flow(0.0, 0.0, 600.0)),
            "Only 0 of 600 visitors a minute were admitted in the last minute, although 4,321",
            "--function consumer",
        ),
    ],
)
def test_visitors_are_not_let_in_or_get_errors(facts: Facts, reason: str, remedy: str) -> None:
    check(judge(facts), Light.RED, reason, remedy)


@pytest.mark.parametrize(
    ("facts", "reason", "remedy"),
    [
        (
            replace(FINE, heartbeat_seconds=None),
            "Nobody is admitted yet, because no consumer has worked.",
            "If the room was deployed or turned on just now, one starts within a minute.",
        ),
        (
            replace(SILENT, mode=Mode.PAUSED),
            "The line is paused, and no consumer works that could admit visitors later.",
            "deploy",
        ),
        (replace(BUSY, errors=errors(api_5xx=5), calls=100), "5% of the answers", "logs"),
        (replace(BUSY, flow=Flow(200.0, 100.0, 600.0)), "Only 200 of 600 visitors", "logs"),
        (
            replace(BUSY, errors=errors(throttles={"room": 1})),
            "Lambda refused 1 invocation in",
            "quota",
        ),
        (
            replace(BUSY, errors=errors(function_errors={"room": 1, "producer": 3})),
            "The function producer failed 3 times in the last five minutes.",
            "--function producer",
        ),
        (replace(BUSY, governor_problems=(DAMAGED,)), DAMAGED.text, DAMAGED.remedy),
        (
            replace(BUSY, rate_problems=(DAMAGED,), flow=Flow(200.0, 100.0, 600.0)),
            DAMAGED.text,
            DAMAGED.remedy,
        ),
        (
            replace(BUSY, governor=HELD, pace=300.0),
            "The governor lets 300 instead of 600 visitors a minute in: destination answers in",
            "governor off",
        ),
        (
            replace(BUSY, governor=replace(HELD, asked_pace=300.0), pace=300.0),
            "visitors a minute in: your site asks for it.",
            "governor off",
        ),
        (
            replace(BUSY, lately=(400, 199)),
            "Most of those admitted do not come: of the last 400 whose turn has begun, at most 199",
            "look at your site",
        ),
        (replace(FINE, lately=(10, 0)), "has begun, nobody has gone in.", "pause"),
        (
            replace(BUSY, unread=(KEPT, LOST)),
            "All else is well, but the errors can't be read.",
            "Grant it.",
        ),
        (
            replace(BUSY, unread=(LOST, LOST, LOST)),
            "but the errors and 2 more parts of the status can't be read.",
            "Grant it.",
        ),
        (replace(FINE, unreadable=1), "1 message is in the dead-letter queue", "logs"),
        (replace(BUSY, errors=errors(api_4xx=400), calls=1_000), "refused 400 of 1,000", "doctor"),
        (
            replace(BUSY, drift=(CHANGED, GONE)),
            "the role beekeeper-sale-consumer-x was changed (policy), and 1 more differs.",
            "plan",
        ),
        (
            replace(BUSY, mode=Mode.PAUSED, paused_seconds=780.0),
            "The line has been paused for 13 min, and 4,321 visitors wait.",
            "python -m beekeeper on",
        ),
        (
            replace(BUSY, wait_limit_seconds=360.0),
            "Who joins now waits for 7 min, longer than the limit of 6 min",
            "set-rate",
        ),
    ],
)
def test_somebody_should_look(facts: Facts, reason: str, remedy: str) -> None:
    check(judge(facts), Light.AMBER, reason, remedy)


def check(found: Judgement, light: Light, reason: str, remedy: str) -> None:
    assert found.light is light
    assert reason in found.reason
    assert remedy in found.remedy
    assert found.reason.endswith(".")
    assert found.remedy.endswith(".")


def test_the_worst_decides_and_its_cause_before_what_follows_from_it() -> None:
    assert judge(replace(BUSY, unreadable=1, unread=(LOST,))).reason.startswith("1 message")
    paused = replace(SILENT, mode=Mode.PAUSED, errors=errors(api_5xx=90), calls=100)
    assert judge(paused).light is Light.RED
    everything = replace(SILENT, damaged=(DAMAGED,), unreadable=9, drift=(GONE,))
    assert judge(everything).reason == DAMAGED.text
