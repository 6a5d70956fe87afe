"""The table ``[alarms]``: whom the alarms tell, and which wait is too long."""

from pathlib import Path
from typing import Any

import pytest

from beekeeper import RoomConfig
from beekeeper.config.alarms import COMMENTED
from beekeeper.errors import ConfigError
from tests.support.rooms import ACCOUNT, BASE, REGION, config

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:on-call"


def test_a_room_has_alarms_without_the_table() -> None:
    found = config().alarms
    assert (found.notify, found.longest_wait_minutes) == (None, 60)
    assert (found.email, found.topic_arn, found.topic_region) == ("", "", "")


def test_an_address_and_a_topic_are_told_apart() -> None:
    found = config(alarms={"notify": " on-call+sale@example.co.uk "}).alarms
    assert (found.email, found.topic_arn) == ("on-call+sale@example.co.uk", "")
    found = config(alarms={"notify": TOPIC}).alarms
    assert (found.email, found.topic_arn, found.topic_region) == ("", TOPIC, REGION)


@pytest.mark.parametrize(
    "notify",
    ["", "ops", "ops@example", "a b@example.com", "ops@example.com, b@example.com",
     "arn:aws:sqs:eu-central-1:123456789012:x", f"{TOPIC}.fifo", f"{TOPIC}:sub", "+491701234567"],
)  # fmt: skip
def test_what_sns_can_not_tell_is_refused(notify: str) -> None:
    with pytest.raises(
        ConfigError, match=r"alarms\.notify = .*an e-mail address, such as on-call@"
    ):
        config(alarms={"notify": notify})


@pytest.mark.parametrize("minutes", [0, 1_441, 1.5, True])
def test_a_limit_that_makes_no_sense_is_refused(minutes: Any) -> None:
    with pytest.raises(ConfigError, match=r"give a whole number from 1 to 1,440 minutes"):
        config(alarms={"longest_wait_minutes": minutes})


@pytest.mark.parametrize("value", ["ops@example.com", 5, ["ops@example.com"]])
def test_what_is_no_table_is_answered_with_the_right_form(value: Any) -> None:
    with pytest.raises(ConfigError, match=r"a line \[alarms\], and below it notify = "):
        config(alarms=value)


def test_a_topic_of_the_rooms_region_is_taken_and_another_refused() -> None:
    assert config(region=REGION, alarms={"notify": TOPIC}).alarms.topic_region == REGION
    with pytest.raises(ConfigError, match="can only tell a topic of their own region"):
        config(region="us-east-1", alarms={"notify": TOPIC})


def test_it_is_written_and_read_again(tmp_path: Path) -> None:
    made = config(alarms={"notify": TOPIC, "longest_wait_minutes": 90})
    path = tmp_path / "beekeeper.toml"
    path.write_text(made.to_toml(), encoding="utf-8")
    assert RoomConfig.load(path) == made


def test_what_init_writes_as_a_comment_is_right(tmp_path: Path) -> None:
    lines = [
        line.removeprefix("# ") for line in COMMENTED.splitlines() if "[" in line or "=" in line
    ]
    path = tmp_path / "beekeeper.toml"
    path.write_text(RoomConfig(**BASE).to_toml() + "\n" + "\n".join(lines), encoding="utf-8")
    assert RoomConfig.load(path).alarms.email == "on-call@example.com"
