"""Each test of the gate's answers runs behind WSGI and behind ASGI."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.support.gates import INTERFACES, Visitor


@pytest.fixture(params=INTERFACES)
def visitor(request: pytest.FixtureRequest) -> Callable[..., Visitor]:
    """Makes visitors of a gate by one of the interfaces."""
    return partial(Visitor, interface=request.param)
