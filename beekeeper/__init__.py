"""A virtual waiting room for a one-time event, in your own AWS account.

    import beekeeper

    room = beekeeper.deploy(name="sale", destination="https://shop.example.com/", rate=600)
    print(room.url)           # the campaign link: give it to your visitors
    room.set_rate(900)        # visitors per minute
    print(room.status().waiting)
    room.destroy()

In another program, ``beekeeper.Room("sale")`` gives the same handle. ``help(beekeeper.Room)``
documents it. Each method is also a function: ``beekeeper.pause("sale")``.

Importing this package is quick and makes no AWS client. It imports boto3 and pydantic only when you
first use them.
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
    RotationError,
    StateError,
    TimedOutError,
    WrongAccountError,
)

if TYPE_CHECKING:
    from beekeeper.config import RoomConfig
    from beekeeper.config.room_config import RoomValues
    from beekeeper.costs.estimate import estimate
    from beekeeper.costs.result import Estimate
    from beekeeper.diagnosis import doctor
    from beekeeper.listing import find_rooms
    from beekeeper.operating import (
        cancel,
        clear,
        history,
        logs,
        message,
        off,
        on,
        pause,
        report,
        set_governor,
        set_rate,
    )
    from beekeeper.provision.engine.events import (
        Event,
        StepDone,
        StepFailed,
        StepStarted,
        StepWaiting,
        StepWarning,
    )
    from beekeeper.rehearsal import rehearse
    from beekeeper.reporting.outcome import Report
    from beekeeper.results import (
        Change,
        Deployment,
        Destruction,
        Diagnosis,
        Effect,
        Entry,
        Errors,
        GovernorDecision,
        GovernorStatus,
        KeyRotation,
        Light,
        ListedRoom,
        LogLine,
        PassKeys,
        Plan,
        Rehearsal,
        RoomList,
        Status,
        Trouble,
    )
    from beekeeper.room import Room
    from beekeeper.shortcuts import (
        deploy,
        destroy,
        list_rooms,
        pass_keys,
        plan,
        rotate_keys,
        status,
    )
    from beekeeper.simulation.outcome import Simulation
    from beekeeper.simulation.whatif import simulate

_HOMES = {
    "Change": "results",
    "Room": "room",
    "RoomConfig": "config",
    "RoomValues": "config.room_config",
    "Deployment": "results",
    "Destruction": "results",
    "Diagnosis": "results",
    "Effect": "results",
    "Entry": "results",
    "Errors": "results",
    "Estimate": "costs.result",
    "GovernorDecision": "results",
    "GovernorStatus": "results",
    "Event": "provision.engine.events",
    "StepDone": "provision.engine.events",
    "StepFailed": "provision.engine.events",
    "StepStarted": "provision.engine.events",
    "StepWaiting": "provision.engine.events",
    "StepWarning": "provision.engine.events",
    "KeyRotation": "results",
    "LogLine": "results",
    "PassKeys": "results",
    "Plan": "results",
    "Rehearsal": "results",
    "Light": "results",
    "ListedRoom": "results",
    "Report": "reporting.outcome",
    "RoomList": "results",
    "Simulation": "simulation.outcome",
    "Status": "results",
    "Trouble": "results",
    "deploy": "shortcuts",
    "destroy": "shortcuts",
    "doctor": "diagnosis",
    "estimate": "costs.estimate",
    "find_rooms": "listing",
    "history": "operating",
    "list_rooms": "shortcuts",
    "logs": "operating",
    "message": "operating",
    "off": "operating",
    "on": "operating",
    "pass_keys": "shortcuts",
    "cancel": "operating",
    "clear": "operating",
    "pause": "operating",
    "plan": "shortcuts",
    "rehearse": "rehearsal",
    "report": "operating",
    "rotate_keys": "shortcuts",
    "set_governor": "operating",
    "set_rate": "operating",
    "simulate": "simulation.whatif",
    "status": "shortcuts",
}

__all__ = [
    "BeekeeperError",
    "Change",
    "ConfigError",
    "CredentialsError",
    "Deployment",
    "Destruction",
    "Diagnosis",
    "Effect",
    "Entry",
    "Errors",
    "Estimate",
    "Event",
    "GovernorDecision",
    "GovernorStatus",
    "KeyRotation",
    "Light",
    "ListedRoom",
    "LocalError",
    "LockedError",
    "LogLine",
    "NotOursError",
    "PassKeys",
    "Plan",
    "ProvisionError",
    "Rehearsal",
    "Report",
    "Room",
    "RoomConfig",
    "RoomList",
    "RoomNotFoundError",
    "RoomValues",
    "RotationError",
    "Simulation",
    "StateError",
    "Status",
    "StepDone",
    "StepFailed",
    "StepStarted",
    "StepWaiting",
    "StepWarning",
    "TimedOutError",
    "Trouble",
    "WrongAccountError",
    "__version__",
    "cancel",
    "clear",
    "deploy",
    "destroy",
    "doctor",
    "estimate",
    "find_rooms",
    "history",
    "list_rooms",
    "logs",
    "message",
    "off",
    "on",
    "pass_keys",
    "pause",
    "plan",
    "rehearse",
    "report",
    "rotate_keys",
    "set_governor",
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
