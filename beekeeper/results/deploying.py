"""What plan, deploy and destroy return."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from typing import Any

from beekeeper.result import Result


class Action(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, repr=False)
class Change(Result):
    """What happens, or happened, to one resource of a room.

    ``kind`` and ``name`` are what AWS calls the resource: "queue", "beekeeper-sale". ``attributes``
    maps the name of each attribute that differs to a pair: its value in AWS, and the value in the
    configuration. A value that depends on a resource which does not exist yet is "(known after
    deploy)". ``key`` names the resource within the room, as in the events of a deploy.
    """

    action: Action
    kind: str
    name: str
    attributes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    key: str = ""

    def __str__(self) -> str:
        differing = (
            ", ".join(self.attributes) if self.action in (Action.UPDATE, Action.REPLACE) else ""
        )
        return f"{self.action} {self.kind} {self.name}{f': {differing}' if differing else ''}"

    def __repr__(self) -> str:
        return f"<Change: {self}>"


@dataclass(frozen=True, slots=True)
class Plan(Result):
    """What a deploy would do, and the IAM policies that the functions would get.

    ``notes`` are the limits of this configuration. ``warnings`` are what the deploy means for
    visitors, for the destination and for the bill, such as a campaign link that changes.
    ``question`` has the warnings that need a decision: visitors wait, and the rate would change, or
    they would lose their place with the campaign link. Otherwise it is empty.
    """

    room: str
    changes: Sequence[Change]
    policies: Mapping[str, Any]  # by function
    notes: Sequence[str] = ()
    warnings: Sequence[str] = ()
    question: str = ""

    @property
    def has_changes(self) -> bool:
        """Whether a deploy would do anything."""
        return any(change.action is not Action.UNCHANGED for change in self.changes)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(c.action)}</td><td>{escape(c.kind)}</td><td>{escape(c.name)}</td>"
            f"<td>{'' if c.action is Action.CREATE else escape(', '.join(c.attributes))}</td></tr>"
            for c in self.changes
        )
        head = "<tr><th>action</th><th>kind</th><th>name</th><th>attributes</th></tr>"
        notes = "".join(f"<p>{escape(note)}</p>" for note in (*self.warnings, *self.notes))
        return f"<table>{head}{rows}</table>{notes}"


@dataclass(frozen=True, slots=True)
class Deployment(Result):
    """What one deploy did. ``url`` is the campaign link, ``seconds`` is how long the deploy took.

    ``changes`` are the resources that it created, updated, replaced or deleted. They are empty when
    AWS already matched the configuration. ``dns_record`` is the record that you have to create for
    a custom domain: "queue.example.com CNAME d-abc…". It is None without a custom domain, and when
    Beekeeper created the record in Route 53. ``warnings`` are those of the plan.
    """

    room: str
    url: str
    destination: str
    account: str
    region: str
    changes: Sequence[Change]
    state_file: str
    seconds: float
    dns_record: str | None = None
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Destruction(Result):
    """What one destroy removed. ``deleted`` is empty when nothing of the room was left."""

    room: str
    deleted: Sequence[Change]
    seconds: float
