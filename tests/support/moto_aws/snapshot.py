"""Snapshots of moto's AWS and of a folder. Taking or restoring one takes a millisecond.

moto has no snapshots. Its stores are plain objects that can be pickled, except for locks and weak
references. They refer to each other, so all of them go into one pickle.
"""

import copyreg
import io
import pickle
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any
from weakref import WeakValueDictionary

from moto.core.base_backend import BackendDict, BaseBackend
from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends

# The place of a store: the stores of its service, the account, the region.
Place = tuple[Any, str, str]


def _weak(things: Any) -> tuple[Any, ...]:
    return WeakValueDictionary, (), None, None, iter(things.items())


class _Pickler(pickle.Pickler):
    """Writes a number for objects that must not be copied: the stores, locks, local functions."""

    kept = (BaseBackend, FunctionType, type(threading.RLock()))

    def __init__(self, file: io.BytesIO, stores: list[Any]) -> None:
        super().__init__(file)
        self.dispatch_table = {**copyreg.dispatch_table, WeakValueDictionary: _weak}
        self.things = stores
        self._numbers = {id(thing): number for number, thing in enumerate(stores)}

    def persistent_id(self, thing: Any) -> int | None:
        if not isinstance(thing, self.kept):
            return None
        if id(thing) not in self._numbers:
            self._numbers[id(thing)] = len(self.things)
            self.things.append(thing)
        return self._numbers[id(thing)]


class _Unpickler(pickle.Unpickler):
    def __init__(self, content: bytes, things: list[Any]) -> None:
        super().__init__(io.BytesIO(content))
        self._things = things

    def persistent_load(self, number: int) -> Any:
        return self._things[number]


def _places() -> list[Place]:
    return [
        (stores, account, region)
        for stores in BackendDict._instances  # type: ignore[misc]
        for account, regions in stores.items()
        for region in regions
    ]


@dataclass(frozen=True, eq=False)
class AwsSnapshot:
    """Everything in moto's AWS at one moment, and the state of its id generator."""

    places: list[Place]
    content: bytes
    kept: list[Any]  # by number, after the stores

    @classmethod
    def take(cls) -> "AwsSnapshot":
        places = _places()
        stores = [stores[account][region] for stores, account, region in places]
        contents = [store.__dict__ for store in stores]
        file = io.BytesIO()
        pickler = _Pickler(file, stores)
        pickler.dump((mock_random.getstate(), s3_backends.bucket_accounts, contents))
        return cls(places, file.getvalue(), pickler.things[len(places) :])

    def restore(self) -> None:
        known = {(id(stores), account, region) for stores, account, region in self.places}
        for stores, account, region in _places():
            if (id(stores), account, region) not in known:
                stores[account][region].reset()
        now = [stores[account][region] for stores, account, region in self.places]
        ids, buckets, contents = _Unpickler(self.content, [*now, *self.kept]).load()
        for store, content in zip(now, contents, strict=True):
            store.__dict__ = content
        s3_backends.bucket_accounts = buckets  # outside the stores: bucket owners
        mock_random.setstate(ids)


@dataclass(frozen=True)
class Folder:
    """The files of a folder at one moment."""

    files: Mapping[str, bytes]

    @classmethod
    def read(cls, folder: Path) -> "Folder":
        return cls({path.name: path.read_bytes() for path in sorted(folder.iterdir())})

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
