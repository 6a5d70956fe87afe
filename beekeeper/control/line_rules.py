"""The rules about the line: does it move, do the admitted come, is the wait bearable? Pure."""

from beekeeper.control.facts import Facts, is_silent
from beekeeper.control.judgement import CONCURRENCY, DEPLOY, Judgement, logs, told
from beekeeper.counted import waiting
from beekeeper.results import Light
from beekeeper.rules.durations import duration, estimate
from beekeeper.rules.settings import Mode

# Latecomers take up to a quarter of the slots (rules/lane.py).
HELD_SHARE = 0.6
LONG_PAUSE_SECONDS = 600.0
# Who leaves during a long wait is no trouble: by default the line makes up for a third of them
# (overbooking). It can't make up for half. Of fewer than ten it can be chance.
FEW_COME, FEWEST_EXPECTED = 0.5, 10
DEPLOY_OR_DOCTOR = (
    "Run python -m beekeeper deploy. If that does not help, run python -m beekeeper doctor."
)


def silent(facts: Facts) -> Judgement | None:
    """Judge whether a consumer works."""
    if not is_silent(facts):
        return None
    cause, remedy = _cause(facts, "consumer")
    if facts.mode is Mode.PAUSED:
        text = "The line is paused, and no consumer works that could admit visitors later"
        return Judgement(Light.AMBER, f"{text}{cause}.", remedy)
    if facts.heartbeat_seconds is None:
        return _not_yet(facts, cause, remedy)
    since = duration(facts.heartbeat_seconds)
    text = f"No consumer has worked for {since}, so nobody would be admitted"
    if facts.waiting:
        text = f"Nobody has been admitted for {since}, and {waiting(facts.waiting)}"
    return Judgement(Light.RED, f"{text}{cause}.", remedy)


def _not_yet(facts: Facts, cause: str, remedy: str) -> Judgement:
    light = Light.RED if facts.waiting or cause else Light.AMBER
    text = f"Nobody is admitted yet, because no consumer has worked{cause}."
    if not cause:
        remedy = (
            "If the room was deployed or turned on just now, one starts within a minute. Otherwise"
            " run python -m beekeeper deploy."
        )
    return Judgement(light, text, remedy)


def _cause(facts: Facts, part: str) -> tuple[str, str]:
    """Return why a part does not work, as the end of a sentence, and the remedy."""
    if facts.changed:
        return f": {told(facts.changed[0])}", DEPLOY
    if facts.errors and facts.errors.throttles.get(part):
        text = ": Lambda refuses to start one, because the account's concurrency is used up"
        return text, CONCURRENCY
    if facts.errors and facts.errors.function_errors.get(part):
        return ": each one that starts fails", f"{logs(part)} Then run python -m beekeeper deploy."
    if facts.changed is not None:
        return ", although the room is as it was deployed", (
            f"{logs(part)} If the account's concurrency is used up, status says so within two"
            " minutes."
        )
    return "", DEPLOY_OR_DOCTOR


def too_few_workers(facts: Facts) -> Judgement | None:
    """Judge whether the deployed workers are enough for the rate."""
    if not facts.rate_problems:
        return None
    first = facts.rate_problems[0]
    return Judgement(Light.AMBER, first.text, first.remedy)


def held(facts: Facts) -> Judgement | None:
    """Judge whether as many are admitted as the pace asks for, while they wait."""
    wanted = facts.flow.wanted if facts.flow and facts.mode is Mode.ON else None
    if facts.flow is None or not wanted or facts.flow.admitted >= HELD_SHARE * wanted:
        return None
    light = Light.AMBER if facts.flow.admitted else Light.RED
    text = (
        f"Only {facts.flow.admitted:,.0f} of {wanted:,.0f} visitors a minute were admitted in the"
        f" last minute, although {waiting(facts.waiting)}."
    )
    return Judgement(light, text, logs("consumer"))


def few_come(facts: Facts) -> Judgement | None:
    """Judge whether those come whose turn has begun. The counts are exact, so this is certain."""
    admitted, came = facts.lately or (0, 0)
    if facts.mode is not Mode.ON or admitted < FEWEST_EXPECTED or came >= FEW_COME * admitted:
        return None
    text = (
        f"Most of those admitted do not come: of the last {admitted:,} whose turn has begun,"
        f" {f'at most {came:,} have' if came else 'nobody has'} gone in."
    )
    remedy = (
        "Follow the campaign link, and look at your site. If it is down, run python -m beekeeper"
        " pause: nobody loses a place. If it is well, they have left during the wait."
    )
    return Judgement(Light.AMBER, text, remedy)


def long_pause(facts: Facts) -> Judgement | None:
    """Judge whether visitors have waited for long because of a pause."""
    since = facts.paused_seconds or 0
    if facts.mode is not Mode.PAUSED or since < LONG_PAUSE_SECONDS or facts.waiting < facts.rate:
        return None
    text = f"The line has been paused for {duration(since)}, and {waiting(facts.waiting)}."
    remedy = "If your site is ready, run python -m beekeeper on; if not, tell them with message."
    return Judgement(Light.AMBER, text, remedy)


def long_wait(facts: Facts) -> Judgement | None:
    """Judge whether the wait is within the limit of the configuration."""
    wait, limit = facts.wait_seconds, facts.wait_limit_seconds
    if wait is None or limit is None or round(wait / 60) <= limit / 60:  # as it is told
        return None
    text = (
        f"Who joins now waits for {estimate(wait)}, longer than the limit of {duration(limit)}"
        " in the configuration."
    )
    remedy = "If your site bears it, raise the rate with python -m beekeeper set-rate."
    return Judgement(Light.AMBER, text, remedy)
