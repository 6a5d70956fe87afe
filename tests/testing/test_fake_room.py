"""The passes of a room without AWS are those of a real room, and so are its settings."""

import os
import subprocess
import sys
import time

import pytest

from beekeeper.gate import InvalidToken, check_pass
from beekeeper.testing import FakeRoom
from tests.support.gates import ORIGIN


def checked(room: FakeRoom, token: str, origin: str = ORIGIN) -> str:
    return check_pass(token, dict(room.keys), room.name, origin, time.time()).subject


def test_a_valid_pass_lets_a_visitor_in_and_each_is_for_another_one() -> None:
    room = FakeRoom()
    subjects = {checked(room, room.valid_pass()) for _ in range(3)}
    assert len(subjects) == 3
    assert checked(room, room.valid_pass("anna")) == "anna"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (FakeRoom.expired_pass, "expired"),
        (FakeRoom.forged_pass, "forged"),
        (FakeRoom.pass_of_another_room, "not a pass of this room"),
    ],
)
def test_each_bad_pass_is_refused_for_its_own_reason(make: object, reason: str) -> None:
    room = FakeRoom()
    assert callable(make)
    with pytest.raises(InvalidToken, match=reason):
        checked(room, make(room))


def test_a_pass_is_for_the_origin_of_the_destination() -> None:
    room = FakeRoom(destination="http://127.0.0.1:8000/sale")
    assert checked(room, room.valid_pass("anna"), "http://127.0.0.1:8000") == "anna"
    with pytest.raises(InvalidToken, match="for somebody else"):
        checked(room, room.valid_pass())


def test_an_entry_is_the_address_with_a_pass_after_the_other_parameters() -> None:
    room = FakeRoom(destination="https://shop.example.com/sale")
    assert room.entry().startswith("https://shop.example.com/sale?beekeeper_pass=")
    address, _, token = room.entry("/seats?b=2&a=1", "anna").partition("&beekeeper_pass=")
    assert address == "https://shop.example.com/seats?b=2&a=1"
    assert checked(room, token) == "anna"


def test_two_rooms_have_different_keys_and_neither_shows_them() -> None:
    one, other = FakeRoom(), FakeRoom()
    with pytest.raises(InvalidToken, match="unknown key"):
        checked(one, other.valid_pass())
    assert next(iter(one.keys.values())) not in repr(one)


def test_the_fixture_sets_what_a_gate_reads(fake_room: FakeRoom) -> None:
    kid, secret = next(iter(fake_room.keys.items()))
    found = {name: value for name, value in os.environ.items() if name.startswith("BEEKEEPER_")}
    found.pop("BEEKEEPER_REQUIRE_BROWSER", None)
    assert found == {
        "BEEKEEPER_ROOM": "test-room",
        "BEEKEEPER_LINK": "https://room.example.com/",
        "BEEKEEPER_DESTINATION": "https://shop.example.com/",
        "BEEKEEPER_KEYS": f"{kid}:{secret}",
    }


WITH_JWT_ALONE = """
import sys
for name in ("boto3", "botocore", "pydantic", "rich", "ministack", "pytest"):
    sys.modules[name] = None  # an import of it fails
from beekeeper.errors import LocalError
from beekeeper.testing import FakeRoom, local_room
assert FakeRoom().valid_pass()
try:
    local_room("https://shop.example.com/").__enter__()
except LocalError as error:
    print(error)
"""


def test_it_needs_pyjwt_only_and_a_local_room_says_what_to_install() -> None:
    run = subprocess.run(
        [sys.executable, "-c", WITH_JWT_ALONE], capture_output=True, text=True, check=True
    )
    assert "pip install 'beekeeper-waiting-room[local]'" in run.stdout
