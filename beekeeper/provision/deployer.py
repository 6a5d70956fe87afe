"""The IAM policy of whoever deploys, operates and destroys a room. Pure.

A managed policy has at most 6,144 characters without white space (IAM quotas), so what could be a
statement for each service is one for all of them: an action applies to resources of its own service
only, so it means the same.
"""

from collections.abc import Iterable

from beekeeper.config import RoomConfig
from beekeeper.provision.grants import Grant, apart, named
from beekeeper.provision.names import Names
from beekeeper.provision.policies import VERSION, Document

MAX_CHARACTERS = 6_144


def deployer_policy(names: Names, config: RoomConfig | None = None) -> Document:
    """Return the IAM policy for deploy, destroy, doctor and the operators' commands of one room.

    ``config`` adds what a custom domain and a state in a bucket need. Make it a managed policy: it
    is too long for an inline policy of a user.
    """
    statements = {"Room": _one(named(names, config)), **apart(names, config)}
    return {
        "Version": VERSION,
        "Statement": [_statement(sid, grant) for sid, grant in statements.items()],
    }


def grants(names: Names, config: RoomConfig | None = None) -> list[Grant]:
    """Return what the policy grants, each kind of resource on its own."""
    return [*named(names, config), *apart(names, config).values()]


def size_of(policy: str) -> int:
    """Return how many characters of a policy IAM counts: all but white space."""
    return len("".join(policy.split()))


def _one(several: Iterable[Grant]) -> Grant:
    all_of = list(several)
    actions = dict.fromkeys(action for grant in all_of for action in grant.actions)
    resources = dict.fromkeys(resource for grant in all_of for resource in grant.resources)
    return Grant(tuple(actions), tuple(resources))


def _statement(sid: str, grant: Grant) -> Document:
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": list(grant.actions),
        "Resource": list(grant.resources),
    }
    return {**statement, "Condition": grant.condition} if grant.condition else statement
