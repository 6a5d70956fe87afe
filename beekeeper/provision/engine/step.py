"""What a step is: one resource that can be found, created, updated and deleted.

A resource module owns everything about its resource. The engine knows only what is defined here.
Attributes are plain values, normalised so that ``==`` means "AWS has what we want": policies are
parsed documents, numbers are numbers, and tags exclude AWS's own. The engine calls ``find`` (which
only reads), then ``desired`` (which is pure, and gets the outputs of the steps before it), then one
of the three methods that change AWS.
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
    """A resource of that name exists already, so it could not be created.

    It is ours if the answer to an earlier call was lost. Otherwise it is somebody else's. The
    engine reads it and decides.
    """


@contextmanager
def new_only(*codes: str) -> Iterator[None]:
    """Raise AlreadyThere when AWS answers a creation with one of the codes.

    Give no codes for a service that has no code for this, but says "already exists" in its message.
    """
    try:
        yield
    except ClientError as error:
        message = error.response["Error"].get("Message", "")
        if has_code(error, *codes) or (not codes and "already exists" in message):
            raise AlreadyThere from error
        raise


class Unknown(Enum):
    """The type of a value that is unknown until another resource exists, such as an API's id."""

    UNKNOWN = "(known after deploy)"

    def __repr__(self) -> str:
        return self.value


UNKNOWN: Final = Unknown.UNKNOWN


class Owner(Enum):
    """Who owns a resource that has a name which we need."""

    OURS = auto()
    """The room's tag, or another mark, says that it is ours. A resource in a container can always
    say OURS: the engine treats it as ours only when the container is ours."""

    ANOTHER = auto()
    """A mark says that it belongs to somebody else, such as another room."""

    UNTAGGED = auto()
    """It has no mark. It is ours if the state file has it. Otherwise it is somebody else's."""

    LEFTOVER = auto()
    """It has no mark, and nobody would miss it: a deploy was killed before it set the tag. A deploy
    takes it over."""


@dataclass(frozen=True, slots=True)
class Found:
    """A resource as it is in AWS.

    ``outputs`` are the values that later steps need from it, except for what follows from names.
    ``whose`` is for the error about a resource that is not ours: it says who owns it.
    """

    id: str
    attributes: Attributes
    owner: Owner
    outputs: Mapping[str, str] = field(default_factory=dict)
    whose: str = "somebody else (it does not have the room's tag)"

    @classmethod
    def tagged(
        cls,
        id: str,  # noqa: A002  # as the field is called
        attributes: Attributes,
        room: str,
        outputs: Mapping[str, str] | None = None,
        untagged: Owner = Owner.UNTAGGED,
    ) -> "Found":
        """Return a resource whose owner follows from the ``tags`` among its attributes.

        ``untagged`` is its owner when it has no tag of ours.
        """
        tag = room_of(attributes["tags"])
        if tag is None:
            return cls(id, attributes, untagged, outputs or {})
        owner = Owner.OURS if tag == room else Owner.ANOTHER
        return cls(id, attributes, owner, outputs or {}, f"room {tag}")

    def is_ours(self, *, recorded: bool) -> bool:
        """Return whether it is ours to delete. ``recorded`` says that the state file has it."""
        has_no_tag = self.owner in (Owner.UNTAGGED, Owner.LEFTOVER)
        return self.owner is Owner.OURS or (has_no_tag and recorded)

    def may_become_ours(self, *, recorded: bool) -> bool:
        """Return whether a deploy can use it."""
        return self.owner is Owner.LEFTOVER or self.is_ours(recorded=recorded)


class Step(Protocol):
    """One resource of a room. :class:`Resource` has defaults for most of this."""

    @property
    def key(self) -> str:
        """A key that is unique in the room and the same in all versions: ``function producer``."""

    @property
    def kind(self) -> str:
        """The kind of the resource, for people: ``function``."""

    @property
    def name(self) -> str:
        """The name in AWS. In a container, the container's name comes first: ``table/item``."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The keys of the steps that run before this one. Deletion runs in the reverse order."""

    @property
    def container(self) -> str | None:
        """The key of the step whose resource contains this one.

        If the container is ours, so is this resource. It is deleted together with the container.
        """

    @property
    def fixed(self) -> frozenset[str]:
        """The attributes that AWS can't change in place: a new value needs a new resource."""

    @property
    def irreplaceable(self) -> str:
        """What would be lost with the resource. Empty if nothing would.

        If it is not empty, a deploy refuses to replace the resource, and to delete it as unwanted.
        """

    @property
    def unwanted(self) -> str:
        """Why :meth:`desired` is None, for the error about an irreplaceable resource.

        This is a clause that continues the words "The queue X belongs to room Y, but".
        """

    def grants(self) -> Iterable[Grant]:
        """Return the permissions that a deployer needs to create, change and delete it. Pure."""

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        """Return the attributes that we want, with UNKNOWN where an output is missing. Pure.

        Return None when the configuration does not want the resource. If we own one, the deploy
        deletes it.
        """

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        """Read the resource. Return None only when AWS says that it does not exist."""

    def create(self, aws: Aws, desired: Attributes) -> None:
        """Create the resource. Must not take over an existing one that is not ours."""

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        """Set the attributes that differ, and nothing else."""

    def obstacle(self, aws: Aws, found: Found) -> str:
        """Return why a destroy must not delete the resource, with the remedy. Empty if it may.

        Reads only. A destroy asks all steps before it deletes anything.
        """

    def delete(self, aws: Aws, found: Found) -> None:
        """Delete the resource. Success if it is already gone."""


class Resource:
    """The defaults of a step. A resource module overrides only what is different for it."""

    needs: tuple[str, ...] = ()
    container: str | None = None
    fixed: frozenset[str] = frozenset()
    irreplaceable: str = ""
    unwanted: str = "the configuration does not ask for it"

    def grants(self) -> Iterable[Grant]:
        return ()

    def obstacle(self, aws: Aws, found: Found) -> str:
        return ""


class Contained(Resource):
    """A resource that is inside another one. AWS deletes both together."""

    def delete(self, aws: Aws, found: Found) -> None:
        """Do nothing: AWS deletes it together with its container."""


def recorded_output(key: str) -> str:
    """Return the name of the output that has a step's id from the state file."""
    return f"{key} recorded id"


def known(outputs: Mapping[str, str], name: str) -> str | Unknown:
    """Return an output, or UNKNOWN until its resource exists."""
    return outputs.get(name, UNKNOWN)
