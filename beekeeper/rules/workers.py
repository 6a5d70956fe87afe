"""How many consumers a rate needs."""

import math

# What one worker of 1,024 MB is trusted with: an assumption, not yet measured. At the highest rate
# it makes five workers, as many as an EventBridge rule can have targets (AWS quotas).
TICKETS_PER_SECOND = 1_000


def workers_for(rate_per_minute: float) -> int:
    """Return the number of workers that admit so many visitors a minute."""
    return max(1, math.ceil(rate_per_minute / 60 / TICKETS_PER_SECOND))


def capacity_per_minute(workers: int) -> int:
    """Return the rate that so many workers can hold, in visitors per minute."""
    return workers * TICKETS_PER_SECOND * 60
