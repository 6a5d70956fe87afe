"""Each public function takes a room in each form. For other values the error has a remedy."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.errors import ConfigError, RoomNotFoundError, WrongAccountError
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import Simulator, throttle
from tests.support.moto_aws.inventory import inventory
from tests.support.rooms import BASE, REGION, ROOM, config

Where = Mapping[str, Any]
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "deploy": beekeeper.deploy,
    "plan": beekeeper.plan,
    "status": beekeeper.status,
    "on": beekeeper.on,
    "off": beekeeper.off,
    "pause": beekeeper.pause,
    "set_rate": lambda room, **where: beekeeper.set_rate(900, room=room, **where),
    "pass_keys": beekeeper.pass_keys,
    "rotate_keys": lambda room, **where: beekeeper.rotate_keys(room, "add", **where),
    "destroy": beekeeper.destroy,
}
FORMS = ("name", "Room", "RoomConfig", "mapping", "Path", "path as text")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "beekeeper.toml"
    path.write_text(config().to_toml(), encoding="utf-8")
    return path


def in_form(form: str, where: Where, file: Path) -> Any:
    forms: dict[str, Callable[[], Any]] = {
        "name": lambda: ROOM,
        "Room": lambda: beekeeper.Room(ROOM, **where),
        "RoomConfig": config,
        "mapping": lambda: BASE,
        "Path": lambda: file,
        "path as text": lambda: str(file),
    }
    return forms[form]()


def check_effect(function: str, result: Any, cloud: Cloud, where: Where) -> None:
    """Check that the function worked on the room."""
    mutations = cloud.wire.names(mutating=True)
    match function:
        case "deploy":
            assert (result.name, list(result.changes), mutations) == (ROOM, [], [])
        case "plan":
            assert (result.room, result.has_changes, mutations) == (ROOM, False, [])
        case "status":
            assert (result.room, result.rate, mutations) == (ROOM, 600, [])
        case "pass_keys":
            assert (result.audience, mutations) == ("https://shop.example.com", [])
        case "rotate_keys":
            assert (result.room, mutations) == (ROOM, ["dynamodb:UpdateItem"])
        case "set_rate":
            assert beekeeper.status(ROOM, **where).rate == 900
        case "destroy":
            assert (result.room, inventory()) == (ROOM, {})
        case mode:
            found = beekeeper.status(ROOM, **where).mode
            assert found == result.changes[0].after == mode.replace("pause", "paused")


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_takes_each_form(
    cloud: Cloud, where: Where, file: Path, function: str, form: str
) -> None:
    if function == "on":
        beekeeper.off(ROOM, **where)
    result = FUNCTIONS[function](in_form(form, where, file), **where)
    check_effect(function, result, cloud, where)


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize("form", FORMS)
def test_doctor_takes_each_form(cloud: Cloud, where: Where, file: Path, form: str) -> None:
    cloud.wire.add(Simulator(), throttle(10_000.0))
    found = beekeeper.doctor(in_form(form, where, file), **where)
    assert (found.room, found.region) == (ROOM, REGION)


@pytest.mark.usefixtures("deployed_room")
def test_each_function_takes_what_another_gives(where: Where) -> None:
    (listed,) = beekeeper.list_rooms(**where)
    deployed = beekeeper.deploy(config(), **where)
    assert beekeeper.deploy(deployed) is deployed
    for room in (listed, deployed):
        assert beekeeper.status(room).room == ROOM
        beekeeper.set_rate(700, room=room)
    assert beekeeper.destroy(listed).room == ROOM


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    "unknown",
    [5, 0.5, True, b"sale", ["sale"], ("sale",), {"sale"}, {5: "sale"}, object()],
    ids=lambda form: type(form).__name__,
)
def test_what_can_be_no_room_is_a_type_error(
    cloud: Cloud, where: Where, function: str, unknown: object
) -> None:
    with pytest.raises(TypeError, match=r"is not a room\. Give its name \(\"summer-sale\"\), a R"):
        FUNCTIONS[function](unknown, **where)
    assert cloud.wire.calls == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_none_is_no_room(where: Where, function: str) -> None:
    """Without any of the settings that deploy and plan need."""
    error = ConfigError if function in ("deploy", "plan") else TypeError
    with pytest.raises(error, match=r"such as summer-sale|Give its name"):
        FUNCTIONS[function](None, **where)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("Summer Sale", "use lower-case letters.*ends in .toml"),
        ("", "use lower-case letters.*ends in .toml"),
        ("a" * 25, "use at most 24 characters"),
        ("none.toml", "There is no file .*none.toml. Create one with: python -m beekeeper init"),
        ("no/such", "There is no file .*no/such. Create one with"),
        (Path("none"), "There is no file .*none. Create one with"),
        (Path(), "can't be read"),
        ("a\0/b.toml", "can't be read"),
        ("x" * 5_000 + ".toml", "can't be read"),
        ({}, "name is missing: give the name of the room.*such as summer-sale"),
        ({"name": 7}, "name = 7"),
        ({"name": "Summer Sale"}, "name = 'Summer Sale': use lower-case letters"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_bad_text_is_a_config_error_with_a_remedy(
    cloud: Cloud, where: Where, function: str, text: Any, remedy: str
) -> None:
    with pytest.raises(ConfigError, match=remedy):
        FUNCTIONS[function](text, **where)
    assert cloud.wire.calls == []


@pytest.mark.parametrize("text", ["name = ", 'name = "A b"', 'title = "x"', "name = 7"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_file_that_is_wrong_is_named(
    where: Where, tmp_path: Path, function: str, text: str
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"wrong\.toml"):
        FUNCTIONS[function](path, **where)


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize("function", sorted(FUNCTIONS.keys() - {"deploy", "plan", "set_rate"}))
def test_on_the_day_only_the_name_counts(where: Where, file: Path, function: str) -> None:
    """A mistake elsewhere in the configuration does not stop an operator from pausing."""
    file.write_text(f'name = "{ROOM}"\nrate = "many"\n', encoding="utf-8")
    FUNCTIONS[function](file, **where)
    with pytest.raises(ConfigError, match="rate = 'many'"):
        beekeeper.deploy(file, **where)


def test_a_room_and_settings_beside_it(where: Where) -> None:
    call: Callable[..., Any] = beekeeper.deploy
    with pytest.raises(ConfigError, match=r"A room was given, and rate as well\. Give only one"):
        call(ROOM, rate=900, **where)


@pytest.mark.parametrize("function", ["deploy", "plan"])
def test_by_name_there_must_have_been_a_deploy(cloud: Cloud, where: Where, function: str) -> None:
    with pytest.raises(RoomNotFoundError, match=r"of room sale is not known.*Give the"):
        FUNCTIONS[function](ROOM, **where)
    assert cloud.wire.calls == []


def test_by_name_the_configuration_and_region_are_the_last_deploys(
    cloud: Cloud, where: Where
) -> None:
    beekeeper.deploy(config(rate=700, region="eu-west-1"), **where)
    assert not beekeeper.plan(ROOM, **where).has_changes
    again = beekeeper.deploy(ROOM, **where)
    assert (list(again.changes), again.region, again.config.rate) == ([], "eu-west-1", 700)
    with pytest.raises(WrongAccountError, match="region in use is eu-central-1"):
        beekeeper.destroy(ROOM, region=REGION, **where)
    assert beekeeper.destroy(ROOM, **where).deleted
    assert inventory("eu-west-1") == {}


def test_a_destroy_with_the_configuration_alone_uses_its_region(
    cloud: Cloud, where: Where, tmp_path: Path
) -> None:
    there = config(region="eu-west-1")
    beekeeper.deploy(there, **where)
    elsewhere = {**where, "state_dir": tmp_path / "lost"}
    assert not beekeeper.destroy(ROOM, **elsewhere).deleted  # in the session's own region
    assert beekeeper.destroy(there, **elsewhere).deleted
    assert inventory("eu-west-1") == {}
