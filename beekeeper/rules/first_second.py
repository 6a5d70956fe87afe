"""The first second of an event: what visitors see in it, without an edge and with one.

An event begins at a set time, and people watch the clock. So we assume that SHARE of those who come
within the first minute come in its first second, and the others evenly in the rest of it: six times
what an even minute would bring. Devices keep the time to within a second, and whoever waits for the
hour follows the link at once. Whoever was told by a message comes later, as it is delivered and
read. We know of no measurement: an operator who knows better gives a larger first minute.

Without an edge each visitor makes REQUESTS requests in that second: the campaign link, the page and
its first question. API Gateway refuses by itself what is beyond the account's quota, a token bucket
that all requests share: it starts full with ``burst``, and ``requests_per_second`` flow in. Whoever
is refused a page reads ``{"message":"Too Many Requests"}``. At least those are refused for whom the
bucket has no three requests: the others would have to make theirs one after the other. Lambda
starts so many environments of a function at once, and whoever is beyond that reads an error, too.

With an edge the page comes from CloudFront, and only the page itself talks to the API. When the API
refuses, the visitor reads that many people are arriving (rules/joining.py).
"""

import math
from dataclasses import dataclass

from beekeeper.rules import quotas, sizing
from beekeeper.rules.durations import estimate
from beekeeper.rules.joining import BackOff, Limits, joined

SHARE = 1 / 10
SECONDS = 60
# What each visitor asks in that second. Without an edge, the API: the link, the page, and its first
# question. With an edge, CloudFront: the page and the join. The question comes a moment later.
REQUESTS = sizing.first_requests(edge=False)
EDGE_REQUESTS = 2
ASSUMED = "Assumed: a tenth of the first minute's visitors come in its first second."
REFUSED = '{"message":"Too Many Requests"}'


@dataclass(frozen=True, slots=True)
class FirstSecond:
    """What the first second brings. Visitors and requests are counts in that second.

    ``refused`` and ``failed`` are the visitors who would read an error without an edge: at least so
    many that of API Gateway, and so many that of Lambda. ``place_seconds`` is how long after the
    first arrival everybody of the first minute has a place with an edge.
    """

    minute: int  # visitors in the first minute
    visitors: int
    api_requests: int  # without an edge
    refused: int
    failed: int
    edge_requests: int  # to CloudFront, with an edge
    place_seconds: float
    refused_joins: int  # with an edge: how often a page is asked to try again

    @property
    def needs_edge(self) -> bool:
        """Whether visitors would read an error without an edge."""
        return bool(self.refused or self.failed)

    @property
    def is_beyond_edge(self) -> bool:
        """Whether CloudFront needs a higher quota."""
        return self.edge_requests > quotas.EDGE_REQUESTS_PER_SECOND

    @property
    def without_edge(self) -> str:
        """Say in a sentence what visitors see without an edge."""
        of = f"of the {self.visitors:,} visitors of the first second"
        if self.refused:
            return (
                f"Without an edge, at least {self.refused:,} {of} would read {REFUSED} in place of"
                " the waiting page."
            )
        if self.failed:
            return (
                f"Without an edge, about {self.failed:,} {of} would read an error in place of the"
                f" waiting page, because Lambda starts only {self.visitors - self.failed:,}"
                " environments of a function at once."
            )
        return f"Without an edge, all {self.visitors:,} visitors of the first second see the page."

    @property
    def with_edge(self) -> str:
        """Say in a sentence how long the last one waits for a place with an edge."""
        seen = "With an edge, everybody sees the waiting page at once"
        if self.is_beyond_edge:
            most = quotas.EDGE_REQUESTS_PER_SECOND
            seen = (
                f"With an edge, everybody sees the waiting page at once if AWS raises CloudFront's"
                f" quota of {most:,} requests a second to {quotas.rounded_up(self.edge_requests):,}"
            )
        if not self.refused_joins:
            return f"{seen}, and gets a place at once."
        after = estimate(self.place_seconds)
        return f"{seen}, and the last of {self.minute:,} has a place {after} after the first came."

    @property
    def said(self) -> str:
        """Say both, and what is assumed."""
        return f"{self.without_edge} {self.with_edge} {ASSUMED}"

    def remedy(self, *, edge: bool) -> str:
        """Return what to do about it in a room with an edge, or without. Empty if all is well."""
        if edge and self.is_beyond_edge:
            return "Ask AWS for it before the event, with the form in CloudFront's list of quotas."
        return "Set edge = true in the configuration." if self.needs_edge and not edge else ""


def first_second(
    minute: float,
    limits: Limits,
    back_off: BackOff,
    *,
    busiest_second: float = 0.0,
) -> FirstSecond:
    """Return what the first second brings if so many visitors come in the first minute.

    ``busiest_second`` is how many are known to come in one second. It counts if it is more than
    SHARE of the minute.
    """
    visitors = min(minute, max(minute * SHARE, busiest_second))
    account = limits.account
    served = (account.burst + account.requests_per_second) / REQUESTS
    environments = min(quotas.NEW_ENVIRONMENTS, account.concurrent_executions)
    rest = [(minute - visitors) / (SECONDS - 1)] * (SECONDS - 1)
    places = joined([visitors, *rest], limits, back_off)
    return FirstSecond(
        minute=round(minute),
        visitors=round(visitors),
        api_requests=round(visitors * REQUESTS),
        refused=max(0, math.floor(visitors - served)),
        failed=max(0, sizing.new_environments(round(visitors)) - environments),
        edge_requests=round(visitors * EDGE_REQUESTS),
        place_seconds=places.seconds,
        refused_joins=round(places.refused),
    )
