"""A line of a thousand, and what its visitors are told."""

from dataclasses import replace

from beekeeper.rules.curve import Sample
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.tokens import Ticket
from beekeeper.rules.turn import Admission, Turn, decide

NOW = 1_700_000_000.0
SETTINGS = Settings(Mode.ON, 600.0, "https://shop.example.com/", "Hello", claim_minutes=15)
# A thousand visitors came evenly in the last 100 seconds, and 100 of them were admitted.
PULSE = Pulse(
    admitted=100,
    waiting=900,
    serving=100.0,
    arrivals=(Sample(int(NOW - 100) * 1000, 0.0), Sample(int(NOW) * 1000, 1_000.0)),
    rate=590.0,
    as_of=NOW,
)


def ticket(place: float) -> Ticket:
    return Ticket("id", int((NOW - 100) * 1000 + place * 100), int(NOW) + 1_000)


def asked(
    place: float,
    admission: Admission | None = None,
    mode: Mode = Mode.ON,
    pulse: Pulse = PULSE,
    now: float = NOW,
) -> Turn:
    return decide(ticket(place), replace(SETTINGS, mode=mode), pulse, admission, now)
