"""The IAM policies of those who deploy, operate and destroy a room. Pure.

What they grant comes from the steps of the room (each says its own), and from what is no resource:
the start of a consumer, the checks, and the place of the state. All of it is scoped to the room's
own names, so that the deployers of two rooms can't touch each other's.

A managed policy has at most 6,144 characters without white space, and ten can be attached (IAM
quotas). So grants share a statement where that widens none of them, and there are as many documents
as it takes.
"""

import json
from collections.abc import Iterable, Iterator

from beekeeper.config import RoomConfig
from beekeeper.errors import ProvisionError
from beekeeper.provision import consumer_start, state
from beekeeper.provision.blueprint import steps
from beekeeper.provision.checks import certificate, quotas
from beekeeper.provision.grant import Grant, union
from beekeeper.provision.names import Names
from beekeeper.provision.policies import VERSION, Document

MAX_CHARACTERS = 6_144
MAX_POLICIES = 10


def deployer_policies(names: Names, config: RoomConfig | None = None) -> list[Document]:
    """Return the IAM policies for deploy, destroy, doctor and the operators' commands of one room.

    ``config`` adds what a custom domain and a state in a bucket need. Make managed policies of
    them, and attach them all: they are too long for an inline policy of a user.
    """
    return documents(grants(names, config))


def grants(names: Names, config: RoomConfig | None = None) -> list[Grant]:
    """Return what the policies grant, bit by bit."""
    return list(_grants(names, config or _plain(names)))


def _grants(names: Names, config: RoomConfig) -> Iterator[Grant]:
    for step in steps(config, names):
        yield from step.grants()
    yield from consumer_start.grants(names)
    yield from quotas.grants(names)
    yield from certificate.grants(config)
    yield from state.grants(names, config.state)


def _plain(names: Names) -> RoomConfig:
    """Return a configuration without options; what a deployer needs does not depend on the rest."""
    return RoomConfig(name=names.room, destination="https://unknown.invalid/", rate=1)


def documents(wanted: Iterable[Grant]) -> list[Document]:
    """Return policies that grant just that, each as full as IAM takes it.

    Raises ProvisionError when there are more than can be attached to one user or role.
    """
    filled: list[list[Grant]] = [[]]
    for each in wanted:
        if filled[-1] and size_of(json.dumps(_document([*filled[-1], each]))) > MAX_CHARACTERS:
            filled.append([])
        filled[-1].append(each)
    if len(filled) > MAX_POLICIES:
        raise ProvisionError(
            f"A deployer of this room would need {len(filled)} managed policies, and IAM attaches"
            f" {MAX_POLICIES} to a user or role. Give the room shorter names."
        )
    return [_document(some) for some in filled]


def size_of(policy: str) -> int:
    """Return how many characters of a policy IAM counts: all but white space."""
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
