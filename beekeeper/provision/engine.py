"""The pipeline: read what is there, decide what to change, change it. Or remove it all.

    read      every step's find, side by side            (no mutating call)
    decide    one pure function for plan and deploy      → Plan
    apply     what the plan says, along the graph        state written after each
    remove    the graph backwards

Killed anywhere, the next deploy reads and decides again; there is nothing else to resume from.
"""

import contextvars
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.errors import BeekeeperError, NotOursError
from beekeeper.provision import graph
from beekeeper.provision.aws import Aws
from beekeeper.provision.events import Event, StepDone, StepFailed, StepStarted, StepWaiting
from beekeeper.provision.failures import explained
from beekeeper.provision.state import Record, StateFile
from beekeeper.provision.step import UNKNOWN, AlreadyThere, Found, Outputs, Step

T = TypeVar("T")
OnEvent = Callable[[Event], None]
current_step: contextvars.ContextVar[tuple[str, str]] = contextvars.ContextVar("current_step")


class Action(StrEnum):
    """What is done to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one resource; ``attributes`` maps a name to (from, to) where they differ."""

    key: str
    kind: str
    name: str
    action: Action
    attributes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deploy does, in the order of the steps."""

    room: str
    changes: tuple[Change, ...]

    @property
    def has_changes(self) -> bool:
        """Whether anything differs from what is wanted."""
        return any(c.action is not Action.UNCHANGED for c in self.changes)


class Engine:
    """One room's steps, in one account and region."""

    def __init__(
        self,
        aws: Aws,
        room: str,
        steps: Sequence[Step],
        state: StateFile,
        on_event: OnEvent | None = None,
        workers: int = graph.WORKERS,
    ) -> None:
        self._aws = aws
        self._room = room
        self._steps = {step.key: step for step in steps}
        self._needs = {step.key: step.needs for step in steps}
        self._state = state
        self._on_event = on_event
        self._workers = workers
        self._events_lock = threading.Lock()
        self.found: dict[str, Found | None] = {}
        self.outputs: Outputs = {}
        aws.on_wait = self._waiting

    def plan(self) -> Plan:
        """Read everything and return what deploy would do. Raises NotOursError."""
        self.read()
        return Plan(self._room, tuple(self._decide(step) for step in self._steps.values()))

    def read(self) -> None:
        """Read every resource, side by side."""
        graph.run(self._needs, self._read, self._workers)

    def _read(self, key: str) -> None:
        step = self._steps[key]
        found = self._doing(step, "read", lambda: step.find(self._aws, self.outputs))
        self.found[key] = found
        if found:
            self.outputs.update(found.outputs)

    def _decide(self, step: Step) -> Change:
        recorded = {r.key for r in state.resources} if (state := self._state.read()) else set()
        found = self.found[step.key]
        return decide(step, found, self.outputs, self._room, recorded=step.key in recorded)

    def apply(self, plan: Plan) -> None:
        """Do what the plan says."""
        changes = {c.key: c for c in plan.changes}
        graph.run(self._needs, lambda key: self._apply(changes[key]), self._workers)

    def _apply(self, planned: Change) -> None:
        step = self._steps[planned.key]
        if planned.action is Action.UNCHANGED:
            found = self.found[step.key]
            self._state.record(
                Record(step.key, step.kind, step.name, found.id if found else "", True)
            )
            return
        # What was unknown when the plan was made is known now: the steps before this one are done.
        change = self._decide(step)
        if change.action is not Action.UNCHANGED:
            self._doing(step, change.action.value, lambda: self._change(step, change))
        self._reread(step)

    def _change(self, step: Step, change: Change) -> None:
        desired = step.desired(self.outputs)
        found = self.found[step.key]
        if change.action is Action.UPDATE and found is not None:
            step.update(self._aws, found, {name: desired[name] for name in change.attributes})
            return
        if found is not None:
            step.delete(self._aws, found)
        self._state.record(Record(step.key, step.kind, step.name))
        try:
            step.create(self._aws, desired)
        except AlreadyThere:
            self._adopt(step)

    def _adopt(self, step: Step) -> None:
        """Go on with a resource that was there when we made it, if it is ours after all."""
        found = self.found[step.key] = step.find(self._aws, self.outputs)
        try:
            change = decide(step, found, self.outputs, self._room, recorded=False)
        except NotOursError:
            self._state.forget(step.key)
            raise
        if found is not None and change.action is Action.UPDATE:
            self._change(step, change)

    def _reread(self, step: Step) -> None:
        self._read(step.key)
        found = self.found[step.key]
        self._state.record(Record(step.key, step.kind, step.name, found.id if found else "", True))

    def remove(self) -> list[str]:
        """Delete every resource of ours, last made first; return the keys of those deleted."""
        self.read()
        deleted: list[str] = []
        turned = graph.reversed_needs(self._needs)
        graph.run(turned, lambda key: self._remove(key, deleted), self._workers)
        return deleted

    def _remove(self, key: str, deleted: list[str]) -> None:
        step, found = self._steps[key], self.found[key]
        state = self._state.read()
        recorded = state is not None and any(r.key == key for r in state.resources)
        if found is not None and (found.owner == self._room or (found.owner is None and recorded)):
            self._doing(step, "delete", lambda: step.delete(self._aws, found))
            deleted.append(key)
        if state is not None:
            self._state.forget(key)

    def _doing(self, step: Step, action: str, work: Callable[[], T]) -> T:
        """Run work on a step with its events, its name on the waits, and its errors explained."""
        current_step.set((step.key, action))
        started = self._aws.clock()
        self._emit(StepStarted(step.key, action))
        try:
            result = work()
        except (ClientError, BotoCoreError, BeekeeperError) as error:
            problem = explained(error, action, step.kind, step.name)
            self._emit(StepFailed(step.key, action, self._aws.clock() - started, str(problem)))
            raise problem from error
        self._emit(StepDone(step.key, action, self._aws.clock() - started))
        return result

    def _waiting(self, what: str) -> None:
        self._emit(StepWaiting(*current_step.get(("", "")), what))

    def _emit(self, event: Event) -> None:
        if self._on_event:
            with self._events_lock:
                self._on_event(event)


def decide(
    step: Step, found: Found | None, outputs: Mapping[str, str], room: str, *, recorded: bool
) -> Change:
    """Return what to do about one resource. The only place where that is decided.

    ``recorded`` tells that the state file has it: a resource without any tag of ours is then one
    that lost it, or never got it; otherwise it is somebody else's, and NotOursError is raised.
    """
    desired = step.desired(outputs)
    if found is None:
        new = {name: (None, value) for name, value in desired.items()}
        return Change(step.key, step.kind, step.name, Action.CREATE, new)
    if found.owner != room and not (found.owner is None and recorded):
        whose = f"room {found.owner}" if found.owner else "somebody else (it has no tag of ours)"
        raise NotOursError(
            f"The {step.kind} {step.name} exists already and belongs to {whose}. It was left"
            " alone. Choose another room name, or delete or rename that resource."
        )
    changes = {
        name: (found.attributes.get(name), value)
        for name, value in desired.items()
        if value is UNKNOWN or found.attributes.get(name) != value
    }
    action = Action.UPDATE if changes else Action.UNCHANGED
    if changes.keys() & step.fixed:
        action = Action.REPLACE
    return Change(step.key, step.kind, step.name, action, changes)
