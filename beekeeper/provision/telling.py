"""The steps of a room's alarms, and those that it has only if the alarms tell somebody."""

from collections.abc import Container, Iterable, Mapping, Sequence

from beekeeper.config import RoomConfig
from beekeeper.config.alarms import check_topic_region
from beekeeper.errors import ConfigError
from beekeeper.provision.engine.step import Step
from beekeeper.provision.names import Names, Watch
from beekeeper.provision.resources.alarm import Alarm
from beekeeper.provision.resources.topic import Topic
from beekeeper.provision.resources.unwanted import unwanted
from beekeeper.provision.watched import Specification, governor, only_told, specifications

# The keys of steps that few rooms have: a deploy looks for one only where it is, or was, wanted.
RARE = (Topic.key, *(f"alarm {what}" for what in (Watch.THROTTLES, Watch.WAIT, Watch.DESTINATION)))
Tags = Mapping[str, str]


def alarm_steps(
    config: RoomConfig, names: Names, wanted_tags: Tags, recorded: Container[str]
) -> list[Step]:
    """Return the steps of the alarms, and of the topic of an e-mail address.

    The alarm about the governor is a step of the governor. ``recorded`` has the keys of what the
    room has, or can have: of RARE steps, those that are not wanted any more are removed. Raises
    ConfigError if the topic is in another region.
    """
    _check_topic(config, names)
    limit = config.alarms.longest_wait_minutes
    rare: list[Step] = [
        Topic(names, config.alarms.email, wanted_tags),
        *_alarms(only_told(names, limit, governed=True), config, names, wanted_tags),
    ]
    wanted = {f"alarm {each.what}" for each in _told(config, names)}
    wanted |= {Topic.key} if config.alarms.email else set()
    return [
        *_alarms(specifications(names), config, names, wanted_tags),
        *(step for step in rare if step.key in wanted),
        *unwanted([step for step in rare if step.key in recorded and step.key not in wanted]),
    ]


def governor_alarm(config: RoomConfig, names: Names, wanted_tags: Tags) -> Alarm:
    """Return the step of the alarm about the governor."""
    (alarm,) = _alarms([governor(names)], config, names, wanted_tags)
    return alarm


def watched(config: RoomConfig, names: Names) -> Sequence[Watch]:
    """Return what the room has alarms for."""
    of_all = specifications(names, governed=config.is_governed)
    return [each.what for each in (*of_all, *_told(config, names))]


def _told(config: RoomConfig, names: Names) -> list[Specification]:
    limit, governed = config.alarms.longest_wait_minutes, config.is_governed
    return only_told(names, limit, governed=governed) if config.alarms.notify else []


def _alarms(
    wanted: Iterable[Specification], config: RoomConfig, names: Names, wanted_tags: Tags
) -> list[Alarm]:
    notify = names.topic_arn if config.alarms.email else config.alarms.topic_arn
    return [Alarm(each, names, wanted_tags, notify) for each in wanted]


def _check_topic(config: RoomConfig, names: Names) -> None:
    try:
        check_topic_region(config.alarms, names.region)
    except ValueError as error:
        raise ConfigError(f"{error}.") from None
