"""The state in a bucket: one writer at a time on all machines, after any crash or lost answer."""

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from beekeeper.errors import LockedError, ProvisionError, StateError
from beekeeper.provision.engine import lease
from beekeeper.provision.state import Record, State, StateBucket
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.team import BUCKET, PLACE, team_files
from tests.support.moto_aws.wire import Call, Forward, Refusal, refuse
from tests.support.rooms import ACCOUNT, REGION, ROOM

STATE = State(ROOM, ACCOUNT, REGION, {"name": ROOM})


def store(cloud: Cloud) -> StateBucket:
    """Return the objects that each command on each machine has for itself."""
    return StateBucket(cloud.aws(), PLACE, ROOM, now=cloud.time)


def killed(cloud: Cloud) -> StateBucket:
    """Return the store of a command that has the lock and never releases it."""
    made = store(cloud)
    take(made)
    return made


def take(lock: StateBucket) -> None:
    lock._lock, _ = lock._taken()


def test_what_is_written_is_read_on_another_machine(team: Cloud) -> None:
    with store(team).locked():
        assert store(team).read() is None
    first = store(team)
    with first.locked():
        first.write(STATE)
        first.record(Record("table", "table", "beekeeper-sale"))
        first.set(url="https://room.example.com/")
        first.record(Record("table", "table", "beekeeper-sale", "arn", True))
    found = store(team).read()
    assert found is not None
    assert found.url == "https://room.example.com/"
    assert found.resources == (Record("table", "table", "beekeeper-sale", "arn", True),)
    assert set(team_files(team)) == {"rooms/sale.json"}  # no lock left

    second = store(team)
    with second.locked():
        second.forget("table")
        second.remove()
        second.remove()
    assert team_files(team) == {}


def test_the_second_is_told_who_is_at_it(team: Cloud) -> None:
    first, second = store(team), store(team)
    with first.locked():
        message = (
            rf"{lease.this_machine()} is working on room sale .*sale.lock\), until \d\d:19:40 [A-Z]"
        )
        with pytest.raises(LockedError, match=message), second.locked():
            pass
    with second.locked():
        pass
    assert team_files(team) == {}


@pytest.mark.parametrize("is_taken_over", [False, True], ids=["free", "run out"])
def test_of_two_at_the_same_moment_one_gets_it(team: Cloud, *, is_taken_over: bool) -> None:
    """The other's lock appears between our look, if we looked, and our put."""
    if is_taken_over:
        killed(team)
        team.time.now += lease.SECONDS
    first, second = store(team), store(team)

    def meanwhile(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) == "s3:PutObject" and is_taken_over == ("IfMatch" in call.arguments):
            team.wire.rules.clear()
            take(first)
        return None

    team.wire.add(meanwhile)
    with pytest.raises(LockedError), second.locked():
        pass
    first.write(STATE)


def test_a_killed_commands_lock_runs_out(team: Cloud) -> None:
    killed(team)
    team.time.now += lease.SECONDS - 1
    second = store(team)
    with pytest.raises(LockedError), second.locked():
        pass
    team.time.now += 1
    with second.locked():
        second.write(STATE)
    assert set(team_files(team)) == {"rooms/sale.json"}


def test_a_lock_in_use_is_renewed(team: Cloud) -> None:
    first = killed(team)
    for _ in range(10):
        team.time.now += lease.RENEW_SECONDS
        first._renew_quietly()
    with pytest.raises(LockedError), store(team).locked():
        pass
    first.write(STATE)


def test_renewal_bears_a_failure(team: Cloud) -> None:
    first = killed(team)
    team.time.now += lease.RENEW_SECONDS
    team.wire.add(refuse("s3:PutObject", "AccessDenied", "Access Denied", 403))
    first._renew_quietly()
    team.wire.clear()
    first.write(STATE)


def test_who_slept_and_lost_nothing_goes_on(team: Cloud) -> None:
    first = killed(team)
    team.time.now += 10 * lease.SECONDS
    first.write(STATE)
    with pytest.raises(LockedError), store(team).locked():
        pass


def test_who_lost_the_lock_cant_write(team: Cloud) -> None:
    first = killed(team)
    first.write(STATE)
    team.time.now += lease.SECONDS
    second = store(team)
    with second.locked():
        with pytest.raises(LockedError, match="expired and somebody else took it"):
            first.set(url="x")
        with pytest.raises(LockedError, match="expired and somebody else took it"):
            first.remove()
        second.set(url="https://second.example.com/")
    assert team_files(team)["rooms/sale.json"]["url"] == "https://second.example.com/"


