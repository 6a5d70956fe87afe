"""What the public functions return: frozen objects, ready for JSON, readable in a notebook."""

from beekeeper.results.deploying import Action, Change, Deployment, Destruction, Plan
from beekeeper.results.effect import Effect
from beekeeper.results.findings import Diagnosis, Finding, Verdict
from beekeeper.results.history import Entry
from beekeeper.results.keys import KeyRotation, PassKeys
from beekeeper.results.logs import LogLine
from beekeeper.results.rehearsal import Rehearsal, Rehearsed
from beekeeper.results.rooms import ListedRoom, RoomList
from beekeeper.results.status import Errors, GovernorDecision, GovernorStatus, Light, Status
from beekeeper.results.trouble import Trouble

__all__ = [
    "Action",
    "Change",
    "Deployment",
    "Destruction",
    "Diagnosis",
    "Effect",
    "Entry",
    "Errors",
    "Finding",
    "GovernorDecision",
    "GovernorStatus",
    "KeyRotation",
    "Light",
    "ListedRoom",
    "LogLine",
    "PassKeys",
    "Plan",
    "Rehearsal",
    "Rehearsed",
    "RoomList",
    "Status",
    "Trouble",
    "Verdict",
]
