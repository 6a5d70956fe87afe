"""What held in a rehearsal and what did not, and what to do about it before the day. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from beekeeper.counted import counted
from beekeeper.rehearsal.observed import MOST_RATE, enough
from beekeeper.rehearsal.size import SPARE_SECONDS
from beekeeper.results import Finding, Light, Rehearsed, Verdict
from beekeeper.rules.durations import duration
from beekeeper.rules.no_shows import PROMPT_SECONDS

# What a browser's polls cost: a visitor arrives up to some seconds after the turn has begun.
SLOW, VERY_SLOW = 0.85, 0.5
# In any T seconds no more arrive than in T and these at the rate, times the overbooking: the law of
# rules/no_shows.py.
BURST_SECONDS = 2 + PROMPT_SECONDS
GOOD_ESTIMATE_SECONDS, GOOD_ESTIMATE_SHARE = 15.0, 0.3
SLOW_SITE_SECONDS = 3.0
FEW = 0.01  # of the requests
LATE_SECONDS = 10.0  # a visitor asks every few seconds
LOGS = "python -m beekeeper logs --level warning shows why."
THROTTLE = (
    "The account's API refuses what is beyond its quota. Ask AWS for more (python -m beekeeper"
    " doctor --arrivals N says how much), or set edge = true."
)
BUSY = "This machine is too busy: rehearse from another one."
CONNECT = "See Connect your site in the README."


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rehearsal has tried: the room, the site's origin, and the seconds for the visitors.

    ``open_status`` is what the site answered to a request without a pass: None if nothing, and 0 if
    it sent the visitor to the room.
    """

    overbooking: float
    site: str
    seconds: float
    open_status: int | None


def findings(seen: Rehearsed, tried: Tried, afterwards: Finding) -> Iterator[Finding]:
    """Return what was found, a cause before what follows from it.

    ``afterwards`` is what status then says. A room that is red is the cause of all else.
    """
    if afterwards.verdict is Verdict.PROBLEM:
        yield afterwards
    yield _joining(seen)
    yield _answers(seen)
    yield _places(seen)
    yield _site(seen, tried.site)
    yield _rate(seen, tried.overbooking)
    is_behind = seen.late_seconds > LATE_SECONDS
    yield _behind("waits", seen) if is_behind else _waits(seen, tried.seconds)
    yield _counts(seen)
    yield _door(tried.open_status)
    if afterwards.verdict is not Verdict.PROBLEM:
        yield afterwards


def conclusion(found: Sequence[Finding]) -> str:
    """Say what held in one sentence, or the cause of what did not, with its remedy."""
    by_verdict = {verdict: [f for f in found if f.verdict is verdict] for verdict in Verdict}
    if problems := by_verdict[Verdict.PROBLEM]:
        return f"Not ready: {problems[0].text} {problems[0].remedy}"
    said = "What was measured held." if by_verdict[Verdict.UNKNOWN] else "All held."
    for verdict, meaning in ((Verdict.WARNING, "Look at"), (Verdict.UNKNOWN, "Not measured")):
        if by_verdict[verdict]:
            said += f" {meaning}: {', '.join(f.check for f in by_verdict[verdict])}."
            said += f" {by_verdict[verdict][0].remedy}".rstrip()
    return said


def _joining(seen: Rehearsed) -> Finding:
    if not seen.came:
        return Finding("places given", Verdict.UNKNOWN, "No visitor could be sent.", BUSY)
    text = f"{seen.joined:,} of {seen.came:,} visitors got a place."
    if seen.asked_to_wait:
        text += f" {seen.asked_to_wait:,} had to wait a moment for it."
    if seen.joined < seen.came:
        return Finding("places given", Verdict.PROBLEM, text, LOGS)
    if seen.pages_failed:
        errors = f" Browsers showed {counted(seen.pages_failed, 'error')} in place of the page."
        return Finding("places given", Verdict.PROBLEM, text + errors, f"{LOGS} {THROTTLE}")
    return Finding("places given", Verdict.OK, text)


