"""The IAM policy of whoever deploys, operates and destroys a room. Pure.

A managed policy has at most 6,144 characters without white space (IAM quotas), so what could be a
statement for each service is one for all of them: an action applies to resources of its own service
only, so it means the same.
"""

import json
from collections.abc import Iterable, Mapping

from beekeeper.config import RoomConfig
from beekeeper.provision.grants import Grant, apart, named, optional
from beekeeper.provision.names import Names
from beekeeper.provision.policies import VERSION, Document

MAX_CHARACTERS = 6_144


def deployer_policies(names: Names, config: RoomConfig | None = None) -> list[Document]:
    """Return the IAM policies for deploy, destroy, doctor and the operators' commands of one room.

    ``config`` adds what a custom domain and a state in a bucket need: as a second policy where one
    would be longer than IAM takes. Make managed policies of them: they are too long for an inline
    policy of a user.
    """
    room = {"Room": _one(named(names)), **apart(names)}
    more = optional(names, config) if config else {}
    whole = _document({**room, **more})
    if size_of(json.dumps(whole)) <= MAX_CHARACTERS:
        return [whole]
    return [_document(room), _document(more)]


def grants(names: Names, config: RoomConfig | None = None) -> list[Grant]:
    """Return what the policies grant, each kind of resource on its own."""
    more = optional(names, config) if config else {}
    return [*named(names), *apart(names).values(), *more.values()]


def size_of(policy: str) -> int:
    """Return how many characters of a policy IAM counts: all but white space."""
    return len("".join(policy.split()))


def _one(several: Iterable[Grant]) -> Grant:
    all_of = list(several)
    actions = dict.fromkeys(action for grant in all_of for action in grant.actions)
    resources = dict.fromkeys(resource for grant in all_of for resource in grant.resources)
    return Grant(tuple(actions), tuple(resources))


def _document(statements: Mapping[str, Grant]) -> Document:
    each = [_statement(sid, grant) for sid, grant in statements.items()]
    return {"Version": VERSION, "Statement": each}


def _statement(sid: str, grant: Grant) -> Document:
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": list(grant.actions),
        "Resource": list(grant.resources),
    }
    return {**statement, "Condition": grant.condition} if grant.condition else statement
