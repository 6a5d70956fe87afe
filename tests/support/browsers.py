"""The browsers of this machine."""

import os
import shutil

import pytest


def installed(*names: str) -> str:
    """Return the path of the first one. Without any, skip the test, or fail if it is required."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        absent = f"no browser: none of {', '.join(names)} is on the PATH"
        if os.environ.get("BEEKEEPER_REQUIRE_BROWSER"):
            pytest.fail(absent)
        pytest.skip(absent)
    return path
