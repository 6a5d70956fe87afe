"""The programs that only some tests need: browsers, and what the recipes for the gate run in."""

import os
import shutil
from typing import NoReturn

import pytest

from beekeeper.local.screenshots import COMMANDS as CHROMIUM

__all__ = ["CHROMIUM", "CHROMIUM_FLAGS", "absent", "installed"]

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def installed(*names: str) -> str:
    """Return the path of the first one. Without any, skip the test, or fail if it is required."""
    path = next(filter(None, map(shutil.which, names)), None)
    return path or absent(f"none of {', '.join(names)} is on the PATH")


def absent(what: str) -> NoReturn:
    """Skip the test because something is not installed, or fail if CI requires it."""
    if os.environ.get("BEEKEEPER_REQUIRE_BROWSER"):
        pytest.fail(what)
    pytest.skip(what)
