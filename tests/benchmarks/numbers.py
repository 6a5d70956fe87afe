"""How right are the places and the waits that visitors are shown?

    python -m tests.benchmarks.numbers

600,000 visitors come within a minute to a room that nobody was in before, by way of 100 producers,
which count them as the functions do. 3,000 a minute are let through. (A number is the time of
arrival, by clocks that AWS keeps within a millisecond.) The queue is in order, or it hands each
ticket out up to 2 % of the backlog too early or too late. SQS's count of it is up to a minute old,
5 % wrong, and now and then older still. One consumer admits and publishes by the rules. A sample of
visitors asks as the waiting page does. The rules answer from a copy of the pulse that is up to a
second old, on top of the second between pulses, and from the producers' counts.

There are two truths: the visitor's place by arrival (those who came before, less those admitted),
and the place in the simulated queue (those who came before and are still in it). In a queue that is
in order they are the same.

An error is compared with the one that is stated. Where even the best possible estimate is worse
than that, it is compared with the best: that of somebody who knows the visitor's true place and the
extent of the disorder, but not what chance does to a single ticket. Nothing here depends on the
machine.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from beekeeper.rules.polling import BUDGET_PER_SECOND
from beekeeper.rules.settings import Mode, Settings
from tests.benchmarks.burst import Line, Seen, admit_all, ask_all, crowd
from tests.benchmarks.figures import Figure, Report, at_most, figure, run

FAR = 200  # places: nearer, a visitor is not one of those whose place is judged
PLACE_GOAL, WAIT_GOAL, LATE_GOAL = 0.05, 0.15, 2
GREW_GOAL = 0.01  # of the answers; the page shows none of them
SMALL_GOAL = 0.1  # a place is hardly ever smaller than the truth by more
LAGS = (0.0, 5.0, 30.0, 60.0)
BEST_GOAL = 1.05  # to the best possible estimate, where even that is worse than what is stated


class StillThere:
    """Counts who came before a ticket and is still in the queue (a Fenwick tree)."""

    def __init__(self, found: Line) -> None:
        total = len(found.order)
        self._line, self._tree, self.admitted = found, [i & -i for i in range(total + 1)], 0

    def forward(self, at: float) -> None:
        """Take out those who were admitted by then."""
        order, written_at, tree = self._line.order, self._line.written_at, self._tree
        while self.admitted < len(order) and written_at[order[self.admitted]] <= at:
            i = order[self.admitted] + 1
            self.admitted += 1
            while i < len(tree):
                tree[i] -= 1
                i += i & -i

    def before(self, ticket: int) -> int:
        """Return how many of those who came before the ticket are left."""
        count = 0
        while ticket > 0:
            count += self._tree[ticket]
            ticket &= ticket - 1
        return count


@dataclass
class Errors:
    """By how much what was shown was wrong, relative to the truth."""

    by_arrival: list[float] = field(default_factory=list)
    in_queue: list[float] = field(default_factory=list)
    in_queue_limit: list[float] = field(default_factory=list)
    wait: list[float] = field(default_factory=list)
    wait_limit: list[float] = field(default_factory=list)
    too_small: list[float] = field(default_factory=list)  # by which share below the truth
    too_near_at_first: int = 0  # visitors whose first answer was less than half of the truth


def errors(found: Line, seen: Seen, settings: Settings) -> Errors:
    """Compare each poll that was more than FAR places away with the truth."""
    result, there, known = Errors(), StillThere(found), set()
    for shown in sorted(seen.shown, key=lambda shown: shown.at):
        there.forward(shown.at)
        by_arrival = shown.ticket - there.admitted
        in_queue = there.before(shown.ticket)
        if shown.ticket not in known:
            known.add(shown.ticket)
            result.too_near_at_first += shown.ahead < by_arrival / 2
        if by_arrival > FAR:
            result.by_arrival.append(abs(shown.ahead - by_arrival) / by_arrival)
            result.too_small.append(max(0.0, 1 - shown.ahead / by_arrival))
        if in_queue > FAR:
            reach = found.reach[shown.ticket]
            place, turn = best(by_arrival, reach)
            result.in_queue.append(abs(shown.ahead - in_queue) / in_queue)
            result.in_queue_limit.append(abs(place - in_queue) / in_queue)
            result.wait.append(abs(shown.eta - shown.remaining) / shown.remaining)
            expected = turn / settings.rate * 60
            result.wait_limit.append(abs(expected - shown.remaining) / shown.remaining)
    return result


def best(by_arrival: float, reach: float) -> tuple[float, float]:
    """Return the expected places ahead, and until the turn, of one who was not admitted yet.

    Tickets are displaced evenly within ``reach``. Within it, those who came before are partly gone,
    and one's own turn is anywhere between now and the last place that it can have.
    """
    if by_arrival >= reach:
        return by_arrival, by_arrival
    until = max(0.0, by_arrival + reach)
    return until**2 / (4 * reach), until / 2


def percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def error(name: str, share: float, stated: float, best: float = 0.0) -> Figure:
    """Return an error beside the one that is stated, or beside the best possible if that is larger.

    Nobody could keep what is stated then; an estimate can still be as good as the best.
    """
    if best <= stated:
        return figure(name, share * 100, "stated", stated * 100, at_most(1), unit=" %", digits=1)
    goal = at_most(BEST_GOAL)
    return figure(name, share * 100, "who knows the place", best * 100, goal, unit=" %", digits=1)


def figures(
    name: str, found: Errors, seen: Seen, stands_for: float, *, judged: bool
) -> list[Figure]:
    """Return the figures of a run; of one that is not ``judged``, most are without a goal.

    Each sampled visitor ``stands_for`` so many.
    """
    queue, wait = percentile(found.in_queue_limit, 95), percentile(found.wait_limit, 90)
    polls = smoothed_peak(seen.polls) * stands_for
    errors_shown = [
        error("answers that grew", seen.grew / len(seen.shown), GREW_GOAL),
        error("place by arrival, 95th percentile", percentile(found.by_arrival, 95), PLACE_GOAL),
        error(
            "place below the truth, 99th percentile", percentile(found.too_small, 99), SMALL_GOAL
        ),
        error("place in the queue, 95th", percentile(found.in_queue, 95), PLACE_GOAL, queue),
        error("wait, 90th percentile", percentile(found.wait, 90), WAIT_GOAL, wait),
    ]
    # Those who come before the first second of the crowd has been measured.
    near = found.too_near_at_first / len(seen.late_polls) * 100
    late = max(seen.late_polls)
    found_figures = [
        figure("polls by which a turn is seen late", late, "stated", LATE_GOAL, at_most(1)),
        figure("polls a second at the peak", polls, "the budget", BUDGET_PER_SECOND, at_most(1)),
        figure("first answers less than half of the truth", near, unit=" %", digits=1),
        figure("place below the truth, at most", max(found.too_small) * 100, unit=" %", digits=1),
        *(one if judged else replace(one, goal=None) for one in errors_shown),
    ]
    return [replace(one, name=f"{name}: {one.name}") for one in found_figures]


def smoothed_peak(polls: Counter[int]) -> float:
    """Return the most polls a second. A sample is small, so a mean of ten seconds counts."""
    seconds = range(min(polls), max(polls) + 1)
    return max(sum(polls[second + i] for i in range(10)) / 10 for second in seconds)


def measure(
    name: str, disorder: float, clocks: float = 0.001, *, a_second: int = 10_000,
    seconds: int = 60, rate: float = 3_000, visitors: int = 1_500, lag: float = 30.0,
    judged: bool = True,
) -> list[Figure]:  # fmt: skip
    """Run one burst, and return its figures."""
    settings = Settings(Mode.ON, rate, "https://destination.example/")
    found = crowd(a_second, seconds, settings, disorder, clocks)
    admit_all(found, settings, lag)
    seen = ask_all(found, settings, visitors)
    each = a_second * seconds / visitors
    return figures(name, errors(found, seen, settings), seen, each, judged=judged)


def report() -> Report:
    found = [
        *(one for lag in LAGS for one in measure(f"count {lag:.0f} s old", 0.0, lag=lag)),
        *measure("2 % displaced", 0.02),
        *measure("clocks 0.5 s off", 0.0, clocks=0.5, judged=False),
    ]
    return Report("Places and waits that visitors are shown: errors, 600,000 in a minute", found)


if __name__ == "__main__":
    run(report, __doc__)
