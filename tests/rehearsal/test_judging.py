"""What held in a rehearsal, what did not, and the remedy, case by case."""

from dataclasses import replace

import pytest

from beekeeper.rehearsal.judging import LOGS, Tried, conclusion, findings, room_now
from beekeeper.results import Light, Rehearsed
from beekeeper.results.findings import Verdict

GOOD = Rehearsed(
    came=100,
    joined=100,
    entered=100,
    still_waiting=0,
    rate=600,
    held_rate=590,
    median_wait_seconds=30,
    longest_wait_seconds=60,
    estimate_error_seconds=3,
    lost=0,
    asked_to_wait=0,
    pages_failed=0,
    late_seconds=0.5,
    requests=1_000,
    throttled=0,
    failed=0,
    site_refused=0,
    site_failed=0,
    site_trouble="",
    site_p95_seconds=0.2,
    entries_per_second=[10] * 10,
    fullest_minute=100,
    counted_admitted=100,
    counted_entered=100,
)
TRIED = Tried(overbooking=1.5, site="https://shop.example.com", seconds=180, open_status=0)
NOW = room_now(Light.GREEN, "Nobody waits.", "")
NOBODY_IN: dict[str, object] = {
    "entered": 0,
    "still_waiting": 100,
    "held_rate": None,
    "median_wait_seconds": None,
    "longest_wait_seconds": None,
    "estimate_error_seconds": None,
    "site_p95_seconds": None,
    "entries_per_second": [],
    "fullest_minute": 0,
    "counted_admitted": 0,
    "counted_entered": 0,
}
REFUSED = {
    "site_failed": 100,
    "site_p95_seconds": None,
    "site_trouble": "it refused the connection",
}


def test_a_rehearsal_in_which_all_held() -> None:
    found = list(findings(GOOD, TRIED, NOW))
    assert {finding.verdict for finding in found} == {Verdict.OK}
    assert [finding.remedy for finding in found] == [""] * len(found)
    assert conclusion(found) == "All held."


@pytest.mark.parametrize(
    ("change", "check", "verdict", "text", "remedy"),
    [
        ({"joined": 90}, "places given", "problem", "90 of 100 visitors", "logs --level"),
        ({"pages_failed": 1}, "places given", "problem", "showed 1 error in place", "edge = true"),
        ({"asked_to_wait": 5}, "places given", "ok", "5 had to wait a moment", ""),
        ({"throttled": 5}, "answers", "warning", "995 of 1,000", "doctor --arrivals"),
        ({"failed": 50}, "answers", "problem", "failed to answer 50", "logs --level"),
        ({"lost": 1}, "places kept", "problem", "1 visitor lost their place", "clear"),
        ({"held_rate": None}, "rate", "unknown", "Not measured: too few", "--visitors 280"),
        ({"held_rate": None, "came": 300}, "rate", "unknown", "Not measured", "--minutes"),
        ({"held_rate": None, "rate": 3_000}, "rate", "unknown", "Not measured", "set-rate 1600"),
        ({"held_rate": 480}, "rate", "warning", "480 a minute, of 600", "doctor"),
        ({"held_rate": 200}, "rate", "problem", "200 a minute", "doctor"),
        ({"late_seconds": 90}, "rate", "unknown", "this machine fell 1 min 30 s behind", "fewer"),
        ({"late_seconds": 90}, "waits", "unknown", "this machine fell 1 min 30 s behind", "fewer"),
        ({"late_seconds": 90, "fullest_minute": 1_382}, "rate", "problem", "more than", "Don't"),
        ({"fullest_minute": 1_382}, "rate", "problem", "more than 1,381", "Don't open"),
        ({"fullest_minute": 1_381}, "rate", "ok", "590 a minute", ""),
        ({"median_wait_seconds": None}, "waits", "problem", "Nobody who had a place", "--minutes"),
        ({"still_waiting": 7}, "waits", "problem", "7 were still in line", "logs --level"),
        ({"still_waiting": 7, "came": 1_700}, "waits", "warning", "7 were still", "--minutes"),
        ({"estimate_error_seconds": 40}, "waits", "warning", "40 s off", "governor"),
        ({"estimate_error_seconds": None}, "waits", "ok", "nobody more than 1 min.", ""),
        (
            {"counted_entered": 99},
            "counts",
            "problem",
            "counted 99 who went to your site with a pass, and 100",
            "logs",
        ),
        ({"counted_entered": 101}, "counts", "warning", "counted 101", "Somebody else"),
        ({"site_refused": 1}, "your site", "problem", "refused 1 visitor with", "keys show"),
        (
            {"site_failed": 2, "site_trouble": "it answered 503"},
            *("your site", "problem", "failed 2 visitors: it answered 503.", "a lower one"),
        ),
        (
            {"site_failed": 100, "site_trouble": "it answered 503"},
            *(
                "your site",
                "problem",
                "example.com failed each visitor: it answered 503.",
                "deploy",
            ),
        ),
        (REFUSED, "your site", "problem", "can't be reached: it refused", "correct destination"),
        ({"site_p95_seconds": 5}, "your site", "warning", "within 5.0 s", "a lower rate"),
        (NOBODY_IN, "your site", "unknown", "No visitor got as far", ""),
        (NOBODY_IN, "rate", "unknown", "Not measured: nobody went in.", "--visitors 280"),
        (NOBODY_IN, "waits", "problem", "Nobody who had a place", "--minutes"),
        (NOBODY_IN, "counts", "unknown", "nothing to count", ""),
        ({"joined": 0}, "places kept", "unknown", "Nobody had a place to lose.", ""),
        ({"joined": 0}, "waits", "unknown", "Nobody had a place.", ""),
        ({"came": 0, "joined": 0}, "places given", "unknown", "No visitor", "another one"),
        ({"requests": 0}, "answers", "unknown", "asked nothing", "another one"),
    ],
)
def test_what_did_not_hold_is_told_with_what_to_do_before_the_day(
    change: dict[str, object], check: str, verdict: str, text: str, remedy: str
) -> None:
    seen = replace(GOOD, **change)  # type: ignore[arg-type]
    (found,) = [finding for finding in findings(seen, TRIED, NOW) if finding.check == check]
    assert found.verdict == verdict
    assert text in found.text
    assert remedy in found.remedy
    assert bool(found.remedy) == bool(remedy)


