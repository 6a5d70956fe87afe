"""The table's items, to and from DynamoDB's wire format.

    item      attributes                                           written by
    room      the settings (rules/settings.py), and                deploy, operators
              deployed_<setting> for those that operators change
    keys      ticket, pass (JSON lists of kid and secret)          deploy
    pulse     waiting, serving, slack, arrivals, ...               consumer
    pace      paced_at                                             consumer, turnstile
    wake      woken_at                                             producer
    lease     owner, expires_at                                    deploy, destroy
    count#<i> admitted, entered                                    consumer, turnstile
    arrivals# see contract/arrival_rows.py                         producer
    v#<id>    admitted_at, number, expires_at                      consumer
              claimed_at; first_at and again of late visitors      turnstile

The keys are an item of their own, so that an IAM policy can deny them to a role by leading key.

The counts are exact. Whoever admits a visitor, or lets one in, adds to a count in the transaction
that writes the visitor's row. One item takes only a thousand writes a second, and refuses one of
two transactions at the same moment. So there are COUNT_SHARDS items, and each write takes one of
them at random.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, astuple, fields
from typing import Any

from beekeeper.rules.curve import Sample
from beekeeper.rules.drift import Drift
from beekeeper.rules.line import Pulse
from beekeeper.rules.no_shows import Shows
from beekeeper.rules.settings import SETTINGS, Settings
from beekeeper.rules.tokens import TICKET_LIFETIME_SECONDS, Key
from beekeeper.rules.turn import Admission

ROOM, KEYS, PULSE, PACE, WAKE, LEASE = "room", "keys", "pulse", "pace", "wake", "lease"
VISITOR_PREFIX = "v#"
COUNT_PREFIX = "count#"
COUNT_SHARDS = 32
COUNT_IDS = tuple(f"{COUNT_PREFIX}{shard}" for shard in range(COUNT_SHARDS))
ADMITTED, ENTERED = "admitted", "entered"  # the attributes of a count
PULSE_NUMBERS = (
    "serving", "slack", "spread", "rate", "paced_at", "as_of", "busy_at",
)  # fmt: skip
# The attribute that is the table's primary key, and the conditions that an item exists or not.
ID = "id"
PRESENT, ABSENT = f"attribute_exists({ID})", f"attribute_not_exists({ID})"
# DynamoDB deletes an item some time after this moment (TTL). It is in seconds since the epoch.
EXPIRES_AT = "expires_at"
OWNER = "owner"  # of the lease
# The key rings in the keys item: one signs tickets, and one signs passes.
TICKET_KEYS, PASS_KEYS = "ticket", "pass"
# The settings that a deploy writes. Only operators write the others.
DEPLOYED = tuple(name for name, known in SETTINGS.items() if known.configured or not known.live)

Item = Mapping[str, Any]


def key(item_id: str) -> dict[str, Any]:
    """Return the primary key of an item."""
    return {ID: {"S": item_id}}


def id_of(item: Item) -> str:
    """Return the id of an item."""
    return str(item[ID]["S"])


def visitor_id(ticket_id: str) -> str:
    """Return the id of the row of an admitted visitor."""
    return VISITOR_PREFIX + ticket_id


def number(value: float) -> dict[str, str]:
    """Return a number for the wire. repr is exact, and DynamoDB keeps 38 digits."""
    return {"N": repr(value)}


def settings_of(item: Item) -> Settings:
    """Read the ``room`` item; raise KeyError or ValueError if what every room needs is damaged.

    A setting with a default can be absent, because a deploy updates the functions and the item side
    by side. If somebody damaged it, the default is used, too.
    """
    return Settings(**{known.name: _setting(known, item) for known in fields(Settings)})


def _setting(known: Field[Any], item: Item) -> Any:
    try:
        return _value(known.type, item[known.name])
    except (KeyError, ValueError):
        if known.default is MISSING:
            raise
        return known.default


def _value(kind: Any, attribute: Mapping[str, str]) -> Any:
    return kind(attribute["S"]) if issubclass(kind, str) else kind(float(attribute["N"]))


def setting_attribute(value: str | float) -> dict[str, str]:
    """Return a setting's value for the wire."""
    return {"S": str(value)} if isinstance(value, str) else number(float(value))


def settings_item(settings: Settings) -> dict[str, Any]:
    """Return the ``room`` item."""
    values = {name: setting_attribute(getattr(settings, name)) for name in SETTINGS}
    return {**key(ROOM), **values}


def deployed_settings(settings: Settings) -> dict[str, str | float]:
    """Return the settings that a deploy decides."""
    return {name: getattr(settings, name) for name in DEPLOYED}


def deployed_settings_of(item: Item) -> dict[str, str | float | None]:
    """Return what the last deploy decided. A rate that an operator set since then is no drift."""
    return {
        known.name: _deployed(known.name, known.type, item)
        for known in fields(Settings)
        if known.name in DEPLOYED
    }


