"""What a step is: one resource that can be found, created, updated and deleted.

A resource module owns everything about its resource; the engine knows only this. Attributes are
plain values, normalised so that ``==`` means "AWS has what we want": policies as parsed documents,
numbers as numbers, tags without AWS's own. A step is asked, in this order: ``find`` (read only),
``desired`` (pure, given what the steps before it put out), then one of the three that change AWS.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from beekeeper.provision.aws import Aws

Attributes = Mapping[str, Any]
Outputs = dict[str, str]


class AlreadyThere(Exception):
    """Creating found a resource of that name: our own, when an answer was lost, or another's.

    The engine reads it and decides.
    """


class _Unknown:
    """A value that is known only once another resource is made, such as the API's id."""

    def __repr__(self) -> str:
        return "(known after deploy)"


UNKNOWN: Any = _Unknown()


@dataclass(frozen=True, slots=True)
class Found:
    """A resource as it is in AWS.

    ``owner`` is the room in its tag, None when it carries no tag of ours; ``outputs`` are what
    later steps need of it, beyond what follows from names. ``leftover``: it has no tag since AWS
    made it by itself on behalf of one of our resources, or since a deploy of ours was killed before
    it set one, and nothing is in it; a deploy may take it over. What has no tags
    and is not ours for another reason has the owner "", and ``whose`` says why.
    """

    id: str
    attributes: Attributes
    owner: str | None
    outputs: Mapping[str, str] = field(default_factory=dict)
    leftover: bool = False
    whose: str = "somebody else (it has no tag of ours)"


class Step(Protocol):
    """One resource of a room."""

    @property
    def key(self) -> str:
        """Unique in the room and stable over versions: ``function producer``."""

    @property
    def kind(self) -> str:
        """For people: ``function``."""

    @property
    def name(self) -> str:
        """As AWS knows it.

        What lives in another resource, and goes with it, is named after it: ``table/item``. It is
        ours when the other one is.
        """

    @property
    def needs(self) -> tuple[str, ...]:
        """The keys of the steps that come before this one, and after it in deletion."""

    @property
    def fixed(self) -> frozenset[str]:
        """Attributes that AWS can't change in place."""

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        """Return the attributes that we want. Pure; UNKNOWN where an output is not there yet.

        None when the configuration does not want the resource (any more): ours is deleted.
        """

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        """Read the resource; None only when AWS says that it is not there."""

    def create(self, aws: Aws, desired: Attributes) -> None:
        """Make the resource. Must not take over one that is there and not ours."""

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        """Set the attributes that differ, and nothing else."""

    def delete(self, aws: Aws, found: Found) -> None:
        """Remove the resource; one that is gone already is success."""


def recorded_output(key: str) -> str:
    """Return the output under which a step finds the id that the state file has for it."""
    return f"{key} recorded id"


def known(outputs: Mapping[str, str], name: str) -> Any:
    """Return an output, or UNKNOWN while its resource is not made."""
    return outputs.get(name, UNKNOWN)
