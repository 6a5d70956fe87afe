"""The settings of a room as keyword arguments: what an editor completes, and mypy checks."""

from typing import Literal, Required, TypedDict


class RoomValues(TypedDict, total=False):
    """The fields of :class:`beekeeper.RoomConfig`; name, destination and rate are required."""

    name: Required[str]
    destination: Required[str]
    rate: Required[int]  # visitors per minute
    title: str
    region: str | None
    claim_minutes: int
    overbooking: float
    order: Literal["standard", "strict"]
    log_retention_days: int
    state: str | None
    domain_name: str | None
    certificate_arn: str | None
    hosted_zone_id: str | None
    tags: dict[str, str]