def _deployed(name: str, kind: Any, item: Item) -> str | float | None:
    attribute = item.get(name)
    if SETTINGS[name].live:
        attribute = item.get(deployed_name(name), attribute)
    try:
        value: str | float = _value(kind, attribute or {})
    except (KeyError, ValueError):
        return None
    return value


def deployed_name(name: str) -> str:
    """Return the name of the attribute that keeps a deploy's value of an operators' setting."""
    return f"deployed_{name}"


def deployed_attributes(settings: Settings, names: Iterable[str]) -> dict[str, Any]:
    """Return the attributes to write if a deploy sets the settings with these names."""
    written = {name: setting_attribute(getattr(settings, name)) for name in names}
    live = {deployed_name(name): written[name] for name in written if SETTINGS[name].live}
    return {**written, **live}


def keys_of(item: Item, kind: str) -> list[Key]:
    """Read the key ring of that kind (TICKET_KEYS or PASS_KEYS), the signing key first."""
    return [Key(k["kid"], k["secret"]) for k in json.loads(item[kind]["S"])]


def keys_item(ticket: Sequence[Key], passes: Sequence[Key]) -> dict[str, Any]:
    """Return the ``keys`` item."""
    return {**key(KEYS), TICKET_KEYS: _ring(ticket), PASS_KEYS: _ring(passes)}


def _ring(keys: Sequence[Key]) -> dict[str, str]:
    return {"S": json.dumps([{"kid": k.kid, "secret": k.secret} for k in keys])}


def pulse_of(item: Item | None) -> Pulse:
    """Read the ``pulse`` item. Without one, return the pulse of an empty line."""
    if not item:
        return Pulse()

    def value(name: str) -> float:
        return float(item.get(name, {}).get("N", 0))

    def numbers(name: str) -> list[Any]:
        found: list[Any] = json.loads(item.get(name, {}).get("S", "[]"))
        return found

    settled = numbers("settled") or [0, 0.0]
    return Pulse(
        admitted=int(value("admitted")),
        waiting=int(value("waiting")),
        arrivals=_curve_of(numbers("arrivals")),
        settled=Sample(int(settled[0]), float(settled[1])),
        marks=_curve_of(numbers("marks")),
        is_empty=bool(value("is_empty")),
        shows=Shows(value("checked"), value("showed")),
        drift=Drift(*(float(one) for one in numbers("drift"))),
        **{name: value(name) for name in PULSE_NUMBERS},
    )


def pulse_values(pulse: Pulse) -> dict[str, Any]:
    """Return the attributes of the ``pulse`` item, without its key."""
    drift = [round(one, 2) for one in astuple(pulse.drift)]
    return {
        **{name: number(getattr(pulse, name)) for name in PULSE_NUMBERS},
        "admitted": number(pulse.admitted),
        "waiting": number(pulse.waiting),
        "arrivals": _curve(pulse.arrivals),
        "settled": _packed([pulse.settled.at, pulse.settled.arrived]),
        "marks": _curve(pulse.marks),
        "is_empty": number(int(pulse.is_empty)),
        "checked": number(pulse.shows.checked),
        "showed": number(pulse.shows.showed),
        "drift": _packed(drift),
    }


def total_of(counts: Iterable[Item], name: str) -> int:
    """Return the sum of ADMITTED or ENTERED over the count items."""
    return sum(int(float(item[name]["N"])) for item in counts if name in item)


def paced_at_of(item: Item | None) -> float:
    """Read the ``pace`` item: the last slot that was given out."""
    return float(item["paced_at"]["N"]) if item else 0.0


def _curve(samples: Sequence[Sample]) -> dict[str, str]:
    return _packed([[s.at, round(s.arrived, 1)] for s in samples])


def _curve_of(samples: Iterable[Any]) -> tuple[Sample, ...]:
    return tuple(Sample(int(at), float(arrived)) for at, arrived in samples)


def _packed(values: list[Any]) -> dict[str, str]:
    # A JSON text costs a third of what a list of typed values costs.
    return {"S": json.dumps(values, separators=(",", ":"))}


def lease_item(owner: str, expires_at: int) -> dict[str, Any]:
    """Return the item that keeps two deploys apart."""
    return {**key(LEASE), OWNER: {"S": owner}, EXPIRES_AT: number(expires_at)}


def admission_of(item: Item | None) -> Admission | None:
    """Read the row of an admitted visitor."""
    if not item:
        return None

    def value(name: str) -> float | None:
        return float(item[name]["N"]) if name in item else None

    return Admission(
        admitted_at=float(item["admitted_at"]["N"]),
        claimed_at=value("claimed_at"),
        first_at=value("first_at"),
        again=int(value("again") or 0),
    )


def admission_item(ticket_id: str, ticket_number: int, admitted_at: float) -> dict[str, Any]:
    """Return the row of an admitted visitor.

    It expires after the ticket, so that no used ticket is ever valid without its row.
    """
    return {
        **key(visitor_id(ticket_id)),
        "admitted_at": number(admitted_at),
        "number": number(ticket_number),
        EXPIRES_AT: number(int(admitted_at) + TICKET_LIFETIME_SECONDS + 86_400),
    }
