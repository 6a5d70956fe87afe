"""The fixtures, for pytest: ``pytest_plugins = ["beekeeper.testing.fixtures"]`` in conftest.py."""

import pytest

from beekeeper.testing.fake_room import FakeRoom


@pytest.fixture
def fake_room(monkeypatch: pytest.MonkeyPatch) -> FakeRoom:
    """Return a room without AWS. During the test, the environment has what a gate reads."""
    room = FakeRoom()
    for name, value in room.environment().items():
        monkeypatch.setenv(name, value)
    return room
