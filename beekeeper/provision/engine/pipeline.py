"""The pipeline: read what exists, decide what to change, and change it. Or remove everything.

    read      calls every step's find, in parallel       changes nothing
    decide    one pure function, for plan and deploy     returns the Plan
    apply     does what the plan says, along the graph   records each change in the journal
    remove    deletes everything, in reverse order

After a kill at any point, the next deploy reads and decides again. It needs nothing else.
"""

import contextvars
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.errors import BeekeeperError, NotOursError, ProvisionError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine import graph
from beekeeper.provision.engine.decision import Change, Plan, decide
from beekeeper.provision.engine.events import (
    Event,
    StepDone,
    StepFailed,
    StepStarted,
    StepWaiting,
    StepWarning,
)
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.guard import Guard, NoGuard
from beekeeper.provision.engine.journal import Journal, Record
from beekeeper.provision.engine.step import AlreadyThere, Found, Outputs, Step, recorded_output
from beekeeper.provision.engine.wait import Wait, until
from beekeeper.results import Action

T = TypeVar("T")
OnEvent = Callable[[Event], None]
# A new resource can be invisible for a while: IAM, SQS and Lambda show it some seconds later.
VISIBLE_SECONDS = 60
current_step: contextvars.ContextVar[tuple[str, str]] = contextvars.ContextVar("current_step")


