"""A status of a room in mid-event, for the tests of what shows it."""

from typing import Any

from beekeeper.results import Errors, Light, Status
from beekeeper.rules.settings import Mode, Settings

SETTINGS: dict[str, Any] = {"mode": Mode.ON, "rate": 600.0, "destination": "https://shop.example/"}
BUSY: dict[str, Any] = {
    "room": "sale",
    "url": "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/",
    "waiting": 12_345,
    "joined": 23_456,
    "admitted": 11_111,
    "entered": 10_888,
    "measured_rate": 598.0,
    "no_show_share": 0.02,
    "longest_wait_seconds": 1_260.0,
    "heard_within_seconds": 60.0,
    "updated_at": 1_000.0,
    "account": "123456789012",
    "region": "eu-central-1",
    "reason": "The line moves, and 12,345 visitors wait.",
    "held_rate": 598.0,
    "entered_per_minute": 580.0,
    "arrivals_per_minute": 812.0,
    "no_shows": 223,
    "heartbeat_seconds": 1.0,
    "unreadable": 0,
    "errors": Errors({"producer": 0, "consumer": 0}, {"producer": 0, "consumer": 0}, 0, 0),
}


def status(**values: Any) -> Status:
    """Return a status. A name of SETTINGS, or of another setting, is one of its settings."""
    names = {*SETTINGS, "message", "governor_mode", "cleared_at"} & values.keys()
    settings = Settings(**{**SETTINGS, **{name: values.pop(name) for name in names}})
    return Status(**{**BUSY, "settings": settings, "light": Light.GREEN, **values})