@pytest.mark.parametrize(
    ("status", "verdict", "text"),
    [
        (0, "ok", "lets nobody in"),
        (403, "ok", "lets nobody in"),
        (200, "warning", "let a visitor in without a pass (it answered 200)"),
        (503, "unknown", "answered 503"),
        (None, "unknown", "did not answer"),
    ],
    ids=["to the room", "refused", "open", "broken", "silent"],
)
def test_a_site_that_lets_people_in_without_a_pass_is_told_apart(
    status: int | None, verdict: str, text: str
) -> None:
    *_, door, _ = findings(GOOD, replace(TRIED, open_status=status), NOW)
    assert (door.check, door.verdict) == ("without a pass", verdict)
    assert text in door.text


@pytest.mark.parametrize(
    ("light", "verdict"), [("green", "ok"), ("amber", "warning"), ("red", "problem")]
)
def test_what_status_says_afterwards_is_a_finding(light: str, verdict: str) -> None:
    found = room_now(Light(light), "The governor holds back.", "Look at it.")
    assert (found.verdict, found.remedy) == (verdict, "Look at it.")
    assert (found.check, found.text) == ("status afterwards", "The governor holds back.")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"held_rate": None}, "What was measured held. Not measured: rate. Use 280"),
        ({"asked_to_wait": 5, "held_rate": 480}, "All held. Look at: rate."),
        (REFUSED | {"still_waiting": 7}, "Not ready: Your site https://shop.example.com can't be"),
        ({"joined": 90}, f"Not ready: 90 of 100 visitors got a place. {LOGS}"),
    ],
)
def test_the_first_sentence_says_what_held_or_the_cause_of_what_did_not(
    change: dict[str, object], said: str
) -> None:
    found = list(findings(replace(GOOD, **change), TRIED, NOW))  # type: ignore[arg-type]
    assert conclusion(found).startswith(said)


def test_a_room_that_lets_nobody_in_is_the_cause_of_all_else() -> None:
    now = room_now(Light.RED, "Nobody has been admitted for 47 s: it is gone.", "Deploy.")
    found = list(findings(replace(GOOD, **NOBODY_IN), TRIED, now))  # type: ignore[arg-type]
    assert conclusion(found) == f"Not ready: {now.text} Deploy."
