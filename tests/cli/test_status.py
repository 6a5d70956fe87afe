"""What the command status prints of a status."""

from dataclasses import replace

from rich.text import Text

from beekeeper.cli.status import rows
from beekeeper.results import Change, Errors, Finding, Light, Status, Verdict
from beekeeper.results.deploying import Action
from beekeeper.rules.settings import Mode, Settings

ON = Settings(Mode.ON, 600.0, "https://shop.example.com/")
FINE = Status(
    room="sale",
    url="https://room.example.com/",
    settings=ON,
    waiting=4_321,
    joined=10_000,
    admitted=5_679,
    entered=4_000,
    measured_rate=598.0,
    no_show_share=0.3,
    longest_wait_seconds=432.0,
    heard_within_seconds=20.0,
    updated_at=1.0,
    account="123456789012",
    region="eu-central-1",
    reason="The line moves, and 4,321 visitors wait.",
    held_rate=597.6,
    entered_per_minute=412.0,
    arrivals_per_minute=1_203.0,
    no_shows=1_500,
    latecomers=7,
    heartbeat_seconds=1.2,
    unreadable=0,
    errors=Errors({"consumer": 0}, {"producer": 0}, 12, 3),
    links={"logs": "https://console.example.com/logs"},
)


def shown(status: Status, *, checked: bool = False) -> dict[str, str]:
    found = rows(status, checked=checked)
    return {name.plain if isinstance(name, Text) else name: text for name, text in found}


def test_the_light_comes_first_and_is_a_word() -> None:
    lines = shown(FINE)
    assert next(iter(lines)) == "GREEN"
    assert lines["GREEN"] == FINE.reason
    bad = replace(FINE, light=Light.RED, reason="Nobody.", remedy="Run python -m beekeeper deploy.")
    assert shown(bad)["RED"] == "Nobody.\nRun python -m beekeeper deploy."


def test_the_figures_of_the_last_minute() -> None:
    lines = shown(FINE)
    assert (
        lines["rate"]
        == "600 a minute, held 598 in the last minute, 30% do not come within half a minute"
    )
    assert lines["arrivals"] == "about 1,203 in the last minute"
    assert (lines["waiting"], lines["admitted"]) == ("4,321", "5,679")
    assert lines["entered"] == "4,000, 412 in the last minute"
    assert (lines["not come yet"], lines["latecomers in line"]) == ("at least 1,500", "7")
    assert lines["heartbeat"] == "1 s ago"
    assert lines["API in 5 minutes"] == "12 refused (4xx), 3 failed (5xx)"
    assert (lines["errors in 5 minutes"], lines["throttles in 5 minutes"]) == ("none", "none")
    assert lines["logs"] == "https://console.example.com/logs"


def test_what_failed_is_named_by_its_function() -> None:
    errors = Errors({"consumer": 2, "room": 0, "producer": 1_000}, {"turnstile": 9}, 0, 0)
    lines = shown(replace(FINE, errors=errors))
    assert lines["errors in 5 minutes"] == "consumer 2, producer 1,000"
    assert lines["throttles in 5 minutes"] == "turnstile 9"


def test_what_is_unknown_is_said() -> None:
    lost = "The number of unreadable messages can't be read. AccessDenied."
    blind = replace(
        FINE,
        held_rate=None,
        arrivals_per_minute=None,
        errors=None,
        unreadable=None,
        no_shows=None,
        heartbeat_seconds=None,
        longest_wait_seconds=None,
        unknown=(lost,),
    )
    lines = shown(blind)
    assert lines["rate"] == "600 a minute, measured 598, 30% do not come within half a minute"
    assert (lines["arrivals"], lines["wait when joining now"]) == ("unknown", "unknown")
    assert lines["heartbeat"] == "no consumer has run yet"
    assert lines["unknown"] == lost
    assert not {"errors in 5 minutes", "unreadable messages", "not come yet"} & set(lines)


def test_a_problem_that_the_light_tells_is_not_told_twice() -> None:
    damaged = Finding("items", Verdict.PROBLEM, "The signing keys are damaged.", "Make new ones.")
    other = replace(damaged, text="The table has format 0.")
    status = replace(FINE, light=Light.RED, reason=damaged.text, problems=(damaged, other))
    assert shown(status)["problem"] == "The table has format 0. Make new ones."


def test_drift_is_shown_if_it_was_asked_for() -> None:
    assert "drift" not in shown(FINE)
    assert shown(FINE, checked=True)["drift"] == "none"
    change = Change(Action.UPDATE, "queue", "q", {"delay_seconds": (5, 0)})
    drifted = shown(replace(FINE, drift=(change,)), checked=True)
    assert drifted["drift"] == "update queue q (delay_seconds: 5 → 0)"
