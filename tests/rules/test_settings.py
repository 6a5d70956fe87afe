"""Each setting is declared once, and everything else about it follows."""

from dataclasses import fields, replace

import pytest

from beekeeper import RoomConfig
from beekeeper.contract import deployed, items, plans
from beekeeper.contract.attributes import Damaged
from beekeeper.results import Status
from beekeeper.rules import polling
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import SETTINGS, Mode, Settings

SET = Settings(Mode.PAUSED, 90.0, "https://shop.example.com/", "Soon", 20, 2.0, 1_250.0)


def test_every_field_is_a_setting_with_help() -> None:
    assert list(SETTINGS) == [field.name for field in fields(Settings)]
    assert all(known.help for known in SETTINGS.values())


def test_those_of_the_configuration_are_fields_of_it_with_the_same_bounds_and_help() -> None:
    configured = {
        name: known
        for name, known in SETTINGS.items()
        if known.configured and not name.startswith("governor_")  # a table of their own
    }
    # Without an edge the functions' news_seconds is 0, so it has other bounds.
    same = SETTINGS.keys() & RoomConfig.model_fields.keys() - {"news_seconds"}
    assert configured.keys() == same
    for name, known in configured.items():
        field = RoomConfig.model_fields[name]
        assert field.description == known.help
        bounds = {name: value for part in field.metadata for name, value in vars_of(part).items()}
        assert bounds.get("ge") == known.minimum
        assert bounds.get("le") == known.maximum


def vars_of(constraint: object) -> dict[str, object]:
    return {name: getattr(constraint, name) for name in ("ge", "le") if hasattr(constraint, name)}


def test_item_round_trip() -> None:
    item = items.settings_item(SET)
    assert item.keys() == {"id", *SETTINGS}
    assert items.settings_of(item, 0.0) == SET
    assert {name: type(getattr(items.settings_of(item, 0.0), name)) for name in SETTINGS} == {
        name: type(getattr(SET, name)) for name in SETTINGS
    }


def test_a_deploy_decides_all_but_what_operators_alone_set() -> None:
    assert deployed.deployed_settings(SET).keys() == SETTINGS.keys() - {
        "mode",
        "message",
        "cleared_at",
    }


def test_what_operators_changed_since_is_no_drift() -> None:
    item = items.settings_item(SET) | deployed.deployed_attributes(SET, deployed.DEPLOYED)
    changed = item | {"rate": plans.setting_attribute(45.0)}
    assert items.settings_of(changed, 0.0).rate == 45.0
    assert deployed.deployed_settings_of(changed) == deployed.deployed_settings(SET)


def test_what_is_damaged_in_the_item_differs_from_what_is_wanted() -> None:
    item = items.settings_item(SET) | {"overbooking": {"S": "x"}, "claim_minutes": {"N": "x"}}
    found = deployed.deployed_settings_of(item)
    assert (found["overbooking"], found["claim_minutes"]) == (None, None)


def test_status_has_each_setting_by_its_name() -> None:
    status = Status(
        "sale", "https://room.example.com/", SET, 3, 8, 5, 4, None, None, 0.0, 20.0, None, "1", "x"
    )
    found = status.to_dict()
    assert {name: found[name] for name in SETTINGS} == {n: getattr(SET, n) for n in SETTINGS}
    assert (status.mode, status.rate, status.message) == ("paused", 90.0, "Soon")


def test_a_damaged_setting_has_its_default_and_a_damaged_rate_is_an_error() -> None:
    damaged = {"message": {"NULL": True}, "claim_minutes": {"N": "x"}, "overbooking": {"S": "2"}}
    found = items.settings_of(items.settings_item(SET) | damaged, 0.0)
    assert (found.message, found.claim_minutes, found.overbooking) == ("", 15, 1.5)
    with pytest.raises(Damaged):
        items.settings_of(items.settings_item(SET) | {"rate": {"NULL": True}}, 0.0)


def test_only_what_operators_change_has_a_deployed_value() -> None:
    item = items.settings_item(SET) | {"deployed_destination": {"N": "1"}}
    assert deployed.deployed_settings_of(item) == deployed.deployed_settings(SET)


def test_everybody_hears_later_if_the_line_moves_more_slowly_than_it_is_set() -> None:
    settings = Settings(Mode.ON, 60_000.0, "https://shop.example.com/")
    pulse = Pulse(waiting=200_000)
    slower = replace(pulse, rate=20_000.0)
    assert settings.heard_within_seconds(slower) > settings.heard_within_seconds(pulse)
    told = polling.retry_after(540, 200_000, settings.rate, settings.polls_per_second)
    longest = settings.heard_within_seconds(slower)
    assert told + polling.jitter_seconds(told) <= longest


def test_with_news_everybody_hears_sooner_and_a_turn_is_kept_as_long_as_without() -> None:
    """Who is told to ask in an hour hears the news, and asks for a turn in an hour all the same."""
    settings = Settings(Mode.ON, 600.0, "https://shop.example.com/")
    pulse = Pulse(waiting=5_000_000)
    with_news = replace(settings, news_seconds=60)
    assert with_news.heard_within_seconds(pulse) == 60
    assert settings.heard_within_seconds(pulse) > 1_000
    assert with_news.longest_interval(pulse) == settings.longest_interval(pulse) > 1_000
    assert replace(settings, news_seconds=10).heard_within_seconds(pulse) == 12.5
    short = Pulse(waiting=10)
    assert with_news.heard_within_seconds(short) == settings.heard_within_seconds(short) < 60
