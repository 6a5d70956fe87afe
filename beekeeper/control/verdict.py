"""The light of a room: green, amber or red, with the reason and the remedy. Pure.

RED     visitors are not let in, or get errors
AMBER   it works, and somebody should look at it soon, or know of it
GREEN   all is well

All of RULES are asked, and the worst answer decides. Of several as bad, the first one does. So a
cause comes before what follows from it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from beekeeper.contract.functions import CONSUMER
from beekeeper.control.facts import MANY_ERRORS, Facts, failed_share, is_silent
from beekeeper.counted import counted, waiting
from beekeeper.results import Change, Light
from beekeeper.results.deploying import Action
from beekeeper.rules.durations import duration, estimate
from beekeeper.rules.settings import GovernorMode, Mode

# The share of the API's answers that are errors. Pages try again, so fewer disturb nobody.
SOME_ERRORS = 0.01
MANY_REFUSED, FEWEST_REFUSED = 0.3, 100
# Latecomers take up to a quarter of the slots (rules/lane.py).
HELD_SHARE = 0.6
LONG_PAUSE_SECONDS = 600.0
# Who leaves during a long wait is no trouble: by default the line makes up for a third of them
# (overbooking). It can't make up for half. Of fewer than ten it can be chance.
FEW_COME, FEWEST_EXPECTED = 0.5, 10
DEPLOY = "Run python -m beekeeper deploy, which repairs it."
DEPLOY_OR_DOCTOR = (
    "Run python -m beekeeper deploy. If that does not help, run python -m beekeeper doctor."
)
CONCURRENCY = (
    "Stop what else runs in this account and region, or ask AWS for a higher quota of concurrent"
    " executions (Service Quotas, AWS Lambda)."
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The light, its reason, and what to do about it. The remedy of GREEN is empty."""

    light: Light
    reason: str
    remedy: str = ""


def judge(facts: Facts) -> Judgement:
    """Return the light of a room."""
    found = [each for rule in RULES if (each := rule(facts))]
    return min(found, key=lambda each: each.light is not Light.RED, default=_green(facts))


def _damaged(facts: Facts) -> Judgement | None:
    if not facts.damaged:
        return None
    first = facts.damaged[0]
    return Judgement(Light.RED, first.text, first.remedy)


def _silent(facts: Facts) -> Judgement | None:
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
        return f": {_told(facts.changed[0])}", DEPLOY
    if facts.errors and facts.errors.throttles.get(part):
        text = ": Lambda refuses to start one, because the account's concurrency is used up"
        return text, CONCURRENCY
    if facts.errors and facts.errors.function_errors.get(part):
        return ": each one that starts fails", f"{_logs(part)} Then run python -m beekeeper deploy."
    if facts.changed is not None:
        return ", although the room is as it was deployed", (
            f"{_logs(part)} If the account's concurrency is used up, status says so within two"
            " minutes."
        )
    return "", DEPLOY_OR_DOCTOR


def _told(change: Change) -> str:
    if change.action is Action.CREATE:
        return f"the {change.kind} {change.name} is gone"
    return f"the {change.kind} {change.name} was changed ({', '.join(change.attributes)})"


def _answers(facts: Facts) -> Judgement | None:
    share = failed_share(facts)
    if facts.errors is None or share < SOME_ERRORS:
        return None
    light = Light.RED if share >= MANY_ERRORS else Light.AMBER
    throttled = _refused_visitors(facts)
    worst = max(facts.errors.function_errors.items(), key=lambda each: each[1], default=("", 0))
    text = f"{share:.0%} of the answers to visitors were errors in the last five minutes"
    if facts.changed:
        return Judgement(light, f"{text}: {_told(facts.changed[0])}.", DEPLOY)
    if throttled:
        return Judgement(
            light,
            f"{text}: the account's concurrency is used up ({throttled:,} refused).",
            CONCURRENCY,
        )
    part = worst[0] if worst[1] else "turnstile"
    return Judgement(light, f"{text}.", f"{_logs(part)} Then run python -m beekeeper doctor.")


def _held(facts: Facts) -> Judgement | None:
    """Judge whether as many are admitted as the pace asks for, while they wait."""
    wanted = facts.flow.wanted if facts.flow and facts.mode is Mode.ON else None
    if facts.flow is None or not wanted or facts.flow.admitted >= HELD_SHARE * wanted:
        return None
    light = Light.AMBER if facts.flow.admitted else Light.RED
    text = (
        f"Only {facts.flow.admitted:,.0f} of {wanted:,.0f} visitors a minute were admitted in the"
        f" last minute, although {waiting(facts.waiting)}."
    )
    return Judgement(light, text, _logs("consumer"))


def _refused_visitors(facts: Facts) -> int:
    """Return how many invocations Lambda refused, without those of the consumer.

    It has a number of runs reserved. Beyond that, Lambda refuses another start, and nobody is
    harmed.
    """
    throttles = facts.errors.throttles if facts.errors else {}
    return sum(count for part, count in throttles.items() if part != CONSUMER.name)


def _throttled(facts: Facts) -> Judgement | None:
    throttled = _refused_visitors(facts)
    if not throttled:
        return None
    some = "1 invocation" if throttled == 1 else f"{throttled:,} invocations"
    text = (
        f"Lambda refused {some} in the last five minutes, because the account's"
        " concurrency was used up."
    )
    return Judgement(Light.AMBER, text, CONCURRENCY)


