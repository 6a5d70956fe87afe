"""The light of a room: green, amber or red, with the reason and the remedy. Pure.

RED     visitors are not let in, or get errors
AMBER   it works, and somebody should look at it soon, or know of it
GREEN   all is well

All of RULES are asked, and the worst answer decides. Of several as bad, the first one does. So a
cause comes before what follows from it. line_rules.py has the rules about the line.
"""

from collections.abc import Callable

from beekeeper.contract.functions import CONSUMER
from beekeeper.control import line_rules
from beekeeper.control.facts import MANY_ERRORS, Facts, failed_share
from beekeeper.control.judgement import CONCURRENCY, DEPLOY, Judgement, logs, told
from beekeeper.counted import counted, waiting
from beekeeper.results import Light
from beekeeper.rules.durations import duration
from beekeeper.rules.settings import GovernorMode, Mode

# The share of the API's answers that are errors. Pages try again, so fewer disturb nobody.
SOME_ERRORS = 0.01
MANY_REFUSED, FEWEST_REFUSED = 0.3, 100
# Consumers publish every second or two. Until SILENT_SECONDS the next one may be on its way.
PAUSE_SECONDS = 10.0


def judge(facts: Facts) -> Judgement:
    """Return the light of a room."""
    found = [each for rule in RULES if (each := rule(facts))]
    return min(found, key=lambda each: each.light is not Light.RED, default=_green(facts))


def _damaged(facts: Facts) -> Judgement | None:
    if not facts.damaged:
        return None
    first = facts.damaged[0]
    return Judgement(Light.RED, first.text, first.remedy)


def _answers(facts: Facts) -> Judgement | None:
    share = failed_share(facts)
    if facts.errors is None or share < SOME_ERRORS:
        return None
    light = Light.RED if share >= MANY_ERRORS else Light.AMBER
    throttled = _refused_visitors(facts)
    worst = max(facts.errors.function_errors.items(), key=lambda each: each[1], default=("", 0))
    text = f"{share:.0%} of the answers to visitors were errors in the last five minutes"
    if facts.changed:
        return Judgement(light, f"{text}: {told(facts.changed[0])}.", DEPLOY)
    if throttled:
        return Judgement(
            light,
            f"{text}: the account's concurrency is used up ({throttled:,} refused).",
            CONCURRENCY,
        )
    part = worst[0] if worst[1] else "turnstile"
    return Judgement(light, f"{text}.", f"{logs(part)} Then run python -m beekeeper doctor.")


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
    return Judgement(Light.AMBER, text, logs(part))


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


def _unreadable(facts: Facts) -> Judgement | None:
    if not facts.unreadable:
        return None
    some = "1 message is" if facts.unreadable == 1 else f"{facts.unreadable:,} messages are"
    text = f"{some} in the dead-letter queue: they are not tickets of this room."
    remedy = (
        f"{logs('consumer')} No visitor is lost by them, unless somebody has changed the"
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
    first, more = told(facts.drift[0]), len(facts.drift) - 1
    others = f", and {more} more differ{'s' * (more == 1)}" if more else ""
    text = f"The room is not as it was deployed: {first}{others}."
    return Judgement(Light.AMBER, text, "Run python -m beekeeper plan, and then deploy.")


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
    line_rules.silent,
    _answers,
    line_rules.too_few_workers,
    line_rules.held,
    _throttled,
    _failing,
    _governor_fails,
    _governed,
    line_rules.few_come,
    _unreadable,
    _refused,
    _drifted,
    line_rules.long_pause,
    line_rules.long_wait,
    _unread,
)


def _green(facts: Facts) -> Judgement:
    if facts.mode is Mode.OFF:
        text = "The room is off: everybody goes straight to your site."
    elif facts.mode is Mode.PAUSED:
        text = f"The line is paused, and {waiting(facts.waiting)}."
    elif facts.waiting and (facts.heartbeat_seconds or 0) > PAUSE_SECONDS:
        since = duration(facts.heartbeat_seconds or 0)
        text = f"{waiting(facts.waiting)}. A consumer last worked {since} ago."
    elif facts.waiting:
        text = f"The line moves, and {waiting(facts.waiting)}."
    else:
        text = "Nobody waits: who joins is admitted at once."
    return Judgement(Light.GREEN, text)
