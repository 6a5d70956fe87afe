"""The state in a bucket, for teams: ``s3://<bucket>/<prefix>/<room>.json``, and a lock next to it.

S3's conditional writes protect both. A PutObject is atomic, and a read after it is consistent.

    lock    If-None-Match: *     one command creates it; the others get 412
            If-Match: <ETag>     its owner renews it; another command takes over an expired lock
    state   If-Match: <ETag>     the ETag that we read last: without the lock, a write fails

Quirks:

- 409 ConditionalRequestConflict means that another write is in progress. We repeat the call.
- 412 can be about our own write, if its answer was lost and botocore repeated the call. So we read
  the object before we believe the answer.
- A command that takes a lock over rewrites the state at once, with its own name (``writer``). An
  ETag is a digest of the content, and it must differ from the ETag that the previous owner knows.
"""

import contextlib
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.errors import BeekeeperError, ConfigError, LockedError, ProvisionError, StateError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.failures import DENIED, explained
from beekeeper.provision.engine.lease import SECONDS, renewed, this_machine
from beekeeper.provision.engine.wait import Busy, Wait, has_code, retrying
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.state.lock import Lock
from beekeeper.provision.state.schema import State, from_text, to_text
from beekeeper.provision.state.store import StateStore
from beekeeper.times import clock

ADDRESS = re.compile(r"s3:/+([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")
CONFLICT = Busy("ConditionalRequestConflict")
FREE_TO_WRITE = Wait("another write of the state to end", 30)
NO_BUCKET, NO_OBJECT, UNMET = "NoSuchBucket", "NoSuchKey", "PreconditionFailed"


def is_bucket(place: str) -> bool:
    """Return whether a place is a bucket's address. Raise ConfigError for a wrong address."""
    if not place.startswith("s3:"):
        return False
    if not ADDRESS.fullmatch(place):
        raise ConfigError(
            f"state = {place!r} is not the address of a bucket. Give one such as"
            " s3://our-bucket/beekeeper"
        )
    return True


def grants(names: Names, address: str) -> Iterable[Grant]:
    """Return the permissions that a deployer needs for the state of one room in a bucket."""
    # Separate statements, so that the permission to delete the room's own bucket is not for this
    # one.
    path = address.removeprefix("s3://").strip("/")
    bucket = f"arn:{names.partition}:s3:::{path.partition('/')[0]}"
    objects = f"arn:{names.partition}:s3:::{path}/{names.room}.*"
    yield grant("s3", ("GetObject", "PutObject", "DeleteObject"), objects, statement="State")
    # Without this permission, S3 answers 403 for an object that does not exist.
    yield grant("s3", ["ListBucket"], bucket, statement="States")


