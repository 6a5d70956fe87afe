import subprocess
import sys

import pytest

import beekeeper
from beekeeper import errors


def test_all_is_sorted_and_complete() -> None:
    assert beekeeper.__all__ == sorted(beekeeper.__all__)
    assert len(set(beekeeper.__all__)) == len(beekeeper.__all__)
    for name in beekeeper.__all__:
        assert getattr(beekeeper, name) is not None
    assert dir(beekeeper) == sorted(beekeeper.__all__)


def test_every_error_is_public() -> None:
    own = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert own <= set(beekeeper.__all__)


def test_errors_are_one_tree() -> None:
    for name, value in vars(errors).items():
        if isinstance(value, type):
            assert issubclass(value, errors.BeekeeperError)
            assert f"{name} " in str(errors.__doc__) or name == "BeekeeperError"


def test_what_is_offered_lazily_is_in_all() -> None:
    lazy = set(beekeeper._HOMES)
    eager = {"__version__", *(n for n, v in vars(errors).items() if isinstance(v, type))}
    assert lazy | eager == set(beekeeper.__all__)


def test_unknown_name() -> None:
    with pytest.raises(AttributeError, match="module 'beekeeper' has no attribute 'nothing'"):
        beekeeper.nothing  # noqa: B018


def test_import_is_light() -> None:
    heavy = ["boto3", "botocore", "pydantic", "rich", "jwt", "ministack"]
    code = f"import sys, beekeeper; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
