"""What alarms tell, and whom: the table ``[alarms]``. In Python it is a mapping.

A room has its alarms with and without this table. Without ``notify`` they tell nobody.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self, TypedDict

from pydantic import AfterValidator, field_validator, model_validator

from beekeeper.config.essentials import Essentials
from beekeeper.config.section import Section, described, table, table_of
from beekeeper.config.toml_file import configured

EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,63}")
TOPIC = re.compile(r"arn:aws(?:-[a-z]+)*:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}")
# What `init` writes below the other settings.
COMMENTED = """
# Alarms can wake somebody. Remove the # of these lines:
# [alarms]
# notify = "on-call@example.com"  # or the ARN of an SNS topic of yours
# longest_wait_minutes = 60
"""


class AlarmsValues(TypedDict, total=False):
    """The fields of :class:`Alarms` as a mapping."""

    notify: str | None
    longest_wait_minutes: int


def _notify(value: str) -> str:
    if EMAIL.fullmatch(value) or TOPIC.fullmatch(value):
        return value
    raise ValueError(
        "give an e-mail address, such as on-call@example.com, or the ARN of an SNS topic, such as"
        " arn:aws:sns:eu-central-1:123456789012:on-call"
    )


class Alarms(Section):
    """Whom the alarms of a room tell, and how long a wait is too long."""

    notify: Annotated[str, AfterValidator(_notify)] | None = described(
        "whom the alarms tell: an e-mail address, or the ARN of an SNS topic in the room's region",
        default=None,
    )
    longest_wait_minutes: int = described(
        "an alarm fires if visitors who join now wait for longer",
        default=60,
        unit="minutes",
        ge=1,
        le=1_440,
    )

    @property
    def email(self) -> str:
        """The address that the room's own topic tells. Empty if there is none."""
        return self.notify if self.notify and "@" in self.notify else ""

    @property
    def topic_arn(self) -> str:
        """The topic that somebody else made. Empty if there is none."""
        return self.notify if self.notify and not self.email else ""

    @property
    def topic_region(self) -> str:
        """The region of that topic. Empty if there is none."""
        found = TOPIC.fullmatch(self.topic_arn)
        return found[1] if found else ""


def configured_notify(path: str | Path) -> bool:
    """Return whether a TOML file says whom the alarms tell, even if other settings are wrong."""
    table = configured(path, "alarms")
    return isinstance(table, Mapping) and bool(table.get("notify"))


class WithAlarms(Essentials):
    """The alarms of the room."""

    alarms: Alarms = table(Alarms, "alarms'")

    @field_validator("alarms", mode="before")
    @classmethod
    def _alarms_are_a_table(cls, value: Any) -> Any:
        return table_of(value, Alarms, "alarms", "notify", "on-call@example.com")

    @model_validator(mode="after")
    def _topic_in_the_region(self) -> Self:
        if self.region and self.alarms.topic_region:
            check_topic_region(self.alarms, self.region)
        return self


def check_topic_region(alarms: Alarms, region: str) -> None:
    """Raise ValueError if the topic is elsewhere: CloudWatch tells topics of its own region."""
    if alarms.topic_region not in ("", region):
        raise ValueError(
            f"alarms.notify = {alarms.notify!r}: this topic is in {alarms.topic_region}, and the"
            f" room in {region}. Alarms can only tell a topic of their own region. Give one in"
            f" {region}, or an e-mail address"
        )
