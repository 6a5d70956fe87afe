"""Shows what a deploy or destroy does while it runs: live on a terminal, otherwise as a log.

Both read the engine's events. A program that embeds Beekeeper can read the same events.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from beekeeper.cli.output import Output
from beekeeper.provision.engine.events import (
    Event,
    StepDone,
    StepFailed,
    StepStarted,
    StepWaiting,
    StepWarning,
)
from beekeeper.provision.engine.failures import GERUNDS
from beekeeper.provision.engine.pipeline import OnEvent

STOPPING = "Stopping when the running steps have ended. Ctrl-C again stops at once."
RECORDED = "What was done is recorded. Run the same command again: it continues."
SHOWN = 3  # the number of running steps that fit on a line


@contextmanager
def progress(output: Output) -> Iterator[OnEvent]:
    """Yield the function that shows events. Ctrl-C lets the running steps end, and says so."""
    begun: list[str] = []
    with _shown(output) as show, _stopping(output):

        def on_event(event: Event) -> None:
            if isinstance(event, StepStarted) and event.action != "read":
                begun.append(event.key)
            show(event)

        try:
            yield on_event
        except KeyboardInterrupt as interrupt:
            interrupt.add_note(RECORDED if begun else "Nothing was changed.")
            raise


@contextmanager
def _shown(output: Output) -> Iterator[OnEvent]:
    if not output.err.is_terminal:
        yield lambda event: log(event, output)
        return
    spinner = Spinner("dots")
    running = _Running()
    with Live(spinner, console=output.err, refresh_per_second=10, transient=True):

        def show(event: Event) -> None:
            log(event, output, waits=False)
            running.take(event)
            spinner.update(text=running.text())

        yield show


@contextmanager
def _stopping(output: Output) -> Iterator[None]:
    """Say at the first Ctrl-C that the command is stopping. End it at once at the second."""

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
        with suppress(RuntimeError):  # it interrupted a write to the same stream
            output.say(STOPPING)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def log(event: Event, output: Output, *, waits: bool = True) -> None:
    """Write a line for an event. Reads have no line, because there are too many."""
    match event:
        case StepDone(key, action, seconds) if action != "read":
            output.say(f"  {action:<8} {key:<28} {seconds:5.1f} s")
        case StepWaiting(key, _, what) if waits:
            output.say(f"  waiting  {key:<28} for {what}")
        case StepWarning(key, _, warning):
            output.say(f"  WARNING  {key:<28} {warning}")
        case StepFailed(key, action, _, _):
            output.say(f"  FAILED   {key:<28} ({action})")


class _Running:
    """The steps that are running, and what they wait for."""

    def __init__(self) -> None:
        self._steps: dict[str, str] = {}

    def take(self, event: Event) -> None:
        """Update the running steps from an event."""
        match event:
            case StepStarted(key, action):
                self._steps[key] = f"{GERUNDS.get(action, action)} {key}"
            case StepWaiting(key, action, what):
                self._steps[key] = f"{GERUNDS.get(action, action)} {key} (waiting for {what})"
            case StepDone(key) | StepFailed(key):
                self._steps.pop(key, None)

    def text(self) -> Text:
        """Return the line to show: the first steps, changes before reads, and how many more run."""
        steps = sorted(self._steps.values(), key=lambda step: step.startswith("reading"))
        more = f" and {len(steps) - SHOWN} more" if len(steps) > SHOWN else ""
        return Text(", ".join(steps[:SHOWN]) + more, overflow="ellipsis", no_wrap=True)