class Engine:
    """One room's steps, in one account and region."""

    def __init__(
        self,
        aws: Aws,
        room: str,
        steps: Sequence[Step],
        journal: Journal,
        on_event: OnEvent | None = None,
        guard: Guard | None = None,
    ) -> None:
        self._aws = aws
        self._room = room
        self._steps = {step.key: step for step in steps}
        self._needs = {step.key: step.needs for step in steps}
        _check_names(steps)
        self._journal = journal
        self._on_event = on_event
        self._guard = guard or NoGuard()
        self._events_lock = threading.Lock()
        self.listener_error: Exception | None = None
        self.found: dict[str, Found | None] = {}
        self.outputs: Outputs = {}
        aws.on_wait = self._waiting
        aws.on_warning = self._warning

    def plan(self) -> Plan:
        """Read everything and return what a deploy would do. Raises NotOursError."""
        self.read()
        changes = [self._decide(step) for step in self._steps.values()]
        if replaced := [c.key for c in changes if c.action is Action.REPLACE]:
            # Their outputs go away with them, so the steps that use these outputs change, too.
            for name in (n for key in replaced if (f := self.found[key]) for n in f.outputs):
                self.outputs.pop(name, None)
            changes = [self._decide(step) for step in self._steps.values()]
        return Plan(self._room, tuple(c for c in changes if self._concerns_us(c)))

    def _concerns_us(self, change: Change) -> bool:
        """Return whether a resource is wanted, or is ours to delete."""
        wanted = self._steps[change.key].desired(self.outputs) is not None
        return wanted or change.action is Action.DELETE

    def read(self) -> None:
        """Read every resource, in parallel."""
        for record in self._journal.records():
            self.outputs[recorded_output(record.key)] = record.id
        graph.run(self._needs, self._read, self._aws.workers)

    def _recorded(self, key: str, found: Found | None) -> bool:
        """Return whether the state file has this resource, or the intent to create it."""
        ids = ("", found.id if found else "")
        return any(r.key == key and r.id in ids for r in self._journal.records())

    def _container(self, step: Step) -> Step | None:
        """Return the step whose resource contains this one."""
        return self._steps[step.container] if step.container else None

    def _read(self, key: str) -> None:
        step = self._steps[key]
        found = self._doing(step, "read", lambda: step.find(self._aws, self.outputs))
        self.found[key] = found
        if found:
            self.outputs.update(found.outputs)

    def _decide(self, step: Step) -> Change:
        found = self.found[step.key]
        container = self._container(step)
        if container and self._decide(container).action is Action.REPLACE:
            found = None
        recorded = self._recorded(step.key, found)
        return decide(step, found, self.outputs, self._room, recorded=recorded)

    def apply(self, plan: Plan) -> None:
        """Do what the plan says. Last, delete what is no longer wanted, in reverse order."""
        changes = {c.key: c for c in plan.changes if c.action is not Action.DELETE}
        kept = {key: needs for key, needs in self._needs.items() if key in changes}
        dropped = {key: needs for key, needs in self._needs.items() if key not in changes}
        with self._guard.held(self._has) if plan.has_changes else nullcontext():
            graph.run(kept, lambda key: self._apply(changes[key]), self._aws.workers)
            turned = graph.reversed_needs(dropped)
            graph.run(turned, lambda key: self._remove(key, []), self._aws.workers)
        for record in self._journal.records():
            if record.key not in self._steps:
                self._journal.forget(record.key)

    def _apply(self, planned: Change) -> None:
        step = self._steps[planned.key]
        if planned.action is Action.UNCHANGED:
            found = self.found[step.key]
            self._journal.record(
                Record(step.key, step.kind, step.name, found.id if found else "", True)
            )
            return
        if planned.action is Action.CREATE and self.found[step.key] is not None:
            self._read(step.key)  # it was deleted together with its container
        # Decide again: the steps before this one are done, so the unknown values are known now.
        change = self._decide(step)
        if change.action is not Action.UNCHANGED:
            self._doing(step, change.action.value, lambda: self._change(step, change))
        self._reread(step)
        self._guard.after(step.key)

    def _change(self, step: Step, change: Change) -> None:
        desired = step.desired(self.outputs)
        assert desired is not None  # an unwanted resource does not get here
        found = self.found[step.key]
        if change.action is Action.UPDATE and found is not None:
            step.update(self._aws, found, {name: desired[name] for name in change.attributes})
            return
        if found is not None:
            step.delete(self._aws, found)
        self._journal.record(Record(step.key, step.kind, step.name))
        try:
            step.create(self._aws, desired)
        except AlreadyThere:
            self._adopt(step)

    def _adopt(self, step: Step) -> None:
        """Use a resource that existed already when we tried to create it, if it is ours."""
        try:
            found = self.found[step.key] = self._visible(step)
            change = decide(step, found, self.outputs, self._room, recorded=False)
        except NotOursError:
            self._journal.forget(step.key)
            raise
        if change.action is Action.UPDATE:
            self._change(step, change)

    def _visible(self, step: Step) -> Found:
        """Return a resource that was just created, when AWS shows it."""
        wait = Wait(f"{step.kind} {step.name} to become visible", VISIBLE_SECONDS)
        return until(self._aws, wait, lambda: step.find(self._aws, self.outputs))

    def _reread(self, step: Step) -> None:
        found = self._doing(step, "read", lambda: self._visible(step))
        self.found[step.key] = found
        self.outputs.update(found.outputs)
        self._journal.record(Record(step.key, step.kind, step.name, found.id, True))

    def remove(self, approve: Callable[[], None] | None = None) -> list[str]:
        """Delete all our resources in reverse order. Return the keys of the deleted ones.

        ``approve`` is called first if there is anything to delete. An exception in it ends this.
        Raises ProvisionError before anything is deleted if one of them must not be deleted. Reports
        resources that have our names, but belong to others.
        """
        self.read()
        if obstacles := list(self._obstacles()):
            raise ProvisionError(f"Nothing was removed. {' '.join(obstacles)}")
        if approve and any(map(self._has, self.found)):
            approve()
        deleted: list[str] = []
        turned = graph.reversed_needs(self._needs)
        with self._guard.held(self._has):
            graph.run(turned, lambda key: self._remove(key, deleted), self._aws.workers)
        return deleted

    def _obstacles(self) -> Iterator[str]:
        """Yield what speaks against a destroy. Report what it will leave alone."""
        for key, found in self.found.items():
            step = self._steps[key]
            if found and self._is_ours(step, found):
                look = partial(step.obstacle, self._aws, found)
                if obstacle := self._doing(step, "read", look):
                    yield obstacle
            elif found and not step.container:
                left = f"The {step.kind} {step.name} was left alone: it belongs to {found.whose}."
                self.emit(StepWarning(key, Action.DELETE.value, left))

    def _has(self, key: str) -> bool:
        """Return whether the resource of a step exists and is ours."""
        found = self.found[key]
        return found is not None and self._is_ours(self._steps[key], found)

    def _remove(self, key: str, deleted: list[str]) -> None:
        step, found = self._steps[key], self.found[key]
        if found is not None and self._is_ours(step, found):
            self._doing(step, Action.DELETE.value, lambda: step.delete(self._aws, found))
            deleted.append(key)
        if any(record.key == key for record in self._journal.records()):
            self._journal.forget(key)

    def _is_ours(self, step: Step, found: Found) -> bool:
        container = self._container(step)
        around = self.found[container.key] if container else None
        if container and not (around and self._is_ours(container, around)):
            return False
        return found.is_ours(recorded=self._recorded(step.key, found))

    def check_listener(self, what: str) -> None:
        """Raise what ``on_event`` raised, with a note that ``what`` was completed."""
        if error := self.listener_error:
            error.add_note(f"on_event raised this. It was not called again, and {what}.")
            raise error

    def _doing(self, step: Step, action: str, work: Callable[[], T]) -> T:
        """Run work on a step. Send its events, name it in its waits, and explain its errors."""
        current_step.set((step.key, action))
        started = self._aws.clock()
        self.emit(StepStarted(step.key, action))
        try:
            self._guard.check()
            result = work()
        except (ClientError, BotoCoreError, BeekeeperError) as error:
            problem = explained(error, action, step.kind, step.name)
            self.emit(StepFailed(step.key, action, self._aws.clock() - started, str(problem)))
            raise problem from error
        self.emit(StepDone(step.key, action, self._aws.clock() - started))
        return result

    def _waiting(self, what: str) -> None:
        self.emit(StepWaiting(*current_step.get(("", "")), what))

    def _warning(self, text: str) -> None:
        self.emit(StepWarning(*current_step.get(("", "")), text))

    def emit(self, event: Event) -> None:
        """Call ``on_event``. After an exception in it, it is not called again, and work goes on.

        A deploy that ended half-way would leave a room half changed. :meth:`check_listener` raises
        the exception when the work is done.
        """
        with self._events_lock:
            if self._on_event and self.listener_error is None:
                try:
                    self._on_event(event)
                except Exception as error:  # whatever an embedding program does
                    self.listener_error = error


def _check_names(steps: Sequence[Step]) -> None:
    """Raise ValueError if a step needs, or lives in, a step that the list does not have."""
    known = {step.key for step in steps}
    for step in steps:
        if unknown := {*step.needs, step.container or step.key} - known:
            raise ValueError(f"step {step.key}: there is no step {', '.join(sorted(unknown))}")
