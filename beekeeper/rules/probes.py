"""Where probes may go, and what those of a minute say about the destination.

The baseline is measured in quiet minutes, in which nobody was admitted. Each one moves it by
BASELINE_WEIGHT. A quiet minute that is much slower raises it by BASELINE_RAISE only: the site may
still suffer from visitors who are in, or it may be slower by day than when it was measured.
"""

import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from beekeeper.rules.governor import TOLERATED_TIMES, Health
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode

BASELINE_WEIGHT, BASELINE_RAISE = 0.25, 0.05
LOCAL_NAME = "localhost"
# The part of IPv6 that is the internet's. Python calls others global, too: fec0::/10, ::127.0.0.1.
INTERNET = ipaddress.IPv6Network("2000::/3")
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")  # has an IPv4 address in it, which can be any


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one probe. ``outcome`` is an HTTP status, or the error in a few words."""

    outcome: str
    seconds: float
    failed: bool = False
    refused: bool = False


def health_of(answers: Sequence[Answer]) -> Health:
    """Return what the probes say. The times are those of the answers that are no errors.

    The 95th percentile is the smallest time that at least 95 % of them don't exceed.
    """
    seconds = sorted(a.seconds for a in answers if not a.failed and not a.refused)
    return Health(
        sent=len(answers),
        failed=sum(a.failed for a in answers),
        refused=sum(a.refused for a in answers),
        median_seconds=median(seconds) if seconds else None,
        p95_seconds=seconds[math.ceil(0.95 * len(seconds)) - 1] if seconds else None,
    )


def is_quiet(mode: Mode, before: Pulse, after: Pulse) -> bool:
    """Return whether the line sent nobody to the site between two pulses.

    While the room is off, visitors go to the site without the line.
    """
    counted = [(pulse.admitted, pulse.cleared_at, pulse.waiting) for pulse in (before, after)]
    return mode is not Mode.OFF and counted[0] == counted[1] and not after.waiting


def baseline_after(baseline_seconds: float, health: Health) -> float:
    """Return the baseline after a quiet minute, in seconds. 0 means that it is not known."""
    seconds = health.median_seconds
    if seconds is None or health.failed or health.refused:
        return baseline_seconds
    if not baseline_seconds:
        return seconds
    if seconds > TOLERATED_TIMES * baseline_seconds:
        return baseline_seconds * (1 + BASELINE_RAISE)
    return baseline_seconds + (seconds - baseline_seconds) * BASELINE_WEIGHT


def is_literal(host: str) -> bool:
    """Return whether a host is an address itself, or this machine."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == LOCAL_NAME
    return True


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the internet: not private, local or reserved."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return found.is_global and found in INTERNET and found not in SIX_TO_FOUR
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast
