"""What a rate or a crowd needs from AWS: consumers, memory, concurrency, requests, table units.

The resources are made by these numbers, ``doctor`` compares them with the account's quotas,
``simulate`` with the documented ones (rules/quotas.py), and ``estimate`` counts their cost.

The load at the peak is estimated on the safe side, for a crowd of which only the rate is known.
With A arrivals and R admissions a second, and W visitors in line after PEAK_MINUTES of that:

    requests/s   = 2 A (link, page) + 2 R (enter, check) + polls(W), the polls within their budget
    concurrency  = requests/s x REQUEST_SECONDS            (Little's law)
"""

import math

from beekeeper.rules import cadence, polling, quotas

# A worker is one consumer that EventBridge starts each minute. With a core of its own, which
# Lambda gives to 1,769 MB (AWS Lambda, "Configure function memory"), it is trusted with half of
# what tests/benchmarks/consumer.py measures.
TICKETS_PER_SECOND = 1_000
CORE_MB = 1_769
# Most rooms need a small part of a core: 512 MB are 0.29 of one, and cost a third.
SMALL_TICKETS_PER_SECOND = 150
SMALL_MB = 512
# At the highest rate, all targets of the rule are workers.
MAX_RATE_PER_MINUTE = quotas.RULE_TARGETS * TICKETS_PER_SECOND * 60
# Of each worker, consumers may overlap, be started twice, or be started by a deploy.
RESERVED_PER_WORKER = 3
# The functions that answer visitors get a seventh of a core.
VISITORS_MEMORY_MB = 256
# A waiting room is for crowds beyond the rate: this many times, when nobody says how many.
ARRIVALS_PER_ADMISSION = 10
PEAK_MINUTES = 10
# Each visitor who joins is one message in a call of its own.
STRICT_JOINS_PER_SECOND = quotas.FIFO_CALLS_PER_SECOND
# How long a function of 256 MB takes for a request, on average: the producer waits for SQS, the
# turnstile answers from memory, and some of a sudden crowd meet a cold start.
REQUEST_SECONDS = 0.1
# The items of the room that producer and turnstile keep a copy of: room, keys and pulse.
COPIED_ITEMS = 3


def workers_for(rate_per_minute: float) -> int:
    """Return the number of workers that admit so many visitors a minute."""
    return max(1, math.ceil(rate_per_minute / 60 / TICKETS_PER_SECOND))


def worker_memory_mb(rate_per_minute: float) -> int:
    """Return the memory of each of the workers that admit so many visitors a minute."""
    return SMALL_MB if rate_per_minute / 60 <= SMALL_TICKETS_PER_SECOND else CORE_MB


def reserved_concurrency(rate_per_minute: float) -> int:
    """Return the concurrent executions to reserve for the consumers of a rate."""
    return workers_for(rate_per_minute) * RESERVED_PER_WORKER


def capacity_per_minute(deployed_rate_per_minute: float) -> int:
    """Return the highest rate that the workers which were deployed for a rate can hold."""
    if worker_memory_mb(deployed_rate_per_minute) == SMALL_MB:
        return SMALL_TICKETS_PER_SECOND * 60
    return workers_for(deployed_rate_per_minute) * TICKETS_PER_SECOND * 60


def peak_arrivals_per_minute(rate_per_minute: float) -> float:
    """Return the arrivals to be ready for when nobody has said how many will come."""
    return rate_per_minute * ARRIVALS_PER_ADMISSION


def requests_per_second(
    rate_per_minute: float,
    arrivals_per_minute: float,
    budget_per_second: float = polling.BUDGET_PER_SECOND,
) -> float:
    """Return the requests a second at the peak, with the polls, which keep to their budget."""
    waiting = max(0.0, arrivals_per_minute - rate_per_minute) * PEAK_MINUTES
    polls = polling.polls_per_second(int(waiting), rate_per_minute, budget_per_second)
    coming_and_going = 2 * (arrivals_per_minute + min(rate_per_minute, arrivals_per_minute)) / 60
    return coming_and_going + polls


def concurrent_executions(requests_per_second: float) -> int:
    """Return how many functions run at once for so many requests a second."""
    return math.ceil(requests_per_second * REQUEST_SECONDS)


def write_units_per_second(rate_per_minute: float) -> float:
    """Return the table's writes a second: each visitor is admitted, and noted when going in."""
    return 2 * rate_per_minute / 60


def copy_read_units_per_second(containers: float) -> float:
    """Return the read units a second that the copies of the room's items take.

    An eventually consistent read of up to 4 KB is half a unit.
    """
    return containers * COPIED_ITEMS / 2 / cadence.ROOM_COPY_SECONDS
