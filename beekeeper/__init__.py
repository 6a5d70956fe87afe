"""A virtual waiting room for a one-time event, in your own AWS account.

    import beekeeper

    room = beekeeper.deploy(name="sale", destination="https://shop.example.com/", rate=600)
    print(room.url)                      # the campaign link
    beekeeper.set_rate(900, room="sale")
    beekeeper.status("sale")
    beekeeper.destroy("sale")

Importing this makes no AWS client and is quick; boto3 and pydantic are imported at the first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from beekeeper._version import __version__
from beekeeper.errors import (
    BeekeeperError,
    ConfigError,
    CredentialsError,
    LocalError,
    LockedError,
    NotOursError,
    ProvisionError,
    RoomNotFoundError,
    StateError,
    TimedOutError,
    WrongAccountError,
)

if TYPE_CHECKING:
    from beekeeper.config import RoomConfig
    from beekeeper.control import off, on, pass_keys, pause, set_rate, status
    from beekeeper.costs.estimate import estimate
    from beekeeper.diagnosis import doctor
    from beekeeper.lifecycle import deploy, destroy, list_rooms, plan
    from beekeeper.results import (
        Deployment,
        Destruction,
        Diagnosis,
        Estimate,
        PassKeys,
        Plan,
        RoomSummary,
        Status,
    )
    from beekeeper.simulation.outcome import Simulation
    from beekeeper.simulation.whatif import simulate

_HOMES = {
    "RoomConfig": "config",
    "Deployment": "results",
    "Destruction": "results",
    "Diagnosis": "results",
    "Estimate": "results",
    "PassKeys": "results",
    "Plan": "results",
    "RoomSummary": "results",
    "Simulation": "simulation.outcome",
    "Status": "results",
    "deploy": "lifecycle",
    "destroy": "lifecycle",
    "doctor": "diagnosis",
    "estimate": "costs.estimate",
    "list_rooms": "lifecycle",
    "off": "control",
    "on": "control",
    "pass_keys": "control",
    "pause": "control",
    "plan": "lifecycle",
    "set_rate": "control",
    "simulate": "simulation.whatif",
    "status": "control",
}

__all__ = [
    "BeekeeperError",
    "ConfigError",
    "CredentialsError",
    "Deployment",
    "Destruction",
    "Diagnosis",
    "Estimate",
    "LocalError",
    "LockedError",
    "NotOursError",
    "PassKeys",
    "Plan",
    "ProvisionError",
    "RoomConfig",
    "RoomNotFoundError",
    "RoomSummary",
    "Simulation",
    "StateError",
    "Status",
    "TimedOutError",
    "WrongAccountError",
    "__version__",
    "deploy",
    "destroy",
    "doctor",
    "estimate",
    "list_rooms",
    "off",
    "on",
    "pass_keys",
    "pause",
    "plan",
    "set_rate",
    "simulate",
    "status",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'beekeeper' has no attribute {name!r}")
    return getattr(import_module(f"beekeeper.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
