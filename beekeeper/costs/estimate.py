"""What an event costs, and the empty room before and after it: usage times prices.

The usage comes from the simulation. The time that Lambda takes for a request is assumed below. The
estimate leaves out what costs next to nothing: storage (a million rows for two weeks cost a few
cents), cold starts (half a second each, one for every request that runs at once), EventBridge's
schedule, which is free, and the topic of the alarms: each e-mail costs $0.00002 after the first
1,000 of a month (usage type DeliveryAttempts-SMTP). The functions run on arm64; x86_64 costs a
quarter more for the same time (about $0.02 for 100,000 visitors). It does not know tax, support, or
the discounts of the account.

With an edge, all requests go through CloudFront, at its pay-as-you-go prices. What it sends to the
API (a kilobyte for each join, $0.02 a GB) and the few reads of the page from S3 are left out. API
Gateway does not charge for what it refuses, and data to CloudFront is free.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from beekeeper.contract.metrics import GOVERNED_METRICS, METRICS
from beekeeper.costs.prices import FALLBACK, Item, Prices, listed_prices
from beekeeper.costs.result import CostLine, Estimate
from beekeeper.provision.watched import watched_metrics
from beekeeper.rules import cadence, sizing
from beekeeper.rules.arrivals import SHARDS
from beekeeper.rules.first_second import ASSUMED
from beekeeper.rules.news import NEWS_SECONDS
from beekeeper.rules.settings import Mode, Settings
from beekeeper.simulation.usage import Usage
from beekeeper.simulation.whatif import Arrivals, simulate

if TYPE_CHECKING:
    from boto3.session import Session

# The milliseconds that Lambda bills for a request. Measured on one full core: 0.15 ms of CPU for a
# poll far from the front, and 0.04 ms for the page. Assumed: 256 MB give a seventh of a core (AWS:
# 1,769 MB give one), and the runtime takes 2 ms of that. SQS takes 10 ms to answer, and the
# producer's own call takes as long again. DynamoDB takes 5 ms, for a third of the turnstile's
# requests: the entries, and the polls near the front.
BILLED_MS = {"producer": 25.0, "room": 5.0, "turnstile": 6.0}
# Assumed: this many containers of the room's function run at once. Each reads the page from S3
# every cadence.PAGE_COPY_SECONDS.
ROOM_CONTAINERS = 50
# In an empty room, a consumer waits for the queue. In a room that is off, it does not wait.
OFF_RUN_SECONDS = 0.2
IDLE_RUN_SECONDS = OFF_RUN_SECONDS + cadence.LONG_POLL_SECONDS
# Such a run reads the settings, the schedule and the pulse, and writes the pulse. With its curve of
# arrivals, the pulse can take two units. While the room is on, it also reads who has come since the
# run before: a minute and SETTLED_SECONDS, in some four spans.
OFF_READ_UNITS, IDLE_WRITE_UNITS = 4, 2
IDLE_READ_UNITS = OFF_READ_UNITS + 4 * SHARDS
# The governor measures for most of each minute. It reads the room's items and its own twice, and
# writes its own with what it remembers.
GOVERNOR_READ_UNITS, GOVERNOR_WRITE_UNITS = 8, 3
GB = 2**30  # as AWS counts
MB_PER_GB = 1_024
HOURS_PER_MONTH = 730.0  # as AWS counts
SECONDS_PER_DAY = 86_400
FREE = "AWS's free allowances are not subtracted."
# https://aws.amazon.com/cloudfront/pricing/
EDGE_FREE_REQUESTS, EDGE_FREE_GB, EDGE_FREE_FUNCTIONS = 10_000_000, 1_024, 2_000_000
EDGE_PLANS = (
    "CloudFront also has plans at a fixed price a month: Pro $15 (10 million requests), Business"
    " $200 (125 million) and Premium $1,000 (500 million). They charge nothing for what exceeds a"
    " plan, but AWS may slow it down. You choose one in CloudFront's console."
)


def estimate(
    visitors: int | None = None,
    *,
    rate: float,
    arrivals: Arrivals = "burst",
    over_minutes: float | None = None,
    abandonment: float = 0.0,
    no_shows: float = 0.0,
    region: str = FALLBACK,
    live_prices: bool = False,
    governed: bool = False,
    notify: bool = False,
    edge: bool = False,
    news_seconds: int = NEWS_SECONDS,
    session: "Session | None" = None,
) -> Estimate:
    """Return what an event costs in US dollars, by service, and what a day of the empty room costs.

    The arguments of the event are those of ``simulate``. ``rate`` is visitors per minute. By
    default the prices come from a table in the package, without a call to AWS. With
    ``live_prices``, they come from AWS's price list. That uses the credentials of ``session``,
    which need ``pricing:GetProducts``. ``governed`` adds the governor, and ``notify`` the alarms
    that a room has only if they tell somebody. ``edge`` and ``news_seconds`` are those of the
    configuration. AWS's free allowances are not subtracted.
    Raises ConfigError, and with ``live_prices`` also CredentialsError and ProvisionError.

    >>> estimate(10_000, rate=600).event_usd < 1
    True
    """
    prices = _live(region, session) if live_prices else listed_prices(region)
    event = simulate(
        visitors,
        rate=rate,
        arrivals=arrivals,
        over_minutes=over_minutes,
        abandonment=abandonment,
        no_shows=no_shows,
        edge=edge,
        news_seconds=news_seconds,
    )
    found = priced(
        event.usage,
        prices,
        visitors=event.visitors,
        rate=event.rate,
        governed=governed,
        notify=notify,
    )
    return replace(found, notes=[*found.notes, event.first_second.without_edge, ASSUMED])


def _live(region: str, session: "Session | None") -> Prices:
    from beekeeper.costs.price_list import live_prices

    return live_prices(region, session)


@dataclass(frozen=True, slots=True)
class Bill:
    """Makes the lines of the bill from quantities."""

    prices: Prices

    def line(self, service: str, what: str, item: Item, quantity: float) -> CostLine:
        """Return the line for a quantity of an item."""
        return CostLine(service, what, quantity, quantity * self.prices.usd[item])


def priced(
    usage: Usage,
    prices: Prices,
    *,
    visitors: int,
    rate: float,
    governed: bool = False,
    notify: bool = False,
) -> Estimate:
    """Return the cost of a usage and of the empty room. ``rate`` is in visitors per minute."""
    bill, hours = Bill(prices), usage.seconds / 3600
    metrics = watched_metrics(governed=governed, notify=notify)
    always, a_day = (_always(bill, each, metrics, governed=governed) for each in (hours, 24.0))
    sent = _sent(bill, hours, len(GOVERNED_METRICS if governed else METRICS))
    # While nobody comes, only the governor sends its metric.
    a_day = [*a_day, *(_sent(bill, 24.0, 1) if governed else ())]
    return Estimate(
        region=prices.region,
        prices=prices.source,
        visitors=visitors,
        rate=rate,
        edge=bool(usage.edge_requests),
        hours=round(hours, 4),
        event=[*_requests(bill, usage), *_line(bill, usage, rate), *always, *sent],
        idle=[*_empty_day(bill, rate, IDLE_RUN_SECONDS, IDLE_READ_UNITS, queue=2), *a_day],
        off=[*_empty_day(bill, rate, OFF_RUN_SECONDS, OFF_READ_UNITS, queue=1), *a_day],
        notes=[
            FREE,
            *_edge_notes(bill, usage),
            *_warm_writes(rate),
            *prices.notes,
        ],
    )


def _warm_writes(rate: float) -> list[str]:
    """Return what a table for a high rate costs besides. The table of prices does not have it."""
    settings = Settings(Mode.ON, rate, "https://destination.example/")
    units = sizing.warm_write_units(rate, settings.overbooking)
    if units is None:
        return []
    return [
        f"For this rate, deploy makes the table ready for {units:,} writes a second (warm"
        " throughput). AWS charges for that once, when the table is made. It is not in the sums."
    ]


def _requests(bill: Bill, usage: Usage) -> list[CostLine]:
    """Return the cost of the visitors' requests."""
    functions = {
        "producer": usage.producer_requests,
        "room": usage.room_requests,
        "turnstile": usage.turnstile_requests,
    }
    return [
        *(_edge(bill, usage) if usage.edge_requests or usage.edge_bytes_out else ()),
        bill.line("API Gateway", "requests", Item.HTTP_API_REQUESTS, usage.api_requests),
        *(_page(bill, usage) if usage.bytes_out or usage.room_requests else ()),
        bill.line("Lambda", "requests", Item.LAMBDA_REQUESTS, usage.api_requests),
        bill.line(
            "Lambda", "GB-seconds of requests", Item.LAMBDA_GB_SECONDS, _gb_seconds(functions)
        ),
    ]


