"""How many consumers a rate needs, and how large."""

import math

# A worker with a core of its own, which Lambda gives to 1,769 MB (AWS Lambda, "Configure function
# memory"), is trusted with half of what tests/benchmarks/consumer.py measures. At the highest rate
# that makes five workers, as many as an EventBridge rule can have targets (AWS quotas).
TICKETS_PER_SECOND = 1_000
CORE_MB = 1_769
# Most rooms need a small part of a core: 512 MB are 0.29 of one, and cost a third.
SMALL_TICKETS_PER_SECOND = 150
SMALL_MB = 512


def workers_for(rate_per_minute: float) -> int:
    """Return the number of workers that admit so many visitors a minute."""
    return max(1, math.ceil(rate_per_minute / 60 / TICKETS_PER_SECOND))


def memory_mb(rate_per_minute: float) -> int:
    """Return the memory of each of the workers that admit so many visitors a minute."""
    return SMALL_MB if rate_per_minute / 60 <= SMALL_TICKETS_PER_SECOND else CORE_MB


def capacity_per_minute(deployed_rate_per_minute: float) -> int:
    """Return the rate that the workers can hold that were deployed for a rate."""
    if memory_mb(deployed_rate_per_minute) == SMALL_MB:
        return SMALL_TICKETS_PER_SECOND * 60
    return workers_for(deployed_rate_per_minute) * TICKETS_PER_SECOND * 60