def _failing(facts: Facts) -> Judgement | None:
    errors = facts.errors.function_errors if facts.errors else {}
    failing = {part: count for part, count in errors.items() if count}
    if not failing:
        return None
    part, count = max(failing.items(), key=lambda each: each[1])
    times = "once" if count == 1 else f"{count:,} times"
    text = f"The function {part} failed {times} in the last five minutes."
    return Judgement(Light.AMBER, text, _logs(part))


def _governor_fails(facts: Facts) -> Judgement | None:
    if not facts.governor_problems:
        return None
    first = facts.governor_problems[0]
    return Judgement(Light.AMBER, first.text, first.remedy)


def _governed(facts: Facts) -> Judgement | None:
    held = facts.governor if facts.mode is not Mode.OFF else None
    if held is None or held.mode != GovernorMode.AUTOMATIC or facts.pace >= facts.rate:
        return None
    asked = held.asked_pace is not None and held.asked_pace <= facts.pace
    why = "your site asks for it" if asked else held.reason
    text = f"The governor lets {facts.pace:,.0f} instead of {facts.rate:,.0f} visitors a minute in"
    remedy = (
        "Look at your site: when it is well, the pace rises by itself. python -m beekeeper"
        " governor off returns to your rate at once."
    )
    return Judgement(Light.AMBER, f"{text}: {why}." if why else f"{text}.", remedy)


def _few_come(facts: Facts) -> Judgement | None:
    """Judge whether those come whose turn has begun. The counts are exact, so this is certain."""
    admitted, came = facts.lately or (0, 0)
    if facts.mode is not Mode.ON or admitted < FEWEST_EXPECTED or came > FEW_COME * admitted:
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


def _unreadable(facts: Facts) -> Judgement | None:
    if not facts.unreadable:
        return None
    some = "1 message is" if facts.unreadable == 1 else f"{facts.unreadable:,} messages are"
    text = f"{some} in the dead-letter queue: they are not tickets of this room."
    remedy = (
        f"{_logs('consumer')} No visitor is lost by them, unless somebody has changed the"
        " signing keys."
    )
    return Judgement(Light.AMBER, text, remedy)


def _refused(facts: Facts) -> Judgement | None:
    refused = facts.errors.api_4xx if facts.errors else 0
    if refused < FEWEST_REFUSED or refused < MANY_REFUSED * facts.calls:
        return None
    text = (
        f"The API refused {refused:,} of {facts.calls:,} requests in the last five minutes (4xx)."
    )
    remedy = (
        "Run python -m beekeeper doctor, which says how many requests the account allows: pages try"
        " again by themselves."
    )
    return Judgement(Light.AMBER, text, remedy)


def _drifted(facts: Facts) -> Judgement | None:
    if not facts.drift:
        return None
    first, more = _told(facts.drift[0]), len(facts.drift) - 1
    others = f", and {more} more differ{'s' * (more == 1)}" if more else ""
    text = f"The room is not as it was deployed: {first}{others}."
    return Judgement(Light.AMBER, text, "Run python -m beekeeper plan, and then deploy.")


def _paused(facts: Facts) -> Judgement | None:
    since = facts.paused_seconds or 0
    if facts.mode is not Mode.PAUSED or since < LONG_PAUSE_SECONDS or facts.waiting < facts.rate:
        return None
    text = f"The line has been paused for {duration(since)}, and {waiting(facts.waiting)}."
    remedy = "If your site is ready, run python -m beekeeper on; if not, tell them with message."
    return Judgement(Light.AMBER, text, remedy)


def _long(facts: Facts) -> Judgement | None:
    wait, limit = facts.wait_seconds, facts.longest_wait_seconds
    if wait is None or limit is None or wait <= limit:
        return None
    text = (
        f"Who joins now waits for {estimate(wait)}, longer than the limit of {duration(limit)}"
        " in the configuration."
    )
    remedy = "If your site bears it, raise the rate with python -m beekeeper set-rate."
    return Judgement(Light.AMBER, text, remedy)


def _unread(facts: Facts) -> Judgement | None:
    """Say of a room that looks well that nobody knows. It comes last: known trouble counts more."""
    missing = [each for each in facts.unread if not each.is_kept]
    if not missing:
        return None
    first, more = missing[0], len(missing) - 1
    others = f" and {counted(more, 'more part')} of the status" if more else ""
    text = f"All else is well, but {first.what}{others} can't be read."
    return Judgement(Light.AMBER, text, first.why)


RULES: tuple[Callable[[Facts], Judgement | None], ...] = (
    _damaged,
    _silent,
    _answers,
    _held,
    _throttled,
    _failing,
    _governor_fails,
    _governed,
    _few_come,
    _unreadable,
    _refused,
    _drifted,
    _paused,
    _long,
    _unread,
)


def _green(facts: Facts) -> Judgement:
    if facts.mode is Mode.OFF:
        text = "The room is off: everybody goes straight to your site."
    elif facts.mode is Mode.PAUSED:
        text = f"The line is paused, and {waiting(facts.waiting)}."
    elif facts.waiting:
        text = f"The line moves, and {waiting(facts.waiting)}."
    else:
        text = "Nobody waits: who joins is admitted at once."
    return Judgement(Light.GREEN, text)


def _logs(part: str) -> str:
    return f"Read its log: python -m beekeeper logs --function {part}."