def _answers(seen: Rehearsed) -> Finding:
    bad = seen.throttled + seen.failed
    if not seen.requests:
        return Finding("answers", Verdict.UNKNOWN, "The room was asked nothing.", BUSY)
    if not bad:
        return Finding("answers", Verdict.OK, f"The room answered all {seen.requests:,} requests.")
    text = (
        f"The room answered {seen.requests - bad:,} of {seen.requests:,} requests. It refused"
        f" {seen.throttled:,} because of the API's throttle, and failed to answer {seen.failed:,}."
    )
    remedy = " ".join([THROTTLE] * bool(seen.throttled) + [LOGS] * bool(seen.failed))
    is_rare = bad <= FEW * seen.requests
    return Finding("answers", Verdict.WARNING if is_rare else Verdict.PROBLEM, text, remedy)


def _places(seen: Rehearsed) -> Finding:
    if seen.lost:
        text = f"{counted(seen.lost, 'visitor')} lost their place."
        remedy = f"Nobody may turn off, clear or deploy the room meanwhile. {LOGS}"
        return Finding("places kept", Verdict.PROBLEM, text, remedy)
    if not seen.joined:
        return Finding("places kept", Verdict.UNKNOWN, "Nobody had a place to lose.")
    return Finding("places kept", Verdict.OK, "Nobody lost their place.")


def _rate(seen: Rehearsed, overbooking: float) -> Finding:
    bound = overbooking * seen.rate * (60 + BURST_SECONDS) / 60 + 1
    if seen.fullest_minute > bound:
        text = f"{seen.fullest_minute:,} visitors went in within a minute, more than {bound:,.0f}."
        remedy = "Don't open like this. Run python -m beekeeper doctor, and report the fault."
        return Finding("rate", Verdict.PROBLEM, text, remedy)
    if seen.late_seconds > LATE_SECONDS:
        return _behind("rate", seen)
    if seen.held_rate is None:
        text = "Not measured: nobody went in."
        if seen.entered:
            text = "Not measured: too few went in while others waited, or within too short a time."
        return Finding("rate", Verdict.UNKNOWN, text, _longer_line(seen))
    text = (
        f"Visitors went to your site at {seen.held_rate:,.0f} a minute, of {seen.rate:,.0f} in"
        f" force, and at most {max(seen.entries_per_second):,} in one second."
    )
    share = seen.held_rate / seen.rate
    if share < SLOW:
        verdict = Verdict.PROBLEM if share < VERY_SLOW else Verdict.WARNING
        remedy = f"Run python -m beekeeper doctor, and look at status meanwhile. {LOGS}"
        return Finding("rate", verdict, text, remedy)
    return Finding("rate", Verdict.OK, text)


def _behind(check: str, seen: Rehearsed) -> Finding:
    text = f"Not measured: this machine fell {duration(seen.late_seconds)} behind with the"
    text += " requests of its visitors."
    remedy = "Send fewer visitors (--visitors), or rehearse from a faster machine."
    return Finding(check, Verdict.UNKNOWN, text, remedy)


def _longer_line(seen: Rehearsed) -> str:
    """Return how to measure the rate."""
    if seen.rate > MOST_RATE:
        return (
            f"One machine can measure a rate of up to {MOST_RATE:,.0f} a minute: run python -m"
            f" beekeeper set-rate {MOST_RATE:.0f}, and rehearse at that rate."
        )
    if seen.came < (needed := enough(seen.rate)):
        return f"Use {needed:,} visitors or more: python -m beekeeper rehearse --visitors {needed}"
    return "All of the visitors have to go in. If they need longer, give more minutes (--minutes)."


def _waits(seen: Rehearsed, seconds: float) -> Finding:
    if not seen.joined:
        return Finding("waits", Verdict.UNKNOWN, "Nobody had a place.")
    median, longest = seen.median_wait_seconds, seen.longest_wait_seconds
    if median is None or longest is None:
        text = "Nobody who had a place went in before the time was over."
        remedy = "If the visitors need longer than that, give it more minutes (--minutes)."
        return Finding("waits", Verdict.PROBLEM, text, f"{remedy} {LOGS}")
    text = f"Half of the visitors waited {duration(median)} or less, and nobody more than"
    text += f" {duration(longest)}."
    if seen.still_waiting:
        return _still_waiting(seen, seconds, text)
    error = seen.estimate_error_seconds
    if error is None:
        return Finding("waits", Verdict.OK, text)
    text += f" The first estimate was {duration(error)} off."
    if error > max(GOOD_ESTIMATE_SECONDS, GOOD_ESTIMATE_SHARE * median):
        remedy = "Estimates are off while the rate changes, or the governor acts. Look at status."
        return Finding("waits", Verdict.WARNING, text, remedy)
    return Finding("waits", Verdict.OK, text)