def _edge(bill: Bill, usage: Usage) -> list[CostLine]:
    gb = usage.edge_bytes_out / GB
    return [
        bill.line("CloudFront", "requests", Item.CLOUDFRONT_REQUESTS, usage.edge_requests),
        bill.line("CloudFront", "GB to visitors", Item.CLOUDFRONT_GB, gb),
        bill.line("CloudFront", "functions", Item.CLOUDFRONT_FUNCTIONS, usage.edge_functions),
    ]


def _edge_notes(bill: Bill, usage: Usage) -> list[str]:
    if not usage.edge_requests:
        return []
    free = replace(
        usage,
        edge_requests=min(usage.edge_requests, EDGE_FREE_REQUESTS),
        edge_bytes_out=min(usage.edge_bytes_out, EDGE_FREE_GB * GB),
        edge_functions=min(usage.edge_functions, EDGE_FREE_FUNCTIONS),
    )
    usd = sum(line.usd for line in _edge(bill, free))
    return [
        "CloudFront: pay as you go, at the prices of its edge locations in Europe, the dearer of"
        " Europe and the United States. Other continents cost more.",
        "Of CloudFront, AWS gives each account 10 million requests, 1 TB and 2 million runs of"
        f" functions a month free: of this event that is ${usd:,.2f}, if nothing else uses it.",
        EDGE_PLANS,
    ]


