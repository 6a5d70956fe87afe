"""What the consumer and the governor tell operators: a line a minute, and each change of settings.

The lines go to the standard output, because CloudWatch takes metrics only from a line that is
nothing but JSON (contract/metrics.py). No line has a ticket, or anything else about one visitor.
"""

import logging
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from beekeeper.contract import history_item
from beekeeper.contract.metrics import Metric, metric_line
from beekeeper.handlers.tally import Tally
from beekeeper.rules import flow, line
from beekeeper.rules.governed import Governed
from beekeeper.rules.settings import Mode, Settings

logger = logging.getLogger(__name__)


def tell(text: str) -> None:
    """Write a line to the log, at once: Lambda freezes a container when its run ends."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def of_run(room: str, settings: Settings, tally: Tally, now: float) -> str | None:
    """Return the line about one consumer's run, or None if nobody has come for a long time.

    A metric is billed for the hours in which it is sent.
    """
    pulse, admitted = tally.pulse, tally.let_in
    is_quiet = settings.mode is Mode.OFF or line.is_idle(pulse)
    if is_quiet and not admitted:
        return None
    waiting = settings.waiting(pulse)
    values = {Metric.WAITING: waiting, Metric.ADMITTED: admitted, Metric.RATE: settings.rate}
    if settings.mode is Mode.ON and tally.pace:
        # As in status: at the time of the pulse.
        wait = line.eta_seconds(pulse.waiting, pulse, tally.pace, pulse.as_of)
        values[Metric.LONGEST_WAIT] = wait
    if pulse.flow and (lately := flow.flow(pulse.flow, pulse.flow[-1])):
        values[Metric.ENTERED] = lately.entered
    message = f"this run let {admitted:,} in; {waiting:,} wait"
    return metric_line(room, now, message, values, mode=settings.mode.value)


def of_minute(room: str, governed: Governed, now: float) -> str:
    """Return the line about one minute of the governor. Its log has another one, with the details.

    The pace is at most the rate: a governor that lets the whole rate through holds nothing.
    """
    pace = min(governed.pace, governed.rate)
    return metric_line(room, now, governed.reason, {Metric.PACE: pace})


def note_changes(before: Settings, after: Settings) -> None:
    """Log what operators have changed since this worker last read the settings."""
    if before != after:
        was, now = asdict(before), asdict(after)
        changed = {
            name: _shown(name, was[name], now[name]) for name in now if was[name] != now[name]
        }
        logger.info(_said(changed), extra={"changed": changed})


def _shown(name: str, was: Any, now: Any) -> list[Any]:
    return list(history_item.both_told(name, was, now)) if isinstance(now, str) else [was, now]


def _said(changed: Mapping[str, list[Any]]) -> str:
    parts = (f"{name} from {was} to {now}" for name, (was, now) in changed.items())
    return f"the settings have changed: {', '.join(parts)}"