def _still_waiting(seen: Rehearsed, seconds: float, text: str) -> Finding:
    text += f" {seen.still_waiting:,} were still in line when the time was over."
    if seen.came / seen.rate * 60 > seconds - SPARE_SECONDS / 2:
        remedy = "They need longer than that: give more minutes (--minutes), or send fewer."
        return Finding("waits", Verdict.WARNING, text, remedy)
    remedy = f"At the rate all of them would have gone in. {LOGS}"
    return Finding("waits", Verdict.PROBLEM, text, remedy)


def _counts(seen: Rehearsed) -> Finding:
    if not seen.entered and not seen.counted_entered:
        return Finding("counts", Verdict.UNKNOWN, "Nobody went in, so there was nothing to count.")
    text = f"The room counted {seen.counted_entered:,} who went to your site with a pass,"
    text += f" and {seen.entered:,} did."
    if seen.counted_entered < seen.entered:
        return Finding("counts", Verdict.PROBLEM, text, LOGS)
    if seen.counted_entered > seen.entered:
        remedy = "Somebody else went in meanwhile: the campaign link may be known already."
        return Finding("counts", Verdict.WARNING, text, remedy)
    return Finding("counts", Verdict.OK, text)


def _site(seen: Rehearsed, site: str) -> Finding:
    if not seen.entered:
        return Finding("your site", Verdict.UNKNOWN, "No visitor got as far as your site.")
    if seen.site_p95_seconds is None or seen.site_failed == seen.entered:
        how = "can't be reached" if seen.site_p95_seconds is None else "failed each visitor"
        text = f"Your site {site} {how}: {seen.site_trouble}."
        remedy = "Open it in a browser on this machine, and repair it. If the address is wrong,"
        remedy += " correct destination in beekeeper.toml, and deploy."
        return Finding("your site", Verdict.PROBLEM, text, remedy)
    text = f"Your site answered within {max(0.1, seen.site_p95_seconds):.1f} s, 19 times of 20."
    if seen.site_refused:
        text += f" It refused {counted(seen.site_refused, 'visitor')} with a good pass."
        remedy = f"Compare its keys with python -m beekeeper keys show, and its clock. {CONNECT}"
        return Finding("your site", Verdict.PROBLEM, text, remedy)
    if seen.site_failed:
        text += f" It failed {counted(seen.site_failed, 'visitor')}: {seen.site_trouble}."
        remedy = "Your site can't bear this rate: set a lower one, or turn the governor on."
        return Finding("your site", Verdict.PROBLEM, text, remedy)
    if seen.site_p95_seconds > SLOW_SITE_SECONDS:
        remedy = "It may be at its limit: try a lower rate, or turn the governor on."
        return Finding("your site", Verdict.WARNING, text, remedy)
    return Finding("your site", Verdict.OK, text)


def _door(open_status: int | None) -> Finding:
    if open_status is None:
        text = "Your site did not answer a request without a pass."
        return Finding("without a pass", Verdict.UNKNOWN, text, "Check that it can be reached.")
    if open_status == 0 or open_status in (401, 403):
        return Finding("without a pass", Verdict.OK, "Your site lets nobody in without a pass.")
    if open_status < 300:
        text = f"Your site let a visitor in without a pass (it answered {open_status})."
        remedy = f"Whoever knows its address can skip the line. {CONNECT}"
        return Finding("without a pass", Verdict.WARNING, text, remedy)
    text = f"Your site answered {open_status} to a visitor without a pass. That tells nothing."
    return Finding("without a pass", Verdict.UNKNOWN, text, f"Try it in a browser. {CONNECT}")


def room_now(light: Light, reason: str, remedy: str) -> Finding:
    """Return what status says when the rehearsal is over."""
    verdicts = {Light.GREEN: Verdict.OK, Light.AMBER: Verdict.WARNING, Light.RED: Verdict.PROBLEM}
    return Finding("status afterwards", verdicts[light], reason, remedy)
