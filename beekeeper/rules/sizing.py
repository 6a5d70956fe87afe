"""What a rate or a crowd needs from AWS: consumers, memory, concurrency, requests, table units.

The resources are created with these numbers. ``doctor`` compares them with the account's quotas,
``simulate`` compares them with the documented quotas (rules/quotas.py), and ``estimate`` calculates
their cost.

The load at the peak is estimated on the safe side, because only the rate is known of the crowd.
With A arrivals and R admissions a second, and W visitors in line after PEAK_MINUTES of that:

    requests/s   = 2 A (link, page) + 2 R (enter, check) + polls(W), the polls within their budget
    concurrency  = requests/s x REQUEST_SECONDS            (Little's law)
"""

import math

from beekeeper.rules import arrivals, cadence, polling, quotas

# A worker is one consumer that EventBridge starts each minute. Lambda gives a full core to 1,769 MB
# (AWS Lambda, "Configure function memory"). With a full core, a worker gets half of the load that
# tests/benchmarks/consumer.py measures.
TICKETS_PER_SECOND = 1_000
CORE_MB = 1_769
# Most rooms need a small part of a core. 512 MB get 0.29 of a core, at a third of the cost.
SMALL_TICKETS_PER_SECOND = 150
SMALL_MB = 512
# At the highest rate, all targets of the rule are workers.
MAX_RATE_PER_MINUTE = quotas.RULE_TARGETS * TICKETS_PER_SECOND * 60
# Several consumers of one worker can run at once: they overlap, EventBridge may start one twice,
# and a deploy may start one.
RESERVED_PER_WORKER = 3
# The functions that answer visitors get a seventh of a core.
VISITORS_MEMORY_MB = 256
# A waiting room is for crowds larger than the rate: this many times larger, by default.
ARRIVALS_PER_ADMISSION = 10
PEAK_MINUTES = 10
# A FIFO queue hands out ten tickets at a time, and the next ten only when these are deleted. We
# expect a consumer to need 0.1 s to admit ten visitors: five calls to AWS, one after the other.
MAX_STRICT_RATE_PER_MINUTE = 6_000
# Each visitor who joins is one message in its own call.
STRICT_JOINS_PER_SECOND = quotas.FIFO_CALLS_PER_SECOND
# A visitor who arrives requests the link and the page. The page asks its first question at once.
# requests_per_second calculates with whole minutes, so it counts that question as a poll. The
# simulation knows the busiest second, so it adds that question to the arrival.
# With an edge, the page comes from there, and asks the API once to join.
REQUESTS_PER_ARRIVAL, EDGE_REQUESTS_PER_ARRIVAL = 2, 1
# A visitor who goes in requests enter, and the destination can have check verify the pass.
REQUESTS_PER_ENTRY = 2
# How long a function with 256 MB takes for a request, on average: the producer waits for SQS, the
# turnstile answers from memory, and some visitors of a sudden crowd meet a cold start.
REQUEST_SECONDS = 0.1
# A transaction bills two write units for each item of up to 1 KB (DynamoDB, "Managing complex
# workflows with DynamoDB transactions"). Many visitors are admitted in one transaction, and each
# goes in with one of their own: a row and a count.
UNITS_PER_ADMISSION, UNITS_PER_ENTRY = 2, 4
# If nobody else came before, each visitor waits for a new environment for so long. We expect this
# of a function with 256 MB.
COLD_START_SECONDS = 1.0
# One item takes quotas.KEY_WRITE_UNITS a second. So the arrivals are counted in SHARDS rows
# (rules/arrivals.py) and the entries in 32 counts, and the schedule is written once for each claim
# of a worker (tests/rules/test_sizing.py). The numbers of latecomers are one count: a thousand can
# take one in the same second, which is more than their lane serves up to 240,000 a minute
# (rules/lane.py). Whoever gets none asks again two seconds later.
# The producer and the turnstile keep a copy of this many items: room, keys and pulse.
COPIED_ITEMS = 3


