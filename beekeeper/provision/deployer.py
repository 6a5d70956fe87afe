"""The IAM policies that you need to deploy, operate and destroy a room. Pure.

The grants come from the steps of the room, which each declare their own. A few come from things
that are not resources: the start of a consumer, the checks, and the place of the state. All grants
are scoped to the room's own names, so the deployers of two rooms can't change each other's rooms.

A managed policy has at most 6,144 characters without white space, and a user or role can have ten
of them (IAM quotas). So grants share a statement if that widens none of them, and the grants are
split into several documents if necessary.
"""

import json
from collections.abc import Iterable, Iterator

from beekeeper.config import RoomConfig, bare_config
from beekeeper.errors import ProvisionError
from beekeeper.provision import consumer_start, found_rooms, state, table_rows
from beekeeper.provision.blueprint import steps
from beekeeper.provision.checks import alarms, boundary, certificate, quotas, web_acl
from beekeeper.provision.grant import Grant, union, unscoped
from beekeeper.provision.names import Names
from beekeeper.provision.policies import VERSION, Document
from beekeeper.provision.telling import RARE

MAX_CHARACTERS = 6_144
MAX_POLICIES = 10


def deployer_policies(names: Names, config: RoomConfig | None = None) -> list[Document]:
    """Return the IAM policies for deploy, destroy, doctor and the operators' commands of one room.

    ``config`` adds what a custom domain and a state in a bucket need. Make a managed policy of each
    document, and attach them all: they are too long for an inline policy of a user.
    """
    return documents(grants(names, config))


def grants(names: Names, config: RoomConfig | None = None) -> list[Grant]:
    """Return the single grants that the policies consist of."""
    return list(_grants(names, config or bare_config(names.room)))


def _grants(names: Names, config: RoomConfig) -> Iterator[Grant]:
    for step in steps(config, names, recorded=RARE):
        yield from step.grants()
    yield from consumer_start.grants(names)
    yield unscoped("cloudwatch:GetMetricData")  # of status; CloudWatch has no resources for it
    yield from found_rooms.grants()
    yield from table_rows.grants(names)
    yield from quotas.grants(names)
    yield from certificate.grants(config)
    yield from web_acl.grants(config)
    yield from boundary.grants(config)
    yield from alarms.grants(config)
    yield from state.grants(names, config.state)


def documents(wanted: Iterable[Grant]) -> list[Document]:
    """Return policies that grant exactly this, each as long as IAM allows.

    Raises ProvisionError when there are more policies than a user or role can have.
    """
    filled: list[list[Grant]] = [[]]
    for each in wanted:
        if filled[-1] and size_of(json.dumps(_document([*filled[-1], each]))) > MAX_CHARACTERS:
            filled.append([])
        filled[-1].append(each)
    if len(filled) > MAX_POLICIES:
        raise ProvisionError(
            f"A deployer of this room would need {len(filled)} managed policies, but a user or role"
            f" can have only {MAX_POLICIES}. Give the room a shorter name."
        )
    return [_document(some) for some in filled]


def size_of(policy: str) -> int:
    """Return how many characters of a policy IAM counts: all except white space."""
    return len("".join(policy.split()))


def _document(some: Iterable[Grant]) -> Document:
    by_statement: dict[str, Grant] = {}
    for grant in some:
        known = by_statement.get(grant.statement)
        by_statement[grant.statement] = union(known, grant) if known else grant
    return {"Version": VERSION, "Statement": [_statement(g) for g in by_statement.values()]}


def _statement(grant: Grant) -> Document:
    statement = {
        "Sid": grant.statement,
        "Effect": "Allow",
        "Action": list(grant.actions),
        "Resource": list(grant.resources),
    }
    return {**statement, "Condition": grant.condition} if grant.condition else statement
