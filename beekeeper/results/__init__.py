"""What the public functions return: frozen objects, ready for JSON, readable in a notebook."""

from beekeeper.results.deploying import Action, Change, Deployment, Destruction, Plan
from beekeeper.results.findings import Diagnosis, Finding, Verdict
from beekeeper.results.history import Entry
from beekeeper.results.keys import KeyRotation, PassKeys
from beekeeper.results.logs import LogLine
from beekeeper.results.rehearsal import Rehearsal, Rehearsed
from beekeeper.results.status import GovernorDecision, GovernorStatus, Status

__all__ = [
    "Action",
    "Change",
    "Deployment",
    "Destruction",
    "Diagnosis",
    "Entry",
    "Finding",
    "GovernorDecision",
    "GovernorStatus",
    "KeyRotation",
    "LogLine",
    "PassKeys",
    "Plan",
    "Rehearsal",
    "Rehearsed",
    "Status",
    "Verdict",
]