def workers_for(rate_per_minute: float) -> int:
    """Return the number of workers that can admit this many visitors a minute."""
    return max(1, math.ceil(rate_per_minute / 60 / TICKETS_PER_SECOND))


def worker_memory_mb(rate_per_minute: float) -> int:
    """Return the memory of each of the workers that admit this many visitors a minute."""
    return SMALL_MB if rate_per_minute / 60 <= SMALL_TICKETS_PER_SECOND else CORE_MB


def reserved_concurrency(rate_per_minute: float) -> int:
    """Return the concurrent executions to reserve for the consumers at a rate."""
    return workers_for(rate_per_minute) * RESERVED_PER_WORKER


def capacity_per_minute(deployed_rate_per_minute: float) -> int:
    """Return the highest rate that the workers can sustain that were deployed for a rate."""
    if worker_memory_mb(deployed_rate_per_minute) == SMALL_MB:
        return SMALL_TICKETS_PER_SECOND * 60
    return workers_for(deployed_rate_per_minute) * TICKETS_PER_SECOND * 60


def peak_arrivals_per_minute(rate_per_minute: float) -> float:
    """Return the arrivals to prepare for if the operator gives no number."""
    return rate_per_minute * ARRIVALS_PER_ADMISSION


def requests_per_arrival(*, edge: bool) -> int:
    """Return how many requests a visitor makes to the API until the page asks its first one."""
    return EDGE_REQUESTS_PER_ARRIVAL if edge else REQUESTS_PER_ARRIVAL


def first_requests(*, edge: bool) -> int:
    """Return the same with the page's first question."""
    return requests_per_arrival(edge=edge) + 1


def requests_per_second(
    rate_per_minute: float,
    arrivals_per_minute: float,
    budget_per_second: float = polling.BUDGET_PER_SECOND,
    *,
    edge: bool = False,
) -> float:
    """Return the requests a second at the peak, including the polls within their budget."""
    waiting = max(0.0, arrivals_per_minute - rate_per_minute) * PEAK_MINUTES
    polls = polling.polls_per_second(int(waiting), rate_per_minute, budget_per_second)
    entries_per_minute = min(rate_per_minute, arrivals_per_minute)
    coming = requests_per_arrival(edge=edge) * arrivals_per_minute
    going = REQUESTS_PER_ENTRY * entries_per_minute
    return (coming + going) / 60 + polls


def concurrent_executions(requests_per_second: float) -> int:
    """Return how many functions run at once for this many requests a second."""
    return math.ceil(requests_per_second * REQUEST_SECONDS)


def new_environments(arrivals_per_second: float) -> int:
    """Return how many environments of a function a sudden crowd needs at once."""
    return math.ceil(arrivals_per_second * COLD_START_SECONDS)


def write_units_per_second(
    rate_per_minute: float, arrivals_per_minute: float = 0.0, overbooking: float = 1.0
) -> float:
    """Return the write units a second of the table.

    They admit visitors, record that they go in, and count who joins. ``overbooking`` is how many
    are admitted for each who arrives.
    """
    units = UNITS_PER_ADMISSION * overbooking + UNITS_PER_ENTRY
    joined = arrivals_per_minute * REQUEST_SECONDS * arrivals.WRITES_PER_SECOND
    return (units * rate_per_minute + joined) / 60


def warm_write_units(rate_per_minute: float, overbooking: float) -> int | None:
    """Return the write units a second that a new table must have. None if all new tables have them.

    AWS charges for them once, and does not lower them again.
    """
    peak = peak_arrivals_per_minute(rate_per_minute)
    need = quotas.rounded_up(write_units_per_second(rate_per_minute, peak, overbooking))
    return min(need, quotas.TABLE_WRITE_UNITS) if need > quotas.NEW_TABLE_WRITE_UNITS else None


def copy_read_units_per_second(containers: float) -> float:
    """Return the read units a second for the containers' copies of the room's items.

    An eventually consistent read of up to 4 KB is half a unit.
    """
    return containers * COPIED_ITEMS / 2 / cadence.ROOM_COPY_SECONDS
