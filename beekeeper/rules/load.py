"""What an event asks of an AWS account at its worst, so that its quotas can be looked at before.

An estimate on the safe side, for a crowd of which nothing is known but the rate that it is held
to. With A arrivals and R admissions a second, and W visitors in line after PEAK_MINUTES of that:

    requests/s   = 2 A (link, page) + 2 R (enter, check) + polls(W), the polls within their budget
    concurrency  = requests/s x REQUEST_SECONDS            (Little's law)
"""

import math

from beekeeper.rules import polling

# A waiting room is for crowds that are beyond the rate: so many times, when nothing is said.
ARRIVALS_PER_ADMISSION = 10
PEAK_MINUTES = 10
# A FIFO queue takes 300 calls a second of a kind, and we send one message a call; high throughput
# mode takes more for several message groups only (SQS, "Message quotas").
STRICT_JOINS_PER_SECOND = 300
# Of a function of 256 MB, in the mean: the producer waits for SQS, the turnstile answers from
# memory, and some of a sudden crowd meet a cold start.
REQUEST_SECONDS = 0.1


def peak_arrivals_per_minute(rate_per_minute: float) -> float:
    """Return the arrivals to be ready for when nobody has said how many will come."""
    return rate_per_minute * ARRIVALS_PER_ADMISSION


def requests_per_second(rate_per_minute: float, arrivals_per_minute: float) -> float:
    """Return the requests a second at the peak, polls included."""
    waiting = max(0.0, arrivals_per_minute - rate_per_minute) * PEAK_MINUTES
    polls = polling.polls_per_second(int(waiting), rate_per_minute)
    coming_and_going = 2 * (arrivals_per_minute + min(rate_per_minute, arrivals_per_minute)) / 60
    return coming_and_going + polls


def concurrent_executions(requests: float) -> int:
    """Return how many functions run at once for so many requests a second."""
    return math.ceil(requests * REQUEST_SECONDS)
