"""The settings that the functions use, each declared once. They are the table's ``room`` item.

A field has a type, a default, and what people need to know about it (``Setting``). These
declarations give the fields of ``RoomConfig`` with their bounds and help texts, the attributes of
the item, the values that a deploy compares, those that ``status`` shows, and the README's table of
settings.

To add a setting that the functions read, declare it here and use it in a rule. If it is
``configured=True``, also add its field to ``beekeeper/config/`` (``declared("name")``).
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import Any

from beekeeper.rules import destination as addresses
from beekeeper.rules import news, no_shows, polling, sizing
from beekeeper.rules.line import Pulse, since_cleared

SECONDS_PER_MINUTE = 60


class Mode(StrEnum):
    """What an operator has set a room to."""

    ON = "on"
    OFF = "off"
    PAUSED = "paused"


class GovernorMode(StrEnum):
    """What the governor does with what it measures (rules/governed.py)."""

    OFF = "off"
    ADVISE = "advise"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Setting:
    """What people need to know about one setting.

    ``configured``: ``beekeeper.toml`` has it, and a deploy writes it. ``live``: operators change it
    while the room runs. A deploy keeps their value, unless the deploy itself changes the setting.
    ``accepts`` says whether a text can be right. Without it, any can.

    The functions check the bounds again where they read the item: anybody can edit a table by hand.
    """

    help: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    configured: bool = False
    live: bool = False
    accepts: Callable[[str], bool] | None = None


def setting(help: str, *, default: Any = MISSING, **known: Any) -> Any:  # noqa: A002
    """Return the field of a setting. ``known`` has the members of :class:`Setting`."""
    return field(default=default, metadata={"setting": Setting(help, **known)})


@dataclass(frozen=True, slots=True)
class Settings:
    """The room as its configuration and its operators have set it."""

    mode: Mode = setting("what the room does with visitors: on, off or paused", live=True)
    rate: float = setting(
        "visitors per minute who may arrive at your site",
        minimum=1,
        maximum=sizing.MAX_RATE_PER_MINUTE,
        configured=True,
        live=True,
    )
    destination: str = setting(
        "the address of the site to protect, where visitors end up",
        configured=True,
        accepts=addresses.is_address,
    )
    message: str = setting("the operators' message to all who wait", default="", live=True)
    claim_minutes: int = setting(
        "how long an admitted visitor's turn is kept",
        default=15,
        unit="minutes",
        minimum=5,
        maximum=1_440,
        configured=True,
    )
    overbooking: float = setting(
        "the most that Beekeeper may admit, as a multiple of the rate, to compensate for visitors"
        " who never come; 1 turns the compensation off",
        default=1.5,
        minimum=1,
        maximum=3,
        configured=True,
    )
    cleared_at: float = setting(
        "when operators last cleared the line (seconds since the epoch); no ticket of before is"
        " good any more",
        default=0.0,
        minimum=0,
        live=True,
    )
    polls_per_second: float = setting(
        "the requests that all waiting pages together may make to the API",
        default=polling.BUDGET_PER_SECOND,
        unit="requests a second",
        minimum=10,
    )
    news_seconds: int = setting(
        "how often everybody who waits asks the edge for news; 0 without an edge",
        default=0,
        unit="seconds",
        minimum=0,
        maximum=news.MOST_NEWS_SECONDS,
    )
    title: str = setting(
        "the title of the waiting page, and of the link in chats; by default, made from the name",
        default="",
        configured=True,
    )
    picture: str = setting(
        "the address of a picture that chats show beside the link, best 1200 by 630 pixels",
        default="",
        configured=True,
        accepts=lambda url: not url or addresses.is_address(url),
    )
    governor_mode: GovernorMode = setting(
        "what the governor does while your site suffers: off, advise (it measures and says which"
        " pace it would hold) or automatic (it holds that pace)",
        default=GovernorMode.OFF,
        configured=True,
        live=True,
    )
    governor_probe_url: str = setting(
        "the page that the governor asks for to measure your site; by default, the destination",
        default="",
        configured=True,
        accepts=lambda url: not url or addresses.is_address(url),
    )
    governor_floor: float = setting(
        "the lowest pace that the governor holds",
        default=10.0,
        unit="visitors a minute",
        minimum=1,
        maximum=sizing.MAX_RATE_PER_MINUTE,
        configured=True,
    )
    governor_baseline_seconds: float = setting(
        "how long your site takes to answer the governor when it is well; 0 means that the governor"
        " measures it in a quiet minute",
        default=0.0,
        unit="seconds",
        minimum=0,
        maximum=60,
        configured=True,
    )

    @property
    def claim_seconds(self) -> int:
        """How long an admitted visitor's turn is kept, in seconds."""
        return self.claim_minutes * SECONDS_PER_MINUTE

    def pace(self, pulse: Pulse) -> float:
        """Return how many visitors to admit a minute, so that the rate arrives."""
        return no_shows.pace_per_minute(self.rate, pulse.shows, self.overbooking)

    def waiting(self, pulse: Pulse) -> int:
        """Return how many wait: nobody while the room is off, and nobody from before a clear."""
        return 0 if self.mode is Mode.OFF else since_cleared(pulse, self.cleared_at).waiting

    def longest_interval(self, pulse: Pulse) -> float:
        """Return the longest time, in seconds, after which a visitor in line asks ``turn`` again.

        A turn is kept for at least so long. News does not shorten it.
        """
        return polling.heard_within_seconds(
            pulse.waiting, self.rate, self.polls_per_second, pulse.rate
        )

    def heard_within_seconds(self, pulse: Pulse) -> float:
        """Return after how many seconds the last visitor in line has heard of a change."""
        by_polls = self.longest_interval(pulse)
        if not self.news_seconds:
            return by_polls
        return min(by_polls, polling.news_heard_within_seconds(self.news_seconds))

    def spread_now(self, pulse: Pulse, off_at: float, now: float) -> float:
        """Return in how many seconds who hears at ``now`` is to go in; 0 unless the room is off.

        The pulse is that of before the room went off. ``off_at`` is when it was seen to go off, or
        0: the pulse is much older if no consumer ran.
        """
        if self.mode is not Mode.OFF:
            return 0.0
        whole = news.spread_seconds(pulse.waiting, self.rate, self.polls_per_second)
        since = max(pulse.as_of, off_at) or now
        return round(news.seconds_left(whole, since, self.heard_within_seconds(pulse), now), 1)


# By name, in the order of declaration.
SETTINGS: dict[str, Setting] = {f.name: f.metadata["setting"] for f in fields(Settings)}