def _page(bill: Bill, usage: Usage) -> list[CostLine]:
    """Return the cost of what API Gateway sends to visitors, and of reading the page for it."""
    reads = ROOM_CONTAINERS * usage.seconds / cadence.PAGE_COPY_SECONDS
    return [
        bill.line("API Gateway", "GB to visitors", Item.DATA_OUT_GB, usage.bytes_out / GB),
        bill.line("S3", "reads of the page", Item.S3_GETS, reads),
    ]


def _gb_seconds(requests: Mapping[str, int]) -> float:
    return sum(
        count * BILLED_MS[part] / 1000 * sizing.VISITORS_MEMORY_MB / MB_PER_GB
        for part, count in requests.items()
    )


def _line(bill: Bill, usage: Usage, rate: float) -> list[CostLine]:
    """Return the cost of the line: queue, consumers and table."""
    compute = usage.consumer_seconds * sizing.worker_memory_mb(rate) / MB_PER_GB
    # Once a second, a consumer requests the length of the queue.
    queue = usage.queue_sends + usage.queue_receives + usage.queue_deletes + usage.consumer_seconds
    return [
        bill.line("Lambda", "GB-seconds of consumers", Item.LAMBDA_GB_SECONDS, compute),
        bill.line("SQS", "requests", Item.SQS_REQUESTS, queue),
        bill.line("DynamoDB", "write units", Item.DYNAMODB_WRITE_UNITS, usage.table_write_units),
        bill.line("DynamoDB", "read units", Item.DYNAMODB_READ_UNITS, usage.table_read_units),
    ]


def _always(bill: Bill, hours: float, metrics: int, *, governed: bool) -> list[CostLine]:
    """Return the cost of what does not depend on visitors: alarms, dashboard and governor."""
    months = hours / HOURS_PER_MONTH
    return [
        *(_governor(bill, hours * 60) if governed else ()),
        bill.line("CloudWatch", "alarm-months", Item.ALARM_MONTHS, metrics * months),
        bill.line("CloudWatch", "dashboard-months", Item.DASHBOARD_MONTHS, months),
    ]


def _sent(bill: Bill, hours: float, metrics: int) -> list[CostLine]:
    """Return the cost of our own metrics. CloudWatch bills the hours in which one is sent."""
    months = metrics * hours / HOURS_PER_MONTH
    return [bill.line("CloudWatch", "metric-months", Item.METRIC_MONTHS, months)]


def _governor(bill: Bill, runs: float) -> list[CostLine]:
    compute = runs * cadence.GOVERNOR_RUN_SECONDS * sizing.VISITORS_MEMORY_MB / MB_PER_GB
    reads, writes = runs * GOVERNOR_READ_UNITS, runs * GOVERNOR_WRITE_UNITS
    return [
        bill.line("Lambda", "requests of the governor", Item.LAMBDA_REQUESTS, runs),
        bill.line("Lambda", "GB-seconds of the governor", Item.LAMBDA_GB_SECONDS, compute),
        bill.line("DynamoDB", "write units of the governor", Item.DYNAMODB_WRITE_UNITS, writes),
        bill.line("DynamoDB", "read units of the governor", Item.DYNAMODB_READ_UNITS, reads),
    ]


def _empty_day(
    bill: Bill, rate: float, run_seconds: float, read_units: int, *, queue: int
) -> list[CostLine]:
    """Return the cost of a day without visitors: one tick of each consumer that is started."""
    runs = SECONDS_PER_DAY // cadence.CONSUMER_START_SECONDS * sizing.workers_for(rate)
    compute = runs * run_seconds * sizing.worker_memory_mb(rate) / MB_PER_GB
    return [
        bill.line("Lambda", "requests", Item.LAMBDA_REQUESTS, runs),
        bill.line("Lambda", "GB-seconds of consumers", Item.LAMBDA_GB_SECONDS, compute),
        bill.line("SQS", "requests", Item.SQS_REQUESTS, runs * queue),
        bill.line("DynamoDB", "write units", Item.DYNAMODB_WRITE_UNITS, runs * IDLE_WRITE_UNITS),
        bill.line("DynamoDB", "read units", Item.DYNAMODB_READ_UNITS, runs * read_units),
    ]
