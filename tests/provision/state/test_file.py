"""The state document and file: versions, damage, the lock on this machine, no secrets."""

import errno
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import pytest

import beekeeper
from beekeeper._version import __version__
from beekeeper.cli.main import main
from beekeeper.contract import items
from beekeeper.errors import LockedError, StateError
from beekeeper.provision.state import Record, State, StateFile, open_store, schema
from beekeeper.provision.state.schema import Document, from_text, to_text
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import ACCOUNT, BASE, REGION, ROOM

STATE = State(ROOM, ACCOUNT, REGION, resources=(Record("table", "table", "x", "arn", True),))


def test_there_and_back() -> None:
    assert from_text(to_text(STATE), "here") == STATE


def test_an_older_schema_is_upgraded_step_by_step() -> None:
    def from_minus_one(old: Document) -> Document:
        return {"account": old.pop("account_id"), **old}

    def from_zero(old: Document) -> Document:
        return {**old, "resources": [{**r, "made": True} for r in old["resources"]]}

    new = json.loads(to_text(STATE))
    account = new.pop("account")
    resources = [{k: v for k, v in r.items() if k != "made"} for r in new["resources"]]
    old = {**new, "schema": -1, "account_id": account, "resources": resources}
    upgrades = {**schema.UPGRADES, -1: from_minus_one, 0: from_zero}
    assert from_text(json.dumps(old), "here", upgrades=upgrades) == STATE


def test_the_tags_of_a_state_without_their_keys_are_still_ours() -> None:
    first = {**json.loads(to_text(STATE)), "schema": 1, "config": {"tags": {"team": "sales"}}}
    del first["tag_keys"]
    assert from_text(json.dumps(first), "here").tag_keys == ("team",)


def test_a_state_of_another_room_is_refused(tmp_path: Path) -> None:
    (tmp_path / "winter.json").write_text(to_text(STATE), encoding="utf-8")
    with pytest.raises(StateError, match=f"is about room {STATE.room}. Restore the one of room"):
        StateFile(tmp_path, "winter").read()


def test_every_older_schema_has_its_upgrade() -> None:
    assert set(schema.UPGRADES) == set(range(1, schema.SCHEMA))


def test_a_newer_schema_is_refused() -> None:
    newer = {**asdict(STATE), "schema": schema.SCHEMA + 1, "beekeeper": "9.1"}
    with pytest.raises(
        StateError, match=r"here was written by Beekeeper 9\.1, .* Run: pip install"
    ):
        from_text(json.dumps(newer), "here")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "can't be read"),
        ("[]", "is not a state file of Beekeeper"),
        ('{"schema": "1"}', "is not a state file of Beekeeper"),
        ('{"schema": 1}', "damaged"),
        ('{"schema": 0}', "damaged"),
        ('{"schema": 1, "resources": [1]}', "damaged"),
        ("[" * 100_000, "can't be read"),
        (to_text(replace(STATE, region=5)), "damaged: region is no text"),  # type: ignore[arg-type]
        ('{"schema": 1, "config": [], "resources": []}', "damaged"),
        ('{"schema": 1, "resources": [], "room": "x", "more": 1}', "damaged"),
    ],
)
def test_what_is_no_state(text: str, message: str) -> None:
    with pytest.raises(StateError, match=f"here .*{message}"):
        from_text(text, "here")


def test_the_file_is_written_in_the_name_of_this_version(tmp_path: Path) -> None:
    file = StateFile(tmp_path, ROOM)
    assert file.read() is None
    file.write(State(ROOM, ACCOUNT, REGION, beekeeper="0.0.1"))
    content = json.loads(file.path.read_text(encoding="utf-8"))
    assert content["beekeeper"] == __version__
    assert list(file.rooms()) == [ROOM]
    file.remove()
    file.remove()
    assert list(file.rooms()) == []


def test_one_command_at_a_time_on_this_machine(tmp_path: Path) -> None:
    first, second, other = (StateFile(tmp_path, room) for room in (ROOM, ROOM, "other"))
    told = pytest.raises(LockedError, match="Another command is working")
    first.write(STATE)
    with first.locked(), other.locked(), told, second.locked():
        pass
    with second.locked():
        assert second.owner == first.owner  # the second can continue with the lease of the first
        assert second.owner != other.owner


def test_no_secret_in_it(cloud: Cloud) -> None:
    cloud.deploy()
    item = cloud.client("dynamodb").get_item(TableName=cloud.names().stem, Key=items.key("keys"))
    text = StateFile(cloud.state_dir, ROOM).path.read_text(encoding="utf-8")
    keys = [k for kind in ("ticket", "pass") for k in items.keys_of(item["Item"], kind)]
    assert keys
    assert not [key for key in keys if key.secret in text]


def test_no_lock_file_stays_without_a_state(tmp_path: Path) -> None:
    folder = tmp_path / "new" / ".beekeeper"
    file = StateFile(folder, ROOM)
    with file.locked():
        pass
    assert not folder.exists()
    with file.locked():
        file.write(STATE)
    owner = file.owner
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".lock"]
    with file.locked():
        assert file.owner == owner
        file.remove()
    assert list(folder.iterdir()) == []


def test_a_lock_file_that_was_just_deleted_locks_nobody_out_and_nobody_in(tmp_path: Path) -> None:
    """Many commands that each delete the lock file: never two at once."""
    inside, most = [0], [0]
    guard = threading.Lock()

    def work() -> None:
        for _ in range(200):
            with suppress(LockedError), StateFile(tmp_path, ROOM).locked():
                with guard:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                with guard:
                    inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used_is_one_sentence_and_no_call(
    cloud: Cloud, tmp_path: Path
) -> None:
    taken = tmp_path / ".beekeeper"
    taken.touch()
    for place in (taken, taken / "below", Path("/proc/none")):
        for command in (beekeeper.deploy, beekeeper.destroy):
            with pytest.raises(StateError, match=rf"can't be written to {place}: .*--state-dir"):
                command(BASE, session=cloud.session, state_dir=place)
    assert cloud.wire.names() == []


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StateError, match=r"can't be written to .*: No space left on device"):
        StateFile(tmp_path, ROOM).write(STATE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="no limit of the size of files")
def test_a_full_disk_is_said_at_the_lock(tmp_path: Path) -> None:
    code = (
        "import resource; from beekeeper.provision.state import StateFile\n"
        "from beekeeper.errors import StateError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        f"try:\n  with StateFile({str(tmp_path)!r}, 'sale').locked(): pass\n"
        "except StateError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "can't be written to" in done.stdout


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("BEEKEEPER_STATE_DIR", "~/states")
    assert open_store(None, ROOM).location == str(tmp_path / "states" / f"{ROOM}.json")
    with pytest.raises(StateError, match="can't be found"):
        open_store("~nobody-of-this-name/x", ROOM)


@pytest.mark.parametrize("room", ["../evil", "..", "a/../../evil", "/evil"])
def test_a_name_that_leads_elsewhere_writes_nothing(
    room: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    monkeypatch.delenv("BEEKEEPER_STATE_DIR", raising=False)
    for command in (["destroy", "--yes"], ["pause"], ["status"]):
        assert main([*command, "--room", room]) == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["below"]
