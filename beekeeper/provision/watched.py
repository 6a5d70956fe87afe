"""What a room is watched for: what each of its alarms looks at, when it fires, and what to do then.

An alarm is worth waking up for, or it is not here. So it waits until the trouble has lasted, and
its text says what an operator can do. CloudWatch puts the text into the e-mail.

- Where missing data counts as breaching, a new alarm begins in ALARM: the first data come after a
  minute or two. So in no alarm of a room they do. What must not be missing is compared with
  something else, in a metric math expression. Or the alarm tells of INSUFFICIENT_DATA, too: a new
  alarm begins in that state, and only a change of its state tells somebody.
- Lambda reports the metrics of a run when it ends, for the minute in which it began. A consumer's
  run takes a minute.
- Lambda reports 0 errors for each invocation without one. So the one metric Errors tells both that
  a function fails, and that it does not run.
- A metric from a log line can be late ("Setting alarms on metrics created with the embedded metric
  format"). So those alarms want some minutes of the last few.
- HTTP APIs count their errors. Only for REST APIs AWS documents the average as the share of them.
- AWS bills an alarm for each metric that it looks at.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from beekeeper.contract import metrics
from beekeeper.contract.functions import CONSUMER, GOVERNOR, PRODUCER, ROOM, TURNSTILE, Function
from beekeeper.provision.names import Names, Watch
from beekeeper.rules.governed import HELD_SECONDS

PERIOD_SECONDS = 60
API_DIMENSION = "ApiId"  # its value is unknown until the API exists
GOOD, UNKNOWN_THEN = "notBreaching", "missing"  # what missing data count as

# A minute counts if visitors ask and no consumer starts. A healthy room has one each minute.
STOPPED = "IF(FILL(visitors, 0) > 0 AND FILL(consumers, 0) < 1, 1, 0)"
# Pages ask again by themselves, so that a few errors cost nobody a place.
FAILING = "IF(errors > 0.05 * requests, 1, 0)"
REFUSED = "FILL(producer, 0) + FILL(room, 0) + FILL(turnstile, 0)"
# A little less than the rate is the governor's everyday work.
SLOWED = "IF(held < 0.8 * wanted, 1, 0)"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of CloudWatch, and its statistic for each minute."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"


@dataclass(frozen=True, slots=True)
class Specification:
    """What one alarm watches. It fires when the value is above ``most`` for ``minutes``.

    The value is that of the only metric, or of the expression, which names the metrics by key. With
    ``within``, the minutes need not be the last ones: some of so many are enough.
    """

    what: Watch
    description: str
    metrics: Mapping[str, Metric]
    expression: str = ""
    most: float = 0.0
    minutes: int = 1
    within: int = 0
    missing: str = GOOD

    @property
    def needs(self) -> tuple[str, ...]:
        """The steps that come before the alarm."""
        has_api = any(API_DIMENSION in metric.dimensions for metric in self.metrics.values())
        return ("api",) if has_api else ()

    @property
    def told(self) -> tuple[str, ...]:
        """The lists of an alarm whose topics hear of it."""
        of_silence = ("InsufficientDataActions",) if self.missing == UNKNOWN_THEN else ()
        return ("AlarmActions", *of_silence)


def specifications(names: Names, *, governed: bool = False) -> list[Specification]:
    """Return the alarms that a room has, also if they tell nobody."""
    of_all = [
        _unreadable(names),
        _line_stopped(names),
        _consumer_errors(names),
        _visitor_errors(names),
    ]
    return [*of_all, governor(names)] if governed else of_all


def only_told(
    names: Names, longest_wait_minutes: int, *, governed: bool = False
) -> list[Specification]:
    """Return the alarms that a room has only if they tell somebody."""
    of_all = [_throttles(names), _wait(names, longest_wait_minutes)]
    return [*of_all, _destination(names)] if governed else of_all


def watched_metrics(*, governed: bool, notify: bool) -> int:
    """Return how many metrics the alarms of a room watch: AWS bills each."""
    names = Names("room", "", "", "")
    told = only_told(names, 1, governed=governed) if notify else []
    return sum(len(each.metrics) for each in (*specifications(names, governed=governed), *told))


def command(names: Names, words: str) -> str:
    """Return a command for people who read an e-mail, and sit at any computer."""
    return f"python -m beekeeper {words} --room {names.room} --region {names.region}"


def _of(function: Function, name: str, names: Names) -> Metric:
    return Metric("AWS/Lambda", name, {"FunctionName": names.function(function.name)})


def _own(name: metrics.Metric, names: Names, statistic: str) -> Metric:
    return Metric(metrics.NAMESPACE, name.value, {metrics.DIMENSION: names.room}, statistic)


def _unreadable(names: Names) -> Specification:
    queue = {"QueueName": names.dead_letter_queue}
    visible = "ApproximateNumberOfMessagesVisible"
    return Specification(
        Watch.UNREADABLE,
        f"Room {names.room}: the dead-letter queue {names.dead_letter_queue} has messages that are"
        " not tickets. Nobody waits for them, unless somebody changed the room's keys or its"
        f" queue. See what is wrong: {command(names, 'status')}. Look at the messages in the"
        " console of SQS, and delete them when you know them.",
        {"messages": Metric("AWS/SQS", visible, queue, statistic="Maximum")},
    )


def _line_stopped(names: Names) -> Specification:
    return Specification(
        Watch.LINE_STOPPED,
        f"Room {names.room}: visitors wait, but no consumer has started for three minutes, so"
        f" nobody is let in. See why: {command(names, 'status')}. Then run, in the folder of the"
        " room's beekeeper.toml: python -m beekeeper deploy. It puts back what somebody removed or"
        " changed. Nobody has lost a place.",
        {
            "visitors": _of(TURNSTILE, "Invocations", names),
            "consumers": _of(CONSUMER, "Invocations", names),
        },
        expression=STOPPED,
        minutes=3,
    )


def _consumer_errors(names: Names) -> Specification:
    return Specification(
        Watch.CONSUMER_ERRORS,
        f"Room {names.room}: consumers fail again and again, so visitors are let in late or not at"
        f" all. See why: {command(names, 'status')}, and"
        f" {command(names, 'logs --function consumer')}. If somebody changed the room, deploy it"
        " again.",
        {"errors": _of(CONSUMER, "Errors", names)},
        minutes=2,
        within=5,
    )


def _visitor_errors(names: Names) -> Specification:
    api = {API_DIMENSION: ""}
    return Specification(
        Watch.VISITOR_ERRORS,
        f"Room {names.room}: more than 5 % of the visitors' requests get errors. Their pages ask"
        f" again. See why: {command(names, 'status')}, and {command(names, 'logs')}. If somebody"
        " changed the room, deploy it again. If it is AWS, its health page says so:"
        " https://health.aws.amazon.com/",
        # The functions' own Errors metric is not enough: when AWS fails, they answer 503.
        {
            "errors": Metric("AWS/ApiGateway", "5xx", api),
            "requests": Metric("AWS/ApiGateway", "Count", api),
        },
        expression=FAILING,
        minutes=2,
        within=5,
    )


def _throttles(names: Names) -> Specification:
    # Not the consumer's: it has a number of runs reserved, and one more than that is no trouble.
    visitors = (PRODUCER, ROOM, TURNSTILE)
    return Specification(
        Watch.THROTTLES,
        f"Room {names.room}: Lambda refuses to run its functions, so visitors get errors. The"
        " account's concurrency is used up, by this room or by something else. In the console of"
        " Lambda, see what runs, and stop or limit what is less important. Ask AWS for more:"
        " Service Quotas, Lambda, Concurrent executions. Until then, a lower rate does not help,"
        " and nobody loses a place.",
        {function.name: _of(function, "Throttles", names) for function in visitors},
        expression=REFUSED,
        minutes=2,
        within=5,
    )


def _wait(names: Names, longest_wait_minutes: int) -> Specification:
    return Specification(
        Watch.WAIT,
        f"Room {names.room}: whoever joins now waits for more than {longest_wait_minutes} minutes."
        " If your site can take more visitors, raise the rate:"
        f" {command(names, 'set-rate N')}. If not, tell those who wait:"
        f" {command(names, 'message TEXT')}. If this wait is expected, raise longest_wait_minutes"
        " in the configuration, and deploy.",
        {"wait": _own(metrics.Metric.LONGEST_WAIT, names, "Maximum")},
        most=longest_wait_minutes * 60.0,
        minutes=3,
        within=5,
    )


def governor(names: Names) -> Specification:
    """Return the alarm about the governor itself."""
    return Specification(
        Watch.GOVERNOR,
        f"Room {names.room}: the governor fails (ALARM), or does not run (INSUFFICIENT_DATA), so"
        " the operators' rate is in force, however your site is. Watch your site. See why:"
        f" {command(names, 'logs --function governor')}. If somebody changed the room, deploy it"
        " again.",
        {"errors": _of(GOVERNOR, "Errors", names)},
        minutes=round(HELD_SECONDS / PERIOD_SECONDS),
        missing=UNKNOWN_THEN,
    )


def _destination(names: Names) -> Specification:
    return Specification(
        Watch.DESTINATION,
        f"Room {names.room}: your site suffers. The governor holds, or advises, less than 80 % of"
        " the rate. Look at your site first. See what the governor measured:"
        f" {command(names, 'status')}. In the mode advise, lower the rate yourself:"
        f" {command(names, 'set-rate N')}. If the site is well: {command(names, 'governor off')}.",
        {
            "held": _own(metrics.Metric.PACE, names, "Minimum"),
            "wanted": _own(metrics.Metric.RATE, names, "Maximum"),
        },
        expression=SLOWED,
        minutes=3,
        within=5,
    )
