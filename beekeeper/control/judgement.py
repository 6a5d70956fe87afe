"""What the rules about the light share (verdict.py): what a rule answers, and words. Pure."""

from dataclasses import dataclass

from beekeeper.results import Action, Change, Light

DEPLOY = "Run python -m beekeeper deploy, which repairs it."
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


def told(change: Change) -> str:
    """Return what somebody did to a resource, as a clause."""
    if change.action is Action.CREATE:
        return f"the {change.kind} {change.name} is gone"
    return f"the {change.kind} {change.name} was changed ({', '.join(change.attributes)})"


def logs(part: str) -> str:
    """Return the remedy to read the log of a function."""
    return f"Read its log: python -m beekeeper logs --function {part}."
