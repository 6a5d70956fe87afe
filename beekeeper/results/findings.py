"""What checks find."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from beekeeper.result import Result


class Verdict(StrEnum):
    """The result of one check. UNKNOWN means that the check could not run."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding(Result):
    """What one check found."""

    check: str
    verdict: Verdict
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis(Result):
    """Whether a room can be deployed here, and can handle the event that it is configured for."""

    room: str
    account: str  # empty when the credentials can't be used
    region: str
    findings: Sequence[Finding]

    @property
    def has_problems(self) -> bool:
        """Whether you have to fix something before the event."""
        return any(finding.verdict is Verdict.PROBLEM for finding in self.findings)

    @property
    def is_ready(self) -> bool:
        """Whether the room is deployed, its functions answer, and you have nothing to fix."""
        answers = any(f.check == "functions" and f.verdict is Verdict.OK for f in self.findings)
        return answers and not self.has_problems

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(f.verdict)}</td><td>{escape(f.check)}</td>"
            f"<td>{escape(f.text)}</td><td>{escape(f.remedy)}</td></tr>"
            for f in self.findings
        )
        head = "<tr><th>verdict</th><th>check</th><th>found</th><th>what to do</th></tr>"
        return f"<table>{head}{rows}</table>"
