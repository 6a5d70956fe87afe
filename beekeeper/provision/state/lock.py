"""The lock object next to a state in a bucket."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lock:
    """The content of the lock object, and its ETag. Each command has a different ``token``."""

    owner: str
    token: str
    since: float
    expires_at: float
    etag: str = ""

    def to_text(self) -> str:
        """Return the object's content."""
        fields = ("owner", "token", "since", "expires_at")
        return json.dumps({name: getattr(self, name) for name in fields}) + "\n"
