"""What the gate looks at in a request, whichever interface it came by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import quote

from beekeeper.rules.destination import query_without_pass

# What needs no encoding in a path (RFC 3986, section 3.3).
_PATH = "/!$&'()*+,;=:@"
_NOT_SENDABLE = re.compile(r"[^\x21-\x7e]")
# Each costs a verification. A browser has one, or a few with different paths.
MAX_COOKIES = 32


@dataclass(frozen=True, slots=True)
class Request:
    """A request. What can hold a pass or a session is not shown."""

    method: str = "GET"
    path: bytes = b"/"  # decoded, as the application sees it
    raw_path: bytes = b""  # as it was sent, where the interface says it
    query: str = field(default="", repr=False)
    cookies: str = field(default="", repr=False)
    accept: str = ""
    fetch_mode: str = ""
    requested_with: str = ""
    address: str = ""  # the IP address of who is connected

    @property
    def canonical_path(self) -> str:
        """The path that the application sees, in the one form that exemptions are written in."""
        return canonical(self.path)

    @property
    def target(self) -> str:
        """The path as it stands in the address. It begins with a slash, and maybe with two."""
        target = quote(self.raw_path, safe=_PATH + "%") if self.raw_path else self.canonical_path
        return target if target.startswith("/") else f"/{target}"

    @property
    def wanted(self) -> str:
        """The path and the query without a pass: what the visitor came for."""
        query = query_without_pass(sendable(self.query))
        return f"{self.target}?{query}" if query else self.target

    @property
    def is_safe(self) -> bool:
        """Whether the method only reads."""
        return self.method in ("GET", "HEAD")

    @property
    def is_for_people(self) -> bool:
        """Whether a browser shows the answer, and no script or program reads it."""
        if self.fetch_mode:
            return self.fetch_mode == "navigate"
        # Android's WebView sends the name of the app that it is in with each page.
        if self.requested_with.lower() == "xmlhttprequest":
            return False
        return "text/html" in self.accept or "json" not in self.accept

    def cookie_values(self, name: str) -> Iterator[str]:
        """Yield the values of the cookies with that name. A browser can have several."""
        if name not in self.cookies:
            return iter(())
        pairs = (cookie.strip().partition("=") for cookie in self.cookies.split(";"))
        return islice((value for key, _, value in pairs if key == name), MAX_COOKIES)


def canonical(path: bytes) -> str:
    """Return a decoded path, encoded in one way."""
    return quote(path, safe=_PATH)


def sendable(query: str) -> str:
    """Return a query with all encoded that no header may contain. All else stays as it is."""
    # Each character is a byte, as PEP 3333 has it.
    return _NOT_SENDABLE.sub(lambda found: quote(found[0].encode("latin-1", "replace")), query)
