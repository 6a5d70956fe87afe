"""How long does a deploy take, and how near is that to the longest chain of the graph?

    python -m tests.benchmarks.deploy

Deploys, redeploys and destroys a room on MiniStack, through a proxy that adds 100 ms to each call
and 8 s to the first use of a new role (distant_aws.py). The longest chain is what an executor with
any number of workers would need: along the steps that need each other, the sum of the seconds that
each took for itself, reading and changing (from the events of ``on_event``). It is measured in the
same run, so that a slow machine lengthens both.
"""

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from boto3.session import Session

import beekeeper
from beekeeper import RoomConfig
from beekeeper.local.leftovers import leftovers
from beekeeper.local.ministack import MiniStack, local_session
from beekeeper.provision.aws import Aws
from beekeeper.provision.blueprint import steps
from beekeeper.provision.engine.events import Event, StepDone
from tests.benchmarks.distant_aws import LATENCY_SECONDS, PROPAGATION_SECONDS, distant
from tests.benchmarks.figures import Figure, Report, at_most, figure, run

ROOM = RoomConfig(name="benchmark", destination="https://shop.example.com/", rate=600)
READS = ("Get", "List", "Describe", "Head")
CHAIN_GOAL = 1.25
REDEPLOY_GOAL = 0.2  # to the first deploy


@dataclass
class Run:
    """What was measured of one command."""

    name: str
    wall_seconds: float = 0.0
    calls: list[str] = field(default_factory=list)
    step_seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def mutating(self) -> int:
        return sum(not call.startswith(READS) for call in self.calls)

    def on_event(self, event: Event) -> None:
        if isinstance(event, StepDone):
            self.step_seconds[event.key] += event.seconds

    def on_call(self, event_name: str, **_: Any) -> None:
        self.calls.append(event_name.rpartition(".")[2])


def longest_chain(
    needs: Mapping[str, tuple[str, ...]], seconds: Mapping[str, float]
) -> tuple[float, tuple[str, ...]]:
    """Return the seconds and the steps of the longest path through the graph."""

    @cache
    def until(key: str) -> tuple[float, tuple[str, ...]]:
        before, path = max((until(n) for n in needs[key] if n in needs), default=(0.0, ()))
        return before + seconds.get(key, 0.0), (*path, key)

    return max(until(key) for key in needs)


def measured(name: str, endpoint_url: str, command: Callable[..., object]) -> Run:
    """Run a command as a new process would: with a session that has made no client yet."""
    run, session = Run(name), local_session(endpoint_url)
    session.events.register("before-send", run.on_call)
    started = time.monotonic()
    command(session=session, on_event=run.on_event)
    run.wall_seconds = time.monotonic() - started
    return run


def measure(endpoint_url: str, state_dir: str) -> list[Run]:
    def deploy(**options: Any) -> None:
        beekeeper.deploy(ROOM, state_dir=state_dir, **options)

    def destroy(**options: Any) -> None:
        beekeeper.destroy(ROOM.name, state_dir=state_dir, **options)

    commands = {"deploy": deploy, "redeploy": deploy, "destroy": destroy}
    return [measured(name, endpoint_url, command) for name, command in commands.items()]


def needs_of(session: Session) -> dict[str, tuple[str, ...]]:
    return {step.key: step.needs for step in steps(ROOM, Aws(session).names(ROOM.name))}


Needs = Mapping[str, tuple[str, ...]]


def beside_chain(run: Run, needs: Needs) -> Figure:
    chain, _ = longest_chain(needs, run.step_seconds)
    name, goal = f"{run.name}, wall time", at_most(CHAIN_GOAL)
    return figure(name, run.wall_seconds, "longest chain", chain, goal, unit=" s", digits=2)


def figures(runs: list[Run], needs: Needs, left: int) -> list[Figure]:
    deploy, redeploy, _ = runs
    none = at_most(1)
    return [
        *(beside_chain(run, needs) for run in runs),
        figure("redeploy, wall time", redeploy.wall_seconds, "deploy", deploy.wall_seconds,
               at_most(REDEPLOY_GOAL), unit=" s", digits=2),
        *(figure(f"{run.name}, AWS calls", len(run.calls)) for run in runs),
        *(figure(f"{run.name}, mutating calls", run.mutating) for run in (runs[0], runs[2])),
        figure("redeploy, mutating calls", redeploy.mutating, "must be", 0, none),
        figure("resources left over", left, "must be", 0, none),
    ]  # fmt: skip


def chain_text(run: Run, needs: Needs) -> str:
    _, path = longest_chain(needs, run.step_seconds)
    links = " → ".join(f"{key} {run.step_seconds[key]:.2f}" for key in path)
    return f"Longest chain of {run.name}, in seconds: {links}."


def report() -> Report:
    with MiniStack() as aws, tempfile.TemporaryDirectory() as state_dir:
        with distant(aws.port) as endpoint_url:
            runs = measure(endpoint_url, state_dir)
        needs = needs_of(aws.session())
        left = leftovers(aws.session(), ROOM.name)
    title = (
        f"Deploy: {len(needs)} steps, {LATENCY_SECONDS * 1000:.0f} ms added to each call,"
        f" {PROPAGATION_SECONDS:.0f} s of IAM propagation"
    )
    notes = [*(chain_text(run, needs) for run in runs), *(f"Left over: {name}." for name in left)]
    return Report(title, figures(runs, needs, len(left)), notes)


if __name__ == "__main__":
    run(report, __doc__)
