"""What a step is: one resource that can be found, created, updated and deleted.

A resource module owns everything about its resource; the engine knows only this. Attributes are
plain values, normalised so that ``==`` means "AWS has what we want": policies as parsed documents,
numbers as numbers, tags without AWS's own. A step is asked, in this order: ``find`` (read only),
``desired`` (pure, given what the steps before it put out), then one of the three that change AWS.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final, Protocol

from botocore.exceptions import ClientError

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.grant import Grant
from beekeeper.provision.tags import room_of

Attributes = Mapping[str, Any]
Outputs = dict[str, str]


class AlreadyThere(Exception):
    """Creating found a resource of that name: our own, when an answer was lost, or another's.

    The engine reads it and decides.
    """


@contextmanager
def new_only(*codes: str) -> Iterator[None]:
    """Raise AlreadyThere when AWS answers a creation with one of the codes.

    Without codes: where AWS has no code of its own for it, and says "already exists" in words.
    """
    try:
        yield
    except ClientError as error:
        message = error.response["Error"].get("Message", "")
        if has_code(error, *codes) or (not codes and "already exists" in message):
            raise AlreadyThere from error
        raise


class Unknown(Enum):
    """The type of a value that is known only once another resource is made, such as an API's id."""

    UNKNOWN = "(known after deploy)"

    def __repr__(self) -> str:
        return self.value


UNKNOWN: Final = Unknown.UNKNOWN


class Owner(Enum):
    """Whose a resource is that has the name which we need."""

    OURS = auto()
    """It says so: by the room's tag, or otherwise. What lives in a container need not ask further:
    the engine takes it for ours only when the container is."""

    ANOTHER = auto()
    """It says that it is somebody else's, such as another room's."""

    UNTAGGED = auto()
    """It says nothing. It is ours if the state file has it, and somebody else's if not."""

    LEFTOVER = auto()
    """It says nothing, and nobody would miss it: AWS made it by itself on behalf of one of our
    resources, or a deploy was killed before it set the tag. A deploy takes it over."""


@dataclass(frozen=True, slots=True)
class Found:
    """A resource as it is in AWS.

    ``outputs`` are what later steps need of it, beyond what follows from names. ``whose`` says, for
    the error, who has a resource that is not ours.
    """

    id: str
    attributes: Attributes
    owner: Owner
    outputs: Mapping[str, str] = field(default_factory=dict)
    whose: str = "somebody else (it has no tag of ours)"

    @classmethod
    def tagged(
        cls,
        id: str,  # noqa: A002  # as the field is called
        attributes: Attributes,
        room: str,
        outputs: Mapping[str, str] | None = None,
        untagged: Owner = Owner.UNTAGGED,
    ) -> "Found":
        """Return a resource that says by its ``tags``, which are among its attributes, whose it is.

        ``untagged`` is what it is without a tag of ours.
        """
        tag = room_of(attributes["tags"])
        if tag is None:
            return cls(id, attributes, untagged, outputs or {})
        owner = Owner.OURS if tag == room else Owner.ANOTHER
        return cls(id, attributes, owner, outputs or {}, f"room {tag}")

    def is_ours(self, *, recorded: bool) -> bool:
        """Tell whether it is ours to delete. ``recorded``: the state file has it."""
        has_no_tag = self.owner in (Owner.UNTAGGED, Owner.LEFTOVER)
        return self.owner is Owner.OURS or (has_no_tag and recorded)

    def may_become_ours(self, *, recorded: bool) -> bool:
        """Tell whether a deploy may go on with it."""
        return self.owner is Owner.LEFTOVER or self.is_ours(recorded=recorded)


class Step(Protocol):
    """One resource of a room. See :class:`Resource` for what a step need not say."""

    @property
    def key(self) -> str:
        """Unique in the room and stable over versions: ``function producer``."""

    @property
    def kind(self) -> str:
        """For people: ``function``."""

    @property
    def name(self) -> str:
        """As AWS knows it; of what lives in a container, with the container's: ``table/item``."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The keys of the steps that come before this one, and after it in deletion."""

    @property
    def container(self) -> str | None:
        """The key of the step whose resource it lives in: it is ours with it, and goes with it."""

    @property
    def fixed(self) -> frozenset[str]:
        """Attributes that AWS can't change in place: another value takes a new resource."""

    @property
    def irreplaceable(self) -> str:
        """What would be lost with the resource; or empty.

        A deploy then refuses to replace the resource, or to delete it as unwanted.
        """

    @property
    def unwanted(self) -> str:
        """How it comes that :meth:`desired` is None, for the error about an irreplaceable one."""

    def grants(self) -> Iterable[Grant]:
        """Return what a deployer must be allowed for all of its life. Pure."""

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


class Resource:
    """What most steps say of themselves, so that a module has only what is particular to it."""

    needs: tuple[str, ...] = ()
    container: str | None = None
    fixed: frozenset[str] = frozenset()
    irreplaceable: str = ""
    unwanted: str = "not asked for by the configuration"

    def grants(self) -> Iterable[Grant]:
        return ()


class Contained(Resource):
    """A resource that lives in another one, and that AWS removes with it."""

    def delete(self, aws: Aws, found: Found) -> None:
        """Nothing to do: it goes with its container."""


def recorded_output(key: str) -> str:
    """Return the output under which a step finds the id that the state file has for it."""
    return f"{key} recorded id"


def known(outputs: Mapping[str, str], name: str) -> str | Unknown:
    """Return an output, or UNKNOWN while its resource is not made."""
    return outputs.get(name, UNKNOWN)
