"""A site's own test can have a real room, on a local AWS, in one line."""

import os
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from beekeeper.gate import check_pass
from beekeeper.local.visitor import Stage, Visitor
from beekeeper.testing import LocalRoom, local_room

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("own local aws")]
SITES = ("http://127.0.0.1:8001/", "http://127.0.0.1:8002/sale")


def entry_of(room: LocalRoom) -> str:
    """Go the way of a visitor; return the address at the site where it ends, with the pass."""
    visitor = Visitor(room.url)
    while visitor.stage is not Stage.READY:
        time.sleep(visitor.step() or 0)
    return visitor.entry()


def test_two_side_by_side_are_separate_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")  # a room must not use the settings of the user
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = dict(os.environ)
    with local_room(SITES[0]) as one, local_room(SITES[1]) as other:
        assert one.keys != other.keys
        assert one.environment()["BEEKEEPER_LINK"] == one.url != other.url
        entry = urlsplit(entry_of(other))
        token = parse_qs(entry.query)["beekeeper_pass"][0]
        assert entry.path == "/sale"
        assert check_pass(token, dict(other.keys), other.name, "http://127.0.0.1:8002", time.time())
        other.room.pause()
        assert (one.room.status().mode, other.room.status().mode) == ("on", "paused")
    assert dict(os.environ) == before
    assert list(tmp_path.iterdir()) == []