def test_who_lost_the_lock_unknowingly_cant_write(team: Cloud) -> None:
    """The clock of the first command is an hour behind, so it believes that it has the lock."""
    first = killed(team)
    first.write(STATE)
    team.time.now += lease.SECONDS
    first._now = lambda: 1_000.0
    second = store(team)
    with second.locked():
        with pytest.raises(LockedError, match="did not overwrite the state"):
            first.set(url="x")
        assert second.read() == STATE


def test_what_is_changed_by_hand_meanwhile_is_not_overwritten(team: Cloud) -> None:
    first = store(team)
    with first.locked():
        first.write(STATE)
        team.client("s3").put_object(Bucket=BUCKET, Key="rooms/sale.json", Body=b"{}")
        with pytest.raises(LockedError, match="changed the state by hand"):
            first.set(url="x")
    assert team_files(team) == {"rooms/sale.json": {}}


def test_writing_without_the_lock_is_refused(team: Cloud) -> None:
    with pytest.raises(LockedError):
        store(team).write(STATE)


def test_an_answer_that_is_lost_is_looked_up(team: Cloud) -> None:
    """botocore repeats the put, and S3 answers 412, because our own first write succeeded."""

    def lost(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) != "s3:PutObject":
            return None
        forward()
        return Refusal("InternalError", "try again", 500).to(call, request)

    def once_each(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        text = str(call.arguments.get("Body"))
        if text in seen:
            return None
        seen.add(text)
        return lost(call, request, forward)

    seen: set[str] = set()
    team.wire.add(once_each)
    first = store(team)
    with first.locked():
        first.write(STATE)
        team.time.now += 1
        first._renew()
        first.set(url="https://room.example.com/")
    assert team_files(team)["rooms/sale.json"]["url"] == "https://room.example.com/"
    assert len(seen - {"None"}) == 4


def test_a_conflict_is_asked_again(team: Cloud) -> None:
    answers = [Refusal("ConditionalRequestConflict", "another write", 409)] * 3

    def conflict(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        refused = str(call) == "s3:PutObject" and answers
        return answers.pop().to(call, request) if refused else None

    team.wire.add(conflict)
    with store(team).locked():
        assert answers == []
    assert team.time.sleeps == [1.0] * 3


def test_without_the_bucket(cloud: Cloud) -> None:
    with pytest.raises(StateError, match=r"no bucket team .*aws s3 mb s3://team"):
        store(cloud).read()
    with pytest.raises(StateError, match="no bucket team"), store(cloud).locked():
        pass
    with pytest.raises(StateError, match="no bucket team"):
        store(cloud).rooms()


@pytest.mark.parametrize("name", ["s3:GetObject", "s3:PutObject"])
def test_what_is_refused_is_named(team: Cloud, name: str) -> None:
    team.wire.add(refuse(name, "AccessDenied", "Access Denied", 403))
    first = store(team)
    message = rf"state s3://team/rooms: .*Grant {name}"
    with pytest.raises(ProvisionError, match=message), first.locked():
        first.write(STATE)


@pytest.mark.parametrize("content", [b"lock", b"{}", b"[]"])
def test_a_lock_that_is_none(team: Cloud, content: bytes) -> None:
    team.client("s3").put_object(Bucket=BUCKET, Key="rooms/sale.lock", Body=content)
    with pytest.raises(StateError, match="is not a lock of Beekeeper"), store(team).locked():
        pass


def test_every_call_says_whose_bucket_it_expects(team: Cloud) -> None:
    """Anybody can re-create a deleted bucket, and would then receive the state."""
    first = store(team)
    with first.locked():
        first.write(STATE)
        first._renew()
        first.remove()
    assert store(team).rooms() == []
    calls = [call for call in team.wire.calls if call.service == "s3"]
    assert {call.operation for call in calls} == {
        "DeleteObject",
        "GetObject",
        "ListObjectsV2",
        "PutObject",
    }
    assert {call.arguments.get("ExpectedBucketOwner") for call in calls} == {ACCOUNT}


def test_a_bucket_of_another_account_is_named(team: Cloud) -> None:
    team.wire.add(refuse("s3:GetObject", "AccessDenied", "Access Denied", 403))
    with pytest.raises(ProvisionError, match=f"that the bucket belongs to account {ACCOUNT}"):
        store(team).read()