class StateBucket(StateStore):
    """One room's state in an existing bucket."""

    is_shared = True

    def __init__(
        self, aws: Aws, address: str, room: str, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__()
        match = ADDRESS.fullmatch(address)
        assert match  # see is_bucket
        self.room = room
        self._aws = aws
        self._bucket = match[1]
        self._prefix = f"{prefix}/" if (prefix := (match[2] or "").strip("/")) else ""
        self.directory = f"s3://{self._bucket}/{self._prefix}".rstrip("/")
        self._key, self._lock_key = f"{self._prefix}{room}.json", f"{self._prefix}{room}.lock"
        self._now = now
        self._lock: Lock | None = None
        self._renewing = threading.Lock()
        self._known: tuple[State | None, str] | None = None  # the last state read or written

    @property
    def _mine(self) -> dict[str, str]:
        # After a bucket is deleted, anybody can create one with its name. Don't send them a state.
        return {"Bucket": self._bucket, "ExpectedBucketOwner": self._aws.account}

    @property
    def location(self) -> str:
        return f"s3://{self._bucket}/{self._key}"

    @property
    def owner(self) -> str:
        return self._lock.owner if self._lock else ""

    def read(self) -> State | None:
        """Return the state. Reads S3 only once: while we have the lock, nobody else writes it."""
        if self._known is None:
            text, etag = self._get(self._key)
            self._known = (from_text(text, self.location, self.room) if text else None, etag)
        return self._known[0]

    def write(self, state: State) -> None:
        """Write the state. If the lock was lost, raise LockedError and write nothing."""
        self._check_held()
        self.read()
        assert self._known
        assert self._lock
        writer = {**json.loads(to_text(state)), "writer": self._lock.token}
        text = json.dumps(writer, indent=2) + "\n"
        etag = self._put(self._key, text, self._known[1])
        if etag is None:
            raise self._lost()
        self._known = (state, etag)

    def remove(self) -> None:
        self._check_held()
        self.read()
        assert self._known
        if self._known[1]:
            self._delete(self._key, self._known[1])
        self._known = (None, "")

    def rooms(self) -> Iterable[str]:
        pages = self._aws.client("s3").get_paginator("list_objects_v2")
        try:
            listed = pages.paginate(**self._mine, Prefix=self._prefix, Delimiter="/")
            found = [
                content["Key"].removeprefix(self._prefix)
                for page in listed
                for content in page.get("Contents", [])
            ]
        except (ClientError, BotoCoreError) as error:
            self._refused(error, "listing")
        return sorted(key.removesuffix(".json") for key in found if key.endswith(".json"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other commands on all machines away from the room. Raise LockedError if one has it.

        The lock of a killed command expires within three minutes.
        """
        self._lock, taken_over = self._taken()
        self._known = None
        try:
            if taken_over:
                self._fence()
            with renewed(self._renew_quietly):
                yield
        finally:
            if self._lock:
                self._release(self._lock)
            self._lock = None

    def _taken(self) -> tuple[Lock, bool]:
        """Create the lock object, or take over an expired one. Return whether we took it over."""
        now = self._now()
        mine = Lock(this_machine(), uuid.uuid4().hex, now, now + SECONDS)
        if etag := self._put(self._lock_key, mine.to_text(), ""):
            return replace(mine, etag=etag), False
        theirs = self._read_lock()
        if theirs and theirs.expires_at > now:
            raise self._told(theirs)
        if not (etag := self._put(self._lock_key, mine.to_text(), theirs.etag if theirs else "")):
            raise self._told(self._read_lock())
        return replace(mine, etag=etag), True

    def _fence(self) -> None:
        """Rewrite the state, so that the lock's previous owner can't write it any more."""
        if state := self.read():
            self.write(state)

    def _read_lock(self) -> Lock | None:
        text, etag = self._get(self._lock_key)
        if not text:
            return None
        try:
            return Lock(**json.loads(text), etag=etag)
        except (TypeError, ValueError) as error:
            raise StateError(
                f"The object s3://{self._bucket}/{self._lock_key} is not a lock of Beekeeper. If"
                " nobody is working on the room, delete it."
            ) from error

    def _check_held(self) -> None:
        """Raise LockedError unless the lock is ours: a machine can lose it while it sleeps."""
        if self._lock and self._lock.expires_at <= self._now():
            self._renew()
        if self._lock is None:
            raise self._lost()

    def _renew(self) -> None:
        with self._renewing:
            if self._lock is None:
                return
            later = replace(self._lock, expires_at=self._now() + SECONDS)
            etag = self._put(self._lock_key, later.to_text(), self._lock.etag)
            self._lock = replace(later, etag=etag) if etag else None

    def _renew_quietly(self) -> None:
        """Extend the lock. A failed connection does not stop the command: we try again in time."""
        with contextlib.suppress(BeekeeperError):  # _check_held tries again, and raises
            self._renew()

    def _release(self, lock: Lock) -> None:
        # An error means that somebody took the lock over, or that we have no connection. In the
        # second case, the lock expires.
        with contextlib.suppress(BeekeeperError):
            self._delete(self._lock_key, lock.etag)

    def _told(self, lock: Lock | None) -> LockedError:
        who = f"{lock.owner} is" if lock else "Somebody is"
        until = f", until {clock(lock.expires_at)} or longer" if lock else ""
        return LockedError(
            f"{who} working on room {self.room} (lock s3://{self._bucket}/{self._lock_key}){until}."
            " Wait until that command has ended, then run the same command again."
        )

    def _lost(self) -> LockedError:
        return LockedError(
            f"The lock on {self.location} expired and somebody else took it, or somebody changed"
            " the state by hand. Beekeeper did not overwrite the state. Run the same command again."
        )

    def _get(self, key: str) -> tuple[bytes, str]:
        """Return an object and its ETag. Both are empty when the object does not exist."""
        try:
            found = self._aws.client("s3").get_object(**self._mine, Key=key)
            return found["Body"].read(), found["ETag"]
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and has_code(error, NO_OBJECT):
                return b"", ""
            self._refused(error, "reading")

    def _put(self, key: str, text: str, etag: str) -> str | None:
        """Write an object and return its ETag, or None when somebody else changed the object.

        ``etag`` is the object to overwrite. Empty means that the object must not exist yet.
        """
        condition: dict[str, Any] = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        put = self._aws.client("s3").put_object
        content = {"Body": text.encode(), "ContentType": "application/json"}
        try:
            written = retrying(
                self._aws,
                FREE_TO_WRITE,
                (CONFLICT,),
                lambda: put(**self._mine, Key=key, **content, **condition),
            )
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and has_code(error, UNMET, NO_OBJECT):
                there, its_etag = self._get(key)
                return its_etag if there == text.encode() else None
            self._refused(error, "writing")
        return str(written["ETag"])

    def _delete(self, key: str, etag: str) -> None:
        try:
            self._aws.client("s3").delete_object(**self._mine, Key=key, IfMatch=etag)
        except (ClientError, BotoCoreError) as error:
            if not isinstance(error, ClientError) or not has_code(error, UNMET, NO_OBJECT):
                self._refused(error, "deleting")
            if self._get(key)[0]:
                raise self._lost() from error

    def _refused(self, error: ClientError | BotoCoreError, doing: str) -> NoReturn:
        if isinstance(error, ClientError) and has_code(error, NO_BUCKET):
            raise StateError(
                f"There is no bucket {self._bucket} for the state. Create it (aws s3 mb"
                f" s3://{self._bucket}), or set `state` to another bucket."
            ) from error
        problem = explained(error, doing, "state", self.directory)
        if isinstance(error, ClientError) and has_code(error, *DENIED):
            whose = f"Also check that the bucket belongs to account {self._aws.account}."
            raise ProvisionError(f"{problem} {whose}") from error
        raise problem from error
